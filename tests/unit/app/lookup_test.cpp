// `lookup`: all that is known of a place, from its target, the record and the locks; what nobody tells is left out.
#include <doctest/doctest.h>

#include "../../support/fake_target.h"
#include "bot/core/config.h"
#include "bot/core/engine/state.h"
#include "bot/performer_run.h"

using namespace muster;

namespace {

struct Place {
  State state;
  CoreConfig config;
  std::shared_ptr<test::FakeTarget> target = std::make_shared<test::FakeTarget>();
  Targets targets{target};

  Place() {
    Service api;
    api.name = "api";
    api.owners = {"group:payments"};
    config.services = {api};
    Lock lock;
    lock.id = "L3", lock.service = "api", lock.environment = "prod", lock.owner = "ana", lock.reason = "the move";
    state.locks[3] = lock;
  }
  AttemptReport look() {
    AttemptOrder order;
    order.verb = "lookup";
    order.arguments = Value::Map{{"service", "api"}, {"env", "prod"}};
    AttemptReport got;
    got.end = AttemptReport::End::unknown;
    const Known known{.state = [this]() -> const State& { return state; },
                      .config = [this]() -> const CoreConfig& { return config; },
                      .now = [] { return TimeMs{1'893'456'000'000}; }};
    perform_lookup([this]() -> const Targets& { return targets; }, known)(order, [&](AttemptReport r) { got = r; });
    return got;
  }
};

}  // namespace

TEST_CASE("a lookup has version, copies, health, the last deploy with the one before it, locks and owners") {
  Place p;
  p.target->past[{"api", "prod"}] = {
      {.version = "v7", .at = 1'893'450'000'000, .by = "ben", .revision = {}, .note = {}},
      {.version = "v6", .at = {}, .by = {}, .revision = {}, .note = {}}};
  p.target->at({"api", "prod"}).version = "v7";
  const AttemptReport r = p.look();
  REQUIRE(r.end == AttemptReport::End::done);
  CHECK(r.result["version"] == Value("v7"));
  CHECK(r.result["replicas"] == Value(6));
  CHECK(r.result["healthy"] == Value(true));
  CHECK(r.result["last_deploy"]["version"] == Value("v7"));
  CHECK(r.result["last_deploy"]["previous"] == Value("v6"));
  CHECK(r.result["last_deploy"]["by"] == Value("ben"));
  CHECK(r.result["last_deploy"]["at"] == Value(format_utc(1'893'450'000'000)));
  REQUIRE(r.result["locks"].as_list().size() == 1);
  CHECK(r.result["locks"].as_list()[0]["id"] == Value("L3"));
  CHECK(r.result["owners"].as_list()[0] == Value("group:payments"));
  CHECK(r.result["oncall"].as_list().empty());
}

TEST_CASE("on call is who has the role there, by the configuration or by a grant that still holds for this place") {
  Place p;
  for (const char* id : {"ana", "bo", "cy", "dee"}) {
    Person person;
    person.id = person.name = id;
    p.config.people.push_back(person);
  }
  p.config.people[0].roles = {"oncall"};
  const TimeMs now = 1'893'456'000'000;
  p.state.grants["G1"] = {"G1", "bo", "oncall", now + hour_ms, "api", "prod"};
  p.state.grants["G2"] = {"G2", "cy", "oncall", now + hour_ms, "web", "prod"};
  p.state.grants["G3"] = {"G3", "dee", "oncall", now - hour_ms, "api", "prod"};
  CHECK(p.look().result["oncall"] == Value(Value::List{"ana", "bo"}));
}

TEST_CASE("a target that does not answer fails the lookup; without a target what we keep ourselves is there") {
  Place p;
  p.target->down[{"api", "prod"}] = Error{ErrorKind::unavailable, "no answer", ""};
  const AttemptReport r = p.look();
  CHECK(r.end == AttemptReport::End::failed);
  CHECK(r.error_kind == "unavailable");
  p.targets.clear();
  const AttemptReport kept = p.look();
  CHECK(kept.end == AttemptReport::End::done);
  CHECK(kept.result["locks"].as_list().size() == 1);
  CHECK_FALSE(kept.result.has("version"));
}
