// The one event loop: an Asio io_context run by one thread.
#pragma once
#include <functional>
#include <memory>

#include "bot/base/clock.h"

namespace muster {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();                             // until stop()
  void stop();                            // any thread
  void post(std::function<void()> task);  // any thread
  // Runs `task` on the loop after `delay`. Returns an id for cancel. Loop thread only (or before run).
  std::uint64_t after(DurationMs delay, std::function<void()> task);
  void cancel(std::uint64_t id);
  // Drops what waits for its time or was posted, with all that it holds. The loop does not run: what a task holds may
  // need others on its way out, and these are gone before the loop is.
  void forget();
  void on_signal(int signal, std::function<void()> task);  // SIGTERM, SIGINT, SIGHUP
  double lag_ms() const;                                   // last measured delay of a one-second tick; any thread

  void* io_context();  // boost::asio::io_context*, for siblings in net/ only

 private:
  class Outside;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster
