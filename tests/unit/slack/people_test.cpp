// Who is in the workspace, how far an earlier process came, and what counts as being away.
#include <doctest/doctest.h>

#include <cstdio>

#include "tests/unit/slack/world.h"

using namespace muster;
using namespace muster::test;

namespace {

using FaultKind = doubles::SlackFault::Kind;

OutMessage left_over(int n, bool urgent) {
  char id[40];
  std::snprintf(id, sizeof id, "%011llx-x-%03d", static_cast<unsigned long long>(SlackWorld::start - 5'000), n);
  return {id, "slack:#muster", "post",
          Value::Map{
              {"message", to_value(Message{
                              .text = "left " + std::to_string(n) + ".", .sections = {}, .buttons = {}, .color = {}})},
              {"urgent", urgent}}};
}

}  // namespace

TEST_CASE("people are listed at the start, page by page: only who is of another workspace is asked about alone") {
  SlackWorld w;
  for (int n = 100; n < 550; ++n) {
    const std::string id = "U" + std::to_string(n);
    w.core.users[id] = {id, "person" + std::to_string(n), "Person", "", "T1", false, false};
  }
  w.core.users["U549"].is_guest = true;
  w.core.users["U999"] = {"U999", "far", "Far Away", "", "T2", false, false};
  w.begin();
  w.pass(20 * second_ms);
  CHECK(w.core.calls["users.list"] == 3);
  const std::string channel = w.core.channel_named("muster")->id;
  for (const char* who : {"U1", "U100", "U300", "U549"}) w.core.say(who, channel, "good morning");
  w.pass(second_ms);
  REQUIRE(w.heard.size() == 4);
  CHECK(w.core.calls["users.info"] == 0);
  CHECK(w.heard[1].user == "slack:person100");
  CHECK(w.heard[2].standing.empty());
  CHECK(w.heard[3].standing == "guest");
  w.core.say("U999", channel, "hello");
  w.pass(second_ms);
  CHECK(w.core.calls["users.info"] == 1);
  REQUIRE(w.heard.size() == 5);
  CHECK(w.heard[4].standing == "outsider");
  w.pass(hour_ms);  // a list is an hour's knowledge
  w.core.users["U300"].is_guest = true;
  w.core.say("U300", channel, "still here");
  w.pass(second_ms);
  REQUIRE(w.heard.size() == 6);
  CHECK(w.heard[5].standing == "guest");
}

TEST_CASE("a workspace that shows no list is asked person by person") {
  SlackWorld w;
  w.core.fail_next("users.list", {.kind = FaultKind::error, .error = "missing_scope", .retry_after_s = 0, .times = 9});
  w.begin();
  w.pass(20 * second_ms);
  w.core.say("U1", w.core.channel_named("muster")->id, "good morning");
  w.pass(second_ms);
  CHECK(w.core.calls["users.info"] == 1);
  CHECK(w.heard.size() == 1);
}

TEST_CASE("who says \"not so fast\" is there: minutes of it after a failed call are no outage") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("chat.postMessage", {.kind = FaultKind::html_500, .error = {}, .retry_after_s = 0, .times = 1});
  w.core.fail_next("chat.postMessage",
                   {.kind = FaultKind::rate_limited, .error = {}, .retry_after_s = 300, .times = 1});
  w.post("muster", "patience");
  w.pass(2 * minute_ms);
  CHECK(w.slack->health().refused == 1);
  CHECK(w.slack->health().failing_ms == 0);
  CHECK(w.posts_with("muster", "patience") == 0);
  w.pass(5 * minute_ms);
  CHECK(w.posts_with("muster", "patience") == 1);
}

TEST_CASE("after a restart one look tells how far the last process came; what it had posted is not posted again") {
  SlackWorld w;
  w.begin();
  for (int n = 1; n <= 3; ++n) w.slack->deliver(left_over(n, false), [](const Result<void>&) {});
  w.pass(10 * second_ms);
  w.end();
  w.core.calls.clear();
  w.begin();
  int done = 0;
  for (int n = 1; n <= 40; ++n) w.slack->deliver(left_over(n, false), [&done](const Result<void>&) { ++done; });
  w.slack->deliver(left_over(99, true), [&done](const Result<void>&) { ++done; });
  w.pass(3 * minute_ms);
  CHECK(done == 41);
  CHECK(w.posts_with("muster", "left ") == 41);
  for (int n : {1, 3, 4, 40, 99}) CHECK(w.posts_with("muster", "left " + std::to_string(n) + ".") == 1);
  // Three that were there, the first that was not, one urgent; and two to read what people said meanwhile.
  CHECK(w.core.calls["conversations.history"] <= 7);
}

TEST_CASE("what somebody of the configuration is there is kept, of others nothing") {
  SlackWorld w;
  w.core.users["U2"].is_guest = true;
  w.core.users["U3"] = {"U3", "cleo", "Cleo", "", "T1", false, true};
  w.begin();
  w.pass(5 * second_ms);
  CHECK(w.directory.theirs("standing", "ana").empty());
  CHECK(w.directory.theirs("standing", "ben") == "guest");
  CHECK(w.directory.ours("standing", "guest") == "ben");
  w.core.users["U2"].is_guest = false;
  w.pass(hour_ms);
  w.say("U2", "muster", "hello");
  w.pass(second_ms);
  CHECK(w.directory.theirs("standing", "ben").empty());
}
