// The record of changes, folded from what the engine really writes.
#include <doctest/doctest.h>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::RunWorld;

namespace {

constexpr const char* book = R"(runbook: ship
summary: Ships a version.
owner: group:platform
steps:
  - id: out
    deploy: {service: api, env: prod, version: v9}
    undo: auto
  - id: wide
    scale: {service: api, env: prod, replicas: 8}
    undo: auto
)";

}  // namespace

TEST_CASE("a runbook's deploy and scale are changes, from before to after, and its undo puts them back") {
  RunWorld w;
  w.add_runbook(book);
  const std::string id = w.start("ship");
  w.deliver();
  REQUIRE(w.run(id).status == "succeeded");
  const ChangeRecord* out = find_change(w.state.changes, id + ".0");
  const ChangeRecord* wide = find_change(w.state.changes, id + ".1");
  REQUIRE(out != nullptr);
  REQUIRE(wide != nullptr);
  CHECK(out->before.version == "v7");
  CHECK(out->after.version == "v9");
  CHECK(out->runbook == "ship");
  CHECK(out->origin == "runbook");
  CHECK(out->person == "ana");
  CHECK(outcome_of(*out) == "succeeded");
  CHECK(wide->before.replicas == 6);
  CHECK(wide->after.replicas == 8);
  CHECK(wide->after.version == "v9");

  w.decide([&](Work& work) {
    Entry by;
    by.actor = {.type = "user", .id = "ben", .handle = "ben", .display = "Ben"};
    CHECK(w.engine.undo_run(work, id, by).has_value());
  });
  w.deliver();
  CHECK(outcome_of(*find_change(w.state.changes, id + ".0")) == "rolled_back");
  CHECK(find_change(w.state.changes, id + ".undo.0")->after.version == "v7");
  CHECK(find_change(w.state.changes, id + ".undo.0")->person == "ben");
  CHECK(find_change(w.state.changes, id + ".undo.1")->after.replicas == 6);

  const auto rows = projections(w.state);
  w.restart();  // everything from the journal
  CHECK(projections(w.state) == rows);
}

TEST_CASE("a deploy whose answer never came is unknown until a person says what happened") {
  RunWorld w;
  w.add_runbook(book);
  w.provider.override = [](const AttemptOrder& order, AttemptReport& report) {
    if (order.verb != "deploy" || order.stage == "look") return false;
    report.end = AttemptReport::End::unknown;
    report.error = "The connection broke.";
    return true;
  };
  const std::string id = w.start("ship");
  w.deliver();
  REQUIRE(w.run(id).status == "needs_decision");
  CHECK(outcome_of(*find_change(w.state.changes, id)) == "unknown");
  CHECK(last_rollout(w.state.changes, "api", "prod") == nullptr);
  w.decide([&](Work& work) { CHECK(w.engine.decide(work, id, "", "done", {}).has_value()); });
  CHECK(outcome_of(*find_change(w.state.changes, id + ".0")) == "succeeded");
}
