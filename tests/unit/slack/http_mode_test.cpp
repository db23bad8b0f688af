// HTTP mode against the double, which signs what it posts and posts again what is not answered with 200.
#include <doctest/doctest.h>

#include "bot/base/hash.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using namespace muster::test;

namespace {

constexpr const char* secret = "test-signing-secret";

struct HttpWorld : SlackWorld {
  HttpWorld() {
    signing_secret = secret;
    begin();
    core.channel_named("muster")->members.insert("U1");
  }
  HttpResponse ask(const std::string& body, const std::string& type, TimeMs at, const std::string& key = secret) {
    const std::string stamp = std::to_string(at / 1'000);
    HttpRequest q{.method = "POST", .path = "/in/slack", .query = {}, .headers = {}, .body = body, .remote = "x"};
    q.headers["content-type"] = type;
    q.headers["x-slack-request-timestamp"] = stamp;
    q.headers["x-slack-signature"] = "v0=" + to_hex(hmac_sha256(key, "v0:" + stamp + ":" + body));
    return send(q);
  }
  HttpResponse send(const HttpRequest& q) {
    HttpResponse answer{.status = 0, .body = {}, .headers = {}};
    slack->request(q, [&answer](const HttpResponse& r) { answer = r; });
    drain();
    return answer;
  }
};

}  // namespace

TEST_CASE("HTTP mode: messages and presses are heard and answered when they are stored, without a connection") {
  HttpWorld w;
  CHECK(w.slack->connected());
  CHECK(w.net.opened == 0);
  w.say("U1", "muster", "help & <more>");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].channel == "#muster");
  CHECK(w.heard[0].user == "ana");
  CHECK(w.http_answers == std::vector<int>{200});
  CHECK(w.core.unacknowledged() == 0);
  const Message asked{.text = "Sure?", .sections = {}, .buttons = {{"Yes", "yes A1", "primary"}}, .color = {}};
  CHECK(w.deliver("post", "muster", Value::Map{{"post_id", "p1"}, {"message", to_value(asked)}}));
  const auto& posts = w.core.channel_named("muster")->posts;
  CHECK(w.core.press("U1", w.channel("muster"), posts.rbegin()->first, "yes A1"));
  w.drain();
  REQUIRE(w.heard.size() == 2);
  CHECK(w.heard[1].kind == "button");
  CHECK(w.heard[1].text == "yes A1");
}

TEST_CASE("HTTP mode: what could not be stored comes again and is done once") {
  HttpWorld w;
  w.store_works = false;
  w.say("U1", "muster", "declare sev2 x");
  CHECK(w.heard.empty());
  CHECK(w.core.unacknowledged() == 1);
  w.store_works = true;
  w.pass(10 * second_ms);
  CHECK(w.retries >= 1);
  REQUIRE(w.heard.size() == 1);
  CHECK(w.core.unacknowledged() == 0);
  w.core.deliver_twice = true;
  w.say("U1", "muster", "help");
  CHECK(w.heard.size() == 2);
}

TEST_CASE("HTTP mode: unsigned, old, foreign and senseless requests change nothing") {
  HttpWorld w;
  const TimeMs now = w.clock.now();
  const std::string json = "application/json", form = "application/x-www-form-urlencoded";
  const std::string challenge = R"({"type":"url_verification","challenge":"abc"})";
  CHECK(w.ask(challenge, json, now).body == "abc");
  CHECK(w.ask(challenge, json, now - 301 * second_ms).status == 401);
  CHECK(w.ask(challenge, json, now + 301 * second_ms).status == 401);
  CHECK(w.ask(challenge, json, now, "another secret").status == 401);
  CHECK(w.ask("no json", json, now).status == 400);
  CHECK(w.ask("a=b", form, now).status == 400);
  CHECK(w.ask("payload=[]", form, now).status == 400);
  HttpRequest q{.method = "GET", .path = "/in/slack", .query = {}, .headers = {}, .body = {}, .remote = "x"};
  CHECK(w.send(q).status == 405);
  q.method = "POST";
  CHECK(w.send(q).status == 401);
  q.body = "ssl_check=1&token=x";
  CHECK(w.send(q).status == 200);
  q.body = std::string((1u << 20) + 1, 'x');
  CHECK(w.send(q).status == 413);
  CHECK(w.heard.empty());
}

TEST_CASE("HTTP mode: a slash command is a line of the person who typed it") {
  HttpWorld w;
  const std::string body =
      "command=%2Fmuster&text=declare+sev2+Checkout+is+slow&user_id=U1&team_id=T1&channel_id=" + w.channel("muster") +
      "&trigger_id=1.2&response_url=https%3A%2F%2Fhooks";
  CHECK(w.ask(body, "application/x-www-form-urlencoded", w.clock.now()).status == 200);
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].text == "declare sev2 Checkout is slow");
  CHECK(w.heard[0].user == "ana");
  CHECK(w.ask(body, "application/x-www-form-urlencoded", w.clock.now()).status == 200);  // again
  CHECK(w.heard.size() == 1);
}

TEST_CASE("HTTP mode: before we know who we are Slack is asked to come again") {
  SlackWorld w;
  w.signing_secret = secret;
  w.net.down = true;
  w.begin();
  w.core.channels["C1"] = {.id = "C1", .name = "muster", .topic = {}, .purpose = {}, .im_of = {}};
  w.core.channels["C1"].members = {"U1", doubles::SlackCore::bot_user};
  w.say("U1", "muster", "help");
  CHECK(w.http_answers == std::vector<int>{503});
  w.net.down = false;
  w.pass(30 * second_ms);
  CHECK(w.slack->connected());
  REQUIRE_FALSE(w.heard.empty());
  CHECK(w.heard[0].text == "help");
}
