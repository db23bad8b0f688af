// Channels: found, made, named, kept and given up.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;
using Kind = doubles::SlackFault::Kind;

TEST_CASE("an existing channel is joined, not made again") {
  SlackWorld w;
  w.core.channels["C1"] = {.id = "C1", .name = "muster", .topic = {}, .purpose = {}, .im_of = {}};
  w.begin();
  CHECK(w.directory.theirs("channel", "muster") == "C1");
  CHECK(w.core.channels["C1"].members.contains("UBOT"));
  CHECK(w.core.calls["conversations.create"] == 0);
}

TEST_CASE("all standing channels are found in one listing, those that are not there are made") {
  SlackWorld w;
  w.channels = {"muster", "alerts", "board", "changes"};
  for (int i = 0; i < 9; ++i)
    w.core.call("conversations.create", {{"name", "team-" + std::to_string(i)}}, w.core.bot_token);
  w.core.call("conversations.create", {{"name", "alerts"}}, w.core.bot_token);
  w.core.fail_next("conversations.list", {.kind = Kind::rate_limited, .error = {}, .retry_after_s = 2, .times = 1});
  w.core.calls.clear();
  w.begin();
  w.pass(minute_ms);
  for (const char* name : {"muster", "alerts", "board", "changes"}) {
    REQUIRE(w.core.channel_named(name) != nullptr);
    CHECK(w.core.channel_named(name)->members.contains(doubles::SlackCore::bot_user));
    CHECK(w.directory.theirs("channel", name) == w.channel(name));
  }
  CHECK(w.core.calls["conversations.create"] == 3);
  // The double's pages hold two, the first none: six for the names, eight for what was said meanwhile and one of direct
  // conversations, and the refusal. Each for itself would ask more than thirty times.
  CHECK(w.core.calls["conversations.list"] <= 16);
}

TEST_CASE("an incident's channel is opened with its topic, also when the name is taken") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "inc-7-checkout", .topic = {}, .purpose = {}, .im_of = {}};
  w.begin();
  CHECK(w.deliver("open_channel", "inc-7-checkout",
                  Value::Map{{"channel", "#inc-7-checkout"}, {"title", "INC-7"}, {"topic", "sev2 · investigating"}}));
  REQUIRE(w.core.channel_named("inc-7-checkout-2"));
  CHECK(w.core.channel_named("inc-7-checkout-2")->topic == "sev2 · investigating");
  CHECK(w.post("inc-7-checkout", "hello"));
  CHECK(w.posts_with("inc-7-checkout-2", "hello") == 1);
}

TEST_CASE("a private channel is made private, and no other is taken for it") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "inc-7_private", .topic = {}, .purpose = {}, .im_of = {}};
  w.begin();
  // Also when its opening was refused before, and a post is the first that gets through.
  CHECK(w.post("inc-7_private", "kingfisher"));
  REQUIRE(w.core.channel_named("inc-7_private-2"));
  CHECK(w.core.channel_named("inc-7_private-2")->is_private);
  CHECK(w.posts_with("inc-7_private-2", "kingfisher") == 1);
  CHECK(w.posts_with("inc-7_private", "kingfisher") == 0);
  CHECK(w.deliver("open_channel", "inc-8_private", Value::Map{{"title", "INC-8"}, {"topic", "sev2"}}));
  CHECK(w.core.channel_named("inc-8_private")->is_private);
  CHECK(w.deliver("open_channel", "inc-9", Value::Map{{"title", "INC-9"}, {"topic", "sev2"}}));
  CHECK(!w.core.channel_named("inc-9")->is_private);
}

TEST_CASE("names become what Slack takes") {
  CHECK(slack_channel_name("inc-7-checkout") == "inc-7-checkout");
  CHECK(slack_channel_name("INC 7: Größe!") == "inc-7-gr-e");
  CHECK(slack_channel_name("한국어") == "channel");
  CHECK(slack_channel_name(std::string(100, 'a')).size() == 80);
  CHECK(slack_channel_name(std::string(100, 'a'), 12).size() == 80);
  CHECK(slack_channel_name("a", 2) == "a-2");
}

TEST_CASE("a channel that is called otherwise there is found, spoken in and heard under our name") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "ops-bot", .topic = {}, .purpose = {}, .im_of = {}};
  w.core.channels["C9"].members = {"U1"};
  w.channel_names = {{"muster", "ops-bot"}};
  w.begin();
  CHECK(w.core.channel_named("muster") == nullptr);
  CHECK(w.post("muster", "hello there"));
  CHECK(w.posts_with("ops-bot", "hello there") == 1);
  w.say("U1", "ops-bot", "help");
  REQUIRE_FALSE(w.heard.empty());
  CHECK(w.heard.back().channel == "#muster");
  w.end();
  w.channel_names = {};  // named as ours from now on: the old channel is left
  w.begin();
  CHECK(w.post("muster", "moved"));
  CHECK(w.posts_with("muster", "moved") == 1);
  CHECK(w.posts_with("ops-bot", "moved") == 0);
}

TEST_CASE("a named channel that cannot be joined is no reason to make another") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "ops-bot", .topic = {}, .purpose = {}, .im_of = {}, .archived = true};
  w.channel_names = {{"muster", "ops-bot"}};
  w.begin();
  CHECK_FALSE(w.post("muster", "hello there"));
  CHECK(w.core.channel_named("ops-bot-2") == nullptr);
}

TEST_CASE("people of the rules are invited in one call, and one who cannot be keeps nobody out") {
  SlackWorld w;
  w.directory.people["ghost"] = "U404";
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  const Value people = Value::List{"ana", "ghost", "nobody", "ben"};
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", people}}));
  const auto& members = w.core.channel_named("inc-1")->members;
  CHECK(members.contains("U1"));
  CHECK(members.contains("U2"));
  CHECK(w.core.calls["conversations.invite"] == 1);
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Not invited: U404 (no such account)") == 1);
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", Value::List{"ana", "slack:@sre"}}}));
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Slack has no group") == 1);
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", Value::List{"ana", "ben"}}}));  // all are in it: no failure
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Not invited") == 2);
}

TEST_CASE(
    "who is to leave a private channel is taken out of it; who is not there is no fault, and who cannot is told") {
  SlackWorld w;
  w.directory.people["ghost"] = "U404";
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1_private",
                  Value::Map{{"channel", "inc-1_private"}, {"topic", "t"}, {"private", true}}));
  CHECK(w.deliver("invite", "inc-1_private", Value::Map{{"people", Value::List{"ana", "ben"}}}));
  const auto& members = w.core.channel_named("inc-1_private")->members;
  REQUIRE(members.contains("U1"));
  for (int twice = 0; twice < 2; ++twice)
    CHECK(w.deliver("remove", "inc-1_private", Value::Map{{"people", Value::List{"ghost", "nobody", "ana"}}}));
  CHECK_FALSE(members.contains("U1"));
  CHECK(members.contains("U2"));
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1_private", "Still in this channel") == 0);
  w.core.fail_next("conversations.kick", {.error = "restricted_action"});
  CHECK(w.deliver("remove", "inc-1_private", Value::Map{{"people", Value::List{"ben"}}}));
  w.pass(2 * second_ms);
  CHECK(members.contains("U2"));
  CHECK(w.posts_with("inc-1_private", "(the bot may not remove people)") == 1);
}

TEST_CASE("bookmarks are added once and changed in place; people's own stay") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  auto& bookmarks = w.core.channel_named("inc-1")->bookmarks;
  bookmarks.push_back(Value::Map{{"id", "Bk0"}, {"title", "Ours"}, {"link", "https://o"}});
  const auto links = [](const char* runbook) {
    return Value::Map{{"links", Value::List{Value::Map{{"title", "Runbook"}, {"url", runbook}},
                                            Value::Map{{"title", "Call"}, {"url", "https://c"}}}}};
  };
  CHECK(w.deliver("bookmarks", "inc-1", links("https://a")));
  CHECK(w.deliver("bookmarks", "inc-1", links("https://b")));
  REQUIRE(bookmarks.size() == 3);
  CHECK(bookmarks[1]["link"].as_string() == "https://b");
  CHECK(w.core.calls["bookmarks.add"] == 2);
  CHECK(w.core.calls["bookmarks.edit"] == 1);
}

TEST_CASE("two links with one title are two bookmarks, also the second time") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  const Value links = Value::Map{{"links", Value::List{Value::Map{{"title", "Graph"}, {"url", "https://a"}},
                                                       Value::Map{{"title", "Graph"}, {"url", "https://b"}}}}};
  CHECK(w.deliver("bookmarks", "inc-1", links));
  CHECK(w.deliver("bookmarks", "inc-1", links));
  CHECK(w.core.channel_named("inc-1")->bookmarks.size() == 2);
  CHECK(w.core.calls["bookmarks.edit"] == 0);
}

TEST_CASE("a channel of people's own is not taken when the making of ours broke off") {
  SlackWorld w;
  w.begin();
  w.core.channels["C9"] = {.id = "C9", .name = "inc-1", .topic = "ours", .purpose = {}, .im_of = {}};
  w.core.fail_next("conversations.create",
                   {.kind = doubles::SlackFault::Kind::html_500, .error = {}, .retry_after_s = 0, .times = 1});
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  CHECK(w.core.channels.at("C9").topic == "ours");
  REQUIRE(w.core.channel_named("inc-1-2") != nullptr);
  CHECK(w.core.channel_named("inc-1-2")->topic == "t");
}

TEST_CASE("a channel that is archived by hand is told of, our own archiving is not, and reopening finds it as it is") {
  SlackWorld w;
  w.begin();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  CHECK(w.deliver("open_channel", "inc-1", opened));
  const std::string id = w.channel("inc-1");
  w.core.archive_by_hand("U2", id);
  w.core.archive_by_hand(
      "U2",
      w.core.channels
          .emplace("C77", doubles::SlackChannel{.id = "C77", .name = "theirs", .topic = {}, .purpose = {}, .im_of = {}})
          .first->first);
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard.front().kind == "archived");
  CHECK(w.heard.front().channel == "#inc-1");
  CHECK(w.heard.front().user == "ben");
  w.core.channels.at(id).archived = false;  // and somebody undoes it: no second channel is made
  opened.set("again", true);
  CHECK(w.deliver("open_channel", "inc-1", opened));
  CHECK(w.core.channel_named("inc-1-2") == nullptr);
  CHECK(w.post("inc-1", "back"));
  CHECK(w.posts_with("inc-1", "back") == 1);
}

TEST_CASE("a channel that cannot be unarchived gets a successor with the same name of ours") {
  SlackWorld w;
  w.begin();
  const Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  CHECK(w.deliver("open_channel", "inc-1", opened));
  CHECK(w.deliver("archive", "inc-1", Value::Map{{"channel", "inc-1"}}));
  CHECK(w.core.channel_named("inc-1")->archived);
  Value again = opened;
  again.set("again", true);
  CHECK(w.deliver("open_channel", "inc-1", again));
  CHECK(w.post("inc-1", "back"));
  CHECK(w.posts_with("inc-1-2", "back") == 1);
  CHECK(w.core.channel_named("inc-1-2")->topic == "t");
}
