// Memory that a burst of work took is given back to the system when the work is over; where it never is, now and then.
#pragma once
#include <cstdint>

namespace muster {

void tune_memory();  // once, before other threads start

class MemoryKeeper {
 public:
  // Called about once a second with a figure that rises while there is work. True: memory was given back now.
  bool tick(std::uint64_t work_done);

 private:
  std::uint64_t last_ = 0;
  int quiet_ticks_ = 0, busy_ticks_ = 0;
};

}  // namespace muster
