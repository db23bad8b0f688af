// Cases line by line, for `muster cel --jsonl`: {"expr": "…", "bindings": {name: V}} gives {"value": V} or
// {"error": "…"}, with V tagged as in tagged.h. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/clock.h"

namespace muster::cel {

inline constexpr int case_depth_max = 200;  // tagged values nest two levels for one

// Types are met at evaluation only. A wrong line has an error as its answer. No end of line.
std::string answer_case(std::string_view line, TimeMs now);

}  // namespace muster::cel
