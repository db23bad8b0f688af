#include "bot/core/changes/dora.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "../../../support/change_story.h"
#include "../postmortems/sample.h"
#include "bot/base/json.h"
#include "bot/core/engine/state.h"

using namespace muster;
using muster::test::ChangeStory;

namespace {

State folded(const std::vector<Entry>& entries) {
  State s;
  s.changes.per_place = s.changes.most = 1'000'000;
  for (const Entry& e : entries) apply(s, e);
  return s;
}

DoraQuery query(const std::string& service, TimeMs from, TimeMs to) {
  DoraQuery q;
  q.service = service;
  q.environments = {"production"};
  q.from = from;
  q.to = to;
  return q;
}

std::vector<DoraFigures> figures(const ChangeStory& s, DoraQuery q) {
  const State state = folded(s.entries);
  return dora_figures(state.changes, incident_spans(state), q);
}

void declare(ChangeStory& s, const std::string& id, const std::string& service) {
  s.add("incident.declared", Value::Map{{"title", "It hurts"}, {"severity", "SEV2"}}, id).services = {service};
}

void mitigate(ChangeStory& s, const std::string& id) {
  s.add("incident.mitigated", Value::Map{{"status", "mitigated"}}, id);
}
void resolve(ChangeStory& s, const std::string& id) {
  s.add("incident.resolved", Value::Map{{"status", "resolved"}}, id);
}

}  // namespace

TEST_CASE("the sample incident gives the figures that its authors worked out, rollbacks counted or not") {
  const auto entries = muster_test::sample_entries();
  const State state = folded(entries);
  const TimeMs from = parse_time("2026-03-01T00:00:00Z").value(), to = parse_time("2026-03-31T00:00:00Z").value();
  DoraQuery q = query("checkout-api", from, to);
  const auto without = dora_figures(state.changes, incident_spans(state), q);
  REQUIRE(without.size() == 1);
  const DoraFigures& f = without[0];
  CHECK(f.deployments == 2);
  CHECK(f.rollbacks == 1);
  CHECK(f.fail_rate() == 0.5);
  CHECK(f.rework_rate() == 0.5);
  std::vector<double> leads = f.lead_s;
  std::ranges::sort(leads);
  CHECK(leads == std::vector<double>{2460, 23045});
  CHECK(median_of(f.lead_s) == 12752.5);
  CHECK(f.recovery_s == std::vector<double>{2125});
  REQUIRE(f.failed.size() == 1);
  CHECK(f.failed[0].change == "dep-881");
  CHECK(f.per_day() == doctest::Approx(0.0667));

  q.count_rollbacks = true;
  const DoraFigures with = dora_figures(state.changes, incident_spans(state), q)[0];
  CHECK(with.deployments == 3);
  CHECK(with.fail_rate() == 0.3333);
  CHECK(with.rework_rate() == 0.6667);
}

TEST_CASE("a story of a month: each figure with its count, by service, no person's name in it") {
  ChangeStory s;
  const TimeMs from = s.now;
  s.add("version.built",
        Value::Map{{"service", "api"},
                   {"version", "v2"},
                   {"commits", Value::List{Value::Map{{"id", "a"}, {"at", format_utc(s.now)}},
                                           Value::Map{{"id", "b"}, {"at", format_utc(s.now + hour_ms)}}}}});
  s.now += 3 * hour_ms;
  s.rollout("R1", "deploy", "api", "staging", "v1", "v2");     // not production
  s.rollout("R2", "deploy", "api", "production", "v1", "v2");  // fails: reverted during INC-1
  declare(s, "INC-1", "api");
  s.now += 10 * minute_ms;
  s.rollout("R3", "rollback", "api", "production", "v2", "v1");
  mitigate(s, "INC-1");
  resolve(s, "INC-1");
  s.now += day_ms * 2;
  s.rollout("R4", "deploy", "api", "production", "v1", "v3");  // fails: a person says so
  declare(s, "INC-2", "web");
  s.now += 5 * minute_ms;
  s.add("change.linked", Value::Map{{"change", "R4.0"}, {"link", "failed"}}, "INC-2");
  s.rollout("R5", "deploy", "api", "production", "v3", "v4", minute_ms, "INC-2");  // the hotfix
  s.now += day_ms;
  s.rollout("R6", "rollback", "api", "production", "v4", "v3");  // no incident: v4 did not fail
  s.rollout("R7", "deploy", "web", "production", "w1", "w2");
  s.start("R8", "deploy");
  s.intend("R8", "0", "deploy", Value::Map{{"service", "web"}, {"env", "production"}, {"version", "w3"}},
           Value::Map{{"version", "w2"}});
  s.end("R8", "0", "failed", "refused");  // a pipeline that failed is no deployment
  s.finish("R8", "failed");
  s.start("R9", "scale");
  s.intend("R9", "0", "scale", Value::Map{{"service", "web"}, {"env", "production"}, {"replicas", 5}},
           Value::Map{{"replicas", 3}});
  s.end("R9", "0", "succeeded");
  s.finish("R9");

  const auto all = figures(s, query("", from, from + 30 * day_ms));
  REQUIRE(all.size() == 2);
  const DoraFigures& api = all[0];
  CHECK(api.service == "api");
  CHECK(api.deployments == 3);
  CHECK(api.rollbacks == 2);
  CHECK(api.per_day() == 0.1);
  CHECK(api.lead_s == std::vector<double>{3 * 3600 + 2 * 60, 2 * 3600 + 2 * 60});
  CHECK(api.without_commits == 2);
  REQUIRE(api.failed.size() == 2);
  CHECK(api.failed[0].change == "R2.0");
  CHECK(api.failed[0].basis == "reverted");
  CHECK(api.failed[0].by == "R3.0");
  CHECK(api.failed[1].change == "R4.0");
  CHECK(api.failed[1].basis == "linked");
  CHECK(api.fail_rate() == 0.6667);
  CHECK(api.recovery_s == std::vector<double>{11 * 60});  // INC-2 is not mitigated: n is 1
  CHECK(api.rework == 1);
  CHECK(all[1].service == "web");
  CHECK(all[1].deployments == 1);
  CHECK(all[1].fail_rate() == 0.0);
  CHECK(to_json(dora_value(api)) ==
        R"({"change_fail_rate":{"deployments":3,"failed":2,"ratio":0.6667},)"
        R"("change_lead_time":{"deployments_without_commits":2,"median_s":9120.0,"n":2},)"
        R"("deployment_frequency":{"deployments":3,"per_day":0.1,"rollbacks":2},)"
        R"("deployment_rework_rate":{"deployments":3,"ratio":0.3333,"rework":1},)"
        R"("failed_deployment_recovery_time":{"median_s":660.0,"n":1},)"
        R"("failed_deployments":[{"basis":"reverted","change":"R2.0","incident":"INC-1","version":"v2"},)"
        R"({"basis":"linked","change":"R4.0","incident":"INC-2","version":"v3"}],"service":"api"})");

  const auto later = figures(s, query("api", from + 10 * day_ms, from + 20 * day_ms));
  REQUIRE(later.size() == 1);
  CHECK(later[0].deployments == 0);
  CHECK_FALSE(later[0].fail_rate().has_value());  // nothing was deployed: that is not "no failure"
}

TEST_CASE("a hotfix for an incident within a day shows that the deployment before it failed; a later one does not") {
  for (const auto& [wait, expected] : {std::pair{23 * hour_ms, 1}, {25 * hour_ms, 0}}) {
    ChangeStory s;
    const TimeMs from = s.now;
    s.rollout("R1", "deploy", "api", "production", "v1", "v2");
    s.now += minute_ms;
    declare(s, "INC-1", "api");
    s.now += wait;
    s.rollout("R2", "deploy", "api", "production", "v2", "v3", minute_ms, "INC-1");
    const auto f = figures(s, query("api", from, from + 30 * day_ms));
    CAPTURE(wait);
    CHECK(static_cast<int>(f[0].failed.size()) == expected);
    CHECK(f[0].rework == 1);
  }
}

TEST_CASE("one deployment that set off two incidents counts once") {
  ChangeStory s;
  const TimeMs from = s.now;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  for (const std::string id : {"INC-1", "INC-2"}) {
    declare(s, id, "api");
    s.add("change.linked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, id);
    s.now += minute_ms;
    mitigate(s, id);
  }
  const auto f = figures(s, query("api", from, from + day_ms));
  CHECK(f[0].failed.size() == 1);
  CHECK(f[0].recovery_s == std::vector<double>{60, 120});
}

TEST_CASE("what the health guard put back counts without an incident, and once with one") {
  ChangeStory s;
  const TimeMs from = s.now;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  s.add("change.judged", Value::Map{{"change", "R1.0"}, {"verdict", "bad"}});
  s.rollout("R2", "rollback", "api", "production", "v2", "v1");
  auto f = figures(s, query("api", from, from + day_ms));
  REQUIRE(f[0].failed.size() == 1);
  CHECK(f[0].failed[0].basis == "guard");
  CHECK(f[0].recovery_s.empty());
}

TEST_CASE("a withdrawn link, a declined incident and one in triage count for nothing") {
  ChangeStory s;
  const TimeMs from = s.now;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  declare(s, "INC-1", "api");
  const std::string link = s.add("change.linked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, "INC-1").event_id;
  CHECK(figures(s, query("api", from, from + day_ms))[0].failed.size() == 1);
  ChangeStory withdrawn = s;
  withdrawn.add("retraction", Value::Map{{"reason", "another one"}}, "INC-1").corrects = link;
  CHECK(figures(withdrawn, query("api", from, from + day_ms))[0].failed.empty());
  ChangeStory waits = s;
  waits.add("incident.declared",
            Value::Map{{"status", "reported"}, {"triage", true}, {"title", "INC-1"}, {"severity", "SEV2"}}, "INC-1");
  CHECK(figures(waits, query("api", from, from + day_ms))[0].failed.empty());
  s.add("incident.canceled", Value::Map{{"status", "canceled"}}, "INC-1");
  CHECK(figures(s, query("api", from, from + day_ms))[0].failed.empty());
}
