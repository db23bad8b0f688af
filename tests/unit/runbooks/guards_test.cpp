// What may start, how often, and what people can do with a run under way.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::Killed;
using muster::test::RunWorld;

namespace {

constexpr const char* automatic = R"(runbook: auto-fix
owner: group:platform
inputs:
  service: {type: string, from: alert.labels.service}
triggers:
  - alert: alertname="Slow"
    mode: auto
guard:
  key: ${inputs.service}
  cooldown: 5m
  effective: {check_after: 10m, disarm_after: 2}
  max_runs: 10 per 24h
steps:
  - id: seen
    query: up
)";

constexpr const char* writes = R"(runbook: auto-write
triggers:
  - alert: alertname="Slow"
    mode: auto
steps:
  - id: fix
    run: [fix]
    timeout: 1m
)";

constexpr const char* slow = R"(runbook: slow
steps:
  - id: nap
    wait: 30m
  - id: fix
    run: [fix]
    timeout: 5m
    undo: [{run: [unfix], timeout: 1m}]
  - id: rest
    wait: 30m
)";

std::map<std::string, std::string> labels() { return {{"alertname", "Slow"}, {"service", "api"}}; }

Entry by(const std::string& id) {
  Entry e;
  e.actor = {.type = "user", .id = id, .handle = id, .display = id};
  return e;
}

std::size_t runs_of(const RunWorld& w, const std::string& runbook) {
  return static_cast<std::size_t>(
      std::ranges::count_if(w.state.runs, [&](const auto& entry) { return entry.second.runbook == runbook; }));
}

}  // namespace

TEST_CASE("a storm of a thousand copies of an alert starts one run") {
  RunWorld w;
  w.add_runbook(automatic);
  for (int i = 1; i <= 1000; ++i) w.alert("E" + std::to_string(i), "firing", labels());
  w.deliver();
  CHECK(runs_of(w, "auto-fix") == 1);
  w.pass(minute_ms);
  CHECK(runs_of(w, "auto-fix") == 1);
}

TEST_CASE("an alert that is counted among many others starts its run like one alone") {
  RunWorld w;
  w.add_runbook(automatic);
  std::vector<AlertEvent> events(60);
  for (int i = 0; i < 60; ++i) {
    AlertEvent& e = events[static_cast<std::size_t>(i)];
    e.source_key = std::to_string(i);
    e.status = "firing";
    e.severity = "warning";
    e.labels = {{"alertname", "Other"}, {"n", std::to_string(i)}};
  }
  for (const auto& [name, value] : labels()) events[57].labels.set(name, value);
  w.decide([&](Work& work) { take_alerts(work, events, w.now); });
  w.deliver();
  CHECK(runs_of(w, "auto-fix") == 1);
  CHECK(w.run("R1").alert == "E58");
}

TEST_CASE("a fix that does not help is tried twice, then disarmed, and its owner is told") {
  RunWorld w;
  w.add_runbook(automatic);
  w.alert("E1", "firing", labels());
  w.pass(day_ms);
  CHECK(runs_of(w, "auto-fix") == 2);
  CHECK(disarmed(w.state, "auto-fix", "api", w.now) != nullptr);
  CHECK(w.posted("disarmed-R2"));
  w.alert("E2", "firing", labels());
  w.pass(hour_ms);
  CHECK(runs_of(w, "auto-fix") == 2);
}

TEST_CASE("a fix that helped stays armed") {
  RunWorld w;
  w.add_runbook(automatic);
  w.alert("E1", "firing", labels());
  w.deliver();
  w.alert("E1", "resolved", labels());
  w.pass(day_ms);
  CHECK(w.run("R1").effective == "yes");
  CHECK(disarmed(w.state, "auto-fix", "api", w.now) == nullptr);
}

TEST_CASE("an automatic run never reaches a write that nobody approved") {
  RunWorld w;
  w.add_runbook(writes);
  w.alert("E1", "firing", labels());
  w.pass(minute_ms);
  REQUIRE(runs_of(w, "auto-write") == 1);
  CHECK(w.run("R1").status == "failed");
  CHECK(w.provider.ledger.empty());
}

TEST_CASE("an edited runbook changes no run in flight") {
  RunWorld w;
  w.add_runbook(slow);
  const std::string id = w.start("slow");
  w.add_runbook("runbook: slow\nsteps:\n  - message: other\n");
  w.restart();
  w.pass(2 * hour_ms);
  CHECK(w.run(id).status == "succeeded");
  CHECK(w.effects("R1 1") == 1);
}

TEST_CASE("the same subject is not run twice at once") {
  RunWorld w;
  w.add_runbook(slow);
  CHECK(w.start("slow") == "R1");
  CHECK(w.start("slow") == "refused: run.busy");
}

TEST_CASE("one that queues begins when the other is over") {
  RunWorld w;
  w.add_runbook("runbook: q\nguard: {on_busy: queue}\nsteps:\n  - wait: 10m\n");
  CHECK(w.start("q") == "R1");
  CHECK(w.start("q") == "R2");
  CHECK(w.start("q") == "refused: run.busy");
  CHECK(w.run("R2").status == "queued");
  w.pass(11 * minute_ms);
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.run("R2").status == "waiting");
  w.pass(11 * minute_ms);
  CHECK(w.run("R2").status == "succeeded");
}

TEST_CASE("one that is cancelled while it waits in line does nothing, not even what always comes last") {
  RunWorld w;
  w.add_runbook(
      "runbook: q\nguard: {on_busy: queue}\nsteps:\n  - wait: 10m\nfinally:\n  - restart: {service: api, env: prod}\n");
  w.start("q");
  w.start("q");
  REQUIRE(w.run("R2").status == "queued");
  w.decide([&](Work& work) { CHECK(w.engine.cancel_run(work, "R2", false, "not now", by("ana")).has_value()); });
  w.deliver();
  CHECK(w.run("R2").status == "cancelled");
  CHECK(w.run("R2").reason == "not now");
  CHECK(w.run("R2").steps.empty());
  CHECK(w.effects("R2 finally.0") == 0);
  w.restart();
  CHECK(w.run("R2").status == "cancelled");
  w.pass(11 * minute_ms);
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.effects("R1 finally.0") == 1);
}

TEST_CASE("one that replaces ends the other") {
  RunWorld w;
  w.add_runbook("runbook: p\nguard: {on_busy: replace}\nsteps:\n  - wait: 10m\n");
  w.start("p");
  w.start("p");
  CHECK(w.run("R1").status == "cancelled");
  CHECK(w.run("R2").status == "waiting");
}

TEST_CASE("cancelled while it waits, a run ends at once; after a write it asks whether to put back") {
  RunWorld w;
  w.add_runbook(slow);
  w.start("slow");
  w.decide([&](Work& work) { CHECK(w.engine.cancel_run(work, "R1", false, "", by("ana")).has_value()); });
  CHECK(w.run("R1").status == "cancelled");
  w.start("slow");
  w.pass(31 * minute_ms);
  REQUIRE(w.effects("R2 1") == 1);
  w.decide([&](Work& work) { CHECK(w.engine.cancel_run(work, "R2", false, "", by("ana")).has_value()); });
  REQUIRE(w.engine.open_matters(w.state, "R2").size() == 1);
  CHECK(w.engine.open_matters(w.state, "R2")[0].kind == "undo");
  w.decide([&](Work& work) { CHECK(w.engine.undo_run(work, "R2", by("ana")).has_value()); });
  w.deliver();
  CHECK(w.run("R2").status == "cancelled");
  CHECK(w.effects("R2 undo.1.0") == 1);
}

TEST_CASE("a paused run begins nothing and goes on when it is let go") {
  RunWorld w;
  w.add_runbook(slow);
  w.start("slow");
  w.decide([&](Work& work) { CHECK(w.engine.pause_run(work, "R1", by("ana")).has_value()); });
  w.pass(2 * hour_ms);
  CHECK(w.run("R1").status == "paused");
  CHECK(w.provider.ledger.empty());
  w.decide([&](Work& work) { CHECK(w.engine.resume_run(work, "R1", by("ana")).has_value()); });
  w.pass(hour_ms);
  CHECK(w.run("R1").status == "succeeded");
}

TEST_CASE("a command that takes too long is stopped and its outcome is put before a person") {
  RunWorld w;
  w.add_runbook(slow);
  w.provider.override = [](const AttemptOrder& order, AttemptReport& r) {
    if (order.mode == AttemptOrder::Mode::begin && order.verb == "run") return r.error_kind = "silent", true;
    return false;
  };
  w.start("slow");
  w.pass(40 * minute_ms);
  REQUIRE(w.run("R1").status == "needs_decision");
  CHECK(w.posted("decide-"));
  const TimeMs deadline = w.run("R1").deadline_ms;
  w.pass(10 * hour_ms);
  w.provider.override = {};
  w.decide([&](Work& work) { CHECK(w.engine.decide(work, "R1", "fix", "done", by("ana")).has_value()); });
  CHECK(w.run("R1").deadline_ms >= deadline + 10 * hour_ms);  // it stood still meanwhile
  w.pass(hour_ms);
  CHECK(w.run("R1").status == "succeeded");
}

TEST_CASE("nobody decides for a day: the run fails") {
  RunWorld w;
  w.add_runbook(
      "runbook: h\nsteps:\n  - id: post\n    http: {url: \"https://example.com\", method: POST}\n    timeout: 10s\n");
  w.provider.override = [](const AttemptOrder&, AttemptReport& r) { return r.end = AttemptReport::End::unknown, true; };
  w.start("h");
  w.deliver();
  REQUIRE(w.run("R1").status == "needs_decision");
  w.pass(25 * hour_ms);
  CHECK(w.run("R1").status == "failed");
}

TEST_CASE("a wall clock that is set forward shortens no wait, and one set back fires nothing twice") {
  RunWorld w;
  w.add_runbook("runbook: n\nsteps:\n  - wait: 30m\n  - run: [fix]\n    timeout: 1m\n");
  w.start("n");
  w.pass(10 * minute_ms);
  w.now += 2 * hour_ms;
  w.decide([&](Work& work) { w.engine.clock_moved(work, 2 * hour_ms); });
  w.pass(19 * minute_ms);
  CHECK(w.run("R1").status == "waiting");
  w.now -= 3 * hour_ms;
  w.decide([&](Work& work) { w.engine.clock_moved(work, -3 * hour_ms); });
  w.pass(2 * minute_ms);
  CHECK(w.run("R1").status == "waiting");
  w.pass(4 * hour_ms);
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.effects("R1 1") == 1);
}

TEST_CASE("a lock of somebody else keeps a change out") {
  RunWorld w;
  w.add_runbook("runbook: s\nsteps:\n  - scale: {service: api, env: prod, replicas: 9}\n");
  w.decide([&](Work& work) {
    LockWish wish;
    wish.service = "api";
    wish.environment = "prod";
    wish.owner = "bo";
    wish.reason = "migration";
    wish.until_ms = work.now + hour_ms;
    CHECK(take_lock(work, wish).has_value());
  });
  w.start("s");
  w.deliver();
  CHECK(w.run("R1").status == "failed");
  CHECK(w.run("R1").failure.text().find("locked by bo") != std::string::npos);
  CHECK(w.provider.replicas["api"] == 6);
  w.pass(61 * minute_ms);
  w.start("s");
  w.deliver();
  CHECK(w.run("R2").status == "succeeded");
}

TEST_CASE("a finished run is put back on demand, once") {
  RunWorld w;
  w.add_runbook(
      "runbook: s\nsteps:\n  - id: wide\n    scale: {service: api, env: prod, replicas: 9}\n    undo: auto\n");
  w.start("s");
  w.deliver();
  REQUIRE(w.provider.replicas["api"] == 9);
  w.decide([&](Work& work) { CHECK(w.engine.undo_run(work, "R1", by("ana")).has_value()); });
  w.deliver();
  CHECK(w.provider.replicas["api"] == 6);
  CHECK(w.run("R1").status == "undone");
  w.decide([&](Work& work) { CHECK(w.engine.undo_run(work, "R1", by("ana")).error().key == "run.nothing_to_undo"); });
}

TEST_CASE("a read that fails is tried again with growing pauses, a write is not") {
  RunWorld w;
  w.add_runbook("runbook: r\nsteps:\n  - query: up\n");
  int tries = 0;
  w.provider.override = [&](const AttemptOrder&, AttemptReport& r) {
    ++tries;
    r.end = AttemptReport::End::failed;
    r.error_kind = "unavailable";
    return true;
  };
  w.start("r");
  w.pass(minute_ms);
  CHECK(tries == 3);
  CHECK(w.run("R1").status == "failed");
  w.add_runbook("runbook: x\nsteps:\n  - run: [fix]\n    timeout: 1m\n");
  tries = 0;
  w.start("x");
  w.pass(minute_ms);
  CHECK(tries == 1);
}

TEST_CASE("what the linter finds mistakes in is not started, by nobody and by no alert, and the mistakes are named") {
  RunWorld w;
  w.engine.check_first(true);
  w.add_runbook("runbook: inner\nsteps:\n  - {run: [a]}\n");
  w.add_runbook("runbook: outer\nsteps:\n  - {call: inner}\n");
  w.add_runbook(
      "runbook: wrong\ntriggers: [{alert: alertname=\"Slow\", mode: auto}]\nsteps:\n"
      "  - {id: q, query: up}\n  - {message: \"${q.nope}\"}\n");
  w.add_runbook("runbook: fine\nsteps:\n  - {id: q, query: up}\n  - {message: \"${q.value}\"}\n");
  w.add_runbook("runbook: nobody\nsteps:\n  - {approve: {by: \"group:gone\", text: a}, timeout: 5m}\n");
  CHECK(w.start("wrong") == "refused: run.mistakes");
  CHECK(w.start("outer") == "refused: run.mistakes");
  CHECK(w.start("nobody") == "refused: run.mistakes");  // by today's configuration
  runbooks::StartWish wish;
  wish.runbook = "outer", wish.person = "ana";
  w.decide([&](Work& work) {
    const auto started = w.engine.start_run(work, wish);
    REQUIRE_FALSE(started);
    CHECK(started.error().words.at("list").starts_with("inner, line 3: `run` has no time-out"));
    CHECK(started.error().words.at("where") == "inner");
    CHECK(started.error().words.at("n") == "1");
  });
  w.alert("E1", "firing", {{"alertname", "Slow"}});
  CHECK(w.state.runs.empty());
  CHECK(w.start("fine") == "R1");
  // The answer is kept until another configuration is in force: then it is asked for again.
  w.add_runbook("runbook: asks\nsteps:\n  - {approve: {by: \"group:oncall\", text: a}, timeout: 5m}\n");
  CHECK_FALSE(w.engine.has_mistakes(w.config, "asks"));
  for (Person& p : w.config.people) p.groups = {"platform"};
  CHECK_FALSE(w.engine.has_mistakes(w.config, "asks"));
  w.engine.configured();
  CHECK(w.engine.has_mistakes(w.config, "asks"));
}

TEST_CASE("with on_busy: replace the newest wish is the one that runs, and never two at once") {
  RunWorld w;
  w.add_runbook(
      "runbook: newest\ninputs: {n: {type: int}}\nguard: {key: one, on_busy: replace}\nsteps:\n  - {wait: 30m}\n"
      "finally:\n  - {wait: 1m}\n");
  CHECK(w.start("newest", Value::Map{{"n", 1}}) == "R1");
  CHECK(w.start("newest", Value::Map{{"n", 2}}) == "R2");  // waits until the first has put its things away
  CHECK(w.start("newest", Value::Map{{"n", 3}}) == "R3");  // and so does this one, instead of the second
  w.pass_until([&] { return w.run("R3").status == "waiting"; }, 10 * minute_ms);
  CHECK(w.run("R1").over());
  CHECK(w.run("R2").over());
  CHECK(w.run("R3").status == "waiting");
  CHECK(w.run("R3").inputs["n"] == Value(3));
  int at_once = 0;
  for (const Entry& e : w.journal)
    if (e.kind == "run.attempt" && e.data["path"].as_string() == "0" && e.data["status"].as_string() == "waiting")
      ++at_once;
  CHECK(at_once == 2);  // R1 and R3: the second never began
}
