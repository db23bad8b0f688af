// What a report tells of changes that muster made.
#include "bot/core/postmortems/report.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "../../../support/change_story.h"
#include "bot/core/postmortems/facts.h"

using namespace muster;
using muster::test::ChangeStory;

namespace {

std::vector<ChangeRecord> records(const ChangeStory& s) {
  ChangeLog log;
  for (const Entry& e : s.entries) apply_change(log, e);
  std::vector<ChangeRecord> all;
  for (const auto& [n, r] : log.records) all.push_back(r);
  return all;
}

std::vector<Entry> of_incident(const ChangeStory& s) {
  std::vector<Entry> found;
  for (const Entry& e : s.entries)
    if (e.incident_id == "INC-1") found.push_back(e);
  for (std::size_t i = 0; i < found.size(); ++i) found[i].seq = static_cast<std::int64_t>(i) + 1;
  return found;
}

// Rows of tables that have this cell.
std::int64_t rows_with(const Document& d, const std::string& text) {
  std::int64_t n = 0;
  for (const Block& b : d.blocks)
    n += std::ranges::count_if(b.rows, [&](const auto& row) {
      return std::ranges::any_of(row, [&](const Cell& c) { return c.text == text; });
    });
  return n;
}

}  // namespace

TEST_CASE("the lead-up lists what was changed before, once, and what was linked counts as a failed deployment") {
  ChangeStory s;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  s.start("R2", "scale");
  s.intend("R2", "0", "scale", Value::Map{{"service", "db"}, {"env", "production"}, {"replicas", 2}},
           Value::Map{{"replicas", 3}});
  s.end("R2", "0", "succeeded");
  s.finish("R2");
  s.start("R4", "scale");
  s.intend("R4", "0", "scale",
           Value::Map{{"service", "cache"}, {"env", "production"}, {"replicas", 5}, {"minimum", true}},
           Value::Map{{"replicas", 4}, {"scaler_least", 2}});
  s.end("R4", "0", "succeeded");
  s.finish("R4");
  s.now += minute_ms;
  s.add("incident.declared", Value::Map{{"title", "It hurts"}, {"severity", "SEV2"}}, "INC-1").services = {"api"};
  s.now += minute_ms;
  s.rollout("R3", "deploy", "api", "production", "v2", "v3");  // after it began: not before it
  ReportOptions options;
  options.changes = records(s);
  const Document before = postmortem(of_incident(s), options);
  CHECK(rows_with(before, "api v2 (production)") == 1);
  CHECK(rows_with(before, "db 3 → 2 (production)") == 1);
  CHECK(rows_with(before, "cache ≥ 2 → ≥ 5 (production)") == 1);  // the minimum of an autoscaler
  CHECK(rows_with(before, "api v3 (production)") == 0);

  s.add("change.linked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, "INC-1");
  options.changes = records(s);
  const Document linked = postmortem(of_incident(s), options);
  CHECK(rows_with(linked, "api v2 (production)") == 0);
  CHECK(rows_with(linked, "R1") == 2);  // in the lead-up, and in the table of deployments
  const Facts facts = with_changes(incident_facts(of_incident(s)), options.changes);
  REQUIRE(facts.deployments.size() == 1);
  CHECK(facts.deployments[0].failed);
  CHECK(dora_facts(facts, false).change_fail_rate == 1.0);
}
