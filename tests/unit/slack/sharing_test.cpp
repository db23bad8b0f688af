// A second process with the same app token takes a part of the events: that is seen, believed only when it is so, and
// seen to end.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

namespace {

constexpr doubles::SlackCore::Peer another = 999'999;

void comes(SlackWorld& w) {
  REQUIRE(w.core.connected(another));
  w.core.take_frames();  // its hello
}

void refresh(SlackWorld& w) {
  for (const auto peer : w.core.peers())
    if (peer != another) w.core.warn(peer, "refresh_requested");
  w.pass(5 * second_ms);
}

std::vector<std::string> failing(SlackWorld& w) {
  std::vector<std::string> keys;
  w.slack->self_check([&keys](const ChatChecks& found) {
    for (const ChatCheck& c : found)
      if (c.level == "FAIL") keys.push_back(c.key);
  });
  w.pass(5 * second_ms);
  return keys;
}

}  // namespace

TEST_CASE("another process with our app token is told of with what it takes, and no more when it is gone") {
  SlackWorld w;
  w.begin();
  w.pass(5 * minute_ms);
  CHECK(failing(w).empty());
  comes(w);
  refresh(w);
  ChatHealth h = w.slack->health();
  CHECK(h.connected);
  CHECK(h.others == 1);
  CHECK(h.shared.key == "slack.shared");
  CHECK(h.problem ==
        "Another process is connected to Slack with the same SLACK_APP_TOKEN (1 connection is not ours): Slack gives "
        "each event to one of them only, so about 1 in 2 commands go there and are not heard here.");
  CHECK(h.next_step == "Stop the other process, or give it a Slack app of its own.");
  CHECK(failing(w) == std::vector<std::string>{"slack.shared"});
  w.pass(90 * minute_ms);  // looked at again each hour
  CHECK(w.slack->health().others == 1);
  w.core.disconnected(another);
  w.pass(hour_ms);
  CHECK(w.slack->health().others == 0);
  CHECK(w.slack->health().problem.empty());
  CHECK(failing(w).empty());
  w.say("U1", "muster", "all is heard");
  CHECK(last_of(w, "message")->text == "all is heard");
}

TEST_CASE("a connection that Slack still counts after a loss is no other process") {
  SlackWorld w;
  w.begin();
  w.pass(5 * minute_ms);
  w.net.cut_all();
  comes(w);  // what is left of ours, as Slack sees it
  w.pass(30 * second_ms);
  CHECK(w.slack->connected());
  CHECK(w.slack->health().others == 0);
  w.core.disconnected(another);
  w.pass(10 * minute_ms);
  CHECK(w.slack->health().others == 0);
}

TEST_CASE("another process that was there first is found by a second look, without a moment unheard") {
  SlackWorld w;
  comes(w);
  w.begin();
  CHECK(w.slack->health().others == 0);  // perhaps what is left of the process before
  const std::size_t opened = w.net.opened;
  for (int i = 0; i < 300; ++i) {
    w.pass(second_ms);
    REQUIRE(w.slack->connected());
  }
  CHECK(w.slack->health().others == 1);
  CHECK(w.net.opened == opened + 1);
  w.pass(30 * minute_ms);
  CHECK(w.net.opened == opened + 1);
}
