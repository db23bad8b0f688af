#include "integrations/targets/kubernetes/offer.h"

#include <doctest/doctest.h>

#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Offered : KubernetesWorld {
  Result<KubernetesTargetDef> ask() {
    std::optional<Result<KubernetesTargetDef>> got;
    const auto offer = ask_kubernetes_offer(parts(), [&](Result<KubernetesTargetDef> d) { got = std::move(d); });
    until([&] { return got.has_value(); });
    return *got;
  }
};

}  // namespace

TEST_CASE("every Deployment is offered by its own name, and with its namespace where two are called alike") {
  Offered world;
  world.core.add_deployment("prod", "shop", "registry/shop:1.0", 2);
  world.core.add_deployment("prod", "web", "registry/web:1.0", 1);
  world.core.add_deployment("test", "web", "registry/web:1.1", 1);
  const auto offered = world.ask();
  REQUIRE(offered.has_value());
  CHECK(offered->name == "prod");
  CHECK(offered->environments == std::vector<std::string>{"prod"});
  CHECK(offered->services == std::vector<std::string>{"shop", "prod/web", "test/web"});
  const auto target = world.make_target(*offered);
  std::optional<Result<TargetState>> state;
  target->status({"test/web", "prod"}, [&](Result<TargetState> s) { state = std::move(s); });
  world.until([&] { return state.has_value(); });
  REQUIRE(state->has_value());
  CHECK((*state)->version == "1.1");
}

TEST_CASE("who may not list the whole cluster is offered the namespace of the context, and a no is a sentence") {
  Offered world;
  world.core.add_deployment("prod", "shop", "registry/shop:1.0", 2);
  world.core.add_deployment("test", "web", "registry/web:1.1", 1);
  world.core.fault_before = [](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.path != "/apis/apps/v1/deployments") return std::nullopt;
    return doubles::KubernetesCore::status_response(403, "Forbidden", "not everywhere");
  };
  const auto offered = world.ask();
  REQUIRE(offered.has_value());
  CHECK(offered->services == std::vector<std::string>{"shop"});
  world.core.forbidden = {"list deployments"};
  const auto refused = world.ask();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().next_step.find("can-i list deployments -n prod") != std::string::npos);
}
