// The paths of the record: "2", "4.1" in a group, "5_3.0" in turn 3 of a for_each, "6c.0" in a runbook that step 6
// called, "on_failure.0", "finally.1", "undo.2" for what puts step 2 back. Only characters that every target and file
// system takes. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "bot/core/runs/run.h"

namespace muster::runbooks {

inline std::string child_of(std::string_view prefix, std::size_t index) {
  return std::string(prefix) + std::to_string(index);
}
inline bool is_undo_path(std::string_view path) { return path.starts_with("undo."); }
inline std::string_view without_undo(std::string_view path) { return is_undo_path(path) ? path.substr(5) : path; }
std::string call_of(std::string_view frame);  // "6c.5_3." -> "6c."; "" at the top
std::optional<Value> item_of(const Run& run, std::string_view frame);
// Components, the last one first is not needed: "5_3.0" -> {"5_3", "0"}.
std::vector<std::string> components(std::string_view path);
bool is_turn(std::string_view component);  // "5_3"
bool is_call(std::string_view component);  // "6c"

}  // namespace muster::runbooks
