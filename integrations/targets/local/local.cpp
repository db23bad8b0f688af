#include "integrations/targets/local/local.h"

#include <algorithm>

#include "bot/base/log.h"
#include "integrations/targets/local/unit.h"

namespace muster {
namespace {

class Targets final : public LocalTargets {
 public:
  explicit Targets(LocalParts parts) : parts_(std::move(parts)) {}

  std::shared_ptr<Target> put(const LocalTargetDef& def) override {
    auto& unit = units_[def.name];
    if (unit) {
      unit->redefine(def);
    } else {
      unit = std::make_shared<local::Unit>(def, parts_);
      unit->open();
    }
    return unit;
  }

  void keep_only(const std::vector<std::string>& names) override {
    std::erase_if(units_, [&](const auto& one) {
      if (std::ranges::count(names, one.first) > 0) return false;
      log(LogLevel::warn, "a local target is no longer configured; its processes run on", {{"target", one.first}});
      return true;
    });
  }

  void bot_stops() override {
    for (const auto& [name, unit] : units_) unit->bot_stops();
  }

 private:
  const LocalParts parts_;
  std::map<std::string, std::shared_ptr<local::Unit>> units_;
};

}  // namespace

std::unique_ptr<LocalTargets> make_local_targets(LocalParts parts) {
  return std::make_unique<Targets>(std::move(parts));
}

}  // namespace muster
