// Commands that the clock gives: `at` once, `every` again and again. A fold over
//   schedule.made    stored, with its owner and its time     schedule.fired   its time came, and what became of it
//   schedule.moved   its next time is another                schedule.ended   cancelled or suspended
// Values; loop thread only.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "bot/core/journal/entry.h"

namespace muster {

struct Schedule {
  std::string id;             // T5
  bool repeats = false;       // `every`
  std::string every;          // words of bot/core/schedules/recurrence.h
  std::string person;         // whose it is: person id, or "operator"
  std::string standing;       // of the account it was said with: guest, outsider; empty: a full member
  std::string command, verb;  // as understood; exactly this runs
  std::string platform = "room", channel, zone;  // where it was asked, and whose clock it follows
  bool is_operator = false, direct = false;
  bool writes = false;
  bool elapsed = false;  // a length of time: a wall clock that is set does not change it
  TimeMs made_ms = 0, base_ms = 0;
  TimeMs next_ms = 0;  // 0: never again
  // waiting; held: its time came while nothing new may begin. Over: done, offered, refused, cancelled, suspended.
  std::string status = "waiting";
  std::string result;  // of the last time: ok, asked, refused, late, busy, held; empty: none yet
  std::string reason;  // why that, or why it is over
  std::string ended_by;
  std::string question;  // A7 that the last time asked
  std::string counted;   // the last run of it whose end was looked at
  TimeMs last_ms = 0;
  int fired = 0, failures = 0;  // failures in a row
  bool open() const { return status == "waiting" || status == "held"; }
};

inline constexpr DurationMs schedule_gap_min = 5 * minute_ms;       // between two times of one
inline constexpr DurationMs schedule_ahead_max = 366 * day_ms;      // of `at`
inline constexpr DurationMs schedule_read_late_max = 24 * hour_ms;  // an older question is offered, not answered
inline constexpr int schedules_max = 200, schedules_of_one_max = 20;
inline constexpr int schedule_failures_max = 3;  // in a row, then it is suspended

struct State;
bool apply_schedule(State& state, const Entry& entry);  // false: any other kind
Schedule* find_schedule(State& state, std::string_view id);
const Schedule* find_schedule(const State& state, std::string_view id);

}  // namespace muster
