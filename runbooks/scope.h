// What expressions and texts of a step may read: the inputs of its runbook, the alert, the incident, the run, the item
// of its turn, and the results of steps before it. Lives no longer than the run it looks at. One thread.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "bot/cel/cel.h"
#include "runbooks/machine.h"
#include "runbooks/render.h"

namespace muster::runbooks {

class Scope {
 public:
  // `path`: of the step that reads. `it`: the fresh sample of a wait or a probe; null: none.
  Scope(const Book& book, const Run& run, std::string path, TimeMs now, const Value* it = nullptr);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Result<bool> test(const Expression& condition) const;
  // All arguments of a step, each in the language of its place. The error names the place.
  Result<Value> arguments(const Step& step) const;
  Result<Value> outputs() const;                        // of the runbook this stands in
  Result<std::string> key(const Template& text) const;  // guard.key
  const Value* find(const std::string& name) const;     // null: there is nothing of that name

 private:
  template <class T>
  Result<T> explained(Result<T> result) const;
  cel::Bindings bindings(const cel::Program& program) const;
  Value make_run() const;
  const Value* find_step(const std::string& name) const;
  Value inputs() const;
  const Runbook& runbook_here() const;

  const Book& book_;
  const Run& run_;
  std::string path_, frame_;
  TimeMs now_;
  const Value* it_;
  mutable std::map<std::string, Value> made_;
  mutable std::string without_data_;  // a step that found nothing, of those the expression at hand reads
  Value inputs_;
  Renderer renderer_;
};

// How long a run took, or takes.
std::string took_of(const Run& run, TimeMs now);
std::string summary_of(const Run& run);  // "5 steps done, 1 skipped, 1 failed"

}  // namespace muster::runbooks
