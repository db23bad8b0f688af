#include "integrations/net/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bot/base/log.h"

namespace muster {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

// The root of every task: a broken invariant is reported and the loop goes on (design: errors).
void run_guarded(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception& e) {
    log(LogLevel::error, "task failed", {{"error", e.what()}});
  }
}

int new_bell() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw std::runtime_error("the system gives no eventfd");
  return fd;
}

}  // namespace

// Tasks of other threads. Asio's own post() wakes the loop while it holds the lock that the loop needs next: two more
// changes of threads for every commit.
class Loop::Outside {
 public:
  explicit Outside(asio::io_context& io) : bell_(io, new_bell()) { wait(); }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  void add(std::function<void()> task) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = tasks_.empty();
      tasks_.push_back(std::move(task));
    }
    const std::uint64_t once = 1;
    // It fails only when the bell has rung 2^64 times unheard.
    if (first) [[maybe_unused]]
      const ssize_t rung = ::write(bell_.native_handle(), &once, sizeof once);
  }

  std::vector<std::function<void()>> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(tasks_, {});
  }

 private:
  void wait() {
    bell_.async_read_some(asio::buffer(&heard_, sizeof heard_),
                          [this](const boost::system::error_code& ec, std::size_t) {
                            if (ec == asio::error::operation_aborted) return;
                            wait();
                            for (const auto& task : take()) run_guarded(task);
                          });
  }

  asio::posix::stream_descriptor bell_;
  std::uint64_t heard_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
};

struct Loop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer tick{io};
  steady_clock::time_point tick_due;
  std::atomic<double> lag_ms{0};
  struct Timer {
    asio::steady_timer timer;
    std::shared_ptr<std::function<void()>> task;
  };
  std::unordered_map<std::uint64_t, Timer> timers;
  std::uint64_t last_timer = 0;
  std::vector<std::unique_ptr<asio::signal_set>> signals;
  std::atomic<std::thread::id> runner;
  Outside outside{io};

  void arm_tick() {
    tick_due = steady_clock::now() + std::chrono::seconds(1);
    tick.expires_at(tick_due);
    tick.async_wait([this](const boost::system::error_code& ec) {
      if (ec) return;
      const std::chrono::duration<double, std::milli> late = steady_clock::now() - tick_due;
      lag_ms.store(late.count(), std::memory_order_relaxed);
      arm_tick();
    });
  }

  void wait_signal(asio::signal_set& set, const std::shared_ptr<std::function<void()>>& task) {
    set.async_wait([this, &set, task](const boost::system::error_code& ec, int) {
      if (ec) return;
      wait_signal(set, task);
      run_guarded(*task);
    });
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) { impl_->arm_tick(); }

Loop::~Loop() = default;

void Loop::run() {
  impl_->runner = std::this_thread::get_id();
  for (;;) {
    try {
      impl_->io.run();
      impl_->io.restart();  // afterwards: a stop() that came before run() must not be lost
      return;
    } catch (const std::exception& e) {
      log(LogLevel::error, "a handler of the loop failed", {{"error", e.what()}});
    }
  }
}

void Loop::stop() { impl_->io.stop(); }

void Loop::post(std::function<void()> task) {
  if (impl_->runner.load() != std::this_thread::get_id()) return impl_->outside.add(std::move(task));
  asio::post(impl_->io, [task = std::move(task)] { run_guarded(task); });
}

std::uint64_t Loop::after(DurationMs delay, std::function<void()> task) {
  const std::uint64_t id = ++impl_->last_timer;
  const auto wait = std::chrono::milliseconds(delay < 0 ? 0 : delay);
  const auto held = std::make_shared<std::function<void()>>(std::move(task));
  const auto it = impl_->timers.emplace(id, Impl::Timer{asio::steady_timer(impl_->io, wait), held}).first;
  it->second.timer.async_wait([impl = impl_.get(), id, held](const boost::system::error_code& ec) {
    // A timer that had already expired when cancel() came is queued without an error: the map decides.
    if (ec || impl->timers.erase(id) == 0) return;
    run_guarded(*held);
  });
  return id;
}

void Loop::cancel(std::uint64_t id) { impl_->timers.erase(id); }

void Loop::forget() {
  // Out of their places first: what they hold may cancel others of them as it goes.
  const auto posted = impl_->outside.take();
  const auto timers = std::exchange(impl_->timers, {});
  for (const auto& [id, timer] : timers) *timer.task = nullptr;
}

void Loop::on_signal(int signal, std::function<void()> task) {
  auto& set = impl_->signals.emplace_back(std::make_unique<asio::signal_set>(impl_->io, signal));
  impl_->wait_signal(*set, std::make_shared<std::function<void()>>(std::move(task)));
}

double Loop::lag_ms() const { return impl_->lag_ms.load(std::memory_order_relaxed); }

void* Loop::io_context() { return &impl_->io; }

}  // namespace muster
