// Who the bot is in the workspace, what is wrong with its tokens, and where they go.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

TEST_CASE("it connects, makes its channel, and says who it is") {
  SlackWorld w;
  w.begin();
  CHECK(w.slack->connected());
  CHECK(w.slack->health().account == "@muster");
  CHECK(w.slack->health().problem.empty());
  REQUIRE(w.core.channel_named("muster"));
  CHECK(w.directory.theirs("channel", "muster") == w.channel("muster"));
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("a wrong token is one clear sentence, and the bot looks again later") {
  struct Row {
    const char *bot, *app, *names;
  };
  for (const Row& row :
       {Row{"xoxb-wrong", "xapp-1-test", "SLACK_BOT_TOKEN"}, Row{"xapp-1-test", "xapp-1-test", "SLACK_BOT_TOKEN"},
        Row{"xoxb-test", "xapp-wrong", "SLACK_APP_TOKEN"}, Row{"xoxb-test", "xoxb-test", "SLACK_APP_TOKEN"}}) {
    CAPTURE(row.bot);
    CAPTURE(row.app);
    SlackWorld w;
    w.bot_token = row.bot;
    w.app_token = row.app;
    w.begin();
    CHECK_FALSE(w.slack->connected());
    CHECK(w.slack->health().problem.find(row.names) != std::string::npos);
    CHECK_FALSE(w.slack->health().next_step.empty());
    CHECK(w.slack->health().problem.find("test") == std::string::npos);  // no token in the sentence
    const int asked = w.core.calls["auth.test"] + w.core.calls["apps.connections.open"];
    w.pass(4 * minute_ms);
    CHECK(w.core.calls["auth.test"] + w.core.calls["apps.connections.open"] == asked);
  }
}

TEST_CASE("a token that becomes right is noticed without a restart, and what waited is sent") {
  SlackWorld w;
  w.core.bot_token = "xoxb-other";
  w.begin();
  CHECK_FALSE(w.post("muster", "waited"));
  w.core.bot_token = "xoxb-test";
  w.pass(6 * minute_ms);
  CHECK(w.slack->connected());
  CHECK(w.posts_with("muster", "waited") == 1);
}

TEST_CASE("a token that is revoked while the bot runs makes the platform lost at once, though its sockets stay open") {
  SlackWorld w;
  w.begin();
  REQUIRE(w.slack->connected());
  w.core.bot_token = "xoxb-new";
  CHECK_FALSE(w.post("muster", "into the void"));
  CHECK_FALSE(w.slack->connected());
  CHECK(w.slack->health().problem.contains("SLACK_BOT_TOKEN"));
  const int asked = w.core.calls["auth.test"];
  w.pass(4 * minute_ms);
  CHECK(w.core.calls["auth.test"] == asked);
  w.core.bot_token = "xoxb-test";
  w.pass(2 * minute_ms);
  CHECK(w.slack->connected());
  CHECK(w.posts_with("muster", "into the void") == 1);
}

TEST_CASE("missing scopes are named") {
  SlackWorld w;
  w.core.granted_scopes = "chat:write";
  w.begin();
  CHECK(w.slack->health().problem.find("pins:write") != std::string::npos);
}

TEST_CASE("a refresh loses nothing: what is said meanwhile is heard once") {
  SlackWorld w;
  w.begin();
  w.core.warn(w.core.peers().front(), "refresh_requested");
  w.say("U1", "muster", "during");
  w.pass(5 * second_ms);
  CHECK(w.core.peers().size() == 2);
  w.say("U1", "muster", "with two");
  w.pass(2 * minute_ms);
  CHECK(w.core.peers().size() == 1);
  w.say("U1", "muster", "after");
  std::string said;
  for (const ChatEvent& e : w.heard) said += e.text + ";";
  CHECK(said == "during;with two;after;");
  CHECK(w.slack->health().reconnects == 0);
}

TEST_CASE("tokens go nowhere but into the header of Slack's own address") {
  SlackWorld w;
  w.begin();
  std::string lines(20'000, 'x');
  w.post("muster", lines);
  CHECK(w.net.seen.find("xoxb") == std::string::npos);
  CHECK(w.net.seen.find("xapp") == std::string::npos);
  CHECK(w.core.broken_rules.empty());
}
