// The walk through the steps of a run. Internal to the machine.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runbooks/machine.h"

namespace muster::runbooks {

// What the steps so far amount to.
enum class Stand {
  ok,
  failed,
  busy,    // something is out, waits or asks
  acted,   // there is an action to take first
  stopped  // a `stop` was reached
};

// Why nothing new may begin and what is out must end: cancelled, deadline, timeout. Empty: all is well.
struct Doom {
  std::string kind, why;
  TimeMs began_before = 0;  // only what began earlier ends; 0: everything
  explicit operator bool() const { return !kind.empty(); }
};

class Walk {
 public:
  Walk(const Book& book, const Run& run, TimeMs now) : book_(book), run_(run), now_(now) {}

  Stand list(const std::vector<Step>& steps, const std::string& prefix, const Doom& doom, bool all = false);
  Stand undo_all(const std::vector<std::string>& targets, const Doom& doom);
  const std::optional<Action>& action() const { return action_; }
  const StepRun* failed() const { return failed_; }    // the first step that failed
  const StepRun* stopped() const { return stopped_; }  // the stop that was reached

 private:
  Stand visit(const Step& step, const std::string& path, const Doom& doom);
  Stand leaf(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand watched(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand hand_over(const Step& step, const std::string& path, const StepRun& record);
  Stand waiting(const Step& step, const std::string& path, const StepRun& record);
  Stand group(const Step& step, const std::string& path, const StepRun& record, const Doom& outer);
  Stand open(const Step& step, const std::string& path);
  Stand open_loop(Action action, const Step& step);
  Stand parallel(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand loop(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand called(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand undo_group(const Step& step, const std::string& path, const StepRun& record, const Doom& doom);
  Stand undo_one(const std::string& target, const Doom& doom);
  Stand act(Action action);
  Stand end(const Step& step, const std::string& path, Value result = Value::Map{});
  Stand end_failed(const Step& step, const std::string& path, const std::string& kind, const std::string& why);
  const StepRun* record(const std::string& path) const;
  const StepRun& innermost(const std::string& path, const StepRun& group) const;

  const Book& book_;
  const Run& run_;
  const TimeMs now_;
  std::optional<Action> action_;
  const StepRun* failed_ = nullptr;
  const StepRun* stopped_ = nullptr;
  bool starts_ = true;  // may a step begin? Not in a group that is full
};

}  // namespace muster::runbooks
