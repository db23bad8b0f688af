// Very many alerts: the messages stay few, nothing is forgotten, and a group waits before it wakes anybody.
#include <doctest/doctest.h>

#include <algorithm>

#include "bot/app.h"
#include "bot/core/engine/cards.h"

using namespace muster;

namespace {

struct World {
  State state;
  CoreConfig config = core_config(load_config("", true).settings, true);
  TimeMs now = 1'773'724'200'000;
  int ids = 0;
  std::map<std::string, int> sent;  // kind -> messages so far
  std::map<std::string, Timer> timers;

  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++ids); },
            .decision = {}};
  }
  void keep(const Work& w) {
    for (const OutMessage& m : w.decision.out) ++sent[m.kind];
    for (const Timer& t : w.decision.timers) {
      if (t.due_ms == 0)
        timers.erase(t.id);
      else
        timers[t.id] = t;
    }
  }
  void alert(const std::string& name, const std::string& severity, bool firing, const std::string& group) {
    Work w = work();
    take_alerts(w,
                {{.route = "alertmanager",
                  .source_key = name,
                  .status = firing ? "firing" : "resolved",
                  .severity = severity,
                  .title = name,
                  .body = {},
                  .labels = {{"alertname", name}, {"severity", severity}},
                  .annotations = {},
                  .links = {},
                  .reason = {},
                  .group_key = group}},
                now);
    keep(w);
  }
  void pass(DurationMs time) {
    now += time;
    std::vector<Timer> due;
    for (const auto& [id, t] : timers) {
      if (t.due_ms <= now) due.push_back(t);
    }
    for (const Timer& t : due) {
      timers.erase(t.id);
      Work w = work();
      timer_rang(w, t);
      keep(w);
    }
  }
};

std::string number(int n) { return std::to_string(n); }

}  // namespace

TEST_CASE("ten thousand warnings in a minute become a bounded number of messages and are all known") {
  World world;
  for (int n = 0; n < 10'000; ++n) {
    world.alert("A" + number(n), "warning", true, "g" + number(n));
    if (n % 100 == 0) world.pass(600);
  }
  world.pass(6 * second_ms);
  CHECK(world.sent["post"] <= 25);
  CHECK(world.sent["edit"] <= 20);
  CHECK(world.state.alerts.size() == 10'000);
  const int before = world.sent["post"];
  for (int n = 0; n < 10'000; ++n) world.alert("A" + number(n), "warning", false, "g" + number(n));
  world.pass(6 * second_ms);
  CHECK(world.sent["post"] == before);
  CHECK(world.sent["edit"] <= 50);
  CHECK(std::ranges::all_of(world.state.alerts, [](const auto& a) { return a.second.status == "resolved"; }));
}

TEST_CASE("a storm of critical groups opens a few incidents and joins the others to one") {
  World world;
  for (int n = 0; n < 500; ++n) world.alert("C" + number(n), "critical", true, "g" + number(n));
  world.pass(6 * second_ms);
  CHECK(world.state.incidents.size() == 11);
  CHECK(world.state.incidents.at(11).alerts.size() == 490);
  CHECK(world.sent["open_channel"] == 11);
  CHECK(world.sent["post"] <= 60);
  for (const auto& [n, a] : world.state.alerts) CHECK_FALSE(a.incident.empty());
}

TEST_CASE("many alerts of one group are one incident with one counting card") {
  World world;
  for (int n = 0; n < 1'000; ++n) world.alert("P" + number(n), "critical", true, "one group");
  world.pass(6 * second_ms);
  CHECK(world.state.incidents.size() == 1);
  CHECK(world.state.incidents.at(1).alerts.size() == 1'000);
  CHECK(world.sent["post"] <= 24);
  CHECK(world.sent["edit"] <= 30);
}

TEST_CASE("where grouping is ours the incident opens after the wait, with every alert of the group") {
  World world;
  world.alert("Slow", "critical", true, "");
  CHECK(world.state.incidents.empty());
  world.pass(20 * second_ms);
  CHECK(world.state.incidents.empty());
  CHECK(world.state.alerts.at(1).status == "firing");
  world.pass(10 * second_ms);
  REQUIRE(world.state.incidents.size() == 1);
  CHECK(world.state.incidents.at(1).alerts.contains("E1"));
  CHECK(world.state.alerts.at(1).incident == "INC-1");
  world.alert("Slow", "critical", true, "");
  world.pass(hour_ms);
  CHECK(world.state.incidents.size() == 1);
}

TEST_CASE("what clears during the wait wakes nobody") {
  World world;
  world.alert("Blip", "critical", true, "");
  world.pass(10 * second_ms);
  world.alert("Blip", "critical", false, "");
  world.pass(30 * second_ms);
  CHECK(world.state.incidents.empty());
  CHECK(world.sent["post"] == 0);
  CHECK(world.state.alerts.at(1).status == "resolved");
}

TEST_CASE("a copy from a sender that groups ends the wait") {
  World world;
  world.alert("Slow", "critical", true, "");
  world.alert("Slow", "critical", true, "{}:{alertname=\"Slow\"}");
  CHECK(world.state.incidents.size() == 1);
  world.pass(minute_ms);
  CHECK(world.state.incidents.size() == 1);
}
