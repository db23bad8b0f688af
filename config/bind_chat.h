// One entry of a list, and the entries that connect chat platforms. Internal to config/.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"

namespace muster {

// With the table's fallbacks beneath what is said.
struct ConfigEntry {
  std::string_view list;
  const ConfigRecord& record;

  std::vector<std::string> all(const std::string& name) const;
  std::string text(const std::string& name) const;
  std::vector<ConfigEntry> entries(const std::string& name) const;  // of a list inside of it
  // References read; what cannot be read is an issue and left out.
  std::vector<std::string> secrets(const std::string& name, const std::string& folder, Issues& issues) const;
  std::string secret(const std::string& name, const std::string& folder, Issues& issues) const;
};

SlackConfig bind_slack(const ConfigEntry& in, const std::string& folder, Issues& issues);
MattermostConfig bind_mattermost(const ConfigEntry& in, const std::string& folder, Issues& issues);
// Names of platforms: each once, none of our own doors, and those that handles mean.
void check_platforms(const ConfigTree& tree, Issues& issues);

}  // namespace muster
