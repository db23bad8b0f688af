// What the bot says about itself: health and version, for people and as JSON (docs/cli.md has the keys).
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bot/core/engine/engine.h"
#include "integrations/chat/checks.h"

namespace muster {

struct PlatformHealth {
  std::string name;
  bool connected = false;
  std::string account, version, problem;
  ChatCheck trouble = {};  // the problem in the catalogue's words; without a key: none
  std::size_t waiting = 0;
  DurationMs oldest_ms = 0;
  TimeMs last_event_ms = 0;  // 0: none since the start
};

// Rooms that are one, and what waits between them.
struct RoomHealth {
  std::vector<std::string> rules;                                           // "Slack + Mattermost"
  std::vector<std::pair<std::string, std::vector<std::string>>> incidents;  // "INC-7 #inc-7-checkout" -> platforms
  std::map<std::string, TimeMs> lost;                                       // platform -> since
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
  RoomHealth rooms = {};
};

RoomHealth room_health(const State& state, const CoreConfig& config);
Outcome health_outcome(const SelfHealth& health, const std::string& language);
Outcome version_outcome(const CoreConfig& config, int schema, const std::string& language);

}  // namespace muster
