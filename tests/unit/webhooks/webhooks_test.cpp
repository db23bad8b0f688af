// What is sent to a webhook, how it is signed, and what follows each answer.
#include "integrations/webhooks/webhooks.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "tests/unit/observability/wire.h"

using namespace muster;
using Next = AfterAttempt::Next;

namespace {

// The key and the signature are the example of the Standard Webhooks libraries.
const std::string example_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

WebhookDef pager(std::string url) {
  WebhookDef def;
  def.name = "pager";
  def.url = std::move(url);
  def.secrets = {example_secret};
  return def;
}

struct Receiver {
  test::FakeWire wire;
  VirtualClock clock{1'614'265'330'000};
  std::vector<std::string> news;
  bool gone = false;
  double dice = 0.5;
  Webhooks hooks{{.client = wire,
                  .clock = clock,
                  .dice = [this] { return dice; },
                  .news = [this](const std::string& h, const std::string& what,
                                 const std::string& why) { news.push_back(h + " " + what + " " + why); },
                  .is_gone = [this](const std::string&) { return gone; }}};
  OutMessage message{"p5jXN8AQM9LWM0D4loKWxJek:pager", "webhook:pager", "incident.declared", {}};

  Receiver() {
    hooks.configure({pager("https://example.com/in/token")});
    message.body = Value::Map{{"id", "msg_p5jXN8AQM9LWM0D4loKWxJek"}, {"since", clock.now()}};
    message.body.set("event", Value::Map{{"test", 2432232314}});
    wire.always(200, "");
  }
  void answers(int status, std::map<std::string, std::string> headers = {}) {
    wire.answer = [status, headers](const HttpCall&) -> Result<HttpResult> { return HttpResult{status, "", headers}; };
  }
  // One attempt: what was answered, and what follows.
  AfterAttempt attempt(int n) {
    Result<void> result;
    hooks.deliver(message, [&result](Result<void> r) { result = std::move(r); });
    return hooks.after(message, n, result);
  }
};

}  // namespace

TEST_CASE("mistake 10, webhooks: signed as the specification's example, and the id stays while the time moves") {
  CHECK(webhook_signature({example_secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330'000,
                          R"({"test": 2432232314})") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  Receiver r;
  CHECK(r.attempt(1).next == Next::delivered);
  r.clock.set(r.clock.now() + hour_ms);
  r.attempt(2);
  REQUIRE(r.wire.calls.size() == 2);
  const HttpCall &first = r.wire.calls[0], &again = r.wire.calls[1];
  CHECK(first.method == "POST");
  CHECK(first.headers.at("webhook-id") == "msg_p5jXN8AQM9LWM0D4loKWxJek");
  CHECK(first.headers.at("webhook-timestamp") == "1614265330");
  CHECK(again.headers.at("webhook-id") == first.headers.at("webhook-id"));
  CHECK(again.headers.at("webhook-timestamp") == "1614268930");
  CHECK(again.headers.at("webhook-signature") != first.headers.at("webhook-signature"));
  CHECK(again.body == first.body);
  CHECK(first.no_metadata_addresses);
  CHECK(first.stream);  // what it answers is not kept
}

TEST_CASE("two secrets make two signatures, the new one and the old one") {
  const std::string other = "whsec_YW5kIHRoZXkgaGF2ZSBzaWduZWQgd2l0aCB0aGlzIG9uZQ==";
  const std::string both = webhook_signature({other, example_secret}, "id", 1000, "{}");
  CHECK(both ==
        webhook_signature({other}, "id", 1000, "{}") + " " + webhook_signature({example_secret}, "id", 1000, "{}"));
}

TEST_CASE("mistake 10, webhooks: waits double from five seconds to an hour, give or take a quarter") {
  Receiver r;
  r.answers(503);
  std::vector<DurationMs> waits;
  for (int n = 1; n <= 13; ++n) {
    const AfterAttempt after = r.attempt(n);
    CHECK(after.next == Next::again);
    CHECK(after.note == "503");
    waits.push_back(after.wait / second_ms);
  }
  CHECK(waits == std::vector<DurationMs>{5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600});
  CHECK(r.hooks.health("pager").failing_since == r.clock.now());
  r.dice = 0;
  CHECK(r.attempt(14).wait == 2'700'000);
  r.dice = 0.999;
  CHECK(r.attempt(15).wait > 4'490'000);
  // An event that comes now finds a receiver that has been away for long.
  r.dice = 0.5;
  CHECK(r.attempt(1).wait == hour_ms);
  r.answers(200);
  CHECK(r.attempt(16).next == Next::delivered);
  CHECK(r.hooks.health("pager").failing_since == 0);
  r.answers(503);
  CHECK(r.attempt(1).wait == 5 * second_ms);
}

TEST_CASE("Retry-After is obeyed, in seconds and as a date, and for no more than a day") {
  Receiver r;
  r.answers(429, {{"retry-after", "120"}});
  CHECK(r.attempt(1).wait == 120 * second_ms);
  r.answers(503, {{"retry-after", "Thu, 25 Feb 2021 15:12:10 GMT"}});  // ten minutes from now
  CHECK(r.attempt(2).wait == 600 * second_ms);
  r.answers(429, {{"retry-after", "999999999"}});
  CHECK(r.attempt(3).wait == day_ms);
  r.answers(429, {{"retry-after", "soon"}});
  CHECK(r.attempt(4).wait == 40 * second_ms);
  r.answers(429, {{"retry-after", "1"}});  // less than we would wait anyway
  CHECK(r.attempt(5).wait == 80 * second_ms);
  r.answers(500, {{"retry-after", "7200"}});  // this event alone
  CHECK(r.attempt(6).next == Next::aside);
  CHECK(r.attempt(7).wait == 7200 * second_ms);
}

TEST_CASE("a wait that was asked for stands in the note, one of our own does not") {
  Receiver r;
  r.answers(503, {{"retry-after", "7200"}});
  const AfterAttempt asked = r.attempt(1);
  CHECK(asked.note == "503 retry-after 7200");
  CHECK(Webhooks::wait_asked(asked.note) == 2 * hour_ms);
  CHECK(Webhooks::stands_aside(3, Webhooks::with_wait("500", hour_ms)));
  r.answers(503, {{"retry-after", "1"}});
  CHECK(r.attempt(2).note == "503");
  CHECK(Webhooks::wait_asked("503") == 0);
  CHECK(Webhooks::wait_asked("503 retry-after 99999999999") == day_ms);
  CHECK(Webhooks::wait_asked("Connection refused") == 0);
}

TEST_CASE("an event that alone is refused makes way after three attempts; a receiver that is down keeps the order") {
  Receiver r;
  for (const int status : {301, 400, 401, 404, 500, 501}) {
    CAPTURE(status);
    r.answers(200);
    r.attempt(1);
    r.answers(status);
    CHECK(r.attempt(1).next == Next::again);
    CHECK(r.attempt(2).next == Next::again);
    CHECK(r.attempt(3).next == Next::aside);
  }
  for (const int status : {408, 425, 429, 502, 503, 504}) {
    CAPTURE(status);
    r.answers(status);
    for (int n = 1; n < 10; ++n) CHECK(r.attempt(n).next == Next::again);
  }
  r.wire.breaks(false);
  for (int n = 1; n < 10; ++n) CHECK(r.attempt(n).next == Next::again);
  CHECK(r.attempt(10).note == "Empty reply from server");
}

TEST_CASE("after a day it is given up and told; the next one does not wait an hour for that") {
  Receiver r;
  r.answers(500);
  for (int n = 1; n < 12; ++n) r.attempt(n);
  r.clock.set(r.clock.now() + day_ms - 1);
  CHECK(r.attempt(30).next != Next::dead);
  CHECK(r.news.empty());
  r.clock.set(r.clock.now() + 1);
  const AfterAttempt last = r.attempt(31);
  CHECK(last.next == Next::dead);
  CHECK(last.wait <= 5 * second_ms);
  CHECK(r.news == std::vector<std::string>{"pager failed 500"});
  // Where others were taken since it was made, it is this event alone.
  Receiver other;
  other.clock.set(other.clock.now() + minute_ms);
  other.attempt(1);
  other.answers(500);
  other.clock.set(other.clock.now() + day_ms);
  CHECK(other.attempt(20).next == Next::dead);
  CHECK(other.news == std::vector<std::string>{"pager well ", "pager refused 500"});
}

TEST_CASE("a clock that is set makes no event too old, and nothing has failed for longer than before") {
  Receiver r;
  r.answers(503);
  r.attempt(1);
  const DurationMs before = r.clock.now() - r.hooks.health("pager").failing_since;
  r.clock.set(r.clock.now() + 2 * day_ms);
  r.hooks.clock_was_set(2 * day_ms);
  CHECK(r.clock.now() - r.hooks.health("pager").failing_since == before);
  CHECK(r.attempt(2).next == Next::again);
  r.clock.set(r.clock.now() + hour_ms);
  CHECK(r.attempt(3).next == Next::dead);
}

TEST_CASE("410 ends it at once, and nothing more is sent until somebody says so; a test asks again") {
  Receiver r;
  r.answers(410);
  CHECK(r.attempt(1).next == Next::dead);
  CHECK(r.news == std::vector<std::string>{"pager gone 410"});
  r.gone = true;
  const std::size_t calls = r.wire.calls.size();
  const AfterAttempt after = r.attempt(1);
  CHECK(after.next == Next::dead);
  CHECK(after.note == "410");
  CHECK(r.wire.calls.size() == calls);
  r.message.kind = webhook_test;
  r.answers(204);
  CHECK(r.attempt(1).next == Next::delivered);
  CHECK(r.wire.calls.size() == calls + 1);
}

TEST_CASE("a webhook that the configuration no longer names gets nothing, and its events are given up") {
  Receiver r;
  r.hooks.configure({});
  CHECK(r.attempt(1).next == Next::dead);
  CHECK(r.wire.calls.empty());
  // Taken is taken, whatever was configured meanwhile.
  Receiver late;
  late.wire.answer = [&late](const HttpCall&) -> Result<HttpResult> {
    late.hooks.configure({});
    return HttpResult{200, "", {}};
  };
  CHECK(late.attempt(1).next == Next::delivered);
}

TEST_CASE("where events go is shown without the path, which may be a secret") {
  const Receiver r;
  CHECK(r.hooks.origin("pager") == "https://example.com");
}

TEST_CASE("mistakes of a definition are named, and no secret with them") {
  const auto fault = [](WebhookDef def) {
    const auto all = webhooks::faults_of(def);
    for (const auto& f : all)
      for (const std::string& secret : def.secrets) CHECK_FALSE((f.message + f.expected).contains(secret));
    return all.empty() ? std::string() : all.front().field + ": " + all.front().message;
  };
  const WebhookDef good = pager("https://example.com/in");
  CHECK(fault(good).empty());
  WebhookDef def = good;
  for (const char* url : {"http://127.0.0.1:9000/x", "http://localhost/x", "http://[::1]:80/", "http://127.1.2.3"}) {
    CAPTURE(url);
    def.url = url;
    CHECK(fault(def).empty());
  }
  for (const char* url :
       {"http://example.com/x", "http://127.example.com/", "http://10.0.0.1", "http://localhost.example.com"}) {
    CAPTURE(url);
    def.url = url;
    CHECK(fault(def) == "url: events would leave this machine unencrypted");
  }
  def.plain_http = true;
  CHECK(fault(def).empty());
  def.url = "https://ana:pass@example.com/";
  CHECK(fault(def) == "url: an address holds no name and no password");
  def = good;
  for (const char* secret : {"hunter2", "whsec_short", "whsec_****", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
    def.secrets = {example_secret, secret};
    CHECK(fault(def) == "secrets: what this reference holds is no signing secret");
  }
  def.secrets = {example_secret, example_secret, example_secret};
  CHECK(fault(def).contains("more than two secrets"));
  def = good;
  def.name = "status:page";
  CHECK(fault(def).starts_with("name: "));
  def = good;
  def.timeout = 0;
  CHECK(fault(def).starts_with("timeout: "));
}
