// The local target over real processes: a script that becomes muster-sample.
#include "target.h"
#include "tests/support/local_rig.h"

namespace muster::test {
namespace {

class LocalBench final : public TargetBench {
 public:
  LocalBench() {
    restart_bot();
    bot_->until_well();
  }

  Target& target() override { return *bot_->target; }
  void until(const std::function<bool()>& done) override { bot_->rig.until(done); }
  void restart_bot() override {
    bot_.reset();
    bot_ = std::make_unique<LocalBot>(world_, world_.def());
  }
  void hold() override { world_.write("hold", ""); }
  void release() override { world_.take("hold"); }
  void refuse(bool yes) override { yes ? world_.write("refuse", "") : world_.take("refuse"); }
  int arrived() override { return static_cast<int>(runs().size()); }
  std::vector<std::string> runs() override {
    std::vector<std::string> all;
    for (const local::Change& c : world_.desired().history) {
      if (!c.run.empty() && c.run != "somebody") all.insert(all.begin(), c.run);
    }
    return all;
  }
  void somebody_deploys(const std::string& version) override {
    const ChangeAnswer answer = bot_->change(shop_request(TargetVerb::deploy, "somebody", version));
    REQUIRE_MESSAGE(answer.outcome == ChangeOutcome::succeeded, (answer.problem ? answer.problem->message : ""));
  }

 private:
  LocalWorld world_;
  std::unique_ptr<LocalBot> bot_;
};

const JoinContract joined("local", [] { return std::make_unique<LocalBench>(); });

}  // namespace
}  // namespace muster::test
