// What a report suggests to compare with, and which changes an incident's card names.
#include "bot/related.h"

#include <doctest/doctest.h>

#include "bot/core/engine/suspects.h"

using namespace muster;

namespace {

constexpr TimeMs noon = 1'773'748'800'000;  // 2026-03-17 12:00 UTC

Incident incident(int n, TimeMs declared, std::vector<std::string> services) {
  Incident i;
  i.id = "INC-" + std::to_string(n);
  i.title = "Search is stale";
  i.peak_severity = "SEV3";
  i.status = "resolved";
  i.declared_ms = declared;
  i.services = std::move(services);
  return i;
}

Alert alert(State& state, int n, const char* name) {
  Alert a;
  a.id = "E" + std::to_string(n);
  a.labels.add(state.pairs->keep("alertname", name));
  return a;
}

void put_change(State& state, std::int64_t n, TimeMs at) {
  ChangeRecord c;
  c.id = "R" + std::to_string(n) + ".1";
  c.run = "R" + std::to_string(n);
  c.service = "search";
  c.environment = "production";
  c.verb = "deploy";
  c.type = "release";
  c.before.version = "v1";
  c.after.version = "v2";
  c.started_ms = at;
  c.ended_ms = at + minute_ms;
  c.outcome = "succeeded";
  state.changes.by_id[c.id] = n;
  state.changes.by_place[{c.service, c.environment}].push_back(n);
  state.changes.records[n] = std::move(c);
}

}  // namespace

TEST_CASE("earlier incidents of the same service or alert are suggested, newest first, never later or merged ones") {
  State state;
  state.incidents[1] = incident(1, noon - 400 * day_ms, {"search"});  // too long ago
  state.incidents[2] = incident(2, noon - 30 * day_ms, {"search"});
  state.incidents[2].todos = {{1, "raise the limit", "", "", false}, {2, "tell them", "", "", true}};
  state.incidents[3] = incident(3, noon - 20 * day_ms, {"billing"});
  state.incidents[3].alerts = {"E1"};
  state.incidents[4] = incident(4, noon - 10 * day_ms, {"billing"});  // nothing in common
  state.incidents[5] = incident(5, noon - 5 * day_ms, {"search"});
  state.incidents[5].status = "merged";
  state.incidents[6] = incident(6, noon, {"search", "checkout"});
  state.incidents[6].alerts = {"E2"};
  state.incidents[7] = incident(7, noon + day_ms, {"search"});  // later
  state.alerts[1] = alert(state, 1, "DiskFilling");
  state.alerts[2] = alert(state, 2, "DiskFilling");

  const auto found = related_incidents(state, state.incidents[6]);
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == "INC-3");
  CHECK(found[0].services.empty());
  CHECK(found[0].alerts == std::vector<std::string>{"DiskFilling"});
  CHECK(found[1].id == "INC-2");
  CHECK(found[1].services == std::vector<std::string>{"search"});
  CHECK(found[1].open_actions == 1);
}

TEST_CASE("the card of an incident names what was changed in the day before it, by the clock") {
  State state;
  const CoreConfig config;
  const Work work{.state = state, .config = config, .now = noon, .new_id = {}, .decision = {}, .extension = nullptr};
  const Incident mine = incident(1, noon, {"search"});
  CHECK(suspects_line(work, mine) == "none yet");
  put_change(state, 1, noon - 10 * minute_ms);
  CHECK(suspects_line(work, mine) == "R1 search deploy v1 → v2, production (11:51 UTC)");
  CHECK(suspects_line(work, incident(2, noon, {"billing"})) == "none");
  put_change(state, 2, noon - 20 * hour_ms);
  CHECK(suspects_line(work, mine).contains("R2 search deploy v1 → v2, production (2026-03-16 16:01 UTC)"));
}
