// The end of a command -> what it means for a change, and how that is said.
#pragma once
#include <string>
#include <vector>

#include "bot/core/changes/target.h"
#include "integrations/process/command.h"
#include "integrations/targets/exec/config.h"

namespace muster::exec {

ChangeOutcome outcome_of(const CommandEnd& end, const ExecTargetDef& def);
std::string how_it_ended(const CommandEnd& end);          // "ended with code 3"
const std::string& end_of(const CommandOutput& out);      // its last part
std::string last_line(const CommandEnd& end);             // of the errors, where there are any
std::string last_part(const std::string& text);           // the last lines, at most 4 KiB
std::string shown(const std::vector<std::string>& argv);  // as it would have to be typed to mean the same

}  // namespace muster::exec
