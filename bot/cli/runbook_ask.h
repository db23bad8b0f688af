// Parts of `muster runbook` that only the running bot can answer: a test case from a run, and a plan with real reads.
#pragma once
#include <string>
#include <vector>

#include "bot/cli/flags.h"

namespace muster {

// The case of run R42 on standard output, or into a file: a new one, or behind the cases of one that exists.
int record_runbook(const Flags& flags, const std::string& run, const std::string& file);
int plan_runbook(const Flags& flags, const std::vector<std::string>& words);  // NAME key=value …

}  // namespace muster
