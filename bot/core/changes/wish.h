// From a parsed command to what is wanted of production; or why it cannot be told. Pure; any thread.
#pragma once
#include <expected>
#include <map>
#include <string>

#include "bot/core/changes/plan.h"

namespace muster {

struct WishProblem {
  std::string key;  // of a sentence; service.unknown is told by the caller, who knows what was perhaps meant
  std::map<std::string, std::string> words = {};
};

// deploy, promote, rollback, scale, restart; the environment is never assumed, nor is the version.
std::expected<ChangeWish, WishProblem> wish_of(const Command& command, const CoreConfig& config, const State& state);

}  // namespace muster
