// The exec target: a program of the administrator's does the work, under the shim, so that it outlives the bot.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bot/base/clock.h"
#include "bot/core/changes/target.h"
#include "integrations/targets/exec/config.h"

namespace muster {

class Runner;
class Timers;

struct ExecParts {  // all outlive the target
  Runner& runner;
  Timers& timers;
  const Clock& clock;
  std::function<std::optional<std::string>(const std::string&)> variable = {};  // empty: the bot's own environment
};

// The definition has passed exec::faults_of. The id of a command is the run id of its request.
std::unique_ptr<Target> make_exec_target(const ExecTargetDef& def, const ExecParts& parts);

}  // namespace muster
