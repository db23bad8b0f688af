#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

TEST_CASE("it connects, makes its channel, and hears a person with the name the configuration gives") {
  Rig rig;
  rig.start();
  REQUIRE(rig.platform->connected());
  CHECK(rig.platform->health().account == "@muster");
  CHECK(rig.platform->health().version == "5.37.0");
  CHECK(rig.platform->health().problem.empty());
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  const std::string root = rig.core.say(rig.ana, channel, "declare x");
  rig.core.say(rig.ana, channel, "in the thread", root);
  rig.settle();
  REQUIRE(rig.events.size() == 2);
  const ChatEvent e = rig.events.front();
  CHECK(e.platform == "mattermost");
  CHECK(e.channel == "#muster");
  CHECK(e.user == "p-ana");
  CHECK(e.text == "declare x");
  CHECK(e.post_id == root);
  CHECK_FALSE(e.direct);
  CHECK(rig.events.back().thread == root);
}

TEST_CASE("a mention of the account speaks to the bot, whatever the configuration calls it") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.platform.reset();
  rig.core.user(rig.bot).username = "ops-bot";
  rig.start();
  for (const char* line :
       {"@ops-bot status", "@Ops-Bot: note one\nand two", "ask @ops-bot", "@ops-bots status", "!status"})
    rig.core.say(rig.ana, channel, line);
  rig.settle();
  std::vector<std::string> texts;
  for (const ChatEvent& e : rig.events) texts.push_back(e.text);
  CHECK(texts == Heard{"@muster status", "@muster note one\nand two", "ask @ops-bot", "@ops-bots status", "!status"});
}

TEST_CASE("own posts, other bots, webhooks, command answers and system lines never speak") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  const std::string other = rig.core.add_user("robot", true);
  rig.core.join(channel, other);
  rig.core.join(channel, rig.ana);
  rig.core.say(rig.bot, channel, "!resolve");
  rig.core.say(other, channel, "!resolve");
  rig.core.say(rig.ana, channel, "!resolve", "", Value::Map{{"from_webhook", "true"}});
  rig.core.say(rig.ana, channel, "!resolve", "", Value::Map{}, "system_header_change");
  rig.core.say(rig.ana, channel, "!resolve", "", Value::Map{}, "slack_attachment");
  rig.settle();
  CHECK(rig.heard().empty());
  // Props are the author's to choose: a person who claims to be a bot stays a person.
  rig.core.say(rig.ana, channel, "me", "", Value::Map{{"from_bot", "true"}, {"override_username", "Ben"}});
  rig.settle();
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().user == "p-ana");
}

TEST_CASE("edits, deletions, reactions and pins are told once, and a pin of an old message is no new message") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  const std::string old = rig.core.say(rig.ana, channel, "one");
  rig.core.deliver_again(old);
  rig.core.edit(old, "two");
  rig.core.react(rig.ana, old, "eyes");
  rig.core.react(rig.ana, old, "eyes", false);
  rig.core.pin(old);
  rig.core.pin(old, false);
  rig.core.remove(old);
  rig.settle();
  CHECK(rig.heard() ==
        Heard{"message one", "edit two", "reaction eyes", "unreaction eyes", "pin ", "unpin ", "delete "});
  // Another process has heard it: nothing is remembered here.
  const std::string older = rig.core.say(rig.ana, channel, "!resolve");
  rig.settle();
  rig.heard();
  rig.pass(minute_ms);
  rig.stop();
  rig.pass(minute_ms);
  rig.start();
  rig.core.pin(older);
  rig.settle();
  CHECK(rig.heard() == Heard{"pin "});
}

TEST_CASE("a direct conversation is marked, and an unknown person keeps the server's name") {
  Rig rig;
  rig.start();
  const std::string ben = rig.core.add_user("ben");
  const std::string channel = rig.core.add_channel("", rig.bot + "__" + ben, "D");
  rig.core.join(channel, rig.bot);
  rig.core.join(channel, ben);
  rig.core.say(ben, channel, "help");
  rig.settle();
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().direct);
  CHECK(rig.events.front().user == "mattermost:ben");
  CHECK(rig.events.front().channel == "#direct-" + channel);
}

TEST_CASE("an incident's channel is opened, spoken in, changed and archived") {
  Rig rig;
  rig.start();
  rig.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"title", "INC-1 Slow"}, {"topic", "*SEV1*"}});
  rig.post("inc-1", "summary-INC-1", "*INC-1*");
  rig.send("pin", "inc-1", Value::Map{{"post_id", "summary-INC-1"}});
  rig.send("edit", "inc-1", Value::Map{{"post_id", "summary-INC-1"}, {"message", Value::Map{{"text", "changed"}}}});
  rig.send("topic", "inc-1", Value::Map{{"topic", "*SEV2*"}});
  rig.send("topic", "inc-1", Value::Map{{"topic", "*SEV2*"}});
  const auto* c = rig.core.channel_named("inc-1");
  REQUIRE(c);
  CHECK(c->display_name == "INC-1 Slow");
  CHECK(c->header == "**SEV2**");
  const auto* p = rig.core.post(rig.directory.theirs("post", "inc-1/summary-INC-1"));
  REQUIRE(p);
  CHECK(p->message == "changed");
  CHECK(p->pinned);
  int headers = 0;
  for (const auto* one : rig.core.posts_in(c->id)) headers += one->type == "system_header_change";
  CHECK(headers == 1);
  rig.send("archive", "inc-1", Value::Map{});
  rig.send("archive", "inc-1", Value::Map{});
  CHECK(rig.core.channel_named("inc-1")->delete_at > 0);
  for (const auto& [id, result] : rig.done) CHECK(result);
}

TEST_CASE("a taken name gets a number, an existing channel of people is joined for announcements") {
  Rig rig;
  const std::string alerts = rig.core.add_channel(rig.team, "alerts");
  rig.core.add_channel(rig.team, "inc-1");
  rig.start();
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", ""}});
  rig.post("inc-1", "a", "ours");
  rig.post("alerts", "b", "an alert");
  CHECK(rig.said_in("inc-1") == Heard{});
  CHECK(rig.said_in("inc-1-2") == Heard{"ours"});
  CHECK(rig.said_in("alerts") == Heard{"an alert"});
  CHECK(rig.core.channel(alerts)->members.contains(rig.bot));
}

TEST_CASE("a shared channel that people made is joined and keeps its header, a missing one is made with one") {
  Rig rig;
  const std::string theirs = rig.core.add_channel(rig.team, "muster");
  rig.core.set_header(theirs, "people wrote this");
  rig.config.channels = {"muster", "alerts"};
  rig.net.error = "not yet";
  rig.start();
  rig.send("open_channel", "muster", Value::Map{{"title", "muster"}, {"topic", "Talk to the bot"}});
  rig.send("open_channel", "alerts", Value::Map{{"title", "alerts"}, {"topic", "Alerts"}});
  rig.net.error.clear();
  rig.pass(minute_ms);
  CHECK(rig.core.channel(theirs)->header == "people wrote this");
  CHECK(rig.core.channel(theirs)->members.contains(rig.bot));
  CHECK(rig.core.channel_named("alerts")->header == "Alerts");
  CHECK(rig.core.channel_named("muster-2") == nullptr);
}

TEST_CASE("a channel whose making was not answered is taken over, not made twice") {
  Rig rig;
  rig.start();
  int made = 0;
  rig.core.fault_after = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.method != "POST" || q.path != "/api/v4/channels" || ++made > 1) return std::nullopt;
    return HttpResponse{.status = 0, .body = {}, .headers = {}};
  };
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", "x"}});
  rig.post("inc-1", "a", "hello");
  rig.pass(minute_ms);
  CHECK(rig.said_in("inc-1") == Heard{"hello"});
  CHECK(rig.core.channel_named("inc-1-2") == nullptr);
}

TEST_CASE("what is sent while the server is away waits in order and comes once") {
  Rig rig;
  rig.net.error = "no route";
  rig.start();
  CHECK_FALSE(rig.platform->connected());
  CHECK(rig.platform->health().problem ==
        "The server at MATTERMOST_URL (http://mattermost) cannot be reached: no route.");
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", ""}});
  for (int i = 0; i < 5; ++i) rig.post("inc-1", "p" + std::to_string(i), std::to_string(i));
  CHECK(rig.platform->health().waiting == 6);
  CHECK(rig.done.empty());
  rig.pass(minute_ms);
  CHECK(rig.platform->health().oldest_ms == minute_ms);
  rig.net.error.clear();
  rig.pass(2 * minute_ms);
  CHECK(rig.platform->connected());
  CHECK(rig.said_in("inc-1") == Heard{"0", "1", "2", "3", "4"});
  CHECK(rig.done.size() == 6);
  CHECK(rig.platform->health().waiting == 0);
}

TEST_CASE("a post whose answer got lost is not made twice: at once by its pending id, later by looking") {
  for (const DurationMs outage : {second_ms, 2 * minute_ms}) {
    CAPTURE(outage);
    Rig rig;
    rig.start();
    int posts = 0;
    const TimeMs until = rig.clock.now() + outage;
    rig.core.fault_after = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
      if (q.path != "/api/v4/posts" || ++posts > 1) return std::nullopt;
      return HttpResponse{.status = 0, .body = {}, .headers = {}};
    };
    rig.core.fault_before = [&](const HttpRequest&) -> std::optional<HttpResponse> {
      if (posts == 0 || rig.clock.now() >= until) return std::nullopt;
      return HttpResponse{.status = 502, .content_type = "text/html", .body = "<html>", .headers = {}};
    };
    rig.post("muster", "a", "once");
    rig.post("muster", "b", "after it");
    rig.pass(10 * minute_ms);
    CHECK(rig.said_in("muster") == Heard{"once", "after it"});
    CHECK(rig.done.size() == 2);
    CHECK_FALSE(rig.directory.theirs("post", "muster/a").empty());
  }
}

TEST_CASE("after a crash the same message is looked for before it is posted") {
  Rig rig;
  rig.start();
  rig.post("muster", "a", "hello");
  const OutMessage again{rig.done.front().first, "mattermost:#muster", "post",
                         Value::Map{{"post_id", "a"}, {"message", Value::Map{{"text", "hello"}}}}};
  rig.stop();
  rig.directory.links.erase({"post", "muster/a"});
  rig.pass(5 * minute_ms);
  rig.start();
  rig.deliver(again);
  CHECK(rig.said_in("muster") == Heard{"hello"});
  CHECK_FALSE(rig.directory.theirs("post", "muster/a").empty());
}

TEST_CASE("a cut websocket resumes: nothing is lost, nothing comes twice") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.core.say(rig.ana, channel, "before");
  rig.settle();
  rig.core.cut_all();
  rig.core.say(rig.ana, channel, "while away");
  rig.pass(10 * second_ms);
  rig.core.say(rig.ana, channel, "after");
  rig.settle();
  CHECK(rig.heard() == Heard{"message before", "message while away", "message after"});
  CHECK(rig.net.last_websocket_url.find("sequence_number=") != std::string::npos);
  CHECK(rig.platform->connected());
}

TEST_CASE("a connection that the server forgot is caught up over REST, threads, edits and deletions too") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  const std::string a = rig.core.say(rig.ana, channel, "a"), b = rig.core.say(rig.ana, channel, "b");
  rig.settle();
  CHECK(rig.heard() == Heard{"message a", "message b"});
  rig.pass(minute_ms);
  rig.core.cut_all();
  rig.core.forget_connections();
  rig.core.say(rig.ana, channel, "reply", a);
  rig.core.edit(a, "a2");
  rig.core.remove(b);
  rig.pass(30 * second_ms);
  CHECK(rig.heard() == Heard{"message reply", "edit a2", "delete "});
  CHECK(rig.platform->health().caught_up > 0);
}

TEST_CASE("missing numbers are noticed and what they carried arrives in order") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.settle();
  rig.core.skip_frames(1);
  rig.core.say(rig.ana, channel, "lost");
  rig.core.say(rig.ana, channel, "shows the gap");
  rig.pass(10 * second_ms);
  CHECK(rig.heard() == Heard{"message lost", "message shows the gap"});
  CHECK(rig.platform->health().gaps == 1);
}

TEST_CASE("what was said while the bot was down is heard after the start, what was said before it ever came is not") {
  Rig rig;
  const std::string channel = rig.core.add_channel(rig.team, "muster");
  rig.core.join(channel, rig.bot);
  rig.core.join(channel, rig.ana);
  rig.core.say(rig.ana, channel, "ancient");
  rig.start();
  CHECK(rig.heard().empty());
  rig.core.say(rig.ana, channel, "heard");
  rig.settle();
  rig.pass(minute_ms);
  CHECK(rig.heard() == Heard{"message heard"});
  rig.stop();
  rig.core.say(rig.ana, channel, "while down");
  rig.pass(hour_ms);
  rig.start();
  CHECK(rig.heard() == Heard{"message while down"});
}

TEST_CASE("an event that could not be stored comes again") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.pass(minute_ms);
  rig.refuse_events = true;
  rig.core.say(rig.ana, channel, "precious");
  rig.settle();
  CHECK(rig.heard() == Heard{"message precious"});
  rig.refuse_events = false;
  rig.pass(30 * second_ms);
  CHECK(rig.heard() == Heard{"message precious"});
}

TEST_CASE("each wrong setting gets one sentence that names it, and is tried again") {
  const auto problem = [](const std::function<void(Rig&)>& spoil) {
    Rig rig;
    spoil(rig);
    rig.start();
    CHECK_FALSE(rig.platform->connected());
    CHECK_FALSE(rig.platform->health().next_step.empty());
    return rig.platform->health().problem;
  };
  CHECK(problem([](Rig& r) { r.config.token = "wrong"; }) ==
        "The server at http://mattermost does not accept MATTERMOST_TOKEN.");
  CHECK(problem([](Rig& r) { r.config.token = r.core.add_token(r.ana); }) ==
        "MATTERMOST_TOKEN belongs to @ana, a person's account and not a bot account.");
  CHECK(problem([](Rig& r) { r.config.token = r.core.add_token(r.core.add_user("lonely", true)); }) ==
        "The bot account @lonely is in no team.");
  CHECK(problem([](Rig& r) { r.config.team = "sales"; }) ==
        "MATTERMOST_TEAM names sales, but @muster is only in: ops.");
  CHECK(problem([](Rig& r) { r.core.join_team(r.core.add_team("sales"), r.bot); }) ==
        "The bot account @muster is in several teams: ops, sales.");
  CHECK(problem([](Rig& r) {
          r.core.fault_before = [](const HttpRequest&) {
            return HttpResponse{.status = 200, .body = "<html>a shop</html>", .headers = {}};
          };
        }) == "What answers at MATTERMOST_URL (http://mattermost) is not Mattermost's API.");
  Rig rig;
  rig.config.team = "sales";
  rig.start();
  const std::string sales = rig.core.add_team("sales");
  rig.core.join_team(sales, rig.bot);
  rig.pass(6 * minute_ms);
  CHECK(rig.platform->connected());
}

TEST_CASE("a revoked token is noticed though the websocket goes on, and what waits is not lost") {
  Rig rig;
  rig.start();
  rig.pass(second_ms);
  rig.core.revoke(rig.token);
  rig.post("muster", "a", "still to be said");
  rig.pass(5 * minute_ms);
  CHECK_FALSE(rig.platform->connected());
  CHECK(rig.platform->health().problem == "The server at http://mattermost does not accept MATTERMOST_TOKEN.");
  CHECK(rig.done.empty());
}

TEST_CASE("a message over the limit becomes a file with its beginning as text") {
  Rig rig;
  rig.start();
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + "\n";
  rig.post("muster", "long", text);
  const auto* p = rig.core.post(rig.directory.theirs("post", "muster/long"));
  REQUIRE(p);
  REQUIRE(p->file_ids.size() == 1);
  CHECK(p->message.size() < 1100);
  CHECK(p->message.starts_with("line 0\nline 1\n"));
  CHECK(rig.core.file(p->file_ids.front())->data.find("line 2999") != std::string::npos);
}

TEST_CASE("private answers: ephemeral where the account may, else a direct message that says where it belongs") {
  for (const bool may : {true, false}) {
    CAPTURE(may);
    Rig rig({.bots_may_ephemeral = may});
    rig.start();
    rig.core.take_happenings();
    rig.post("muster", "x", "only you", Value::Map{{"private_to", "p-ana"}});
    const auto happened = rig.core.take_happenings();
    REQUIRE(happened.size() == 1);
    CHECK(happened.front().kind == (may ? "ephemeral" : "post"));
    CHECK(happened.front().to == "ana");
    CHECK(happened.front().text == (may ? "only you" : "~muster: only you"));
    CHECK(rig.said_in("muster").empty());
  }
}

TEST_CASE("who is called is mentioned by his name there, and gets a direct message, not one that passes by") {
  Rig rig({.bots_may_ephemeral = true});
  rig.start();
  rig.core.take_happenings();
  rig.post("muster", "x", "come", Value::Map{{"private_to", "p-ana"}, {"direct", true}});
  auto happened = rig.core.take_happenings();
  REQUIRE(happened.size() == 1);
  CHECK(happened.front().kind == "post");
  CHECK(happened.front().to == "ana");
  Value calls = Value::Map{};
  calls.set("calls", Value::List{"p-ana", "nobody"});
  rig.post("muster", "y", "@p-ana @nobody come, says " + plain("@p-ana "), calls);
  happened = rig.core.take_happenings();
  REQUIRE(happened.size() == 1);
  CHECK(happened.front().text == "@ana @\u200Bnobody come, says @\u200Bp-ana ");
}

TEST_CASE("who was called and has no account any more is named where they were called") {
  Rig r;
  r.start();
  r.directory.people["p-gone"] = "renamed";
  r.post("muster", "x", "come", Value::Map{{"private_to", "p-gone"}, {"direct", true}});
  CHECK(r.said_in("muster").back().contains("renamed got no direct message on Mattermost: no such account"));
  r.post("muster", "y", "an answer", Value::Map{{"private_to", "p-gone"}});
  CHECK(r.said_in("muster").size() == 1);  // an answer that only one person was to see is nobody's business
}

TEST_CASE("a rate limit is obeyed: everything arrives in order and is never refused twice in a row") {
  Rig rig({.rate_per_second = 2, .rate_burst = 10, .doubled_headers = true});
  rig.start();
  rig.pass(minute_ms);
  Heard expected;
  for (int i = 0; i < 60; ++i) {
    rig.post("muster", "p" + std::to_string(i), std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  rig.pass(5 * minute_ms);
  Heard said = rig.said_in("muster");
  CHECK(std::erase_if(said, [](const std::string& line) { return line.starts_with("⏳"); }) == 1);
  CHECK(said == expected);
  CHECK(rig.platform->health().refused > 0);
  CHECK(rig.platform->health().refused < 10);
  const std::vector<int> twice = {429, 429};
  CHECK(std::ranges::search(rig.net.statuses, twice).empty());
}

TEST_CASE("of several waiting edits of one post only the last is sent, and all count as delivered") {
  Rig rig;
  rig.start();
  rig.post("muster", "a", "0");
  rig.core.take_happenings();
  for (int i = 1; i <= 200; ++i) {
    rig.platform->deliver({"e" + std::to_string(i), "mattermost:#muster", "edit",
                           Value::Map{{"post_id", "a"}, {"message", Value::Map{{"text", std::to_string(i)}}}}},
                          [&](const Result<void>& r) { rig.done.emplace_back("e", r); });
  }
  rig.settle();
  CHECK(rig.said_in("muster") == Heard{"200"});
  CHECK(rig.core.take_happenings().size() == 2);
  CHECK(rig.done.size() == 201);
}

TEST_CASE("a pressed button is its typed twin, once; a forged or old one does nothing") {
  Rig rig;
  rig.config.callback_url = "http://bot:8080/in/mattermost/act";
  std::string last_body;
  rig.core.set_integration([&](const std::string& url, const std::string& body) {
    CHECK(url == "http://bot:8080/in/mattermost/act");
    last_body = body;
    HttpResponse answer{.status = 504, .body = {}, .headers = {}};
    rig.platform->click(body, [&answer](HttpResponse r) { answer = std::move(r); });
    rig.settle();
    return answer;
  });
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.core.add_token(rig.ana);
  const Value button = Value::Map{{"label", "Take command"}, {"command", "lead me"}, {"style", "primary"}};
  const Value message = Value::Map{{"text", "INC-1"}, {"buttons", Value::List{button}}};
  rig.send("post", "muster", Value::Map{{"post_id", "s"}, {"message", message}});
  const std::string post = rig.directory.theirs("post", "muster/s");
  CHECK(rig.core.post(post)->message == "INC-1\n↳ `!lead me`");
  rig.clock.set(rig.clock.now() / (10 * second_ms) * 10 * second_ms + 9'900);
  CHECK(rig.core.click(rig.ana, post, "b0").status == 200);
  rig.clock.set(rig.clock.now() + 200);  // also when the seconds turn to the next ten
  CHECK(rig.core.click(rig.ana, post, "b0").status == 200);
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().kind == "button");
  CHECK(rig.events.front().text == "lead me");
  CHECK(rig.events.front().user == "p-ana");
  // A bot may send nothing ephemeral; the answer to the press may.
  rig.says_alone.text = "you may not";
  rig.clock.set(rig.clock.now() + minute_ms);
  rig.core.take_happenings();
  CHECK(rig.core.click(rig.ana, post, "b0").status == 200);
  const auto told = rig.core.take_happenings();
  REQUIRE(told.size() == 1);
  CHECK(told.front().kind == "ephemeral");
  CHECK(told.front().to == "ana");
  CHECK(told.front().text == "you may not");
  rig.heard();
  HttpResponse got{.status = 0, .body = {}, .headers = {}};
  const auto try_click = [&](const std::string& body) {
    rig.platform->click(body, [&](HttpResponse r) { got = std::move(r); });
    rig.settle();
  };
  std::string forged = last_body;
  forged.replace(forged.find("lead me"), 7, "resolve");
  try_click(forged);
  CHECK(got.body.contains("더 이상 쓸 수 없는 버튼"));  // what Ana reads
  CHECK_FALSE(got.body.contains("resolve"));
  try_click("no json");
  CHECK(got.status == 403);
  rig.clock.set(rig.clock.now() + 8 * day_ms);
  try_click(last_body);
  CHECK(got.status == 200);
  CHECK(got.body.contains("오래되어 쓸 수 없는 버튼입니다. `!lead me`"));
  rig.stop();
  rig.start();  // who Ana is was not asked yet
  try_click(forged);
  CHECK(got.body.contains("더 이상 쓸 수 없는 버튼"));
  CHECK(rig.heard().empty());
}

TEST_CASE("a crash right after a channel became ours loses nothing that is said until the bot is back") {
  Rig r;
  r.start();
  r.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}});
  r.core.join(r.channel("inc-1"), r.ana);
  const std::string theirs =
      r.core.add_channel(r.team, "shop");  // people's own: the bot is asked in, and hears one line
  r.core.join(theirs, r.bot);
  r.core.join(theirs, r.ana);
  r.core.say(r.ana, theirs, "안녕");
  r.settle();
  CHECK(r.heard() == std::vector<std::string>{"message 안녕"});
  const auto on_disk = r.directory.links;
  r.stop();
  r.directory.links = on_disk;  // nothing is saved by who crashes
  r.core.say(r.ana, r.channel("inc-1"), "끊긴 동안");
  r.core.say(r.ana, theirs, "여기서도");
  r.start();
  std::vector<std::string> heard = r.heard();
  std::ranges::sort(heard);
  CHECK(heard == std::vector<std::string>{"message 끊긴 동안", "message 여기서도"});
}

TEST_CASE("what waits at a restart names channels as links, also while no websocket opens") {
  Rig r;
  r.start();
  r.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}});
  r.stop();
  r.core.fault_before = [](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (!q.path.ends_with("/websocket")) return std::nullopt;
    return HttpResponse{.status = 502, .body = {}, .headers = {}};
  };
  r.start();
  r.post("muster", "p1", "Look into #inc-1");
  CHECK(r.said_in("muster").back() == "Look into ~inc-1");
}

TEST_CASE("a channel that is called otherwise there is used, and none is made under our name") {
  Rig r;
  const std::string id = r.core.add_channel(r.team, "ops-bot");
  r.core.join(id, r.ana);
  r.config.channel_names = {{"muster", "ops-bot"}};
  r.start();
  r.post("muster", "p1", "hello there");
  r.settle();
  CHECK(r.said_in("ops-bot") == std::vector<std::string>{"hello there"});
  CHECK(r.core.channel_named("muster") == nullptr);
  r.core.say(r.ana, id, "help");
  r.settle();
  REQUIRE(r.events.size() == 1);
  CHECK(r.events[0].channel == "#muster");
}

TEST_CASE("people of the rules are invited one by one, and one who cannot be keeps nobody out") {
  Rig r;
  const std::string ben = r.core.add_user("ben");
  r.core.join_team(r.team, ben);
  r.core.add_user("outsider");  // in no team
  r.directory.people["p-out"] = "outsider";
  r.directory.people["p-ben"] = "ben";
  r.start();
  r.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}});
  r.send("invite", "inc-1", Value::Map{{"people", Value::List{"p-out", "p-nobody", "p-ben"}}});
  r.settle();
  CHECK(r.core.channel_named("inc-1")->members.contains(ben));
  CHECK(r.core.posts_in(r.channel("inc-1")).back()->message ==
        "⚠️ Not invited: outsider \\(not in the team\\). Whoever is needed has to be called: `page @name because "
        "…`.");
  REQUIRE(r.done.size() == 2);
  CHECK(r.done.back().second.has_value());
}

TEST_CASE("links stand in the header, whole or not at all, and cannot break out of it") {
  Rig r;
  r.start();
  const auto link = [](const std::string& url) { return Value::Map{{"title", "Run*book"}, {"url", url}}; };
  const Value links = Value::List{link("https://w/a (b)"), link("https://w/" + std::string(1100, 'x'))};
  r.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "SEV1"}, {"links", links}});
  CHECK(r.core.channel_named("inc-1")->header == "SEV1 · [Run\\*book](https://w/a%20%28b%29)");
}

TEST_CASE("a channel that is archived by hand is told of, and reopening one that is live makes no second") {
  Rig r;
  r.start();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  r.send("open_channel", "inc-1", opened);
  const std::string id = r.channel("inc-1");
  r.core.archive(id);
  r.core.archive(r.core.add_channel(r.team, "theirs"));
  r.settle();
  REQUIRE(r.events.size() == 1);
  CHECK(r.events.front().kind == "archived");
  CHECK(r.events.front().channel == "#inc-1");
  CHECK(r.events.front().user.empty());  // no server says who
  r.core.restore(id);
  opened.set("again", true);
  r.send("open_channel", "inc-1", opened);
  r.post("inc-1", "p1", "back");
  CHECK(r.said_in("inc-1") == std::vector<std::string>{"back"});
  CHECK(r.core.channel_named("inc-1-2") == nullptr);
}

TEST_CASE("put out of a channel and in again: what was said there meanwhile is read, and stated from when to when") {
  Rig r;
  r.start();
  const std::string id = r.channel("muster");
  r.core.join(id, r.ana);
  r.core.say(r.ana, id, "before");
  r.settle();
  const TimeMs heard = r.clock.now();
  r.pass(5 * minute_ms);
  r.coverage.clear();
  r.core.leave(id, r.bot);
  r.settle();
  r.core.say(r.ana, id, "while it was out");
  r.pass(minute_ms);
  r.core.join(id, r.bot);
  r.settle();
  r.core.say(r.ana, id, "after");
  r.settle();
  CHECK(r.heard() == std::vector<std::string>{"message before", "message while it was out", "message after"});
  REQUIRE(r.coverage.size() == 1);
  CHECK(r.coverage.front().channel == "#muster");
  CHECK(r.coverage.front().from_ms >= heard);
  CHECK(r.coverage.front().from_ms < heard + second_ms);
}

TEST_CASE(
    "more was said while nobody listened than the server tells at once: it is read page by page, once, in order") {
  Rig r;
  r.start();
  const std::string id = r.channel("muster");
  r.core.join(id, r.ana);
  r.core.say(r.ana, id, "before");
  r.pass(2 * minute_ms);
  r.events.clear();
  r.core.cut_all();
  r.core.forget_connections();
  for (int n = 0; n < 1'450; ++n) {
    r.core.say(r.ana, id, "said " + std::to_string(n));
    r.clock.set(r.clock.now() + 1);
  }
  r.pass(3 * minute_ms);
  const std::vector<std::string> heard = r.heard();
  REQUIRE(heard.size() == 1'450);
  for (int n = 0; n < 1'450; ++n) CHECK(heard[static_cast<std::size_t>(n)] == "message said " + std::to_string(n));
  REQUIRE_FALSE(r.coverage.empty());
  CHECK(r.coverage.back().notes == std::vector<CoverageNote>{{"changes_cut"}});
}

TEST_CASE("a channel that cannot be restored gets a successor with the same name of ours") {
  Rig r;
  r.start();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  r.send("open_channel", "inc-1", opened);
  r.send("archive", "inc-1", Value::Map{{"channel", "inc-1"}});
  opened.set("again", true);
  r.send("open_channel", "inc-1", opened);
  r.post("inc-1", "p1", "back");
  r.settle();
  CHECK(r.core.channel_named("inc-1")->delete_at != 0);
  CHECK(r.said_in("inc-1-2") == std::vector<std::string>{"back"});
}

TEST_CASE("what is said with /me comes without the server's asterisks, and is told only") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  rig.core.say(rig.ana, channel, "*looks at the pool*", "", Value::Map{}, "me");
  rig.core.say(rig.ana, channel, "*strong*");
  rig.settle();
  REQUIRE(rig.events.size() == 2);
  CHECK(rig.events[0].text == "looks at the pool");
  CHECK(rig.events[0].is_told_only);
  CHECK(rig.events[1].text == "*strong*");
  CHECK_FALSE(rig.events[1].is_told_only);
}

TEST_CASE("a post that names a channel which is being opened waits for it, and what comes behind stays behind") {
  Rig rig;
  rig.start();
  bool refuse = true;
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    const bool makes = q.method == "POST" && q.path == "/api/v4/channels";
    return makes && refuse ? std::optional(HttpResponse{.status = 500, .body = "{}", .headers = {}}) : std::nullopt;
  };
  rig.send("open_channel", "inc-7", Value::Map{{"channel", "inc-7"}, {"topic", "SEV2"}});
  rig.post("muster", "p1", "first: #inc-7 is open");
  rig.post("muster", "p2", "second");
  rig.pass(2 * second_ms);
  CHECK(rig.said_in("muster").empty());
  refuse = false;
  rig.pass(10 * second_ms);
  CHECK(rig.said_in("muster") == std::vector<std::string>{"first: ~inc-7 is open", "second"});
  refuse = true;
  rig.send("open_channel", "inc-8", Value::Map{{"channel", "inc-8"}, {"topic", "SEV2"}});
  rig.post("muster", "p3", "third: #inc-8 is open");
  rig.pass(19 * second_ms);
  CHECK(rig.said_in("muster").size() == 2);
  rig.pass(3 * second_ms);
  CHECK(rig.said_in("muster").size() == 3);
}

TEST_CASE("a summary that somebody deleted is told of, posted anew with the next edit and pinned: once") {
  Rig rig;
  rig.start();
  rig.post("muster", "summary-INC-7", "INC-7 is open");
  rig.post("muster", "answer-1", "an answer");
  const auto there = [&rig](const std::string& post) { return rig.directory.theirs("post", "muster/" + post); };
  const auto edit = [&rig](const std::string& post, const std::string& text) {
    rig.send("edit", "muster", Value::Map{{"post_id", post}, {"message", Value::Map{{"text", text}}}});
    CHECK(rig.done.back().second.has_value());
  };
  const std::string first = there("summary-INC-7");
  rig.events.clear();
  rig.core.remove(first);
  rig.core.remove(there("answer-1"));
  rig.settle();
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().kind == "gone");
  CHECK(rig.events.front().post_id == "summary-INC-7");
  edit("answer-1", "an edited answer");
  edit("summary-INC-7", "INC-7 is mitigated");
  REQUIRE(rig.said_in("muster").size() == 1);
  CHECK(rig.said_in("muster").front().starts_with("INC-7 is mitigated"));
  CHECK(rig.said_in("muster").front().contains("Deleted once more, it stays away"));
  const std::string second = there("summary-INC-7");
  CHECK(second != first);
  CHECK(rig.core.post(second)->pinned);
  rig.core.remove(second);
  rig.settle();
  edit("summary-INC-7", "INC-7 is resolved");
  CHECK(rig.said_in("muster").empty());
}

TEST_CASE("a post that was edited before its delivery was noted is found again after a restart, not made twice") {
  Rig rig;
  rig.start();
  rig.post("muster", "said-1", "as it was");
  const OutMessage first{rig.done.back().first, "mattermost:#muster", "post",
                         Value::Map{{"post_id", "said-1"}, {"message", Value::Map{{"text", "as it was"}}}}};
  rig.send("edit", "muster", Value::Map{{"post_id", "said-1"}, {"message", Value::Map{{"text", "as it is"}}}});
  rig.stop();
  rig.pass(minute_ms);  // the server no longer knows the post by its pending id
  rig.start();
  OutMessage again = first;
  again.body.set("tried", true);
  rig.deliver(again);
  CHECK(rig.said_in("muster") == std::vector<std::string>{"as it is"});
}
