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
struct State;
struct CoreConfig;

Performer::Perform perform_run(Runner& runner, ResolveSecret resolve, Performer::Progress progress = {});

using Targets = std::vector<std::shared_ptr<Target>>;
using Later = std::function<void(DurationMs, std::function<void()>)>;
// `targets` is asked each time: a reload of the configuration changes them. `mark` is what this installation is known
// by: a target that another bot changes too, or that one did which lost its data, would else find "R1.0-2" there and
// take it for ours ([A-Za-z0-9]; empty: none).
Performer::Perform perform_change(std::function<const Targets&()> targets, Later later,
                                  Performer::Progress progress = {}, const std::string& mark = {});
// What the bot itself keeps, for `lookup`.
struct Known {
  std::function<const State&()> state;
  std::function<const CoreConfig&()> config;
  std::function<TimeMs()> now;
};
Performer::Perform perform_lookup(std::function<const Targets&()> targets, Known known);
// `read` carries out queries and HTTP calls.
Performer::Perform perform_verify(std::function<const Targets&()> targets, Performer::Perform read);
Value to_value(const TargetState& state);
TargetState state_from(const Value& value);

}  // namespace muster
