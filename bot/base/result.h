// Expected failures as values. Any thread.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace muster {

enum class ErrorKind {
  invalid,       // the input is wrong; saying it again will not help
  not_found,     // the named thing does not exist
  conflict,      // the state does not allow it
  unauthorized,  // the caller may not
  unavailable,   // try again later
  internal,      // a bug or a broken disk; details are in the log
};

// A failure fit for a person: what is wrong, and what to do next (may be empty).
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string next_step;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string next_step = {}) {
  return std::unexpected(Error{kind, std::move(message), std::move(next_step)});
}

}  // namespace muster
