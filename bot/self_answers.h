// What the bot says about itself: health and version, for people and as JSON (docs/cli.md has the keys).
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

struct PlatformHealth {
  std::string name;
  bool connected = false;
  std::string account, version, problem;
  std::size_t waiting = 0;
  DurationMs oldest_ms = 0;
  TimeMs last_event_ms = 0;  // 0: none since the start
};

struct SelfHealth {
  std::string not_ready;  // why; empty: ready
  std::size_t queue = 0, outbox_waiting = 0, outbox_dead = 0, timers = 0;
  std::uint64_t commits = 0;
  double last_commit_ms = 0, loop_lag_ms = 0;
  std::string refusing;  // why the disk takes nothing; empty: it does
  TimeMs started_ms = 0, now = 0;
  bool sandbox = false, draining = false;
  std::vector<PlatformHealth> platforms;
};

Outcome health_outcome(const SelfHealth& health, const std::string& language);
Outcome version_outcome(const CoreConfig& config, int schema, const std::string& language);

}  // namespace muster
