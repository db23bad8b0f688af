// A cluster with nothing configured: every Deployment that the credentials may read, as a service of its own name.
#pragma once
#include <functional>
#include <memory>

#include "integrations/targets/kubernetes/kubernetes.h"

namespace muster {

// One target with all of them; its only environment is called as the context, and so is it. Names that collide become
// NAMESPACE/NAME. Who may not list the whole cluster is offered the context's namespace.
using OfferDone = std::function<void(Result<KubernetesTargetDef>)>;

class KubernetesOffer {
 public:
  virtual ~KubernetesOffer() = default;  // whoever waits is not answered any more
};
// Answers later, once.
std::unique_ptr<KubernetesOffer> ask_kubernetes_offer(const KubernetesParts& parts, OfferDone done);

}  // namespace muster
