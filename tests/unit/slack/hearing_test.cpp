// What people say and do is heard once, as they wrote it, and acknowledged when it is stored.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

TEST_CASE("a line of a person is heard once, though it comes as a mention, as a message, and again") {
  SlackWorld w;
  w.begin();
  w.core.deliver_twice = true;
  w.say("U1", "muster", "<@UBOT> status");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].user == "ana");
  CHECK(w.heard[0].channel == "#muster");
  CHECK(w.heard[0].text == "@muster status");
  CHECK(w.heard[0].platform == "slack");
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("a mention of the account speaks to the bot, whatever the configuration calls it") {
  SlackWorld w;
  w.bot_handle = "ops-bot";
  w.begin();
  w.say("U1", "muster", "<@UBOT> status");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].text == "@ops-bot status");
}

TEST_CASE("nothing is acknowledged before it is stored, and then it comes again") {
  SlackWorld w;
  w.begin();
  w.store_works = false;
  w.say("U1", "muster", "!status");
  CHECK(w.core.unacknowledged() == 1);
  w.store_works = true;
  w.pass(10 * second_ms);
  REQUIRE(w.heard.size() == 1);
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("bots, our own posts and unfolding links are not heard") {
  SlackWorld w;
  w.begin();
  w.say("U7", "muster", "!deploy api to prod");
  CHECK(w.post("muster", "own words"));
  const std::string ts = w.say("U1", "muster", "look: http://example.com");
  w.core.unfurl(w.channel("muster"), ts);
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].post_id == ts);
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("edits, deletes, reactions, pins and replies name the message they are about") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U1", "muster", "first");
  w.clock.set(w.clock.now() + 1'000);
  w.say("U2", "muster", "reply", ts);
  w.core.edit(w.channel("muster"), ts, "second");
  w.core.react("U2", w.channel("muster"), ts, "pushpin");
  w.core.react("U2", w.channel("muster"), ts, "pushpin", false);
  w.core.pin("U2", w.channel("muster"), ts);
  w.core.remove(w.channel("muster"), ts);
  w.drain();
  std::string kinds;
  for (const ChatEvent& e : w.heard) kinds += e.kind + " ";
  CHECK(kinds == "message message edit reaction unreaction pin delete ");
  CHECK(w.heard[1].thread == ts);
  for (const std::size_t i : {2U, 3U, 4U, 5U, 6U}) CHECK(w.heard[i].post_id == ts);
  CHECK(w.heard[2].text == "second");
  CHECK(w.heard[3].emoji == "pushpin");
}

TEST_CASE("a direct message is one, and its answer goes back there") {
  SlackWorld w;
  w.begin();
  w.core.call("conversations.open", {{"users", "U1"}}, "xoxb-test");
  std::string direct;
  for (const auto& [id, c] : w.core.channels) direct = c.im_of == "U1" ? id : direct;
  w.core.say("U1", direct, "status");
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].direct);
  CHECK(w.post(w.heard[0].channel.substr(1), "all is well"));
  CHECK(w.core.channels[direct].posts.size() == 2);
}

TEST_CASE("a pressed button is the line it stands for") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver(
      "post", "muster",
      Value::Map{{"post_id", "card"},
                 {"message",
                  to_value(Message{
                      .text = "INC-1", .sections = {}, .buttons = {{"I lead", "lead me", "primary"}}, .color = {}})}}));
  const std::string ts = w.directory.theirs("post", "muster/card");
  REQUIRE(w.core.press("U2", w.channel("muster"), ts, "lead me"));
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].kind == "button");
  CHECK(w.heard[0].user == "ben");
  CHECK(w.heard[0].text == "lead me");
}

TEST_CASE("text is read as the person wrote it") {
  const auto user = [](const std::string& id) { return id == "U1" ? std::string("ana") : std::string(); };
  struct Row {
    const char *wire, *text;
  };
  for (const Row& row :
       {Row{"lead <@U1>", "lead @ana"}, Row{"<@U9|zed> and <@U8>", "@zed and @U8"},
        Row{"a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"}, Row{"<#C1|general> <#C2>", "#general #C2"},
        Row{"deploy <http://api.example.com|api.example.com>", "deploy api.example.com"},
        Row{"<https://evil.example|https://good.example>", "https://good.example (https://evil.example)"},
        Row{"<https://a.b/c>", "https://a.b/c"}, Row{"<!subteam^S1|@oncall> <!here>", "@oncall @here"},
        Row{"open < bracket", "open < bracket"}, Row{"한국어 😀", "한국어 😀"}}) {
    CHECK(slack_readable(row.wire, user) == row.text);
  }
}

TEST_CASE("who was called and has no account any more is named where they were called") {
  SlackWorld w;
  w.directory.people["ghost"] = "U404";
  w.begin();
  const Value come = to_value(Message{.text = "come", .sections = {}, .buttons = {}, .color = {}});
  const Value body = Value::Map{{"message", come}, {"private_to", "ghost"}, {"direct", true}};
  CHECK_FALSE(w.deliver("post", "muster", body));
  CHECK(w.posts_with("muster", "U404 got no direct message on Slack: no such account") == 1);
}

TEST_CASE("of two people with one display name neither gets what is meant for the other") {
  SlackWorld w;
  w.core.users["U31"] = {"U31", "sam", "Sam", "", "T1", false, false};
  w.core.users["U32"] = {"U32", "sam", "Sam", "", "T1", false, false};
  w.begin();
  w.pass(5 * second_ms);
  const Value private_to =
      Value::Map{{"post_id", "r"},
                 {"private_to", "slack:sam"},
                 {"message", to_value(Message{.text = "for one", .sections = {}, .buttons = {}, .color = {}})}};
  CHECK_FALSE(w.deliver("post", "muster", private_to));
  for (const auto& h : w.core.take_happenings()) CHECK(h.to.empty());
  Value by_account = private_to;
  by_account.set("private_to", "slack:U32");
  CHECK(w.deliver("post", "muster", by_account));
}
