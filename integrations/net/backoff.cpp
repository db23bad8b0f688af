#include "integrations/net/backoff.h"

#include <algorithm>
#include <random>

namespace muster {

DurationMs backoff_wait(int failures, double dice, const BackoffLimits& limits) {
  if (failures <= 0) return 0;
  DurationMs ceiling = std::min(limits.first, limits.most);
  for (int i = 1; i < failures && ceiling < limits.most; ++i) ceiling = std::min(limits.most, ceiling * 2);
  return static_cast<DurationMs>(static_cast<double>(ceiling) * std::clamp(dice, 0.0, 1.0));
}

DurationMs Reconnect::ended(TimeMs now, double dice, DurationMs at_least) {
  const bool was_stable = opened_ != 0 && now - opened_ >= limits_.stable;
  opened_ = 0;
  failures_ = was_stable ? 1 : failures_ + 1;
  return std::max(at_least, backoff_wait(failures_, dice, limits_));
}

double random_dice() {
  thread_local std::mt19937_64 source{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

}  // namespace muster
