// Whose the programs of a target are, what they are held to, and how it is said that they came to it.
#pragma once
#include <optional>
#include <string>

#include "bot/base/result.h"
#include "integrations/process/command.h"
#include "integrations/targets/exec/config.h"

namespace muster::exec {

CommandLimits limits_of(const ExecTargetDef& def);
// Nothing: the bot's own. Refused: no such account, or not ours to take; `us` is the bot's effective user id.
Result<std::optional<CommandUser>> find_user(const std::string& name, unsigned us);
// "it came to its limit of 1s of processor time (`cpu_time`)"; empty: no limit shows in how it ended. Only a signal is
// certain: of the others the kernel tells the program alone, so that its own words are looked at.
std::string limit_met(const CommandEnd& end, const ExecTargetDef& def);

}  // namespace muster::exec
