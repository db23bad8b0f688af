// Checked cells -> Settings, and what only shows when values are seen together (names that nothing answers to,
// doubles, secrets that cannot be read).
#pragma once
#include <string>

#include "config/reader.h"

namespace muster {

Settings bind_settings(const ConfigTree& tree, const std::string& folder, Issues& issues);
void check_health(const Settings& settings, const ConfigTree& tree, Issues& issues);
void check_checklists(const ConfigTree& tree, Issues& issues);
void check_together(const Settings& settings, const ConfigTree& tree, Issues& issues);

}  // namespace muster
