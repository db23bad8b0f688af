// `plan run NAME …`: the read steps for real, every expression evaluated, every write with its final arguments and the
// rule that would apply; it stops at the first value that only a write could produce, and says so. Nothing is changed.
// One thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runbooks/rehearsal.h"

namespace muster::runbooks {

struct PlanLine {
  std::string path, step, verb;
  std::string what;  // its arguments, or what it would ask or say; secrets masked
  // Sentences of the catalogue, runplan.…: read {value}, approve {n} {group} {who}, confirm, run, refused {why}, waits,
  // watches, skipped, stops_value, stops_wait, stops_form. More than one: what comes before the step, then the step.
  std::vector<Refusal> how;
};

class Plan {
 public:
  // `state`: what is true now; of it locks, grants, incidents, the alert and the switch count.
  Plan(Library library, const CoreConfig& config, const State& state, TimeMs now);

  // Why it cannot start; nothing: it can.
  std::optional<Refusal> begin(StartWish wish);
  // The next read to carry out for real; its report goes to take(). Nothing: the plan is complete.
  std::optional<AttemptOrder> next();
  void take(const AttemptOrder& order, AttemptReport report);
  std::vector<PlanLine> lines() const;  // in the order of the steps
  bool whole() const;                   // it came to the end of the steps, and nothing in it was refused
  std::string hash() const;             // of the definition that was planned

 private:
  void pretend(const AttemptOrder& order);
  bool answer_people();
  Refusal asked(const Question& question) const;
  std::vector<Refusal> how_of(const std::string& path, const StepRun& step) const;

  Rehearsal stage_;
  std::map<std::string, std::vector<Refusal>> how_;  // by path
  bool wrote_ = false;
};

}  // namespace muster::runbooks
