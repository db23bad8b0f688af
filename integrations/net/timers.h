// "Call me later", so that what waits can be tested with time turned by hand.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "bot/base/clock.h"

namespace muster {

class Loop;

class Timers {
 public:
  virtual ~Timers() = default;
  virtual std::uint64_t after(DurationMs delay, std::function<void()> task) = 0;
  virtual void cancel(std::uint64_t id) = 0;  // 0 or an old id: nothing
};

std::unique_ptr<Timers> loop_timers(Loop& loop);  // the loop outlives it

}  // namespace muster
