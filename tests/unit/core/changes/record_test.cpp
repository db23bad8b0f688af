#include "bot/core/changes/record.h"

#include <doctest/doctest.h>

#include "../../../support/change_story.h"
#include "bot/core/decision.h"

using namespace muster;
using muster::test::ChangeStory;

namespace {

ChangeLog folded(const ChangeStory& story, ChangeLog log = {}) {
  for (const Entry& e : story.entries) apply_change(log, e);
  return log;
}

Value place(const char* key, Value v) { return Value::Map{{"service", "api"}, {"env", "production"}, {key, v}}; }

Value there(const std::string& version, int replicas = 3) {
  return Value::Map{{"version", version}, {"replicas", replicas}};
}

}  // namespace

TEST_CASE("a deploy by command says who, why, from what to what, and how it ended") {
  ChangeStory s;
  s.start("R1", "deploy", "", "ana", "the fix is in");
  s.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
  const TimeMs begun = s.now;
  s.now += minute_ms;
  const ChangeLog during = folded(s);
  REQUIRE(during.records.size() == 1);
  CHECK(outcome_of(during.records.begin()->second) == "running");
  CHECK(last_rollout(during, "api", "production") == nullptr);
  s.end("R1", "0", "succeeded");
  s.finish("R1");
  const ChangeLog log = folded(s);
  const ChangeRecord* r = find_change(log, "R1");
  REQUIRE(r != nullptr);
  CHECK(r->id == "R1.0");
  CHECK(r->service == "api");
  CHECK(r->environment == "production");
  CHECK(r->type == "release");
  CHECK(r->before.version == "v1");
  CHECK(r->after.version == "v2");
  CHECK(r->person == "ana");
  CHECK(r->reason == "the fix is in");
  CHECK(r->origin == "chat");
  CHECK(r->started_ms == begun);
  CHECK(r->ended_ms == begun + minute_ms);
  CHECK(outcome_of(*r) == "succeeded");
  CHECK(last_rollout(log, "api", "production") == r);
  CHECK(log.runs.empty());  // nothing of a run that is over stays but its changes
}

TEST_CASE("a step that was refused before anything was sent is no change") {
  ChangeStory s;
  s.start("R1", "deploy");
  s.add("run.attempt", Value::Map{{"run_id", "R1"},
                                  {"path", "0"},
                                  {"verb", "deploy"},
                                  {"stage", "look"},
                                  {"arguments", place("version", "v2")}});
  s.end("R1", "0", "failed", "unavailable");
  s.finish("R1", "failed");
  CHECK(folded(s).records.empty());
}

TEST_CASE("a rollback names the deploy that it reverts, and the deploy says that it was put back") {
  ChangeStory s;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  s.rollout("R2", "deploy", "api", "staging", "v1", "v2");
  s.rollout("R3", "rollback", "api", "production", "v2", "v1");
  const ChangeLog log = folded(s);
  CHECK(find_change(log, "R3")->reverts == "R1.0");
  CHECK(outcome_of(*find_change(log, "R1")) == "rolled_back");
  CHECK(outcome_of(*find_change(log, "R2")) == "succeeded");
  CHECK(last_rollout(log, "api", "production") == find_change(log, "R3"));
}

TEST_CASE("a run that puts its own deploy back marks it, also when it was over before") {
  ChangeStory s;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  Entry& again = s.add("run.changed", Value::Map{{"run_id", "R1"}, {"reopened", true}});
  again.actor.id = "ben";
  s.intend("R1", "undo.0", "deploy", place("version", "v1"), there("v2"));
  s.end("R1", "undo.0", "succeeded");
  s.finish("R1", "undone");
  const ChangeLog log = folded(s);
  const ChangeRecord* back = find_change(log, "R1.undo.0");
  REQUIRE(back != nullptr);
  CHECK(back->reverts == "R1.0");
  CHECK(back->type == "rollback");
  CHECK(back->person == "ben");
  CHECK(outcome_of(*find_change(log, "R1.0")) == "rolled_back");
}

TEST_CASE("what nobody knows is unknown, also when it was cancelled or left so") {
  for (const std::string end : {"lost", "cancelled", "skipped"}) {
    ChangeStory s;
    s.start("R1", "deploy");
    s.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
    s.add("run.attempt", Value::Map{{"run_id", "R1"}, {"path", "0"}, {"status", "needs_decision"}, {"stage", ""}});
    CHECK(outcome_of(*find_change(folded(s), "R1")) == "unknown");
    if (end == "skipped")
      s.end("R1", "0", "skipped");
    else
      s.end("R1", "0", "failed", end);
    s.finish("R1", "failed");
    CAPTURE(end);
    CHECK(outcome_of(*find_change(folded(s), "R1")) == "unknown");
  }
  ChangeStory stopped;  // it is known that it was stopped
  stopped.start("R1", "deploy");
  stopped.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
  stopped.end("R1", "0", "failed", "cancelled");
  CHECK(outcome_of(*find_change(folded(stopped), "R1")) == "cancelled");
}

TEST_CASE("a deploy that is tried twice is one change") {
  ChangeStory s;
  s.start("R1", "deploy");
  s.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
  s.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
  s.end("R1", "0", "succeeded");
  s.finish("R1");
  CHECK(folded(s).records.size() == 1);
}

TEST_CASE("a runbook's changes carry its name, an alert's run is automation's, an incident's deploy is a hotfix") {
  ChangeStory s;
  s.start("R1", "grow-workers", "INC-7", "automation");
  s.intend("R1", "3", "scale", place("replicas", 6), there("v1"));
  s.end("R1", "3", "succeeded");
  s.finish("R1");
  s.rollout("R2", "deploy", "api", "production", "v1", "v2", minute_ms, "INC-7");
  const ChangeLog log = folded(s);
  const ChangeRecord& scaled = *find_change(log, "R1");
  CHECK(scaled.origin == "automation");
  CHECK(scaled.runbook == "grow-workers");
  CHECK(scaled.type.empty());
  CHECK(scaled.after.replicas == 6);
  CHECK(scaled.before.replicas == 3);
  CHECK(scaled.links.empty());
  const ChangeRecord& fix = *find_change(log, "R2");
  CHECK(fix.type == "hotfix");
  REQUIRE(fix.links.size() == 1);
  CHECK(fix.links[0] == ChangeLink{"INC-7", "remediates", "run", ""});
}

TEST_CASE("a reason that names an incident links the change with it") {
  for (const auto& [reason, incident] : {std::pair{"INC-12", "INC-12"},
                                         {"it is slow (inc-7), see above", "INC-7"},
                                         {"INC- of nothing", ""},
                                         {"INC-99999999999999999999", ""},
                                         {"the fix is in", ""}}) {
    ChangeStory s;
    s.start("R1", "deploy", "", "ana", reason);
    s.intend("R1", "0", "deploy", place("version", "v2"), there("v1"));
    CAPTURE(reason);
    CHECK(find_change(folded(s), "R1")->incident == incident);
    CHECK(find_change(folded(s), "R1")->type == (std::string(incident).empty() ? "release" : "hotfix"));
  }
}

TEST_CASE("changes made elsewhere are taken as told, in any order, and corrected and withdrawn") {
  ChangeStory s;
  const Value told = Value::Map{{"deploy_id", "dep-1"},        {"service", "api"},
                                {"environment", "production"}, {"version", "v2"},
                                {"type", "release"},           {"outcome", "succeeded"},
                                {"commit", "4be1c9d"},         {"commit_at", "2026-03-16T22:40:00Z"}};
  const TimeMs at = s.now;
  const std::string finished = s.add("deploy.finished", told).event_id;
  s.now -= minute_ms;
  s.add("deploy.started", told);
  const ChangeRecord one = *find_change(folded(s), "dep-1");
  CHECK(one.origin == "elsewhere");
  CHECK(one.started_ms == at - minute_ms);
  CHECK(one.ended_ms == at);
  CHECK(outcome_of(one) == "succeeded");
  REQUIRE(one.commits.size() == 1);
  CHECK(one.commits[0].id == "4be1c9d");
  Entry& fix = s.add("correction", Value::Map{{"patch", Value::Map{{"occurred_ms", at - 1000}}}});
  fix.corrects = finished;
  CHECK(find_change(folded(s), "dep-1")->ended_ms == at - 1000);
  Entry& gone = s.add("retraction", Value::Map{{"reason", "it was a drill"}});
  gone.corrects = finished;
  CHECK(folded(s).records.empty());
}

TEST_CASE("a person links a change to an incident and takes it back") {
  ChangeStory s;
  s.rollout("R1", "deploy", "api", "production", "v1", "v2");
  s.add("change.linked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, "INC-3");
  s.add("change.linked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, "INC-3");  // said twice
  const ChangeLog linked = folded(s);
  REQUIRE(find_change(linked, "R1")->links.size() == 1);
  CHECK(find_change(linked, "R1")->links[0].incident == "INC-3");
  s.add("change.unlinked", Value::Map{{"change", "R1.0"}, {"link", "failed"}}, "INC-3");
  CHECK(find_change(folded(s), "R1")->links.empty());
}

TEST_CASE("commits of a version are known whether they were told before or after its deploy") {
  const Value built = Value::Map{{"service", "api"},
                                 {"version", "v2"},
                                 {"commits", Value::List{Value::Map{{"id", "a1"}, {"at", "2026-03-16T10:00:00Z"}},
                                                         Value::Map{{"id", "no time"}}}}};
  ChangeStory before;
  before.add("version.built", built);
  before.rollout("R1", "deploy", "api", "production", "v1", "v2");
  ChangeStory after;
  after.rollout("R1", "deploy", "api", "production", "v1", "v2");
  after.add("version.built", built);
  for (const ChangeStory& s : {before, after}) {
    const ChangeLog log = folded(s);
    REQUIRE(find_change(log, "R1")->commits.size() == 1);
    CHECK(find_change(log, "R1")->commits[0].id == "a1");
  }
}

TEST_CASE("what is kept is bounded, by place and in all; what is under way stays; rows go with their records") {
  ChangeStory s;
  s.start("R1", "deploy");
  s.intend("R1", "0", "deploy", place("version", "v0"), there("v1"));  // never ends
  for (int i = 2; i < 60; ++i)
    s.rollout("R" + std::to_string(i), "deploy", "api", "production", "v" + std::to_string(i - 1),
              "v" + std::to_string(i));
  for (int i = 60; i < 120; ++i) {
    const std::string run = "R" + std::to_string(i);
    s.start(run, "scale");
    s.intend(run, "0", "scale", place("replicas", i), there("v59", i - 1));
    s.end(run, "0", "succeeded");
    s.finish(run);
  }
  ChangeLog log;
  std::map<std::string, Value> rows;
  for (const Entry& e : s.entries) {
    apply_change(log, e);
    for (const ProjectionRow& row : touched_rows(log)) {
      if (row.body.is_null())
        rows.erase(row.id);
      else
        rows[row.id] = row.body;
    }
  }
  CHECK(log.records.size() == 41);  // 20 rollouts, 20 others, one under way
  CHECK(last_rollout(log, "api", "production")->after.version == "v59");
  CHECK(find_change(log, "R1") != nullptr);
  CHECK(find_change(log, "R2") == nullptr);
  REQUIRE(rows.size() == log.records.size());
  for (const auto& [n, r] : log.records) CHECK(rows.at(r.id) == projection(r).body);

  ChangeLog small;
  small.most = 5;
  CHECK(folded(s, small).records.size() == 6);
  ChangeLog all;
  all.per_place = all.most = 1'000'000;
  CHECK(folded(s, all).records.size() == 119);
}

TEST_CASE("deploys that are told as begun and never as ended fill no memory") {
  ChangeStory s;
  for (int i = 0; i < 100; ++i)
    s.add("deploy.started", Value::Map{{"deploy_id", "dep-" + std::to_string(i)},
                                       {"service", "api"},
                                       {"environment", "production"},
                                       {"version", "v"}});
  CHECK(folded(s).records.size() == 20);
  CHECK(folded(s).told.size() == 20);
}
