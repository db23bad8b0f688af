// Cases line by line, for `muster cel --jsonl`: {"expr": "…", "bindings": {name: V}} gives {"value": V} or
// {"error": "…"}, with V tagged as in tagged.h. Any thread.
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "bot/base/clock.h"

namespace muster::cel {

inline constexpr int case_depth_max = 200;  // tagged values nest two levels for one
inline constexpr std::size_t case_bytes_max = 4'000'000;

// Types are met at evaluation only. A wrong line has an error as its answer. No end of line.
std::string answer_case(std::string_view line, TimeMs now);

// One answer per line until `in` ends, each written out before the next line is read: who asks may wait for it. Of a
// line that is too long only the limit is kept in memory, and the answer is an error.
void answer_cases(std::istream& in, std::ostream& out, const Clock& clock);

}  // namespace muster::cel
