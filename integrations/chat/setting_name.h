// How a person finds a platform's setting: the environment variable, or its place in the configuration.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace muster {

// `place`: of the entry in the configuration, "chat.yaml:3"; empty: the environment said it.
inline std::string setting_name(const std::string& place, const std::string& variable, const std::string& key) {
  return place.empty() ? variable : "`" + key + "` (" + place + ")";
}

// Of several settings that may be at fault only those that are set, the first always.
inline std::string settings_named(std::vector<std::pair<std::string, bool>> all) {
  std::string names;
  for (const auto& [name, is_set] : all)
    if (is_set || names.empty()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// A private authority is the usual reason, and names the setting that is not there yet.
inline bool is_about_certificates(const std::string& why) { return why.contains("certificate"); }

// What says how a channel of ours is called there.
inline std::string channel_setting(const std::string& place, const std::string& list, const std::string& ours) {
  if (!place.empty()) return setting_name(place, {}, "channels");
  return ours == "muster" ? list + ": channels (muster=NAME)" : "alerts_channel, board_channel";
}

}  // namespace muster
