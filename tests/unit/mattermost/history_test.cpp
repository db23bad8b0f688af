// What was said while nobody listened is read again.
#include <doctest/doctest.h>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

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
