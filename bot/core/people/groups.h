// How groups of chat platforms are named beside those of the configuration.
#pragma once
#include <string_view>

namespace muster {

// "slack:@sre", "mattermost:@team/ops": who is in it is asked of the platform. Without the `group:` before it.
constexpr bool is_platform_group(std::string_view name) {
  const std::size_t at = name.find(":@");
  return at != name.npos && at > 0 && at + 2 < name.size() && name.find_first_of(" \t\n") == name.npos;
}

}  // namespace muster
