// Timers turned by hand, together with a virtual clock.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "integrations/net/timers.h"

namespace muster::test {

class VirtualTimers final : public Timers {
 public:
  explicit VirtualTimers(VirtualClock& clock) : clock_(clock) {}
  std::uint64_t after(DurationMs delay, std::function<void()> task) override {
    const std::uint64_t id = ++last_;
    due_[{clock_.now() + std::max<DurationMs>(0, delay), id}] = std::move(task);
    return id;
  }
  void cancel(std::uint64_t id) override {
    std::erase_if(due_, [id](const auto& entry) { return entry.first.second == id; });
  }
  // Rings what is due by `now`, in order, with the clock at each one's time; then the clock stands at `now`.
  void advance_to(TimeMs now) {
    while (!due_.empty() && due_.begin()->first.first <= now) {
      auto entry = due_.extract(due_.begin());
      clock_.set(std::max(clock_.now(), entry.key().first));
      entry.mapped()();
    }
    clock_.set(now);
  }
  void advance(DurationMs by) { advance_to(clock_.now() + by); }
  bool ring_due() {  // one that is due now
    if (due_.empty() || due_.begin()->first.first > clock_.now()) return false;
    auto entry = due_.extract(due_.begin());
    entry.mapped()();
    return true;
  }
  TimeMs next() const { return due_.empty() ? 0 : due_.begin()->first.first; }
  void clear() { due_.clear(); }

 private:
  VirtualClock& clock_;
  std::map<std::pair<TimeMs, std::uint64_t>, std::function<void()>> due_;
  std::uint64_t last_ = 0;
};

}  // namespace muster::test
