// The configuration as people hear of it: mistakes, what a reload would change, what it did.
#pragma once
#include <string>

#include "bot/core/engine/engine.h"
#include "config/load.h"

namespace muster {

std::string config_mistakes(const Loaded& loaded);  // one line each
Outcome config_check(const Loaded& fresh, const std::string& language);
Outcome config_diff(const Loaded& running, const Loaded& fresh, const std::string& language);
Outcome config_reloaded(const Loaded& before, const Loaded& now, const std::string& language);
Outcome not_reloaded(const std::string& language, const std::string& why);
// The journal's entry of a change: a hash of the whole, and what changed (secrets stay references).
Entry config_entry(const Loaded& before, const Loaded& now);

}  // namespace muster
