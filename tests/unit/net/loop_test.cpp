#include "integrations/net/loop.h"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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

TEST_CASE("what still waits when the loop has ended is dropped before those whom it needs") {
  Loop loop;
  auto of_timer = std::make_shared<int>(), posted = std::make_shared<int>();
  const std::weak_ptr<int> first = of_timer, second = posted;
  loop.after(hour_ms, [of_timer = std::move(of_timer)] {});
  loop.after(0, [&loop] { loop.stop(); });
  loop.run();
  std::thread([&] { loop.post([posted = std::move(posted)] {}); }).join();
  loop.forget();
  CHECK(first.expired());
  CHECK(second.expired());
  bool runs = false;
  loop.after(0, [&] {
    runs = true;
    loop.stop();
  });
  loop.run();
  CHECK(runs);
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

TEST_CASE("what one thread posts runs in its order, each once, also what comes while the loop is at work") {
  constexpr int each = 500, threads = 3;
  Loop loop;
  std::array<std::vector<int>, threads> seen;
  int left = each * threads;
  std::vector<std::thread> others;
  for (std::size_t t = 0; t < threads; ++t) {
    others.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        loop.post([&, t, i] {
          seen[t].push_back(i);
          if (i == 7) throw std::runtime_error("stops nothing");
          if (--left == threads) loop.post([&] { loop.stop(); });  // those that threw are not counted
        });
    });
  }
  loop.run();
  for (std::thread& other : others) other.join();
  std::vector<int> all(each);
  std::iota(all.begin(), all.end(), 0);
  for (const std::vector<int>& of_one : seen) CHECK(of_one == all);
}
