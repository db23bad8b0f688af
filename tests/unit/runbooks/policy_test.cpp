// One door for every right: what the policy wants of a change, the steps of runbooks need as well.
#include <doctest/doctest.h>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::RunWorld;

namespace {

std::string book(const std::string& trigger) {
  return "runbook: grow\n" + trigger +
         "steps:\n  - id: go\n    approve: {by: \"group:oncall\", text: Grow}\n    timeout: 1h\n"
         "  - id: out\n    scale: {service: api, env: prod, replicas: 9}\n";
}

constexpr const char* by_alert = "triggers:\n  - alert: alertname=\"Slow\"\n    mode: auto\n";

Rule rule_for(const std::string& who, const std::string& effect) {
  Rule r;
  r.name = effect + "-" + who;
  r.who = {who};
  r.verbs = {"scale"};
  r.effect = effect;
  return r;
}

struct World : RunWorld {
  explicit World(bool automatic, Rule rule) {
    add_person("olga", {"owners"});
    config.policy.insert(config.policy.begin(), std::move(rule));
    add_runbook(book(automatic ? by_alert : ""));
    if (automatic)
      alert("E1", "firing", {{"alertname", "Slow"}});
    else
      start("grow");
    pass(second_ms);
    REQUIRE(open_question("R1") == "A1");
  }
};

Rule owners_approve() {
  Rule r = rule_for("*", "approve");
  r.approvals = 1;
  r.approve_group = "group:owners";
  return r;
}

}  // namespace

TEST_CASE("the yes of a runbook does not stand in for the people whom the policy would ask") {
  for (const bool automatic : {false, true}) {
    World w(automatic, owners_approve());
    w.answer("A1", "bo", true);
    w.pass(minute_ms);
    CHECK(w.provider.ledger.empty());
    REQUIRE(w.open_question("R1") == "A2");
    CHECK(w.state.questions.at(2).group == "group:owners");
    w.answer("A2", "olga", true);
    w.pass(minute_ms);
    CHECK(w.run("R1").status == "succeeded");
    CHECK(w.effects("R1 1") == 1);
  }
}

TEST_CASE("the yes of those whom the policy would ask is asked for once") {
  for (const bool automatic : {false, true}) {
    Rule rule = owners_approve();
    rule.approve_group = "group:oncall";
    World w(automatic, rule);
    w.answer("A1", "bo", true);
    w.pass(minute_ms);
    CHECK(w.run("R1").status == "succeeded");
    CHECK(w.effects("R1 1") == 1);
  }
}

TEST_CASE("nobody can let an automatic run do what is denied to himself") {
  World w(true, rule_for("bo", "deny"));
  w.answer("A1", "bo", true);
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "failed");
  CHECK(w.run("R1").failure.text().find("deny-bo") != std::string::npos);
  CHECK(w.provider.ledger.empty());
}
