#include "bot/chat_platforms.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "bot/chat_facts.h"
#include "bot/chat_routing.h"
#include "bot/core/chat/message.h"
#include "bot/core/engine/state.h"
#include "bot/outbox.h"
#include "bot/relay.h"

using namespace muster;

namespace {

// Takes commits and says nothing: links are read back through the directory.
class NoStore final : public Store {
 public:
  void commit(Commit c, std::function<void(Result<Committed>)> done) override {
    for (const ChatLink& l : c.links) written.push_back(l.platform + " " + l.kind + " " + l.ours + " " + l.theirs);
    done(Committed{});
  }
  Result<Committed> commit_now(Commit) override { return Committed{}; }
  Result<void> read_journal(std::int64_t, const std::function<void(const Entry&)>&) override { return {}; }
  Result<std::vector<Entry>> read_incident(const std::string&) override { return std::vector<Entry>{}; }
  Result<std::vector<InboxItem>> pending_inbox() override { return std::vector<InboxItem>{}; }
  Result<std::vector<PendingOut>> pending_out() override { return std::vector<PendingOut>{}; }
  Result<std::vector<DeadLetter>> dead_letters() override { return std::vector<DeadLetter>{}; }
  Result<void> resend_dead_letter(const std::string&) override { return {}; }
  Result<std::vector<Timer>> timers() override { return std::vector<Timer>{}; }
  Result<std::vector<ProjectionRow>> projections() override { return std::vector<ProjectionRow>{}; }
  Result<std::vector<OutMessage>> room_history(std::size_t) override { return std::vector<OutMessage>{}; }
  Result<StoredFile> read_file(const std::string&) override { return fail(ErrorKind::not_found, "none"); }
  Result<std::int64_t> file_bytes() override { return 0; }
  StoreStats stats() const override { return {}; }
  void stop() override {}
  std::vector<std::string> written;
};

struct Desk {
  Desk() {
    Person ana;
    ana.id = "ana";
    ana.name = "Ana *Sousa*";
    ana.handles = {{"mattermost", "Ana.S"}, {"slack", "U1"}};
    Person ben;
    ben.id = "ben";
    ben.handles = {{"mattermost", "abcdefghijklmnopqrstuvwxyz"}};
    config.people = {ana, ben};
  }
  std::vector<std::string> route(const OutMessage& m) {
    std::vector<std::string> out;
    for (const OutMessage& r : routed({m}, {"mattermost", "slack"}, links, config, state)) {
      out.push_back(r.id + " " + r.destination + " " + r.kind);
      last = r;
    }
    return out;
  }
  NoStore store;
  CoreConfig config;
  State state;
  ChatLinks links{store, [this]() -> const CoreConfig& { return config; }};
  OutMessage last;
};

using Out = std::vector<std::string>;

}  // namespace

TEST_CASE("what is said to the room goes to every platform, under ids of its own") {
  Desk d;
  CHECK(d.route({"1", "room:#inc-1", "post", Value::Map{}}) ==
        Out{"1@mattermost mattermost:#inc-1 post", "1@slack slack:#inc-1 post", "1 room:#inc-1 post"});
  CHECK(d.route({"2", "http:self", "http_post", Value::Map{}}) == Out{"2 http:self http_post"});
}

TEST_CASE("a private answer goes where it was asked, and only there") {
  Desk d;
  const auto body = [](const char* origin) { return Value::Map{{"private_to", "ana"}, {"origin", origin}}; };
  CHECK(d.route({"1", "room:#muster", "post", body("mattermost")}) == Out{"1@mattermost mattermost:#muster post"});
  CHECK(d.route({"1", "room:#muster", "post", body("room")}) == Out{"1 room:#muster post"});
}

TEST_CASE("a direct conversation stays on its platform and out of the room") {
  Desk d;
  d.links.directory("mattermost").link("channel", "direct-x", "x");
  CHECK(d.route({"1", "room:#direct-x", "post", Value::Map{}}) == Out{"1@mattermost mattermost:#direct-x post"});
  CHECK(d.route({"2", "mattermost:#direct-x", "human_post", Value::Map{}}).empty());
}

TEST_CASE("people's words are shown in the room, and words of the room on the platforms with their author") {
  Desk d;
  CHECK(d.route({"1", "mattermost:#inc-1", "human_post", Value::Map{{"user", "ana"}}}) ==
        Out{"1 room:#inc-1 human_post"});
  const Value said = Value::Map{{"user", "ana"}, {"text", "hello *all*"}};
  CHECK(d.route({"1", "room:#inc-1", "human_post", said}) ==
        Out{"1@mattermost mattermost:#inc-1 post", "1@slack slack:#inc-1 post", "1 room:#inc-1 human_post"});
  const auto out = routed({{"1", "room:#inc-1", "human_post", said}}, {"mattermost"}, d.links, d.config, d.state);
  CHECK(out.front().body["message"]["text"].as_string() == "*Ana \\*Sousa\\** (web): hello \\*all\\*");
}

TEST_CASE("an answer that only shows something goes where it was asked") {
  Desk d;
  const Value body = Value::Map{{"origin", "slack"}, {"asked", true}};
  CHECK(d.route({"1", "room:#inc-1", "post", body}) == Out{"1@slack slack:#inc-1 post", "1 room:#inc-1 post"});
  CHECK_FALSE(d.last.body.has("asked"));
}

TEST_CASE("rooms that are one: words go over with their author, changes change the copy, and nothing else goes") {
  Desk d;
  d.config.together = {{.platforms = {"slack", "mattermost"}, .channels = {"ops"}}};
  const Value said = Value::Map{{"post_id", "1.1"}, {"user", "slack:zoe"}, {"text", "@all *hi*"}, {"at", 5}};
  const auto route = [&](const char* kind, const Value& body, const char* channel = "slack:#ops") {
    return routed({{"1", channel, kind, body}}, {"mattermost", "slack"}, d.links, d.config, d.state);
  };
  auto out = route("human_post", said);
  REQUIRE(out.size() == 2);
  CHECK(out[0].destination == "mattermost:#ops");
  CHECK(out[0].body["message"]["text"].as_string() == "*zoe* (Slack): @\u200ball \\*hi\\*");
  CHECK(out[1].destination == "room:#ops");
  Value change = said;
  change.set("change", "edit");
  out = route("human_change", change);
  CHECK((out[0].kind == "edit" && out[0].body["relayed"].as_bool() && out[0].body["post_id"].as_string() == "1.1"));
  change.set("change", "delete");
  CHECK_FALSE(route("human_change", change)[0].body["message"]["text"].as_string().contains("hi\\*"));
  change.set("change", "reaction");
  CHECK(route("human_change", change).size() == 1);
  CHECK(route("human_post", said, "slack:#elsewhere").size() == 1);  // neither an incident's nor listed
}

TEST_CASE(
    "what another bridge brings back of our copies goes no further, and nobody of the configuration is silenced") {
  Desk d;
  d.config.together = {{.platforms = {"slack", "mattermost"}, .channels = {"ops"}}};
  const auto copies = [&](const char* user, const char* text) {
    const Value said = Value::Map{{"post_id", "1.1"}, {"user", user}, {"text", text}, {"at", 5}};
    const auto out =
        routed({{"1", "mattermost:#ops", "human_post", said}}, {"mattermost", "slack"}, d.links, d.config, d.state);
    return std::ranges::count_if(out, [](const OutMessage& m) { return m.destination == "slack:#ops"; });
  };
  CHECK(copies("mattermost:bridge", "<muster> *Ana* (Mattermost): the pool is full") == 0);
  CHECK(copies("mattermost:bridge", "<zoe> the pool is full") == 1);
  CHECK(copies("mattermost:bridge", "<muster> *Ana* (Slack): the pool is full") == 1);
  CHECK(copies("ana", "*Zoe* (Mattermost): the pool is full") == 1);
}

namespace {

struct Files : Desk {
  Files() { config.together = {{.platforms = {"slack", "mattermost"}, .channels = {"ops"}}}; }
  std::vector<OutMessage> decide(const ChatEvent& e) {
    Work w{.state = state,
           .config = config,
           .now = 10,
           .new_id = [this] { return std::to_string(++ids); },
           .decision = {}};
    show_talk(e, e.text, true, w);
    return w.decision.out;
  }
  std::vector<OutMessage> sent(const ChatEvent& e) {
    return routed(decide(e), {"mattermost", "slack"}, links, config, state);
  }
  int ids = 0;
};

ChatEvent from_slack(const std::string& kind) {
  ChatEvent e;
  e.platform = "slack";
  e.kind = kind;
  e.channel = "#ops";
  e.post_id = "1.1";
  e.user = "ana";
  return e;
}

}  // namespace

TEST_CASE("rooms that are one: the bytes of files are asked for after the words, and stand under the copy") {
  Files d;
  ChatEvent e = from_slack("message");
  e.noted = {{.id = "F1", .name = "graph.png", .type = "image/png", .size = 3, .sha256 = {}, .url = "https://x/1"},
             {.id = "F2", .name = "dump", .type = {}, .size = relayed_file_bytes_max + 1, .sha256 = {}, .url = {}},
             {.id = "F3", .name = "log.txt", .type = {}, .size = 5, .sha256 = {}, .url = {}}};
  const auto out = d.sent(e);
  REQUIRE(out.size() == 3);
  // What follows is only named; what stays says where it is to be seen.
  const auto& lines = message_from(out[0].body["message"]).sections;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "📎 graph.png (3 B), log.txt (5 B)");
  CHECK(lines[1].text == "📎 dump (4.1 MB) – to be seen on Slack");
  CHECK(out[2].kind == "fetch_files");
  CHECK(out[2].destination == "slack:files");
  REQUIRE(out[2].body["files"].as_list().size() == 2);  // the second one is too large
  CHECK(out[2].body["files"].as_list()[1]["relay"]["n"].as_int() == 2);
  CHECK(out[2].body["bytes_max"].as_int() == relayed_file_bytes_max);
  ChatEvent came = from_slack("relay_file");
  came.user.clear();
  came.about.post_id = "1.1";
  came.about.author = "ana";
  came.found = 2;
  came.files = {{.id = "slack-F3", .name = "../lo\"g.txt", .bytes = "token=hunter2-canary!", .type = "text/plain"}};
  const auto shown = d.sent(came);
  REQUIRE(shown.size() == 1);  // not to Slack, which has it, and not to the web room, whose files are its own
  CHECK(shown[0].destination == "mattermost:#ops");
  CHECK(shown[0].body["post_id"].as_string() == "file-1.1-2");
  CHECK(shown[0].body["thread"].as_string() == "1.1");
  const Message m = message_from(shown[0].body["message"]);
  REQUIRE(m.attachments.size() == 1);
  CHECK(m.attachments[0].name == ".._lo_g.txt");
  CHECK(m.attachments[0].text == "token=[REDACTED:named-secret]");
  CHECK(m.text.contains("Ana \\*Sousa\\*"));
}

TEST_CASE(
    "rooms that are one: drawings with scripts, empty and too large files stay and this is said; a deletion takes all "
    "along") {
  Files d;
  ChatEvent came = from_slack("relay_file");
  came.about.post_id = "1.1";
  came.files = {{.id = "1", .name = "x.SVG", .bytes = "<svg/>", .type = {}},
                {.id = "2", .name = "x", .bytes = "<svg/>", .type = "image/svg+xml"},
                {.id = "3", .name = "x", .bytes = "", .type = {}},
                {.id = "4", .name = "x", .bytes = std::string(relayed_file_bytes_max + 1, 'x'), .type = {}}};
  for (const OutMessage& m : d.sent(came)) {
    CHECK(m.body["post_id"].as_string() == "file-1.1-0");
    CHECK(message_from(m.body["message"]).text.contains("– to be seen on Slack"));
    CHECK(message_from(m.body["message"]).attachments.empty());
  }
  came.files.clear();
  came.about.files = {{.id = "F1", .name = "graph.png", .type = {}, .size = 3, .sha256 = {}, .url = {}, .why = "gone"}};
  REQUIRE(d.sent(came).size() == 1);
  CHECK(message_from(d.sent(came)[0].body["message"]).text == "📎 graph.png (3 B) – to be seen on Slack");
  ChatEvent gone = from_slack("delete");
  gone.about.author = "ana";
  gone.about.files = {{.id = "F1", .name = "graph.png", .type = {}, .size = 3, .sha256 = {}, .url = {}}};
  const auto out = d.sent(gone);
  const OutMessage& last = out.back();
  CHECK((last.kind == "delete" && last.destination == "mattermost:#ops"));
  CHECK(last.body["post_id"].as_string() == "file-1.1-0");
}

TEST_CASE("without rooms that are one no bytes are asked for, and a file of the web room goes to those that are") {
  Files d;
  ChatEvent e = from_slack("message");
  e.channel = "#elsewhere";
  e.noted = {{.id = "F1", .name = "graph.png", .type = {}, .size = 3, .sha256 = {}, .url = {}}};
  for (const OutMessage& m : d.decide(e)) CHECK(m.kind != "fetch_files");
  ChatEvent web = from_slack("message");
  web.platform = "room";
  web.files = {{.id = "f", .name = "graph.png", .bytes = "png", .type = {}}};
  std::vector<std::string> where;
  for (const OutMessage& m : d.sent(web))
    if (m.body["post_id"].as_string() == "file-1.1-0") where.push_back(m.destination);
  CHECK(where == std::vector<std::string>{"mattermost:#ops", "slack:#ops"});
}

TEST_CASE("a person is who the configuration says, by name or by id, on that platform only") {
  Desk d;
  const ChatDirectory& mattermost = d.links.directory("mattermost");
  CHECK(mattermost.person("ana.s", "0") == "ana");
  CHECK(mattermost.person("renamed", "abcdefghijklmnopqrstuvwxyz") == "ben");
  CHECK(mattermost.person("ana", "0").empty());  // a person's id is no handle
  CHECK(mattermost.person("u1", "0").empty());
  CHECK(mattermost.handle("ana") == "Ana.S");
  CHECK(mattermost.handle("mattermost:guest") == "guest");
  CHECK(mattermost.handle("nobody").empty());
}

TEST_CASE("links are written through and answered both ways") {
  Desk d;
  ChatDirectory& mattermost = d.links.directory("mattermost");
  mattermost.link("channel", "inc-1", "a");
  mattermost.link("channel", "inc-1", "a");
  mattermost.link("channel", "inc-1", "b");
  CHECK(mattermost.theirs("channel", "inc-1") == "b");
  CHECK(mattermost.ours("channel", "b") == "inc-1");
  CHECK(mattermost.ours("channel", "a").empty());
  CHECK(d.links.directory("slack").theirs("channel", "inc-1").empty());
  CHECK(d.store.written == Out{"mattermost channel inc-1 a", "mattermost channel inc-1 b"});
}

TEST_CASE("settings: the token leaves the environment, halves and sandboxes are refused by name") {
  const auto with = [](const char* url, const char* token, bool sandbox) {
    ::unsetenv("MATTERMOST_URL");
    ::unsetenv("MATTERMOST_TOKEN");
    if (url) ::setenv("MATTERMOST_URL", url, 1);
    if (token) ::setenv("MATTERMOST_TOKEN", token, 1);
    auto settings = chat_settings({}, sandbox);
    CHECK(std::getenv("MATTERMOST_TOKEN") == nullptr);
    ::unsetenv("MATTERMOST_URL");
    return settings;
  };
  CHECK(with("https://chat.example", "secret", false)->mattermost.at(0).token == "secret");
  CHECK(with(" https://chat.example\n", "secret\r\n", false)->mattermost.at(0).token == "secret");
  CHECK(with(" https://chat.example\n", "secret", false)->mattermost.at(0).url == "https://chat.example");
  CHECK(with(nullptr, nullptr, true)->empty());
  CHECK(with("https://chat.example", nullptr, false).error().message.starts_with("MATTERMOST_TOKEN is missing"));
  CHECK(with(nullptr, "secret", false).error().message.starts_with("MATTERMOST_URL is missing"));
  CHECK(with("chat.example", "secret", false).error().message.starts_with("MATTERMOST_URL is no address"));
  ::setenv("MATTERMOST_CALLBACK_URL", "bot.internal:8080", 1);
  const auto callback = with("https://chat.example", "secret", false);
  ::unsetenv("MATTERMOST_CALLBACK_URL");
  REQUIRE_FALSE(callback);
  CHECK(callback.error().message == "MATTERMOST_CALLBACK_URL is no address: bot.internal:8080");
  ::setenv("MATTERMOST_PROXY", "socks5://ana:canary@proxy:1080", 1);
  const auto proxy = with("https://chat.example", "secret", false);
  ::unsetenv("MATTERMOST_PROXY");
  REQUIRE_FALSE(proxy);
  CHECK(proxy.error().message == "MATTERMOST_PROXY is no address of an HTTP proxy.");
  CHECK_FALSE(proxy.error().next_step.contains("canary"));
  CHECK(with("https://chat.example", "secret", true).error().message.find("secret") == std::string::npos);
  CHECK_FALSE(with("https://chat.example", "secret", true));
}

namespace {

// A platform that takes a message and is done with it when it is told to.
class Slow final : public ChatPlatform {
 public:
  std::string name() const override { return "slack"; }
  void deliver(const OutMessage& m, Done done) override {
    order.push_back(m.body["post_id"].as_string());
    done_ = std::move(done);
  }
  void on_event(Listener) override {}
  bool connected() const override { return true; }
  void go_on() { std::exchange(done_, {})({}); }
  std::vector<std::string> order;

 private:
  Done done_;
};

// A platform that was away and reads what was said there meanwhile, until it is told that it has.
class Reading final : public ChatPlatform {
 public:
  std::string name() const override { return "mattermost"; }
  void deliver(const OutMessage&, Done done) override { done({}); }
  void on_event(Listener) override {}
  bool connected() const override { return true; }
  bool reads_before(const std::string&, const CopiesWaiting&) override { return reading; }
  bool reading = true;
};

PendingOut waits(TimeMs made, const std::string& post, Value more) {
  char id[32];
  std::snprintf(id, sizeof id, "%011llx-x-%s", static_cast<unsigned long long>(made), post.c_str());
  more.set("post_id", post);
  return {{id, "slack:#inc-1", "post", std::move(more)}, 0, 0};
}

}  // namespace

TEST_CASE("of a long queue the age is known, and a page goes before the answers to commands") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  Outbox outbox(store, clock);
  Slow slack;
  outbox.attach(slack);
  CHECK(outbox.backlog("slack").waiting == 0);
  CHECK(outbox.backlog("slack").since == 0);
  for (int i = 0; i < 20; ++i)
    outbox.add(waits(clock.now() + i, "reply-" + std::to_string(i), Value::Map{{"urgent", true}}));
  outbox.add(waits(clock.now() + 30, "page-ben", Value::Map{{"urgent", true}, {"direct", true}}));
  outbox.add(waits(clock.now() + 31, "page", Value::Map{{"urgent", true}, {"calls", Value::List{"ben"}}}));
  outbox.add(waits(clock.now() + 32, "reply-page", Value::Map{{"urgent", true}}));
  CHECK(outbox.backlog("slack").waiting == 23);
  CHECK(outbox.backlog("slack").since == clock.now());
  CHECK(outbox.backlog("sla").waiting == 0);
  for (int i = 0; i < 23; ++i) slack.go_on();
  REQUIRE(slack.order.size() == 23);
  CHECK(Out(slack.order.begin(), slack.order.begin() + 4) == Out{"reply-0", "page-ben", "page", "reply-1"});
  CHECK(slack.order.back() == "reply-page");
}

TEST_CASE("nothing is said to whoever is being taken out of a channel, however urgent it is") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  Outbox outbox(store, clock);
  Slow slack;
  outbox.attach(slack);
  for (int i = 0; i < 20; ++i) outbox.add(waits(clock.now() + i, "card-" + std::to_string(i), {}));
  PendingOut out = waits(clock.now() + 30, "", Value::Map{{"people", Value::List{"ben"}}});
  out.message.kind = "remove";
  outbox.add(out);
  outbox.add(waits(clock.now() + 31, "page", Value::Map{{"urgent", true}, {"calls", Value::List{"ana"}}}));
  for (int i = 0; i < 22; ++i) slack.go_on();
  REQUIRE(slack.order.size() == 22);
  CHECK(Out(slack.order.begin() + 20, slack.order.end()) == Out{"", "page"});
}

TEST_CASE("what waits for its time is not under way, and its wait stays as long as it was when the clock is set") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  Outbox outbox(store, clock);
  Slow slack;
  outbox.attach(slack);
  int tried = 0;
  outbox.set_carrier([&tried](const OutMessage&, const std::function<void(Result<void>)>& done) {
    ++tried;
    done(fail(ErrorKind::unavailable, "503"));
  });
  outbox.set_judge([](const OutMessage&, int, const Result<void>&) {
    return AfterAttempt{AfterAttempt::Next::again, hour_ms, "503"};
  });
  outbox.add({{"e:hook", "webhook:hook", "incident.declared", {}}, 0, 0});
  CHECK(outbox.under_way() == 0);
  outbox.add(waits(clock.now(), "reply", {}));
  CHECK(outbox.under_way() == 1);
  slack.go_on();
  CHECK(outbox.under_way() == 0);
  clock.set(clock.now() - day_ms);
  outbox.clock_was_set(-day_ms);
  outbox.tick();
  CHECK(tried == 1);
  clock.set(clock.now() + hour_ms);
  outbox.tick();
  CHECK(tried == 2);
}

TEST_CASE("what an earlier process left waits no longer than the longest pause, whatever its clock said") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  Outbox outbox(store, clock);
  Slow slack;
  outbox.attach(slack);
  PendingOut late = waits(clock.now(), "reply", {});
  late.due_ms = clock.now() + 30 * day_ms;
  outbox.restore({late}, [](const std::string&) { return false; });
  CHECK(slack.order.empty());
  clock.set(clock.now() + 5 * minute_ms);
  outbox.tick();
  CHECK(outbox.under_way() == 1);
}

TEST_CASE("what its receiver asked to wait for longer waits for that, and no longer than that from the start on") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  for (const DurationMs until : {3 * hour_ms, 30 * day_ms}) {  // as asked; of a clock that was wrong
    CAPTURE(until);
    Outbox outbox(store, clock);
    std::vector<std::string> sent;
    outbox.set_carrier([&](const OutMessage& m, const std::function<void(Result<void>)>&) { sent.push_back(m.id); });
    PendingOut p{{"event", "webhook:pager", "incident.declared", Value::Map{{"since", clock.now()}}}, 1, 0};
    p.due_ms = clock.now() + until;
    const TimeMs start = clock.now();
    outbox.wait_as_asked({{"event", 3 * hour_ms}});
    outbox.restore({p}, [](const std::string&) { return false; });
    clock.set(start + 3 * hour_ms - 1);
    outbox.tick();
    CHECK(sent.empty());
    clock.set(start + 3 * hour_ms);
    outbox.tick();
    CHECK(sent.size() == 1);
  }
}

TEST_CASE("copies that wait until an earlier part is read are in the backlog") {
  NoStore store;
  VirtualClock clock(1'700'000'000'000);
  Outbox outbox(store, clock);
  Slow slack;
  Reading mattermost;
  outbox.attach(slack);
  outbox.attach(mattermost);
  for (int i = 0; i < 3; ++i)
    outbox.add(waits(clock.now() + i, "copy-" + std::to_string(i), Value::Map{{"relayed_from", "mattermost"}}));
  CHECK(slack.order.empty());
  CHECK(outbox.backlog("slack").waiting == 3);
  CHECK(outbox.backlog("slack").since == clock.now());
  CHECK(outbox.backlog("mattermost").waiting == 0);
  mattermost.reading = false;
  outbox.tick();
  CHECK(outbox.backlog("slack").waiting == 3);
  for (int i = 0; i < 3; ++i) slack.go_on();
  CHECK(slack.order == Out{"copy-0", "copy-1", "copy-2"});
  CHECK(outbox.backlog("slack").waiting == 0);
}
