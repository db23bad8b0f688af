#include "integrations/net/loop.h"

#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>

using namespace muster;

TEST_CASE("timers run in order of their time, cancelled ones never, and a failing task stops nothing") {
  Loop loop;
  std::string seen;
  loop.after(30, [&] {
    seen += "c";
    loop.stop();
  });
  loop.after(0, [] { throw std::runtime_error("on purpose"); });
  loop.after(10, [&] { seen += "b"; });
  const auto never = loop.after(5, [&] { seen += "x"; });
  loop.post([&] {
    seen += "a";
    loop.cancel(never);
  });
  loop.run();
  CHECK(seen == "abc");
}

TEST_CASE("a task can be posted from another thread and a signal arrives on the loop") {
  Loop loop;
  const auto here = std::this_thread::get_id();
  int signals = 0;
  loop.on_signal(SIGHUP, [&] {
    CHECK(std::this_thread::get_id() == here);
    if (++signals == 2) return loop.stop();
    std::raise(SIGHUP);
  });
  std::thread other([&] { loop.post([] { std::raise(SIGHUP); }); });
  loop.run();
  other.join();
  CHECK(signals == 2);
  CHECK(loop.lag_ms() >= 0);
}
