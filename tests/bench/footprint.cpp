// What an idle bot costs, how soon it is ready, how large the program is.
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "bot/core/decision.h"
#include "storage/store.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/bench/story.h"

namespace muster::bench {
namespace {

// From exec until /readyz answers 200.
double ready_ms(const std::string& folder) {
  const int port = free_port();
  const double start = now_ms();
  Process process({own_folder() + "/muster", "serve", "--sandbox", "--data", folder, "--listen",
                   "127.0.0.1:" + std::to_string(port)},
                  folder + "/output.txt");
  while (!answers_ok(port, "/readyz")) {
    if (!process.running()) throw std::runtime_error("muster ended: " + process.output());
    if (now_ms() - start > 30'000) throw std::runtime_error("muster is not ready after 30 s");
    ::usleep(200);
  }
  return now_ms() - start;
}

void idle() {
  const Muster m = start_muster(fresh_folder("idle"));
  pause_ms(5000);
  const Memory memory = m.process->memory();
  figure({.name = "idle, private memory",
          .measured = memory.private_mb,
          .bound = Bound::at_most,
          .limit = 8,
          .unit = "MB",
          .detail = "5 s after a start on an empty folder"});
  figure({.name = "idle, resident memory",
          .measured = memory.resident_mb,
          .bound = Bound::at_most,
          .limit = 24,
          .unit = "MB",
          .detail = {}});
}

void ready() {
  std::vector<double> empty, full;
  for (int i = 0; i < 5; ++i) empty.push_back(ready_ms(fresh_folder("ready-empty")));
  const std::string folder = fresh_folder("ready-full");
  write_story(folder, 100'000, 100);
  for (int i = 0; i < 3; ++i) full.push_back(ready_ms(folder));
  const auto print = [](const char* name, const std::vector<double>& ms, double limit) {
    figure({.name = name,
            .measured = median(ms),
            .bound = Bound::at_most,
            .limit = limit,
            .unit = "ms",
            .detail = "slowest of " + std::to_string(ms.size()) + " starts " + number(quantile(ms, 1)) + " ms"});
  };
  print("ready, empty folder", empty, 50);
  print("ready, 100,000 journal entries", full, 1000);
}

void size() {
  const std::string copy = fresh_folder("size") + "/muster";
  if (!installed("strip")) return skipped("the program, stripped", "not installed: strip (binutils)");
  Process strip({"strip", "-o", copy, own_folder() + "/muster"}, copy + ".txt");
  while (strip.running()) pause_ms(5);
  figure({.name = "the program, stripped",
          .measured = static_cast<double>(std::filesystem::file_size(copy)) / (1 << 20),
          .bound = Bound::at_most,
          .limit = 8,
          .unit = "MB",
          .detail = {}});
}

}  // namespace

void footprint_section() {
  heading("Memory, start, size");
  idle();
  ready();
  size();
}

}  // namespace muster::bench
