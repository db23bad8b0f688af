#include "bot/clusters.h"

#include "bot/base/log.h"
#include "integrations/net/timers.h"

namespace muster {

Clusters::Clusters(const KubernetesParts& parts, Reach& reach, Offered offered)
    : parts_(parts), reach_(reach), offered_(std::move(offered)) {}

Clusters::~Clusters() {
  parts_.timers.cancel(offer_timer_);
  parts_.timers.cancel(rights_timer_);
}

void Clusters::forget_offer() {
  parts_.timers.cancel(offer_timer_);
  offer_timer_ = 0;
  offer_.reset();
  reach_.answered(Reach::offer);
}

void Clusters::ask_offer() {
  const auto silent = reach_.silent.extract(Reach::offer);  // that we ask anew is no answer
  forget_offer();
  if (silent) reach_.silent[Reach::offer] = silent.mapped();
  try_offer();
}

// What it answers is told by the timer: who is told may ask anew, and that ends the question that has just answered.
void Clusters::try_offer() {
  offer_ = ask_kubernetes_offer(parts_, [this](const Result<KubernetesTargetDef>& answer) {
    if (answer) {
      offer_trouble_.clear();
      reach_.answered(Reach::offer);
      offer_timer_ = parts_.timers.after(0, [this, def = *answer] { offered_(def); });
      return;
    }
    if (answer.error().message != offer_trouble_)
      log(LogLevel::warn, "the cluster of KUBECONFIG offers nothing; it is asked again every minute",
          {{"why", answer.error().message}});
    offer_trouble_ = answer.error().message;
    reach_.failed(Reach::offer, answer.error(), parts_.clock.now());
    offer_timer_ = parts_.timers.after(minute_ms, [this] { try_offer(); });
  });
}

void Clusters::ask_rights(std::vector<KubernetesTargetDef> defs) {
  parts_.timers.cancel(rights_timer_);
  rights_timer_ = 0;
  rights_.clear();
  defs_ = std::move(defs);
  if (!defs_.empty()) rights_timer_ = parts_.timers.after(second_ms, [this] { try_rights(); });
}

// What a cluster does not let us do is told now, and not by the first change that needs it.
void Clusters::try_rights() {
  rights_.clear();
  rights_timer_ = 0;
  for (const KubernetesTargetDef& def : defs_)
    rights_.push_back(
        ask_kubernetes_rights(def, parts_, [this, def](const Result<KubernetesRights>& found) { told(def, found); }));
}

void Clusters::told(const KubernetesTargetDef& def, const Result<KubernetesRights>& found) {
  if (!found) {
    if (!reach_.silent.contains(def.name))
      log(LogLevel::warn, "what a cluster lets us do is not known",
          {{"target", def.name}, {"why", found.error().message}});
    reach_.failed(def.name, found.error(), parts_.clock.now());
    if (rights_timer_ == 0) rights_timer_ = parts_.timers.after(minute_ms, [this] { try_rights(); });
    return;
  }
  reach_.answered(def.name);
  if (!found->missing.empty())
    log(LogLevel::warn, "a cluster does not let us do all that its target needs; `muster doctor` writes the rules",
        {{"target", def.name}, {"missing", words_of(found->missing)}});
  std::erase_if(defs_, [&](const KubernetesTargetDef& d) { return d.name == def.name; });
}

}  // namespace muster
