// One thread for work that must not block the loop. It starts with the first task.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace muster {

class Worker {
 public:
  static constexpr std::size_t queue_max = 1000;  // tasks; beyond it a reader is told to try again
  Worker() = default;
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  bool run(std::function<void()> task);                 // any thread; false: full
  std::uint64_t finished() const { return finished_; }  // tasks since the start; any thread
  void stop();                                          // finishes the task at hand, drops the rest

 private:
  void work();
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> finished_ = 0;
  std::thread thread_;
};

}  // namespace muster
