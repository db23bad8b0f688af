// matches(): RE2, found anywhere in the text. Any thread.
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace muster::cel {

// The error is a sentence: the pattern is no expression, or too large.
std::expected<bool, std::string> pattern_found(std::string_view text, std::string_view pattern);

}  // namespace muster::cel
