// The table target × verb × crash point: a test that kills a bot tells what it found, and tests/crash_table.sh prints
// it.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

namespace muster::test {

// effects: what the world was made to do by all of it; after: what became of the change when the bot was back.
inline void crash_row(const std::string& target, const std::string& verb, const std::string& point, int effects,
                      const std::string& after) {
  if (std::getenv("MUSTER_CRASH_TABLE") == nullptr) return;
  std::printf("crash|%s|%s|%s|%d|%s\n", target.c_str(), verb.c_str(), point.c_str(), effects, after.c_str());
}

}  // namespace muster::test
