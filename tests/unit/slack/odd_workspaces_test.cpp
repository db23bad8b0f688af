// Workspaces and gateways that refuse, recover and repeat themselves: what people must see all the same.
#include <doctest/doctest.h>

#include <string>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

TEST_CASE("what kept the events away is not told any more when they come again") {
  for (const char* reason : {"link_disabled", "too_many_websockets"}) {
    CAPTURE(reason);
    SlackWorld w;
    w.begin();
    const auto peer = w.core.peers().front();
    w.core.warn(peer, reason);
    w.drain();
    w.net.cut_all();
    w.drain();
    CHECK_FALSE(w.slack->connected());
    CHECK_FALSE(w.slack->health().problem.empty());
    w.pass(6 * minute_ms);
    CHECK(w.slack->connected());
    CHECK(w.slack->health().problem == "");
    CHECK(w.slack->health().next_step == "");
  }
}

TEST_CASE("a problem with the app token that is over is not told any more, and missing scopes still are") {
  SlackWorld w;
  w.core.app_token = "xapp-other";
  w.core.granted_scopes = "chat:write";
  w.begin();
  CHECK(w.slack->health().problem.contains("SLACK_APP_TOKEN"));
  w.core.app_token = "xapp-1-test";
  w.pass(6 * minute_ms);
  CHECK(w.slack->connected());
  CHECK_FALSE(w.slack->health().problem.contains("SLACK_APP_TOKEN"));
  CHECK(w.slack->health().problem.contains("pins:write"));
}

TEST_CASE("a list whose next page is the same page again ends") {
  SlackWorld w;
  w.net.same_cursor = "again";
  w.begin();
  w.pass(10 * minute_ms);
  CHECK(w.core.calls["users.list"] < 5);
  CHECK(w.core.calls["conversations.list"] < 12);
  CHECK(w.post("muster", "said"));
  CHECK(w.posts_with("muster", "said") == 1);
}

TEST_CASE("a file that the workspace does not take is told where it was promised") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("files.getUploadURLExternal",
                   {.kind = doubles::SlackFault::Kind::error, .error = "file_uploads_disabled", .times = 5});
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "line " + std::to_string(i) + "\n";
  CHECK(w.post("muster", text));
  w.pass(minute_ms);
  CHECK(w.posts_with("muster", "Slack does not take the file message.txt: file_uploads_disabled") == 1);
}

TEST_CASE("a file at which Slack fails is told where it was promised, too") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("files.getUploadURLExternal",
                   {.kind = doubles::SlackFault::Kind::error, .error = "internal_error", .times = 1});
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "line " + std::to_string(i) + "\n";
  CHECK(w.post("muster", text));
  w.pass(5 * minute_ms);
  CHECK(w.posts_with("muster", "Slack does not take the file message.txt: internal_error") == 1);
}

TEST_CASE("what Slack fails at, and it takes others, keeps its channel for a while only") {
  SlackWorld w;
  w.begin();
  CHECK(w.post("muster", "card", "card"));
  w.core.fail_next("chat.update",
                   {.kind = doubles::SlackFault::Kind::error, .error = "internal_error", .times = 1'000});
  w.deliver("edit", "muster", Value::Map{{"post_id", "card"}, {"message", Value::Map{{"text", "poison"}}}});
  w.post("muster", "behind it");
  w.pass(2 * hour_ms);
  CHECK(w.posts_with("muster", "behind it") == 0);  // nothing else was taken: it may be an outage
  for (int i = 0; i < 20 && w.posts_with("muster", "behind it") == 0; ++i) {
    w.post("alerts", "elsewhere");
    w.pass(10 * minute_ms);
  }
  CHECK(w.posts_with("muster", "behind it") == 1);
}

TEST_CASE("who was called and is deactivated there is named where they were called, in words") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("conversations.open", {.kind = doubles::SlackFault::Kind::error, .error = "user_disabled"});
  w.deliver("post", "muster",
            Value::Map{{"private_to", "ben"}, {"direct", true}, {"message", Value::Map{{"text", "come"}}}});
  w.pass(10 * second_ms);
  CHECK(w.posts_with("muster", "got no direct message on Slack: the account is deactivated") == 1);
}

TEST_CASE("a channel that was archived while nobody told us is noticed by what is refused there, once") {
  SlackWorld w;
  w.begin();
  w.core.archive_by_hand("U1", w.channel("muster"));
  w.core.lose_events();
  w.core.take_frames();
  CHECK_FALSE(w.post("muster", "one"));
  CHECK_FALSE(w.post("muster", "two"));
  CHECK(test::count_of(w, "archived") == 1);
  REQUIRE(test::last_of(w, "archived"));
  CHECK(test::last_of(w, "archived")->user == "");
  CHECK(test::last_of(w, "archived")->channel == "#muster");
}

TEST_CASE(
    "who speaks first while the token is refused is heard when it is accepted again, in the channel as it is called") {
  SlackWorld w;
  w.begin();
  w.core.users["U9"] = {"U9", "new", "New", "", "T1", false, false};
  w.core.channels["C9"] = {.id = "C9", .name = "pool", .topic = {}, .purpose = {}, .im_of = {}};
  w.core.channels["C9"].members = {doubles::SlackCore::bot_user, "U9"};
  w.core.bot_token = "xoxb-new";
  w.say("U9", "pool", "is anybody there");
  w.pass(10 * second_ms);
  CHECK(test::count_of(w, "message") == 0);
  CHECK(w.slack->health().problem.contains("SLACK_BOT_TOKEN"));
  w.core.bot_token = "xoxb-test";
  w.pass(6 * minute_ms);
  REQUIRE(test::count_of(w, "message") == 1);
  CHECK(test::last_of(w, "message")->channel == "#pool");
  CHECK(test::last_of(w, "message")->user == "slack:new");
}
