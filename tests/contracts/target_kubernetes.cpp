// The Kubernetes target over the double's core, on a clock that is turned by hand.
#include <doctest/doctest.h>

#include "integrations/targets/kubernetes/kubernetes.h"
#include "target.h"
#include "tests/support/kubernetes_world.h"

namespace muster::test {
namespace {

class KubernetesBench final : public TargetBench {
 public:
  explicit KubernetesBench(bool autoscaled) {
    world_.core.add_deployment("prod", "shop", "registry/shop:1.0", 3);
    if (autoscaled) world_.core.add_autoscaler("prod", "shop", 2, 9);
    restart_bot();
  }
  Target& target() override { return *target_; }
  void until(const std::function<bool()>& done) override { world_.until(done); }
  void restart_bot() override {
    target_.reset();
    world_.bot_dies();
    target_ = world_.make_target();
  }
  void hold() override { world_.core.hold = true; }
  void release() override { world_.core.hold = false; }
  void refuse(bool yes) override {
    world_.core.forbidden.clear();
    if (yes) world_.core.forbidden = {"patch deployments", "patch deployments/scale"};
  }
  int arrived() override { return static_cast<int>(world_.core.ledger.size()); }
  std::vector<std::string> runs() override {
    std::vector<std::string> all;
    for (const auto& effect : world_.core.ledger) all.push_back(effect.run);
    return all;
  }
  void somebody_deploys(const std::string& version) override { world_.somebody_deploys(version); }

 private:
  KubernetesWorld world_;
  std::unique_ptr<Target> target_;
};

const JoinContract joined("kubernetes", [] { return std::make_unique<KubernetesBench>(false); });
const JoinContract autoscaled("kubernetes with an autoscaler", [] { return std::make_unique<KubernetesBench>(true); });

}  // namespace
}  // namespace muster::test
