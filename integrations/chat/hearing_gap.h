// Since when nothing was heard of a platform: known in this process, else as of the last note of being connected.
#pragma once
#include <cstdlib>
#include <string>

#include "bot/base/clock.h"
#include "integrations/chat/directory.h"

namespace muster {

class HearingGap {
 public:
  static constexpr DurationMs noted_every_ms = minute_ms;
  HearingGap(ChatDirectory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}

  // Every few seconds. `listening`: connected, and what was missed is read.
  void tick(bool listening) {
    if (!listening) return;
    from_ms_ = 0;
    if (clock_.now() - noted_ms_ < noted_every_ms) return;
    noted_ms_ = clock_.now();
    directory_.link("alive", "all", std::to_string(noted_ms_));
  }
  bool began() {  // false: it had begun before
    if (from_ms_ != 0) return false;
    from_ms_ = clock_.now();
    return true;
  }
  TimeMs start() {
    if (from_ms_ == 0) from_ms_ = std::strtoll(directory_.theirs("alive", "all").c_str(), nullptr, 10);
    return from_ms_;
  }
  void covered() { from_ms_ = noted_ms_ = 0; }  // what lies behind was read; the next tick notes it anew

 private:
  ChatDirectory& directory_;
  const Clock& clock_;
  TimeMs from_ms_ = 0, noted_ms_ = 0;
};

}  // namespace muster
