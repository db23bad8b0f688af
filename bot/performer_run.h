// The verbs `run` (commands under the shim) and the changes (deploy, rollback, scale, restart over targets) for the
// performer. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/changes/target.h"
#include "bot/core/runs/secret_ref.h"
#include "bot/performer.h"

namespace muster {

class Runner;

Performer::Perform perform_run(Runner& runner, ResolveSecret resolve);

using Targets = std::vector<std::shared_ptr<Target>>;
using Later = std::function<void(DurationMs, std::function<void()>)>;
// `targets` is asked each time: a reload of the configuration changes them.
Performer::Perform perform_change(std::function<const Targets&()> targets, Later later);
// What is known of a service in an environment, as far as its target tells it: the verb `lookup` until more is known.
Value to_value(const TargetState& state);
TargetState state_from(const Value& value);

}  // namespace muster
