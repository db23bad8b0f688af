// `plan deploy …` and its like: the target is looked at, and the same plan is made as a run would make, only to be
// shown. Nothing is recorded and nothing is sent that changes anything. Loop thread only.
#pragma once
#include <functional>

#include "bot/core/engine/engine.h"
#include "bot/performer_run.h"

namespace muster {

struct PlanReading {
  std::function<const Targets&()> targets;
  Known known;  // state, configuration and time, asked when the target has answered
};
void read_plan(const PlanReading& reading, const ReadWanted& wanted, const CommandInput& input,
               std::function<void(Outcome)> done);

}  // namespace muster
