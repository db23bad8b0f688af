// What `muster doctor` finds, and the part of it that asks the chat platforms.
#pragma once
#include <string>
#include <vector>

#include "bot/base/value.h"
#include "bot/cli/flags.h"
#include "config/load.h"

namespace muster {

struct Finding {
  std::string level;  // ok, note, FAIL
  std::string what, change;
};
using Findings = std::vector<Finding>;

// What the running bot found at its last look.
void look_at_bots_platforms(const Value& bot, Findings& out);
// No bot runs: the platforms of the configuration and of the environment are asked from here.
void look_at_platforms(const Flags& flags, const Loaded& loaded, Findings& out);

}  // namespace muster
