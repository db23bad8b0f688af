#include "integrations/targets/kubernetes/rights.h"

#include <doctest/doctest.h>

#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Asked : KubernetesWorld {
  Result<KubernetesRights> ask(const KubernetesTargetDef& d) {
    std::optional<Result<KubernetesRights>> got;
    const auto check = ask_kubernetes_rights(d, parts(), [&](Result<KubernetesRights> r) { got = std::move(r); });
    until([&] { return got.has_value(); });
    return *got;
  }
};

}  // namespace

TEST_CASE("what a cluster does not let us do is named by verb, resource and namespace, with the rules that grant it") {
  Asked world;
  auto found = world.ask(KubernetesWorld::def());
  REQUIRE(found.has_value());
  CHECK(found->missing.empty());
  CHECK(found->asked > 8);
  world.core.forbidden = {"patch deployments/scale", "list pods", "watch deployments", "patch deployments"};
  found = world.ask(KubernetesWorld::def());
  REQUIRE(found.has_value());
  CHECK(words_of(found->missing) ==
        "watch, patch deployments in prod; patch deployments/scale in prod; list pods in prod");
  CHECK(rules_of(found->missing) ==
        "- {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\"]}\n"
        "- {apiGroups: [\"apps\"], resources: [\"deployments\"], verbs: [\"watch\", \"patch\"]}\n"
        "- {apiGroups: [\"apps\"], resources: [\"deployments/scale\"], verbs: [\"patch\"]}");
  CHECK(world.core.ledger.empty());
}

TEST_CASE("each kind of workload is asked about in its own namespace, and credentials that do not hold are said so") {
  Asked world;
  KubernetesTargetDef def = KubernetesWorld::def();
  KubernetesWorkloadDef db;
  db.service = "db", db.kind = "statefulset", db.namespace_name = "data";
  def.services.push_back("db");
  def.workloads = {db};
  world.core.forbidden = {"patch statefulsets", "list controllerrevisions"};
  const auto found = world.ask(def);
  REQUIRE(found.has_value());
  CHECK(words_of(found->missing) == "list controllerrevisions in data; patch statefulsets in data");
  world.files["/kubeconfig"].replace(world.files["/kubeconfig"].find("sesame"), 6, "secret");
  CHECK_FALSE(world.ask(def).has_value());
}

TEST_CASE("the right to change autoscalers is missed where there are some, or where nobody may look") {
  Asked world;
  const auto missing = [&world] {
    const auto found = world.ask(KubernetesWorld::def());
    REQUIRE(found.has_value());
    return words_of(found->missing);
  };
  world.core.forbidden = {"patch horizontalpodautoscalers"};
  CHECK(missing().empty());
  world.core.forbidden = {"patch horizontalpodautoscalers", "list horizontalpodautoscalers"};
  CHECK(missing() == "list, patch horizontalpodautoscalers in prod");
  world.core.add_autoscaler("prod", "api", 2, 6);
  world.core.forbidden = {"patch horizontalpodautoscalers"};
  CHECK(missing() == "patch horizontalpodautoscalers in prod");
}
