// What the credentials may do, asked of the cluster itself (SelfSubjectAccessReview), before a change needs it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "integrations/targets/kubernetes/kubernetes.h"

namespace muster {

struct KubernetesRight {
  std::string group, resource, verb, namespace_name;  // "apps", "deployments/scale", "patch", "prod"
};
struct KubernetesRights {
  std::string cluster;                   // the context's name
  std::vector<KubernetesRight> missing;  // in the order of resource, verb, namespace
  std::size_t asked = 0;
};
using RightsDone = std::function<void(Result<KubernetesRights>)>;

class KubernetesRightsCheck {
 public:
  virtual ~KubernetesRightsCheck() = default;  // whoever waits is not answered any more
};
// Answers later, once. Error: the cluster could not be asked. Of many namespaces the first eight are asked about.
std::unique_ptr<KubernetesRightsCheck> ask_kubernetes_rights(const KubernetesTargetDef& def,
                                                             const KubernetesParts& parts, RightsDone done);
// "patch deployments in prod; get, list pods in prod"
std::string words_of(const std::vector<KubernetesRight>& missing);
// The rules of a Role that grant them, one line of YAML each.
std::string rules_of(const std::vector<KubernetesRight>& missing);

}  // namespace muster
