// What the programs print -> values. Outside data: bounded, one line each, of the right type or refused.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/changes/target.h"

namespace muster::exec {

Result<TargetState> read_state(std::string_view text);
Result<std::vector<HistoryEntry>> read_history(std::string_view text, int most);

// The optional last line {"message": …, "links": […]} of a program that changes something.
struct LastWord {
  std::string message;
  std::vector<TargetLink> links;
};
LastWord read_last_word(std::string_view text);

}  // namespace muster::exec
