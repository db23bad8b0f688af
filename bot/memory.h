// Memory that a burst of work took is given back to the system when the work is over; where it never is, now and then.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace muster {

void tune_memory();  // once, before other threads start

std::size_t resident_bytes();

class MemoryKeeper {
 public:
  explicit MemoryKeeper(std::function<std::size_t()> resident = resident_bytes) : resident_(std::move(resident)) {}
  // Called about once a second with a figure that rises while there is work. True: memory was given back now.
  bool tick(std::uint64_t work_done);

 private:
  bool is_settled();

  std::function<std::size_t()> resident_;
  std::uint64_t last_ = 0;
  int quiet_ticks_ = 0, busy_ticks_ = 0;
  bool given_back_ = false;
  std::size_t settled_ = 0;  // what the work needs, once it has had its way for a while; 0: not known
};

}  // namespace muster
