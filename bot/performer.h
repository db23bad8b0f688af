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

  void set(std::string verb, Perform perform) { table_[std::move(verb)] = std::move(perform); }
  void set_sink(Report sink) { sink_ = std::move(sink); }  // where reports go: the dispatcher
  bool has(std::string_view verb) const { return table_.contains(verb); }
  void take(const AttemptOrder& order);

 private:
  std::map<std::string, Perform, std::less<>> table_;
  Report sink_;
};

}  // namespace muster
