// How much the proof of a runbook is worth: a fold over the journal, and time.
#include "runbooks/freshness.h"

#include <doctest/doctest.h>

#include "../../support/run_world.h"

using namespace muster;
using namespace muster::runbooks;
using muster::test::RunWorld;

namespace {

constexpr const char* small = "runbook: small\nsteps:\n  - id: seen\n    query: up\n";
constexpr const char* edited = "runbook: small\nsteps:\n  - id: seen\n    query: down\n";

Freshness fresh(const RunWorld& w) { return freshness_of(w.state, "small", w.engine.hash_of("small"), w.now); }

void plan(RunWorld& w) {
  w.decide([&](Work& work) {
    Entry e;
    e.kind = "runbook.planned";
    e.data = Value::Map{{"runbook", "small"}, {"hash", w.engine.hash_of("small")}};
    record(work, std::move(e));
  });
}

}  // namespace

TEST_CASE("what never ran has no proof; half of a good run's worth is gone after each half-life") {
  RunWorld w;
  w.add_runbook(small);
  CHECK(fresh(w).at_ms == 0);
  CHECK(is_stale(fresh(w)));
  const std::string id = w.start("small");
  w.deliver();
  REQUIRE(w.run(id).status == "succeeded");
  CHECK(fresh(w).run == id);
  CHECK(fresh(w).fresh == doctest::Approx(1.0));
  w.now += half_life_ms;
  CHECK(fresh(w).fresh == doctest::Approx(0.5));
  w.now += half_life_ms;
  CHECK(fresh(w).fresh == doctest::Approx(0.25));
  CHECK(is_stale(fresh(w)));
}

TEST_CASE("an edit ends the proof, a run that failed is none, and a whole plan stands in") {
  RunWorld w;
  w.add_runbook(small);
  const std::string id = w.start("small");
  w.deliver();
  w.now += day_ms;
  w.add_runbook(edited);
  CHECK(fresh(w).changed);
  CHECK(fresh(w).run == id);
  CHECK(fresh(w).fresh == 0);
  plan(w);
  CHECK_FALSE(fresh(w).changed);
  CHECK(fresh(w).run.empty());
  CHECK(fresh(w).fresh == doctest::Approx(1.0));
  w.provider.override = [](const AttemptOrder&, AttemptReport& r) {
    r.end = AttemptReport::End::failed;
    r.error_kind = "refused";
    return true;
  };
  const std::string bad = w.start("small");
  w.deliver();
  REQUIRE(w.run(bad).status == "failed");
  CHECK(fresh(w).run.empty());
  const TimeMs then = fresh(w).at_ms;
  w.restart();  // all of it comes from the journal
  CHECK(fresh(w).at_ms == then);
  CHECK(fresh(w).fresh == doctest::Approx(1.0));
}

TEST_CASE("the owner is told when the proof is half gone, again every month, and not once it is proved anew") {
  RunWorld w;
  w.add_runbook("runbook: small\nowner: group:oncall\nsteps:\n  - id: seen\n    query: up\n");
  const auto told = [&] {
    return std::ranges::count_if(w.journal, [](const Entry& e) { return e.kind == "runbook.stale"; });
  };
  w.start("small");
  w.deliver();
  REQUIRE(w.run("R1").status == "succeeded");
  w.pass(half_life_ms - hour_ms);
  CHECK(told() == 0);
  w.pass(3 * hour_ms);
  CHECK(told() == 1);
  CHECK(w.posted("stale-small"));
  w.restart();
  w.pass(31 * day_ms);
  CHECK(told() == 2);
  w.start("small");
  w.deliver();
  w.pass(half_life_ms - hour_ms);
  CHECK(told() == 2);
}

TEST_CASE("nobody is told of a runbook that has no owner, never ran well, or is gone") {
  RunWorld w;
  w.add_runbook(small);
  w.start("small");
  w.deliver();
  w.pass(2 * half_life_ms);
  CHECK_FALSE(w.posted("stale-"));
}
