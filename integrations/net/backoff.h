// When to try again. Pure: the caller passes the time and the dice.
#pragma once
#include "bot/base/clock.h"

namespace muster {

struct BackoffLimits {
  DurationMs first = second_ms;  // ceiling of the first wait
  DurationMs most = 60 * second_ms;
  DurationMs stable = 30 * second_ms;  // a connection that lived so long was a success
};

// Full jitter: anywhere between nothing and a ceiling that doubles with each failure. `dice` is in [0, 1).
DurationMs backoff_wait(int failures, double dice, const BackoffLimits& limits = {});

// The waits of one connection. A connection that dies young counts as a failure, or a server that accepts and
// drops would be hammered.
class Reconnect {
 public:
  explicit Reconnect(BackoffLimits limits = {}) : limits_(limits) {}
  void opened(TimeMs now) { opened_ = now; }
  // The connection ended or never came up: how long to wait before the next try. `at_least`: Retry-After.
  DurationMs ended(TimeMs now, double dice, DurationMs at_least = 0);
  int failures() const { return failures_; }

 private:
  BackoffLimits limits_;
  int failures_ = 0;
  TimeMs opened_ = 0;  // 0: not open
};

double random_dice();  // [0, 1), for callers that are not tests

}  // namespace muster
