// The clusters that the bot works with, asked in the background: what KUBECONFIG's offers, until it answers, and what
// each lets us do. Loop thread only.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bot/reach.h"
#include "integrations/targets/kubernetes/offer.h"
#include "integrations/targets/kubernetes/rights.h"

namespace muster {

class Clusters {
 public:
  using Offered = std::function<void(const KubernetesTargetDef&)>;
  // `offered` is told every answer, each time from a task of its own.
  Clusters(const KubernetesParts& parts, Reach& reach, Offered offered);
  ~Clusters();
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  // Asks KUBECONFIG's cluster for its Deployments, and again every minute while it is silent. Whatever was being asked
  // or waited for is forgotten: however often this is called, there is one chain of tries.
  void ask_offer();
  void forget_offer();
  // A moment later, so that a start is not held up, and again every minute of those that are silent; one chain,
  // however often this is called.
  void ask_rights(std::vector<KubernetesTargetDef> defs);

 private:
  void try_offer();
  void try_rights();
  void told(const KubernetesTargetDef& def, const Result<KubernetesRights>& found);

  const KubernetesParts parts_;
  Reach& reach_;
  const Offered offered_;
  std::unique_ptr<KubernetesOffer> offer_;
  std::uint64_t offer_timer_ = 0;
  std::string offer_trouble_;              // as it was logged last
  std::vector<KubernetesTargetDef> defs_;  // of which the rights are not known yet
  std::vector<std::unique_ptr<KubernetesRightsCheck>> rights_;
  std::uint64_t rights_timer_ = 0;
};

}  // namespace muster
