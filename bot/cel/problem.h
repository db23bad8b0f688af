// What is wrong with an expression, and where. Any thread.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "bot/base/result.h"

namespace muster::cel {

struct Problem {
  std::string message;     // a sentence without its end
  std::string next_step;   // may be empty
  std::size_t offset = 0;  // byte in the source
  int line = 1;            // from 1
  int column = 1;          // in characters, from 1
};

template <class T>
using Checked = std::expected<T, Problem>;

Problem problem_at(std::string_view source, std::size_t offset, std::string message, std::string next_step = {});

// The line of the mistake with a caret under it:
//   line 1, column 9: there is no function "sise"
//     a + b + sise(c)
//             ^
// Long lines are cut around the caret.
std::string with_caret(std::string_view source, const Problem& problem);

// For those who pass errors on: kind invalid, "line 1, column 9: …".
Error to_error(const Problem& problem);

}  // namespace muster::cel
