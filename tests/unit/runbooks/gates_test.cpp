// What somebody who did not build the gates found: ways around them, and hints that led nowhere.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../support/change_world.h"
#include "bot/core/changes/plan.h"

using namespace muster;
using muster::test::ChangeWorld;

namespace {

struct GatedWorld : ChangeWorld {
  const Run& last() const { return state.runs.rbegin()->second; }
  void make_owner(const std::string& person) {
    for (Person& p : config.people)
      if (p.id == person) p.roles = {"owner"};
  }
};

}  // namespace

TEST_CASE("less than none is refused with how many there are, and locks nothing") {
  GatedWorld w;
  w.say("ana", "scale api in staging by -9");
  w.deliver();
  CHECK(w.last().status == "failed");
  CHECK(w.last().failure.text().contains("only 6"));
  CHECK_MESSAGE(w.last().failure.text().contains("scale api in staging to"), w.last().failure.text());
  CHECK(w.sent() == 0);
  CHECK(w.state.locks.empty());
  ChangeWish wish;
  wish.verb = wish.asked = "scale", wish.service = "api", wish.environment = "staging", wish.by = -9;
  const Plan plan = make_plan({.state = w.state,
                               .config = w.config,
                               .now = w.now,
                               .wish = wish,
                               .asker = {},
                               .run = {},
                               .arguments = {},
                               .seen = Value::Map{{"replicas", 6}}});
  CHECK_FALSE(plan.possible());
  CHECK(std::ranges::any_of(plan.checks, [](const Check& c) { return c.key == "check.replicas.negative"; }));
}

TEST_CASE(
    "a rollback to a version that never ran there is judged as a deploy: another person, and no way past a freeze") {
  GatedWorld w;
  w.say("ana", "rollback api in prod to v66");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "step");
  CHECK_FALSE(w.say("ana", "yes A1").ok);
  w.deliver();
  CHECK(w.sent() == 0);
  w.decide([](Work& work) {
    LockWish freeze;
    freeze.freeze = true, freeze.environment = "prod", freeze.owner = "cy", freeze.reason = "sale";
    CHECK(take_lock(work, freeze).has_value());
  });
  w.say("bo", "approve A1");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.last().status == "denied");
}

TEST_CASE(
    "a runbook's rollback to a version that never ran there is judged as a deploy, and one to a known version is not") {
  const std::string book = R"(
runbook: back
steps:
  - id: back
    rollback: {service: api, env: prod, to: v66}
)";
  GatedWorld w;
  w.add_runbook(book);
  CHECK(w.say("ana", "run back").ok);
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "step");  // somebody else's, as of a deploy
  GatedWorld known;
  ChangeRecord& r = known.state.changes.records[1];
  r.id = "elsewhere-1", r.service = "api", r.environment = "prod", r.verb = "deploy", r.type = "release";
  r.outcome = "succeeded", r.after.version = "v66", r.ended_ms = 1;
  known.state.changes.by_id[r.id] = 1;
  known.state.changes.by_place[{"api", "prod"}] = {1};
  known.add_runbook(book);
  CHECK(known.say("ana", "run back").ok);
  known.deliver();
  REQUIRE(known.question());
  CHECK(known.question()->kind == "confirm");
}

TEST_CASE("where CI has to say yes, a step of a runbook does not go past it; what CI passed in a change may go out") {
  const std::string book = R"(
runbook: out
steps:
  - id: out
    deploy: {service: api, env: staging, version: v9}
)";
  GatedWorld w;
  w.config.services.front().ci_url = "https://ci.example.com/{version}";
  w.add_runbook(book);
  w.say("ana", "run out");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.last().failure.text().contains("CI has not said yes to v9 of api"));
  Run& passed = w.state.runs[1000];
  passed.id = "R1000", passed.status = "succeeded", passed.ended_ms = w.now;
  passed.change =
      Value(Value::Map{{"service", "api"},
                       {"env", "prod"},
                       {"plan", Value::Map{{"arguments", Value::Map{{"version", "v9"}}},
                                           {"checks", Value::List{Value::Map{{"name", "ci"}, {"mark", "passed"}}}}}}});
  w.say("ana", "run out");
  w.deliver();
  CHECK(w.sent() == 1);
}

TEST_CASE("to nothing in a protected environment somebody else agrees, to less the own yes is enough") {
  GatedWorld w;
  w.say("ana", "scale api in prod to 0");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "step");
  w.say("ana", "withdraw A1");
  w.deliver();
  w.say("ana", "scale api in prod by -6");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "step");
  w.say("ana", "withdraw A2");
  w.deliver();
  w.say("ana", "scale api in prod to 2");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "confirm");
}

TEST_CASE("who overrode one freeze has not overridden the next one") {
  GatedWorld w;
  w.make_owner("cy");
  CHECK(w.say("cy", "freeze prod because of the sale").ok);
  CHECK(w.say("cy", "deploy api@v9 to prod --override freeze because it is the fix").ok);
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.say("cy", "freeze prod because the database moves").ok);
  w.say("bo", "approve A1");
  w.deliver();
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  CHECK(w.question()->id == "A2");
  w.say("bo", "approve A2");
  w.deliver();
  CHECK(w.sent() == 1);
}

TEST_CASE(
    "a lock on everything is named as what has to be unlocked, and a span from a time to come counts from there") {
  GatedWorld w;
  w.make_owner("cy");
  CHECK(w.say("ana", "lock * in prod because the database moves").ok);
  CHECK(plain_text(w.say("bo", "deploy api@v9 to prod").reply).contains("`unlock * in prod --steal"));
  const Outcome other = w.say("bo", "lock api in prod because mine");
  CHECK_FALSE(other.ok);
  CHECK(plain_text(other.reply).contains("`unlock * in prod --steal"));
  CHECK_FALSE(w.say("ana", "relock L1 for 0s because it is over").ok);
  CHECK(w.say("cy", "freeze staging from \"2099-01-01 10:00\" for 2h because of the new year").ok);
  const Lock& freeze = w.state.locks.rbegin()->second;
  CHECK(freeze.until_ms - freeze.from_ms == 2 * hour_ms);
  CHECK_FALSE(w.say("cy", "freeze staging for 2h until 23:00 because of both").ok);
}

TEST_CASE("locks tell who waits") {
  GatedWorld w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  CHECK(w.say("bo", "lock api in prod because I look").ok);
  const Outcome list = w.say("cy", "locks");
  CHECK(plain_text(list.reply).contains("R1"));
  CHECK(plain_text(list.reply).contains("for it"));
}
