// Runs of the real engine in a world of their own: a state that nobody else sees, a clock that is turned, and attempts
// that somebody answers. `runbook test` and `plan` are made of it. One thread.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bot/core/engine/state.h"
#include "runbooks/engine.h"

namespace muster::runbooks {

class Rehearsal {
 public:
  Rehearsal(Library library, CoreConfig config, TimeMs now);

  // Inside of one decision; what it orders is put in line.
  void decide(const std::function<void(Work&)>& what);
  Decided<std::string> start(StartWish wish);
  bool has_order() const { return !orders_.empty(); }
  AttemptOrder take_order();
  void report(const AttemptOrder& order, AttemptReport report);
  void event_happened(std::string path);  // what the step there waits for
  // Turns the clock to the next timer and rings it. False: there is none.
  bool ring_next();

  const Run* run() const { return find_run(std::as_const(state_), id_); }
  const Book* book();
  State& state() { return state_; }
  const CoreConfig& config() const { return config_; }
  Engine& engine() { return engine_; }
  TimeMs now() const { return now_; }
  const std::vector<std::string>& said() const { return said_; }  // texts of what it would have posted

 private:
  State state_;
  CoreConfig config_;
  Engine engine_;
  TimeMs now_;
  std::string id_;
  std::uint64_t serial_ = 0;
  std::map<std::string, Timer> timers_;
  std::deque<AttemptOrder> orders_;
  std::vector<std::string> said_;
};

}  // namespace muster::runbooks
