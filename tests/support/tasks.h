// Stands in for the loop: what other threads hand over waits here until the test takes it.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>

namespace muster::test {

class Tasks {
 public:
  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return tasks_.empty();
  }
  // Runs the next task; false when none came in time.
  bool run_one(std::chrono::seconds wait) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      if (!ready_.wait_for(lock, wait, [this] { return !tasks_.empty(); })) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }
  void run_until(const std::function<bool()>& done) {
    while (!done())
      if (!run_one(std::chrono::seconds(30))) throw std::runtime_error("nothing came for 30 seconds");
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
};

}  // namespace muster::test
