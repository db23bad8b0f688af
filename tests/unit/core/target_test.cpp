#include "bot/core/changes/target.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

TargetState state(const std::string& version, int replicas) {
  TargetState s;
  s.version = version;
  s.replicas = replicas;
  s.healthy = true;
  return s;
}

ChangeRequest request(TargetVerb verb) {
  ChangeRequest r;
  r.verb = verb;
  r.subject = {"shop", "prod"};
  r.run = "R7.1";
  if (verb == TargetVerb::deploy) r.version = "2";
  if (verb == TargetVerb::scale) r.replicas = 6;
  return r;
}

}  // namespace

TEST_CASE("a probe knows intended, before, on its way, and somebody else's") {
  const TargetState before = state("1", 3);
  const ChangeRequest deploy = request(TargetVerb::deploy);
  CHECK(compare_states(deploy, before, state("2", 3)) == ProbeFinding::equals_intended);
  CHECK(compare_states(deploy, before, before) == ProbeFinding::equals_before);
  CHECK(compare_states(deploy, before, state("3", 3)) == ProbeFinding::other);
  CHECK(compare_states(deploy, before, state("", 3)) == ProbeFinding::unknown);

  TargetState now = before;
  now.busy = true;
  CHECK(compare_states(deploy, before, now) == ProbeFinding::in_progress);
  now.last_run = "R7.1";
  CHECK(compare_states(deploy, before, now) == ProbeFinding::in_progress);
  now.last_run = "R8.1";  // busy with somebody else's
  CHECK(compare_states(deploy, before, now) == ProbeFinding::other);
}

TEST_CASE("a target that knows our operation and looks as before has tried: it is not sent again") {
  const TargetState before = state("1", 3);
  TargetState now = before;
  now.last_run = "R7.1";
  CHECK(compare_states(request(TargetVerb::deploy), before, now) == ProbeFinding::other);
  CHECK(compare_states(request(TargetVerb::scale), before, now) == ProbeFinding::other);
}

TEST_CASE("a new version that came up sick is no finished deploy, unless it was sick before") {
  TargetState before = state("1", 3), now = state("2", 3);
  now.healthy = false;
  CHECK(compare_states(request(TargetVerb::deploy), before, now) == ProbeFinding::other);
  before.healthy = false;
  CHECK(compare_states(request(TargetVerb::deploy), before, now) == ProbeFinding::equals_intended);
  TargetState scaled = state("1", 6);
  scaled.healthy = false;
  CHECK(compare_states(request(TargetVerb::scale), state("1", 3), scaled) == ProbeFinding::equals_intended);
}

TEST_CASE("a scale compares the number, and a version that moved meanwhile is not as before") {
  const TargetState before = state("1", 3);
  const ChangeRequest scale = request(TargetVerb::scale);
  CHECK(compare_states(scale, before, state("1", 6)) == ProbeFinding::equals_intended);
  CHECK(compare_states(scale, before, state("1", 3)) == ProbeFinding::equals_before);
  CHECK(compare_states(scale, before, state("1", 4)) == ProbeFinding::other);
  CHECK(compare_states(scale, before, state("9", 3)) == ProbeFinding::other);
  TargetState silent = before;
  silent.replicas.reset();
  CHECK(compare_states(scale, before, silent) == ProbeFinding::unknown);
}

TEST_CASE("a restart is proved by our id or by a changed mark, and by nothing else") {
  const ChangeRequest restart = request(TargetVerb::restart);
  TargetState before = state("1", 3), now = before;
  CHECK(compare_states(restart, before, now) == ProbeFinding::unknown);
  before.restarted = now.restarted = "10:00";
  CHECK(compare_states(restart, before, now) == ProbeFinding::equals_before);
  now.restarted = "11:00";
  CHECK(compare_states(restart, before, now) == ProbeFinding::equals_intended);
  now.restarted = "10:00";
  now.last_run = "R7.1";
  CHECK(compare_states(restart, before, now) == ProbeFinding::equals_intended);
}

TEST_CASE("a rollback goes to a named version or to the one before, never to a guess") {
  ChangeRequest rollback = request(TargetVerb::rollback);
  TargetState before = state("2", 3);
  before.previous_version = "1";
  CHECK(compare_states(rollback, before, state("1", 3)) == ProbeFinding::equals_intended);
  CHECK(compare_states(rollback, before, before) == ProbeFinding::equals_before);
  CHECK(intended_state(rollback, before).version == "1");
  before.previous_version.clear();
  CHECK(compare_states(rollback, before, state("1", 3)) == ProbeFinding::other);
  rollback.version = "1";
  CHECK(compare_states(rollback, before, state("1", 3)) == ProbeFinding::equals_intended);
}

TEST_CASE("the undo of a change is absolute, and there is none where nothing is known of before") {
  const TargetState before = state("1", 3);
  const auto deploy = inverse_of(request(TargetVerb::deploy), before);
  REQUIRE(deploy.has_value());
  CHECK(deploy->verb == TargetVerb::rollback);
  CHECK(deploy->version == "1");
  CHECK(deploy->run.empty());
  const auto scale = inverse_of(request(TargetVerb::scale), before);
  REQUIRE(scale.has_value());
  CHECK(scale->replicas == 3);
  CHECK_FALSE(inverse_of(request(TargetVerb::restart), before).has_value());
  CHECK_FALSE(inverse_of(request(TargetVerb::deploy), TargetState{}).has_value());
  CHECK_FALSE(inverse_of(request(TargetVerb::scale), TargetState{}).has_value());
  TargetState paused = before;
  paused.paused = true;
  CHECK_FALSE(inverse_of(request(TargetVerb::pause), paused).has_value());
  CHECK(inverse_of(request(TargetVerb::resume), paused)->verb == TargetVerb::pause);
}

TEST_CASE("an undo that is done equals what it intended") {
  const TargetState before = state("1", 3);
  for (const TargetVerb verb : {TargetVerb::deploy, TargetVerb::scale}) {
    const ChangeRequest r = request(verb);
    const TargetState after = intended_state(r, before);
    CHECK(compare_states(r, before, after) == ProbeFinding::equals_intended);
    const auto back = inverse_of(r, before);
    REQUIRE(back.has_value());
    CHECK(compare_states(*back, after, before) == ProbeFinding::equals_intended);
    CHECK(compare_states(*back, after, after) != ProbeFinding::equals_intended);
  }
}

TEST_CASE("of an autoscaler's minimum the minimum tells whether it is done, whatever number it sets meanwhile") {
  TargetState before = state("1", 3);
  before.scaler_least = 2;
  ChangeRequest r = request(TargetVerb::scale);
  r.minimum = true;
  const TargetState after = intended_state(r, before);
  CHECK(after.scaler_least == r.replicas);
  CHECK(after.replicas == 3);
  TargetState later = after;
  later.replicas = 8;
  CHECK(compare_states(r, before, later) == ProbeFinding::equals_intended);
  TargetState untouched = before;
  untouched.replicas = 8;
  CHECK(compare_states(r, before, untouched) == ProbeFinding::equals_before);
  untouched.scaler_run = r.run;  // it has seen ours, and yet the minimum is the old one
  CHECK(compare_states(r, before, untouched) == ProbeFinding::other);
  untouched.scaler_least = 4;
  CHECK(compare_states(r, before, untouched) == ProbeFinding::other);
  untouched.scaler_least.reset();
  CHECK(compare_states(r, before, untouched) == ProbeFinding::unknown);
  const auto back = inverse_of(r, before);
  REQUIRE(back.has_value());
  CHECK(back->minimum);
  CHECK(back->replicas == 2);
  r.replicas = 0;
  CHECK(problem_of(r).has_value());
}

TEST_CASE("a request that means nothing is refused before it is sent") {
  CHECK_FALSE(problem_of(request(TargetVerb::deploy)).has_value());
  CHECK(problem_of(request(TargetVerb::history)).has_value());
  for (const auto& spoil :
       {+[](ChangeRequest& r) { r.version.clear(); }, +[](ChangeRequest& r) { r.run.clear(); },
        +[](ChangeRequest& r) { r.subject.service.clear(); }, +[](ChangeRequest& r) { r.timeout = 0; }}) {
    ChangeRequest r = request(TargetVerb::deploy);
    spoil(r);
    CHECK(problem_of(r).has_value());
  }
  ChangeRequest scale = request(TargetVerb::scale);
  scale.replicas = -1;
  CHECK(problem_of(scale)->message.find("replicas") != std::string::npos);
}
