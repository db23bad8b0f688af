// How much the proof of a runbook is worth today. What was never tried again rots unseen: with every half-life since
// its last good run, or its last whole plan, half of the trust is gone; a change of the runbook ends it at once. Pure.
#pragma once
#include <string>
#include <string_view>

#include "bot/core/engine/state.h"

namespace muster::runbooks {

inline constexpr DurationMs half_life_ms = 90 * day_ms;  // a quarter: what is not drilled once in it is half forgotten

struct Freshness {
  std::string run;       // R42: the last run that succeeded; empty: a plan, or nothing
  TimeMs at_ms = 0;      // when; 0: never
  bool changed = false;  // the definition is another one since
  double fresh = 0;      // 0 to 1
};

// `hash`: of the definition as a run that begins now would pin it.
Freshness freshness_of(const State& state, std::string_view runbook, std::string_view hash, TimeMs now);
inline bool is_stale(const Freshness& f) { return f.fresh < 0.5; }

}  // namespace muster::runbooks
