// What a pod template takes from elsewhere and a rollback does not bring back. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "bot/base/value.h"

namespace muster::kubernetes {

// "ConfigMap shop-settings", "Secret shop-keys": those whose name does not change with what they hold (as kustomize
// names them, by a hash of ten characters), each once, in the template's order. Outside data; at most 20.
std::vector<std::string> unhashed_references(const Value& pod_template);

}  // namespace muster::kubernetes
