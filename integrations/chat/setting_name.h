// How a person finds a platform's setting: the environment variable, or its place in the configuration.
#pragma once
#include <string>

namespace muster {

// `place`: of the entry in the configuration, "chat.yaml:3"; empty: the environment said it.
inline std::string setting_name(const std::string& place, const std::string& variable, const std::string& key) {
  return place.empty() ? variable : "`" + key + "` (" + place + ")";
}

}  // namespace muster
