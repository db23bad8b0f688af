// What another room adds to the decisions of the core: handlers of verbs, and what happens when a timer rings, alerts
// change, a question is answered or an attempt ends. Everything here runs inside a decision: it reads the state and
// fills the work, with no I/O. The runbook engine is one. Loop thread only.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/handlers.h"
#include "bot/core/runs/attempt.h"

namespace muster {

class Extension {
 public:
  virtual ~Extension() = default;
  virtual const std::map<std::string_view, Handler>& handlers() const = 0;
  virtual void offer(const State&, Live&) const {}              // words that only it knows, for completion
  virtual void configured() {}                                  // another configuration is in force from now on
  virtual bool timer_rang(Work& work, const Timer& timer) = 0;  // false: not ours
  // Alerts that were recorded by this decision as firing or resolved; E ids.
  virtual void alerts_changed(Work& work, const std::vector<std::string>& alerts) = 0;
  virtual void incident_changed(Work& work, const std::string& incident) = 0;
  // A question of kind "step" was closed: its status and answers are in the state.
  virtual void question_closed(Work& work, const Question& question) = 0;
  virtual void attempt_ended(Work& work, const AttemptReport& report) = 0;
  // The wall clock was set, by so much (negative: back), while the process ran: no wait may become shorter.
  virtual void clock_moved(Work& work, DurationMs by) = 0;
  virtual void process_started(Work& work) = 0;  // every unfinished run is progressing, waiting or asking after this
};

}  // namespace muster
