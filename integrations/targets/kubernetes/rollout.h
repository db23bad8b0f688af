// Is a rollout over? Pure: what the object says, against the generation that our own change was given.
#pragma once
#include <string>

#include "bot/core/changes/target.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {

enum class Phase { waiting, paused, failed, succeeded };

struct Verdict {
  Phase phase = Phase::waiting;
  std::string sentence;
};

// `generation`: at least this one must have been observed, so that an old state cannot look finished.
Verdict judge(const Workload& workload, std::int64_t generation);
bool is_busy(const Workload& workload);     // something of it is on its way
bool is_healthy(const Workload& workload);  // all that is wanted is there and available

// What a person is told, with the warning of those who will put it back.
TargetState state_of(const Workload& workload, const std::string& container, const std::string& image_template);

}  // namespace muster::kubernetes
