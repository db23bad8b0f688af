#include "bot/clusters.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Asked : KubernetesWorld {
  std::vector<KubernetesTargetDef> answers;
  Reach reach;
  Clusters clusters{parts(), reach, [this](const KubernetesTargetDef& d) { answers.push_back(d); }};

  std::size_t calls(const std::string& part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(wire.calls, [&](const HttpCall& c) { return c.url.contains(part); }));
  }
};

}  // namespace

TEST_CASE("however often it is begun, a silent cluster is asked once a minute for what it offers") {
  Asked world, calm;
  calm.wire.broken = "no route to host";
  calm.clusters.ask_offer();
  calm.advance(minute_ms / 2);
  const std::size_t one_try = calm.calls("/deployments");  // a request that breaks is repeated by itself
  REQUIRE(one_try > 0);
  world.core.add_deployment("prod", "shop", "registry/shop:1.0", 2);
  world.wire.broken = "no route to host";
  for (int reload = 0; reload < 5; ++reload) {
    world.clusters.ask_offer();
    world.advance(10 * second_ms);
  }
  const std::size_t asked = world.calls("/deployments");
  world.advance(10 * minute_ms);
  CHECK(world.calls("/deployments") == asked + 10 * one_try);
  CHECK(world.answers.empty());
  world.wire.broken.clear();
  world.advance(2 * minute_ms);
  REQUIRE(world.answers.size() == 1);
  CHECK(world.answers.front().services == std::vector<std::string>{"shop"});
}

TEST_CASE("a silent cluster is known to be silent, since the first try, until it answers") {
  Asked world;
  const TimeMs begun = world.clock.now();
  world.wire.broken = "no route to host";
  world.clusters.ask_offer();
  world.clusters.ask_rights({KubernetesWorld::def()});
  world.advance(5 * minute_ms);
  world.clusters.ask_offer();  // a reload is no answer
  world.advance(10 * minute_ms);
  for (const char* target : {Reach::offer, "cluster"}) {
    CAPTURE(target);
    REQUIRE(world.reach.silent.contains(target));
    CHECK(world.reach.silent[target].since < begun + minute_ms);
    CHECK(world.reach.silent[target].why.message.contains("no route to host"));
  }
  world.wire.broken.clear();
  world.advance(2 * minute_ms);
  CHECK(world.reach.silent.empty());
  const std::size_t asked = world.calls("selfsubjectaccessreviews");
  world.advance(10 * minute_ms);
  CHECK(world.calls("selfsubjectaccessreviews") == asked);  // it has answered
}

TEST_CASE("an offer that is wanted no more is asked for no more") {
  Asked world;
  world.wire.broken = "no route to host";
  world.clusters.ask_offer();
  world.advance(10 * second_ms);
  world.clusters.forget_offer();
  const std::size_t asked = world.calls("/deployments");
  world.advance(10 * minute_ms);
  CHECK(world.calls("/deployments") == asked);
}

TEST_CASE("who is told of an offer may ask anew at once") {
  KubernetesWorld world;
  world.core.add_deployment("prod", "shop", "registry/shop:1.0", 2);
  int told = 0;
  std::unique_ptr<Clusters> clusters;
  Reach reach;
  clusters = std::make_unique<Clusters>(world.parts(), reach, [&](const KubernetesTargetDef&) {
    if (++told < 3) clusters->ask_offer();
  });
  clusters->ask_offer();
  world.advance(minute_ms);
  CHECK(told == 3);
}

TEST_CASE("reloads that follow each other at once ask for the rights once") {
  Asked world;
  for (int reload = 0; reload < 3; ++reload) world.clusters.ask_rights({KubernetesWorld::def()});
  world.advance(minute_ms);
  const std::size_t once = world.calls("selfsubjectaccessreviews");
  CHECK(once > 0);
  world.clusters.ask_rights({KubernetesWorld::def()});
  world.advance(minute_ms);
  CHECK(world.calls("selfsubjectaccessreviews") == 2 * once);
}
