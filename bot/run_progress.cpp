#include "bot/run_progress.h"

#include <algorithm>

namespace muster {
namespace {

constexpr DurationMs tell_every_ms = 3 * second_ms;
constexpr std::size_t runs_at_once = 3, runs_waiting_max = 1'000;

}  // namespace

void ProgressBoard::take(runbooks::StepProgress p) {
  if (!runs_.contains(p.run) && runs_.size() >= runs_waiting_max) return;
  Waiting& run = runs_[p.run];
  if (run.since == 0) run.since = ++serial_;
  run.steps[p.path] = std::move(p);
  if (!resting_) flush();
}

void ProgressBoard::flush() {
  resting_ = false;
  std::vector<runbooks::StepProgress> told;
  for (std::size_t i = 0; i < runs_at_once && !runs_.empty(); ++i) {
    const auto next = std::ranges::min_element(runs_, {}, [](const auto& r) { return r.second.since; });
    for (auto& [path, p] : next->second.steps) told.push_back(std::move(p));
    runs_.erase(next);
  }
  if (told.empty()) return;
  resting_ = true;
  later_(tell_every_ms, [this] { flush(); });
  tell_(std::move(told));
}

}  // namespace muster
