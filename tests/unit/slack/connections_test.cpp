#include "integrations/chat/slack/connections.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster;

namespace {

std::string shown(const std::vector<SlackStep>& steps) {
  static const char* const names[] = {"ask_url", "connect", "close", "tell", "ready", "lost"};
  std::string out;
  for (const SlackStep& s : steps) {
    out += (out.empty() ? "" : ", ") + std::string(names[static_cast<int>(s.kind)]) + " " + std::to_string(s.slot);
    if (!s.text.empty()) out += " " + s.text;
  }
  return out;
}

SlackConnections connections() {
  return SlackConnections([] { return 0.0; });
}

// The first connection, ready at `now`.
SlackConnections connected(TimeMs now) {
  SlackConnections c = connections();
  c.tick(now);
  c.url("wss://one", now);
  c.hello(0, now);
  return c;
}

}  // namespace

TEST_CASE("a connection counts only after hello") {
  SlackConnections c = connections();
  CHECK(shown(c.tick(0)) == "ask_url 0");
  CHECK(shown(c.tick(1'000)).empty());
  CHECK(shown(c.url("wss://one", 1'000)) == "connect 0 wss://one");
  CHECK_FALSE(c.ready());
  CHECK(shown(c.hello(0, 1'100)) == "ready 0");
  CHECK(c.ready());
}

TEST_CASE("a refresh opens the second connection first and reads the old one until it closes") {
  SlackConnections c = connected(0);
  CHECK(shown(c.disconnect(0, "refresh_requested", 5'000)) == "ask_url 1");
  CHECK(c.ready());
  CHECK(shown(c.url("wss://two", 5'100)) == "connect 1 wss://two");
  CHECK(c.open_count() == 2);
  CHECK(shown(c.hello(1, 5'200)).empty());                  // it never was lost
  CHECK(shown(c.disconnect(0, "warning", 5'300)).empty());  // said twice
  CHECK(shown(c.closed(0, 9'000)).empty());
  CHECK(c.ready());
  CHECK(c.open_count() == 1);
}

TEST_CASE("an old connection that never closes is closed by us, once the new one carries") {
  SlackConnections c = connected(0);
  c.disconnect(0, "warning", 0);
  c.url("wss://two", 0);
  c.hello(1, 0);
  std::string seen;
  for (TimeMs now = 1'000; now <= 61'000; now += 1'000) {
    for (const SlackStep& s : c.tick(now)) seen += s.kind == SlackStep::Kind::close ? shown({s}) : "";
  }
  CHECK(seen == "close 0");
}

TEST_CASE("an abrupt loss is retried after 1, 2, 4 … seconds, at most 60, and reset only by a minute of life") {
  SlackConnections c = connections();
  TimeMs now = 0;
  const DurationMs half_of[] = {500,   1'000,  2'000,  4'000,
                                8'000, 16'000, 30'000, 30'000};  // jitter 0 is half the ceiling
  c.tick(now);
  for (const DurationMs wait : half_of) {
    c.url("wss://x", now);
    c.hello(0, now);
    c.closed(0, now);
    CHECK(c.next_try_ms() == now + wait);
    CHECK(shown(c.tick(now + wait - 1)).empty());
    now += wait;
    CHECK(shown(c.tick(now)) == "ask_url 0");
  }
  c.url("wss://x", now);
  c.hello(0, now);
  c.tick(now + 60'000);
  c.closed(0, now + 60'000);
  CHECK(c.next_try_ms() == now + 60'500);
}

TEST_CASE("a wrong token is told once and looked at again every five minutes") {
  SlackConnections c = connections();
  c.tick(0);
  CHECK(shown(c.refused("invalid_auth", 0, 0)) == "tell 0 invalid_auth");
  CHECK(c.problem() == "invalid_auth");
  CHECK(shown(c.tick(299'999)).empty());
  CHECK(shown(c.tick(300'000)) == "ask_url 0");
  CHECK(shown(c.refused("invalid_auth", 0, 300'000)).empty());
  c.tick(600'000);
  c.url("wss://x", 600'000);
  CHECK(shown(c.hello(0, 600'000)) == "ready 0");
  CHECK(c.problem().empty());
}

TEST_CASE("Retry-After is obeyed, and longer than the back-off") {
  SlackConnections c = connections();
  c.tick(0);
  c.refused("ratelimited", 30'000, 0);
  CHECK(shown(c.tick(29'999)).empty());
  CHECK(shown(c.tick(30'000)) == "ask_url 0");
}

TEST_CASE("link_disabled does not loop: the operator is told and the next try is minutes away") {
  SlackConnections c = connected(0);
  CHECK(shown(c.disconnect(0, "link_disabled", 1'000)) == "tell 0 link_disabled");
  CHECK(shown(c.closed(0, 1'100)) == "lost 0");
  CHECK(shown(c.tick(300'999)).empty());
  CHECK(shown(c.tick(301'000)) == "ask_url 0");
}

TEST_CASE("a connection that never says hello is given up") {
  SlackConnections c = connections();
  c.tick(0);
  c.url("wss://x", 0);
  CHECK(shown(c.tick(19'999)).empty());
  CHECK(shown(c.tick(20'000)) == "close 0");
  CHECK(c.open_count() == 0);
}

TEST_CASE("property: whatever happens, there are never more than two connections and one question at a time") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    unsigned state = seed * 2'654'435'761u;
    const auto pick = [&state](unsigned n) { return (state = state * 1'664'525u + 1'013'904'223u) / 65'536u % n; };
    SlackConnections c = connections();
    int asked = 0;
    for (TimeMs now = 0; now < 400'000; now += 1'000) {
      std::vector<SlackStep> steps;
      const int slot = static_cast<int>(pick(2));
      switch (pick(8)) {
        case 0:
          steps = c.url("wss://x", now);
          asked = 0;
          break;
        case 1:
          steps = c.refused("internal_error", 0, now);
          asked = 0;
          break;
        case 2:
          steps = c.hello(slot, now);
          break;
        case 3:
          steps = c.disconnect(slot, pick(2) ? "warning" : "refresh_requested", now);
          break;
        case 4:
          steps = c.closed(slot, now);
          break;
        default:
          steps = c.tick(now);
      }
      for (const SlackStep& s : steps) asked += s.kind == SlackStep::Kind::ask_url ? 1 : 0;
      REQUIRE(asked <= 1);
      REQUIRE(c.open_count() <= 2);
    }
  }
}
