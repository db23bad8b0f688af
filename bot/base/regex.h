// Regular expressions of linear time (RE2 behind), so that no pattern from outside can hang the bot. Any thread.
#pragma once
#include <string_view>

#include "bot/base/result.h"

namespace muster {

// The whole text matches the pattern. Error `invalid` when the pattern is no expression or too large.
Result<bool> full_match(std::string_view text, std::string_view pattern);

}  // namespace muster
