// What a rollback does not bring back.
#include "integrations/targets/kubernetes/references.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"

using namespace muster;
using kubernetes::unhashed_references;

TEST_CASE("ConfigMaps and Secrets that an old version would read as they are now are named, hashed ones are not") {
  const auto pod_template = parse_json(R"({"spec": {
    "volumes": [{"name": "a", "configMap": {"name": "shop-settings"}}, {"name": "b", "secret": {"secretName": "keys"}},
                {"name": "c", "projected": {"sources": [{"configMap": {"name": "more-5f8c4d7b6g"}},
                                                       {"secret": {"name": "tokens"}}]}},
                {"name": "d", "emptyDir": {}}],
    "initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "keys"}}]}],
    "containers": [{"name": "app", "env": [
      {"name": "X", "value": "1"},
      {"name": "Y", "valueFrom": {"configMapKeyRef": {"name": "flags", "key": "y"}}}]}]}})");
  REQUIRE(pod_template.has_value());
  CHECK(unhashed_references(*pod_template) ==
        std::vector<std::string>{"ConfigMap shop-settings", "Secret keys", "Secret tokens", "ConfigMap flags"});
}

TEST_CASE("a template of any shape names nothing, and never more than twenty") {
  CHECK(unhashed_references({}).empty());
  CHECK(unhashed_references(Value::Map{{"spec", Value::List{1, "x"}}}).empty());
  Value volumes = Value::List{};
  for (int i = 0; i < 100; ++i)
    volumes.push(Value::Map{{"configMap", Value::Map{{"name", "settings-" + std::to_string(i)}}}});
  CHECK(unhashed_references(Value::Map{{"spec", Value::Map{{"volumes", volumes}}}}).size() == 20);
}
