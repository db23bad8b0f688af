// The escapes of quoted text, numbers as text, and UTF-8 in code points. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bot/cel/problem.h"

namespace muster::cel {

// The offset of a problem counts from the begin of `body`.
Checked<std::string> read_escapes(std::string_view body, bool bytes);

void append_utf8(char32_t code_point, std::string& out);
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& i);  // empty when invalid; i moves on

std::optional<double> parse_double(std::string_view text);  // empty when too large; also NaN, Infinity, -Infinity, inf
std::string double_text(double d);                          // shortest that reads back, no needless exponent
std::string fixed_text(double d, int digits);               // half to even
std::string shortest_fixed_text(double d);                  // never an exponent

}  // namespace muster::cel
