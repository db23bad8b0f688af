// The armed timers in memory, beside the store that keeps them durably. There may be one per firing alert, per run that
// waits and per open question, so those are kept as two numbers.
#pragma once
#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "bot/core/decision.h"

namespace muster {

class DueTimers {
 public:
  void remember(const std::vector<Timer>& changes);  // due 0: forgotten
  std::vector<Timer> take_due(TimeMs now);           // removed, the longest overdue first
  // Those that wait for a length of time and not for an hour of the day: a wall clock that is set must not change them.
  std::vector<Timer> of_a_length() const;
  void clear();
  std::size_t size() const;

 private:
  void arm(const Timer& timer);
  void forget(const std::string& id);

  std::array<std::unordered_map<int, TimeMs>, 3> numbered_;  // by family (timers.cpp): number -> due
  std::map<std::string, Timer> others_;
  TimeMs earliest_ = 0;  // no timer is due before; 0: unknown
};

}  // namespace muster
