// Recorded facts, one JSON object per line, folded into a fresh data folder. Policy is not asked.
#pragma once
#include <string>

#include "bot/base/result.h"

namespace muster {
// The number of facts that were new. A line that cannot be read names its number and nothing is kept.
Result<int> replay_file(const std::string& file, const std::string& data_folder);
}  // namespace muster
