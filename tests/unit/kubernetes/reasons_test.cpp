// What a cluster says of pods that do not come up, in the shapes that a real one gives it; and whose a run is.
#include <doctest/doctest.h>

#include <algorithm>

#include "bot/base/json.h"
#include "integrations/targets/kubernetes/objects.h"
#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;
using namespace muster::kubernetes;

namespace {

Value json(const std::string& text) { return parse_json(text).value(); }

Workload of_image(const std::string& image) {
  Workload w;
  w.containers = {{"app", image}};
  return w;
}

std::string pod(const std::string& name, const std::string& status) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"containers":[{"name":"app","image":"r/shop:2"}]},)" +
         R"("status":{"phase":"Running","containerStatuses":[{"name":"app",)" + status + "}]}}";
}

Workload with_containers(const std::string& annotations) {
  return read_workload(Kind::deployment, json(R"({"metadata":{"name":"shop"},"spec":{"template":{"metadata":{)" +
                                              annotations + R"(},"spec":{"containers":[)" +
                                              R"({"name":"proxy","image":"p:1"},{"name":"shop","image":"r/shop:1"},)" +
                                              R"({"name":"web","image":"r/web:1"}]}}}})"));
}

}  // namespace

TEST_CASE("a pod that runs and is not ready, or crashes between two starts, is a trouble; one that is ready is none") {
  const Value list =
      json(R"({"items":[)" + pod("fine", R"("ready":true,"restartCount":0,"state":{"running":{}},"lastState":{})") +
           "," + pod("slow", R"("ready":false,"restartCount":0,"state":{"running":{}},"lastState":{})") + "," +
           pod("again", R"("ready":false,"restartCount":3,"state":{"running":{}},"lastState":)"
                        R"({"terminated":{"exitCode":137,"reason":"OOMKilled"}})") +
           "]}");
  const auto troubles = pod_troubles(list, of_image("r/shop:2"));
  REQUIRE(troubles.size() == 2);
  CHECK(troubles[0].hopeless);
  CHECK(troubles[0].logs);
  CHECK(sentence_of(troubles[0]) ==
        "pod again, container app: not ready (ended with code 137 (OOMKilled), 3 restarts)");
  CHECK_FALSE(troubles[1].hopeless);
  CHECK(sentence_of(troubles[1]) == "pod slow, container app: not ready");
}

TEST_CASE("of the warnings the newest that tells something is taken, in whatever order they are listed") {
  const Value events = json(R"({"items":[
    {"type":"Warning","reason":"Failed","message":"Error: ImagePullBackOff","lastTimestamp":"2026-01-01T00:00:09Z"},
    {"type":"Warning","reason":"Failed","message":"Failed to pull image: not found","lastTimestamp":"2026-01-01T00:00:05Z"},
    {"type":"Warning","reason":"BackOff","message":"Back-off","lastTimestamp":"2026-01-01T00:00:10Z"},
    {"type":"Normal","reason":"Pulling","message":"Pulling","lastTimestamp":"2026-01-01T00:00:11Z"}]})");
  CHECK(warning_of(events) == "Failed to pull image: not found");
  CHECK(warning_of(json(R"({"items":[{"type":"Warning","reason":"Failed","message":"Error: ErrImagePull"}]})")) ==
        "Error: ErrImagePull");
}

TEST_CASE("beside sidecars the main container is the template's default one, or the one of the workload's name") {
  CHECK(container_of(with_containers(""), {}) == "shop");
  CHECK(container_of(with_containers(R"("annotations":{"kubectl.kubernetes.io/default-container":"web"})"), {}) ==
        "web");
  CHECK(container_of(with_containers(""), "proxy") == "proxy");
  CHECK(container_of(with_containers(""), "other").empty());
  Workload other = with_containers("");
  other.name = "cart";
  CHECK(container_of(other, {}).empty());
}

TEST_CASE("a run of this very name that the object bore before is another bot's: the change is sent") {
  KubernetesWorld world;
  world.core.add_deployment("prod", "shop", "registry/shop:1.0", 1);
  ChangeRequest request;
  request.verb = TargetVerb::deploy;
  request.subject = {"shop", "prod"};
  request.run = "R1.0-2";
  const auto target = world.make_target();
  for (const char* version : {"1.1", "1.2"}) {
    request.version = version;
    std::optional<Result<TargetState>> before;
    target->status(request.subject, [&](Result<TargetState> s) { before = std::move(s); });
    world.until([&] { return before.has_value(); });
    std::optional<ChangeAnswer> answer;
    target->change(request, **before, [&](ChangeAnswer a) { answer = std::move(a); }, {});
    world.until([&] { return answer.has_value(); });
    CHECK(answer->outcome == ChangeOutcome::succeeded);
    REQUIRE(answer->after.has_value());
    CHECK(answer->after->version == version);
  }
  CHECK(std::ranges::count_if(world.core.ledger, [](const auto& e) { return e.changed; }) == 2);
}

TEST_CASE("the pods of the new version are found behind many of the old one") {
  std::vector<PodTrouble> troubles;
  add_pod_troubles(json(R"({"items":[]})"), of_image("r/shop:2"), troubles);
  for (int i = 0; i < 60; ++i)
    add_pod_troubles(
        json(R"({"items":[)" +
             pod("p" + std::to_string(i), i < 59 ? R"("ready":false,"state":{"running":{}})"
                                                 : R"("ready":false,"state":{"waiting":{"reason":"ErrImagePull"}})") +
             "]}"),
        of_image("r/shop:2"), troubles);
  CHECK(troubles.size() == 50);
  CHECK(troubles.front().reason == "ErrImagePull");
}
