// Carries attempts of steps into the world and brings their reports back. One function per verb; app sets them. What
// has none is answered clearly, not left hanging. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "bot/core/runs/attempt.h"

namespace muster {

class Performer {
 public:
  using Report = std::function<void(AttemptReport)>;
  // Does what the order's mode says and calls back once, on the loop, at any time. The report's run, path, id and stage
  // are filled in here.
  using Perform = std::function<void(const AttemptOrder&, Report)>;

  // Says how far an attempt is, about once a second: a line of the target, or the last lines of a command. On the loop.
  using Progress = std::function<void(const AttemptOrder&, const std::string& line, const std::string& lines)>;

  void set(std::string verb, Perform perform) { table_[std::move(verb)] = std::move(perform); }
  // Outside of any run, for a plan: the report comes here and goes to no sink.
  void try_out(const AttemptOrder& order, Report report) const;
  void set_sink(Report sink) { sink_ = std::move(sink); }  // where reports go: the dispatcher
  bool has(std::string_view verb) const { return table_.contains(verb); }
  void take(const AttemptOrder& order);

 private:
  std::map<std::string, Perform, std::less<>> table_;
  Report sink_;
};

}  // namespace muster
