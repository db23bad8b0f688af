// How a version goes out: all of it one after the other (rolling), a part first (canary), or the whole of it beside the
// old one (bluegreen). Between two stages the service is watched. Values and pure functions; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// How much of a service gets a version: "2" copies, "25%" of them, or "beside": as many new ones as there are, while
// the old ones stay.
struct Part {
  int amount = 0;  // 1 to 10000 copies, or 1 to 99 percent
  bool percent = false;
  bool beside = false;
  bool operator==(const Part&) const = default;
};
std::optional<Part> part_from(std::string_view text);
// Of so many copies: at least one, and never more than there are.
int copies_of(const Part& part, int replicas);

// "25% for 10m", "1 for 5m ask", "beside for 10m": then it goes on by itself when it was well, or when a person says
// so.
struct RolloutStage {
  std::string part;
  DurationMs hold = 0;
  bool asks = false;
  bool operator==(const RolloutStage&) const = default;
};
std::optional<RolloutStage> stage_from(std::string_view text);
std::string stage_text(const RolloutStage& stage);

// First match wins; where none does, a version is rolled out as its target does it.
struct RolloutRule {
  std::string name;
  std::vector<std::string> services, environments;  // empty: every one
  std::string strategy = "rolling";                 // what happens without `--strategy`: rolling, canary, bluegreen
  std::vector<std::string> stages;                  // see stage_from(); those that fit the strategy count
};

// The stages before the last, which is all of it. Empty for rolling. Without a stage that fits: 25 % and 50 %, or all
// of it beside, five minutes each.
std::vector<RolloutStage> stages_of(const std::vector<RolloutRule>& rules, const std::string& service,
                                    const std::string& environment, const std::string& strategy);
// What the configuration says for this place.
std::string strategy_of(const std::vector<RolloutRule>& rules, const std::string& service,
                        const std::string& environment);

}  // namespace muster
