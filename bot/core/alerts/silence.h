// A silence at the source: asked for here, made by Alertmanager, over by time or by hand. A fold over silence.*
// entries.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/commands/policy.h"

namespace muster {

inline constexpr DurationMs silence_shortest_ms = minute_ms;
inline constexpr DurationMs silence_longest_ms = 30 * day_ms;  // a longer one is a change of the alert rule

struct Silence {
  std::string id;       // L3
  std::string backend;  // the Alertmanager's name
  std::vector<Matcher> matchers;
  std::string alert;   // E12, when it was made of one
  std::string person;  // who asked; id
  std::string reason;
  std::string marker;                  // stands in the comment at the source: a second try finds the first
  std::string channel, thread;         // where the outcome is told
  std::string status;                  // asked, active, ending, over, failed
  std::string remote;                  // Alertmanager's id, when known
  TimeMs starts_ms = 0, until_ms = 0;  // as asked for
  bool ended_by_hand = false;          // over before its time
  bool mutes() const { return status == "active" || status == "ending"; }
  bool open() const { return mutes() || status == "asked"; }
};

// At least one matcher refuses the empty label set: a silence of everything is refused by the source, too.
bool silences_everything(const std::vector<Matcher>& matchers);
Value to_value(const std::vector<Matcher>& matchers);
std::vector<Matcher> matchers_from(const Value& value);

}  // namespace muster
