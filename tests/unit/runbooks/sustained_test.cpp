// Many changes one after the other: the clock is turned by hand, and nothing is left over.
#include <doctest/doctest.h>

#include "../../support/change_world.h"

using namespace muster;
using muster::test::ChangeWorld;

TEST_CASE("a deploy every second for ten minutes is carried out, each of them once, and none is left waiting") {
  constexpr int services = 60, deploys = 600;
  ChangeWorld w;
  w.provider.reads.erase("lookup");
  w.config.services.clear();
  for (int i = 0; i < services; ++i) {
    Service s;
    s.name = "svc" + std::to_string(i);
    s.environments = {"staging"};
    w.config.services.push_back(s);
  }
  const TimeMs begun = w.now;
  for (int n = 0; n < deploys; ++n) {
    const std::string place = "svc" + std::to_string(n % services);
    CHECK(w.say("ana", "deploy " + place + "@v" + std::to_string(100 + n) + " to staging").ok);
    w.deliver();
    w.pass(second_ms);
  }
  CHECK(w.now - begun == 10 * minute_ms);
  CHECK(w.sent() == deploys);
  for (const auto& [what, times] : w.provider.ledger) CHECK(times == 1);
  CHECK(w.state.runs.size() == deploys);
  for (const auto& [n, run] : w.state.runs) CHECK(run.status == "succeeded");
  CHECK(w.state.locks.empty());
  for (int i = 0; i < services; ++i)
    CHECK(w.provider.versions["svc" + std::to_string(i)] == "v" + std::to_string(100 + deploys - services + i));
}
