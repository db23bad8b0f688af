// What people say and do is heard once, as they wrote it.
#include <doctest/doctest.h>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

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
