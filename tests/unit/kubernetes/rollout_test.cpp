#include "integrations/targets/kubernetes/rollout.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"

using namespace muster;
using namespace muster::kubernetes;

namespace {

Workload settled() {
  Workload w;
  w.name = "shop";
  w.namespace_name = "prod";
  w.generation = w.observed_generation = 4;
  w.replicas = 3;
  w.current = w.updated = w.available = w.ready = 3;
  w.progressing = "NewReplicaSetAvailable";
  return w;
}

Workload of(Kind kind) {
  Workload w = settled();
  w.kind = kind;
  w.progressing.clear();
  w.current_revision = w.update_revision = "shop-1";
  return w;
}

}  // namespace

TEST_CASE("an old state cannot look finished: our own generation must have been seen") {
  const Workload w = settled();
  CHECK(judge(w, 4).phase == Phase::succeeded);
  CHECK(judge(w, 5).phase == Phase::waiting);
  Workload behind = w;
  behind.generation = 6;
  CHECK(judge(behind, 4).phase == Phase::waiting);
}

TEST_CASE("a Deployment's rollout is judged in the order in which kubectl judges it") {
  Workload w = settled();
  w.updated = 1;
  CHECK(judge(w, 4).sentence == "1 of 3 updated");
  w.progressing = "ProgressDeadlineExceeded";
  CHECK(judge(w, 4).phase == Phase::failed);
  w = settled();
  w.current = 5;
  CHECK(judge(w, 4).sentence == "3 of 3 available, 2 of the old version still there");
  w = settled();
  w.available = 2;
  CHECK(judge(w, 4).sentence == "2 of 3 available");
  w = settled();
  w.replicas = 0;
  w.current = w.updated = w.available = 0;
  CHECK(judge(w, 4).phase == Phase::succeeded);
}

TEST_CASE("paused is not waiting, and pods that cannot be made are a failure at once") {
  Workload w = settled();
  w.paused = true;
  w.updated = 1;
  CHECK(judge(w, 4).phase == Phase::paused);
  w = settled();
  w.updated = 1;
  w.replica_failure = "exceeded quota";
  CHECK(judge(w, 4).phase == Phase::failed);
  CHECK(judge(w, 4).sentence.find("exceeded quota") != std::string::npos);
}

TEST_CASE("a StatefulSet is done with its revision or its partition, a DaemonSet with its nodes") {
  Workload w = of(Kind::stateful_set);
  CHECK(judge(w, 4).phase == Phase::succeeded);
  w.update_revision = "shop-2";
  CHECK(judge(w, 4).phase == Phase::waiting);
  w.partition = 2;
  w.updated = 1;
  CHECK(judge(w, 4).phase == Phase::succeeded);
  w.updated = 0;
  CHECK(judge(w, 4).phase == Phase::waiting);
  w = of(Kind::stateful_set);
  w.observed_generation = 0;
  CHECK(judge(w, 0).phase == Phase::waiting);
  w = of(Kind::stateful_set);
  w.rolling_update = false;
  CHECK(judge(w, 4).phase == Phase::failed);

  Workload d = of(Kind::daemon_set);
  CHECK(judge(d, 4).phase == Phase::succeeded);
  d.available = 2;
  CHECK(judge(d, 4).sentence == "2 of 3 available");
  d.updated = 1;
  CHECK(judge(d, 4).sentence == "1 of 3 updated");
}

TEST_CASE("one pod that fell over long after the rollout is sickness, and nothing that is on its way") {
  Workload w = settled();
  w.available = 2;
  CHECK_FALSE(is_busy(w));
  CHECK_FALSE(is_healthy(w));
  w.progressing = "ReplicaSetUpdated";
  CHECK(is_busy(w));
  w = settled();
  w.replicas = 5;
  CHECK(is_busy(w));
  CHECK(is_healthy(settled()));
}

TEST_CASE("those who will put a change back are named in the state") {
  const auto detail = [](const std::string& metadata) {
    const Value object =
        parse_json("{\"metadata\":{\"name\":\"shop\",\"namespace\":\"prod\"," + metadata + "},\"spec\":{}}").value();
    return state_of(read_workload(Kind::deployment, object), "", "").detail;
  };
  CHECK(detail(R"("annotations":{"argocd.argoproj.io/tracking-id":"shop:apps/Deployment"})").find("Argo CD") !=
        std::string::npos);
  CHECK(detail(R"("labels":{"kustomize.toolkit.fluxcd.io/name":"apps"})").find("Flux (Kustomization apps)") !=
        std::string::npos);
  CHECK(detail(R"("labels":{"helm.toolkit.fluxcd.io/name":"shop"})").find("HelmRelease shop") != std::string::npos);
  CHECK(detail(R"("annotations":{"meta.helm.sh/release-name":"shop"})").find("Helm (release shop)") !=
        std::string::npos);
  CHECK(detail(R"("ownerReferences":[{"kind":"Rollout","name":"shop","controller":true}])").find("Rollout shop") !=
        std::string::npos);
  CHECK(detail(R"("labels":{})").find("manages it") == std::string::npos);
}

TEST_CASE("a state says how many pods are ready, and how their log is read") {
  const auto object = parse_json(
      R"({"metadata":{"name":"shop","namespace":"prod","generation":1},"spec":{"replicas":3,"template":{"spec":
      {"containers":[{"name":"app","image":"shop:1"}]}}},"status":{"observedGeneration":1,"readyReplicas":2}})");
  REQUIRE(object.has_value());
  const TargetState state = state_of(read_workload(Kind::deployment, *object), "app", "");
  CHECK(state.ready == 2);
  CHECK(state.log == "kubectl logs -n prod deployment/shop -c app --tail=100");
}

TEST_CASE("outside data of any shape is read without harm") {
  for (const char* text : {"{}", "[]", "null", "\"x\"", R"({"spec":[],"status":"x","metadata":7})",
                           R"({"spec":{"replicas":-5,"template":{"spec":{"containers":[1,{"name":{}}]}}}})",
                           R"({"status":{"conditions":[null,{"type":"Progressing"}],"replicas":1e99}})"}) {
    const Workload w = read_workload(Kind::deployment, parse_json(text).value());
    CHECK(w.replicas.value_or(0) >= 0);
    CHECK(judge(w, 1).phase == Phase::waiting);
    CHECK(pod_troubles(parse_json(text).value(), w).empty());
  }
}
