// Argument lists with typed placeholders -> argv. One value is one argument (or the end of one) and nothing else: no
// shell reads it, and it cannot become an option.
#pragma once
#include <string>
#include <vector>

#include "bot/core/changes/target.h"
#include "integrations/targets/exec/config.h"

namespace muster::exec {

// The configured list of a verb; empty: the target has no such verb.
const std::vector<std::string>& arguments_of(const ExecTargetDef& def, TargetVerb verb);
const std::vector<std::string>& arguments_of(const ExecTargetDef& def, const ChangeRequest& request);
// Values are checked here, whatever was checked before.
Result<std::vector<std::string>> render(const ExecTargetDef& def, const ChangeRequest& request,
                                        const TargetState& before);

}  // namespace muster::exec
