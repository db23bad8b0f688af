// Commands that the clock gives, as decisions: `at`, `every`, `schedule`, and what happens when their time comes.
// Loop thread only.
#pragma once
#include <optional>
#include <string>

#include "bot/core/engine/engine.h"
#include "bot/core/engine/handlers.h"

namespace muster {

inline constexpr std::string_view schedule_timer_prefix = "schedule:";

// What is said when the time of a schedule has come; the caller posts it, or reads first where the outcome wants that.
struct Fired {
  CommandInput input;
  std::string user;  // its owner on the platform where it was asked; empty: nobody
  std::string head;  // first line of the answer: whom it is for, and why now
  Outcome outcome;
};
// Inside a decision. No value: its time has not come, or nothing is to be said.
std::optional<Fired> schedule_rang(Work& work, const Timer& timer);
// The wall clock was set by so much: what waits for a length of time waits no shorter and no longer.
void schedules_moved(Work& work, DurationMs by);
void release_schedules(Work& work);  // new runs are taken again: what was held rings now

// Shared by its files.
std::string schedule_line(const Call& call, const Schedule& schedule);
Outcome show_schedule(Call& call, const Schedule& schedule);
Outcome explain_schedule(Call& call, const Schedule& schedule);
std::string rhythm_words(std::string_view language, const Schedule& schedule);  // once; every 2h
std::string line_again(const Schedule& schedule);  // what to type to have it once more, as it was
// A run that it started, or one that waits for a yes; null: none is under way.
const Run* run_of(const State& state, const Schedule& schedule);
bool begins_runs(std::string_view verb);

}  // namespace muster
