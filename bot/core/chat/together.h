// Rooms that are one: chat platforms on which an incident has one channel each, and people's words go both ways.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct TogetherRule {
  std::vector<std::string> platforms;  // by name, two or more; our own room belongs to every one
  bool open_all = true;                // false: on the first that is not lost; the others when that one is
  DurationMs lost_after = minute_ms;   // without a connection
  std::vector<std::string> channels;   // of ours without an incident that are one too: "muster"
  bool operator==(const TogetherRule&) const = default;
};

}  // namespace muster
