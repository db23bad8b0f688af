// `plan run NAME …`: its read steps are carried out for real, within half a minute; every expression is evaluated;
// each write stands there with its final arguments and the rule that applies. Nothing is changed. A plan that came to
// its end is recorded (runbook.planned): it counts for how fresh the runbook's proof is. Loop thread only.
#pragma once
#include <functional>
#include <string>

#include "bot/core/engine/engine.h"
#include "bot/performer_run.h"
#include "runbooks/engine.h"

namespace muster {

inline constexpr DurationMs plan_reads_ms = 25 * second_ms;  // all reads together; a script waits 30 s for its answer
inline constexpr int plan_reads_max = 200;

struct RunPlanReading {
  Performer::Perform perform;
  Later later;
  std::function<void(const std::string&)> forget;  // what a command left behind, by the id of its attempt
  std::function<void(Entry)> record;
  std::function<std::string()> new_id;
  runbooks::Library library;
  Known known;  // state, configuration and time now
};

// wanted.args: runbook, person, channel, alert, and the policy's verdict on starting it, in words.
void read_run_plan(const RunPlanReading& reading, const ReadWanted& wanted, const CommandInput& input,
                   std::function<void(Outcome)> done);

}  // namespace muster
