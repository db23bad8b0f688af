#include "integrations/net/timers.h"

#include "integrations/net/loop.h"

namespace muster {

namespace {

class LoopTimers final : public Timers {
 public:
  explicit LoopTimers(Loop& loop) : loop_(loop) {}
  std::uint64_t after(DurationMs delay, std::function<void()> task) override {
    return loop_.after(delay, std::move(task));
  }
  void cancel(std::uint64_t id) override { loop_.cancel(id); }

 private:
  Loop& loop_;
};

}  // namespace

std::unique_ptr<Timers> loop_timers(Loop& loop) { return std::make_unique<LoopTimers>(loop); }

}  // namespace muster
