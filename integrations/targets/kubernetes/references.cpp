#include "integrations/targets/kubernetes/references.h"

#include <algorithm>

#include "bot/base/text.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t references_max = 20, hash_length = 10;

// kustomize puts no vowels and no 0, 1, 3 into its hashes.
bool is_hashed(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == name.npos || name.size() - dash - 1 != hash_length) return false;
  return name.substr(dash + 1).find_first_not_of("bcdfghkmt2456789") == name.npos;
}

struct References {
  std::vector<std::string> found;
  void add(const char* kind, const Value& name) {
    if (!name.is_string() || name.as_string().empty() || is_hashed(name.as_string())) return;
    std::string text = std::string(kind) + " " + clip(one_line(name.as_string()), 80);
    if (found.size() < references_max && std::ranges::find(found, text) == found.end())
      found.push_back(std::move(text));
  }
  void add_volume(const Value& volume) {
    add("ConfigMap", volume["configMap"]["name"]);
    add("Secret", volume["secret"]["secretName"]);
    for (const Value& source : volume["projected"]["sources"].as_list()) {
      add("ConfigMap", source["configMap"]["name"]);
      add("Secret", source["secret"]["name"]);
    }
  }
  void add_container(const Value& container) {
    for (const Value& from : container["envFrom"].as_list()) {
      add("ConfigMap", from["configMapRef"]["name"]);
      add("Secret", from["secretRef"]["name"]);
    }
    for (const Value& variable : container["env"].as_list()) {
      add("ConfigMap", variable["valueFrom"]["configMapKeyRef"]["name"]);
      add("Secret", variable["valueFrom"]["secretKeyRef"]["name"]);
    }
  }
};

}  // namespace

std::vector<std::string> unhashed_references(const Value& pod_template) {
  References all;
  const Value& spec = pod_template["spec"];
  for (const Value& volume : spec["volumes"].as_list()) all.add_volume(volume);
  for (const char* list : {"initContainers", "containers"})
    for (const Value& container : spec[list].as_list()) all.add_container(container);
  return all.found;
}

}  // namespace muster::kubernetes
