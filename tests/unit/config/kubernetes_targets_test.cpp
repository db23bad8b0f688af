#include <doctest/doctest.h>

#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("a Kubernetes target is read with what its services are called there") {
  const Loaded loaded = load_text(
      "services: [{name: shop}, {name: billing}]\n"
      "kubernetes_targets:\n"
      "  - name: prod\n"
      "    kubeconfig: kube/config:/etc/kube\n"
      "    context: prod-eu\n"
      "    services: [shop, billing]\n"
      "    environments: [production]\n"
      "  - {name: test, services: [shop], timeout: 5s}\n"
      "kubernetes_workloads:\n"
      "  - {service: billing, kind: statefulset, name: billing-db, namespace: money, container: main,\n"
      "     image: \"registry:5000/billing:{version}\"}\n"
      "  - {service: shop, target: test, container: web}\n");
  CHECK_MESSAGE(loaded.ok(), placed_issues(loaded));
  REQUIRE(loaded.settings.kubernetes_targets.size() == 2);
  const KubernetesTargetDef& prod = loaded.settings.kubernetes_targets[0];
  CHECK(prod.kubeconfig.ends_with("/kube/config:/etc/kube"));
  CHECK(prod.kubeconfig.starts_with("/"));
  CHECK(prod.context == "prod-eu");
  CHECK(prod.timeout == 30 * second_ms);
  REQUIRE(prod.workloads.size() == 1);
  CHECK(prod.workloads[0].kind == "statefulset");
  CHECK(prod.workloads[0].namespace_name == "money");
  const KubernetesTargetDef& test = loaded.settings.kubernetes_targets[1];
  CHECK(test.kubeconfig.empty());
  REQUIRE(test.workloads.size() == 1);
  CHECK(test.workloads[0].container == "web");
  CHECK(test.workloads[0].kind == "deployment");
}

TEST_CASE("what no cluster could take is named with its line") {
  const Loaded loaded = load_text(
      "services: [{name: shop}, {name: Big_Shop}]\n"
      "kubernetes_targets:\n"
      "  - name: prod\n"
      "    namespace: Prod\n"
      "    services: [shop, Big_Shop]\n"
      "kubernetes_workloads:\n"
      "  - service: shop\n"
      "    name: ../shop\n"
      "    container: Web\n"
      "    image: shop\n"
      "  - {service: shop, target: nobody}\n");
  const std::string issues = placed_issues(loaded);
  CAPTURE(issues);
  CHECK_FALSE(loaded.ok());
  for (const char* part :
       {"4:16 `namespace`: it is no namespace", "`services`: `Big_Shop` is no name of a Deployment",
        "8:11 `name`: it is no name", "9:16 `container`", "10:12 `image`: it is not told the version",
        "no kubernetes target `nobody` lists the service `shop`"}) {
    CHECK(issues.find(part) != std::string::npos);
  }
}
