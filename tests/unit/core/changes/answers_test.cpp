#include <doctest/doctest.h>

#include "../../../support/change_story.h"
#include "bot/core/engine/change_answers.h"

using namespace muster;
using muster::test::ChangeStory;

namespace {

struct Fixture {
  ChangeStory story;
  CoreConfig config;
  Fixture() {
    Person ana;
    ana.id = "ana";
    ana.name = "Ana Silva";
    config.people = {ana};
    Service api;
    api.name = "api";
    api.environments = {"staging", "production"};
    api.compare_url = "https://git.example.com/compare/{from}...{to}";
    config.services = {api};
  }
  State state() const {
    State s;
    for (const Entry& e : story.entries) apply(s, e);
    return s;
  }
  ChangeReader reader(const std::string& language = "en") const { return {config, language, "UTC", story.now}; }
};

PlaceNow said(const std::string& environment, const std::string& version, int replicas) {
  PlaceNow p{environment, true, TargetState{}, ""};
  p.said->version = version;
  p.said->replicas = replicas;
  p.said->healthy = true;
  return p;
}

std::string text_of(const Outcome& o) { return plain_text(o.reply); }

}  // namespace

TEST_CASE("where tells what the target says now, who brought it, and what is only recorded or not known") {
  Fixture f;
  f.story.rollout("R1", "deploy", "api", "production", "v1", "v2");
  f.story.now += 3 * hour_ms + 2 * minute_ms;
  PlaceNow silent{"staging", true, std::nullopt, "connection refused"};
  const std::string text = text_of(where_outcome(f.reader(), f.state(), "api", {silent, said("production", "v2", 3)}));
  CHECK(text.contains("v2 · 3 replicas · healthy · by R1, 3h 02m ago · not locked"));
  CHECK(text.contains("nothing is known of it"));
  CHECK(text.contains("connection refused"));
  const std::string differs = text_of(where_outcome(f.reader(), f.state(), "api", {said("production", "v9", 3)}));
  CHECK(differs.contains("R1 had brought v2"));
  const PlaceNow none{"production", false, std::nullopt, ""};
  CHECK(text_of(where_outcome(f.reader(), f.state(), "api", {none})).contains("v2 as R1 left it, 3h 02m ago"));
}

TEST_CASE("where says why a service is not well, and where its log lies") {
  Fixture f;
  PlaceNow sick = said("production", "v2", 3);
  sick.said->healthy = false;
  sick.said->detail = "1 of 3 well; port 8103 ended with code 3 (log: /srv/muster/local/shop/p7/log)";
  CHECK(
      text_of(where_outcome(f.reader(), f.state(), "api", {sick})).contains("not healthy (" + sick.said->detail + ")"));
  sick.said->healthy = true;
  CHECK_FALSE(text_of(where_outcome(f.reader(), f.state(), "api", {sick})).contains("8103"));
}

TEST_CASE("where says since when a target is silent, why, and what to do") {
  Fixture f;
  PlaceNow silent{"production", true, std::nullopt, "the cluster prod cannot be reached: no route to host"};
  silent.next_step = "Look whether its API server runs.";
  silent.silent_since = f.story.now - 2 * hour_ms;
  const Outcome told = where_outcome(f.reader(), f.state(), "api", {silent});
  CHECK(text_of(told).contains("its target has not answered since " + format_utc_minute(silent.silent_since) +
                               " UTC: the cluster prod cannot be reached: no route to host. Look whether its API "
                               "server runs."));
  CHECK(told.json.as_list().front()["silent_since_ms"].as_int() == silent.silent_since);
  CHECK(text_of(where_outcome(f.reader("ko"), f.state(), "api", {silent})).contains("부터 대상이 응답하지 않습니다"));
  silent.silent_since = f.story.now;  // noticed this moment: that says nothing about since when
  CHECK(text_of(where_outcome(f.reader(), f.state(), "api", {silent})).contains("its target does not answer: the"));
}

TEST_CASE("what is live: how many are ready, in the target's own words, and where the log is read") {
  Fixture f;
  PlaceNow sick = said("production", "v2", 3), well = said("staging", "v3", 1);
  sick.said->ready = 1;
  sick.said->healthy = false;
  sick.said->detail = "1 of 3 well; port 8103 ended with code 3";
  sick.said->log = "/srv/muster/local/shop/p*/log";
  well.said->detail = "1 of 1 well on port 8101";
  const PlaceNow nobody{"lab", false, std::nullopt, ""};
  const Outcome told = live_outcome(f.reader(), f.state(), "api", {sick, well, nobody});
  REQUIRE(told.reply.sections.size() == 1);
  const std::string text = text_of(told);
  CHECK(text.contains("v2 · 3 replicas · 1 ready · not healthy (1 of 3 well; port 8103 ended with code 3)"));
  CHECK(text.contains("log: `/srv/muster/local/shop/p*/log`"));
  CHECK(text.contains("v3 · 1 replica · healthy (1 of 1 well on port 8101)"));
  CHECK_FALSE(text.contains("lab"));
  CHECK(told.json["places"].as_list().front()["log"].as_string() == "/srv/muster/local/shop/p*/log");
  CHECK(told.json["places"].as_list().front()["ready"].as_int() == 1);
  CHECK(live_outcome(f.reader(), f.state(), "api", {nobody}).reply.sections.empty());
}

TEST_CASE("where shows what is under way and that nobody knows what came of a change") {
  Fixture f;
  f.story.start("R1", "deploy");
  f.story.intend("R1", "0", "deploy", Value::Map{{"service", "api"}, {"env", "production"}, {"version", "v2"}},
                 Value::Map{{"version", "v1"}});
  CHECK(text_of(where_outcome(f.reader(), f.state(), "api", {said("production", "v1", 3)}))
            .contains("R1 is at it (deploy v1 → v2)"));
  f.story.add("run.attempt", Value::Map{{"run_id", "R1"}, {"path", "0"}, {"status", "needs_decision"}});
  CHECK(text_of(where_outcome(f.reader(), f.state(), "api", {said("production", "v1", 3)}))
            .contains("R1 needs a person (deploy v1 → v2)"));
}

TEST_CASE("releases are newest first, with who, why and outcome; scales are left to --all") {
  Fixture f;
  f.story.start("R1", "deploy", "", "ana", "the fix is in");
  f.story.intend("R1", "0", "deploy", Value::Map{{"service", "api"}, {"env", "production"}, {"version", "v2"}},
                 Value::Map{{"version", "v1"}});
  f.story.end("R1", "0", "succeeded");
  f.story.finish("R1");
  f.story.rollout("R2", "rollback", "api", "production", "v2", "v1");
  f.story.start("R3", "scale");
  f.story.intend("R3", "0", "scale", Value::Map{{"service", "api"}, {"env", "production"}, {"replicas", 5}},
                 Value::Map{{"replicas", 3}});
  f.story.end("R3", "0", "succeeded");
  f.story.finish("R3");
  const State s = f.state();
  const std::string text = text_of(releases_outcome(f.reader(), s.changes, {"api", "production", false}));
  CHECK(text.contains("2 releases of api production"));
  CHECK(text.contains("deploy v1 → v2 · production · put back (R2) · Ana Silva"));
  CHECK(text.contains("the fix is in"));
  CHECK(text.find("R2 · ") < text.find("R1 · "));
  CHECK_FALSE(text.contains("R3 · "));
  const std::string all = text_of(releases_outcome(f.reader(), s.changes, {"api", "", true}));
  CHECK(all.contains("scale 3 → 5"));
  const std::string none = text_of(releases_outcome(f.reader("ko"), s.changes, {"web", "", false}));
  CHECK(none.contains("web의 배포 기록이 없습니다"));
}

TEST_CASE("diff names both versions, what went out in between, and a link with the versions encoded") {
  Fixture f;
  f.story.rollout("R1", "deploy", "api", "production", "v1", "v2");
  f.story.now += hour_ms;
  f.story.rollout("R2", "deploy", "api", "staging", "v2", "v3");
  f.story.now += hour_ms;
  f.story.rollout("R3", "deploy", "api", "staging", "v3", "v4 a/b");
  const std::vector<PlaceNow> places = {said("staging", "v4 a/b", 1), said("production", "v2", 3)};
  const Outcome o = diff_outcome(f.reader(), f.state(), "api", "production", "staging", places);
  CHECK(text_of(o).contains("v2 ↔ v4 a/b"));
  CHECK(text_of(o).contains("3 ↔ 1"));
  CHECK(text_of(o).contains("R2 · "));
  CHECK(text_of(o).contains("R3 · "));
  CHECK_FALSE(text_of(o).contains("R1 · "));
  CHECK(o.json["compare_url"].as_string() == "https://git.example.com/compare/v2...v4%20a%2Fb");
  CHECK(text_of(diff_outcome(f.reader(), f.state(), "api", "v2", "v2", places)).contains("have the same version"));
  CHECK(
      text_of(diff_outcome(f.reader(), f.state(), "api", "v2", "v77", places)).contains("no release of v77 is known"));
}

TEST_CASE("the figures in words name counts and reasons, and nobody") {
  Fixture f;
  const TimeMs from = f.story.now;
  f.story.rollout("R1", "deploy", "api", "production", "v1", "v2");
  f.story.add("incident.declared", Value::Map{{"title", "It hurts"}, {"severity", "SEV2"}}, "INC-1").services = {"api"};
  f.story.now += 10 * minute_ms;
  f.story.rollout("R2", "rollback", "api", "production", "v2", "v1");
  f.story.add("incident.mitigated", Value::Map{{"status", "mitigated"}}, "INC-1");
  const State s = f.state();
  DoraQuery q;
  q.from = from;
  q.to = from + 10 * day_ms;
  const Outcome o = metrics_outcome(f.reader(), s.changes, incident_spans(s), q);
  const std::string text = text_of(o);
  CHECK(text.contains("Deployment frequency: 1 deployment, 0.10 a day (1 rollback beside them)"));
  DoraQuery with = q;
  with.count_rollbacks = true;
  const std::string counted = text_of(metrics_outcome(f.reader(), s.changes, incident_spans(s), with));
  CHECK(counted.contains("Deployment frequency: 2 deployments, 0.20 a day (1 of them a rollback)"));
  CHECK(text.contains("Change lead time: not recorded"));
  CHECK(text.contains("Change fail rate: 100.0 % (1 of 1)"));
  CHECK(text.contains("R1 v2: reverted by R2 during INC-1"));
  CHECK(text.contains("Failed deployment recovery time: median 11m 00s (n = 1)"));
  CHECK(text.contains("Deployment rework rate: 0.0 % (0 of 1)"));
  CHECK_FALSE(text.contains("ana"));
  CHECK_FALSE(text.contains("Ana"));
  CHECK(o.json["services"].as_list().size() == 1);
  q.to = from;
  CHECK(text_of(metrics_outcome(f.reader(), s.changes, incident_spans(s), q)).contains("Nothing was deployed"));
}

TEST_CASE("environments called production, prod or live count as production; of none those that are protected") {
  CoreConfig config;
  config.environments = {{"green", false}};
  CHECK(production_of(config, {"staging", "prod", "Production"}) == std::set<std::string>{"prod", "Production"});
  CHECK(production_of(config, {"blue", "green"}) == std::set<std::string>{"blue"});
}
