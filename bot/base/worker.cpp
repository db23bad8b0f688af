#include "bot/base/worker.h"

#include "bot/base/log.h"

namespace muster {

Worker::~Worker() { stop(); }

bool Worker::run(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= queue_max) return false;
    tasks_.push_back(std::move(task));
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  ready_.notify_one();
  return true;
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    tasks_.clear();
  }
  ready_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    try {
      task();
    } catch (const std::exception& e) {
      log(LogLevel::error, "a background task failed", {{"error", e.what()}});
    }
    task = nullptr;  // what it held is free before it counts as done
    ++finished_;
  }
}

}  // namespace muster
