// The entries of clusters and of what services are called there. Internal to config/.
#pragma once
#include <string>
#include <vector>

#include "config/reader.h"

namespace muster {

// Each workload goes to the targets that it belongs to.
std::vector<KubernetesTargetDef> bind_kubernetes_targets(const ConfigTree& tree, const std::string& folder);
void check_kubernetes_targets(const Settings& settings, const ConfigTree& tree, Issues& issues);

}  // namespace muster
