#include "runbooks/freshness.h"

#include <algorithm>
#include <cmath>

namespace muster::runbooks {
namespace {

double half_after_half(DurationMs age) {
  return std::exp2(-static_cast<double>(std::max<DurationMs>(0, age)) / static_cast<double>(half_life_ms));
}

}  // namespace

Freshness freshness_of(const State& state, std::string_view runbook, std::string_view hash, TimeMs now) {
  Freshness f;
  std::string_view of;
  for (const auto& [n, run] : state.runs) {
    if (run.runbook != runbook || run.status != "succeeded" || run.ended_ms < f.at_ms) continue;
    f.run = run.id;
    f.at_ms = run.ended_ms;
    of = run.pinned ? std::string_view(run.pinned->hash) : std::string_view();
  }
  const auto planned = state.automation.planned.find(std::string(runbook));
  // A run is worth more than a plan; a plan counts where the run is of an older definition, or there was none.
  const bool run_counts = f.at_ms != 0 && of == hash;
  if (planned != state.automation.planned.end() && !run_counts && planned->second.at_ms > f.at_ms) {
    const bool same = planned->second.hash == hash;
    if (same || f.at_ms == 0) {
      f.run.clear();
      f.at_ms = planned->second.at_ms;
      of = planned->second.hash;
    }
  }
  f.changed = f.at_ms != 0 && of != hash;
  if (f.at_ms != 0 && !f.changed) f.fresh = half_after_half(now - f.at_ms);
  return f;
}

}  // namespace muster::runbooks
