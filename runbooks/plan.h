// `plan run NAME …`: the read steps for real, every expression evaluated, every write with its final arguments and the
// rule that would apply; it stops at the first value that only a write could produce, and says so. Nothing is changed.
// One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runbooks/rehearsal.h"

namespace muster::runbooks {

struct PlanLine {
  std::string path, step, verb;
  std::string what;  // its arguments, or what it would ask or say
  std::string how;   // run; approve by group:x; refused: why; waits; skipped; read: its value; stops here: why
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

 private:
  void pretend(const AttemptOrder& order);
  bool answer_people();

  Rehearsal stage_;
  std::map<std::string, std::string> how_;  // by path
  bool wrote_ = false;
};

}  // namespace muster::runbooks
