#include "config/bind_chat.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "bot/base/text.h"
#include "config/secrets.h"

namespace muster {

std::vector<std::string> ConfigEntry::all(const std::string& name) const {
  const auto it = record.cells.find(name);
  return it == record.cells.end() ? std::vector<std::string>{} : it->second.values;
}

std::string ConfigEntry::text(const std::string& name) const {
  const auto values = all(name);
  if (!values.empty()) return values.front();
  const SettingField* field = find_setting(std::string(list) + "." + name);
  return field == nullptr ? std::string() : std::string(field->fallback);
}

std::vector<ConfigEntry> ConfigEntry::entries(const std::string& name) const {
  std::vector<ConfigEntry> inside;
  const SettingField* field = find_setting(std::string(list) + "." + name + "[]");
  const auto it = record.lists.find(name);
  if (!field || it == record.lists.end()) return inside;
  for (const ConfigRecord& r : it->second) inside.push_back({field->path, r});
  return inside;
}

std::vector<std::string> ConfigEntry::secrets(const std::string& name, const std::string& folder,
                                              Issues& issues) const {
  std::vector<std::string> read;
  const auto cell = record.cells.find(name);
  if (cell == record.cells.end()) return read;
  for (std::size_t i = 0; i < cell->second.values.size(); ++i) {
    const auto secret = resolve_secret(cell->second.values[i], folder);
    if (secret) {
      read.push_back(*secret);
    } else {
      issues.push_back(issue_at(cell->second.places[i], secret.error().message, secret.error().next_step));
      issues.back().of_secret = true;
    }
  }
  return read;
}

std::string ConfigEntry::secret(const std::string& name, const std::string& folder, Issues& issues) const {
  const auto read = secrets(name, folder, issues);
  return read.empty() ? std::string() : read.front();
}

namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string place_text(const ConfigEntry& in) {
  const std::string file = std::filesystem::path(in.record.place.file).filename().string();
  return file + ":" + std::to_string(in.record.place.line);
}

// A relative path starts at the configuration folder; what is not there is said now and not by the first connection.
std::string file_of(const ConfigEntry& in, const std::string& name, const std::string& folder, Issues& issues,
                    const char* wanted = "a PEM file that the bot's user may read") {
  const std::string text = in.text(name);
  if (text.empty()) return {};
  const std::string path = (std::filesystem::path(folder) / text).string();
  if (!std::ifstream(path) || std::filesystem::is_directory(path)) {
    issues.push_back(issue_at(in.record.cells.at(name).place, "the file " + path + " cannot be read", wanted));
  }
  return path;
}

std::string proxy_of(const ConfigEntry& in, const std::string& folder, Issues& issues) {
  const std::string text = in.text("proxy");
  if (text.empty() || text.starts_with("http://")) return text;
  const std::string proxy = in.secret("proxy", folder, issues);
  if (!proxy.empty() && !proxy.starts_with("http://")) {
    issues.push_back(issue_at(in.record.cells.at("proxy").place, "`proxy` refers to something that is no address",
                              "http://[user:password@]host:port there"));
  }
  return proxy;
}

std::map<std::string, std::string> names_of(const ConfigEntry& in, Issues& issues) {
  std::map<std::string, std::string> names;
  std::set<std::string> theirs;
  const auto cell = in.record.cells.find("channels");
  if (cell == in.record.cells.end()) return names;
  for (std::size_t i = 0; i < cell->second.values.size(); ++i) {
    const std::string& pair = cell->second.values[i];
    const std::size_t equals = pair.find('=');
    const std::string ours = pair.substr(0, equals), their = pair.substr(equals + 1);
    const bool fresh = names.emplace(ours, their).second && theirs.insert(their).second;
    if (!fresh) {
      issues.push_back(issue_at(cell->second.places[i], "`" + clip(one_line(pair), 60) + "` names a channel again",
                                "each channel once"));
    }
  }
  return names;
}

}  // namespace

SlackConfig bind_slack(const ConfigEntry& in, const std::string& folder, Issues& issues) {
  SlackConfig c;
  c.name = in.text("name");
  c.bot_token = in.secret("bot_token", folder, issues);
  c.app_token = in.secret("app_token", folder, issues);
  c.signing_secret = in.secret("signing_secret", folder, issues);
  if (in.all("app_token").empty() == in.all("signing_secret").empty()) {
    issues.push_back(issue_at(in.record.place, "events of a workspace come one way",
                              "either `app_token` (Socket Mode) or `signing_secret` (HTTP mode)"));
  }
  c.api_url = without_slash(in.text("api_url"));
  c.ca_file = file_of(in, "ca_file", folder, issues);
  c.proxy = proxy_of(in, folder, issues);
  c.channel_names = names_of(in, issues);
  c.place = place_text(in);
  return c;
}

namespace {

// The server takes no other; what people read above a channel is another thing, which may be anything.
bool is_mattermost_channel(std::string_view name) {
  return name.size() <= 64 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

void check_mattermost_names(const ConfigEntry& in, Issues& issues) {
  const auto cell = in.record.cells.find("channels");
  if (cell == in.record.cells.end()) return;
  for (std::size_t i = 0; i < cell->second.values.size(); ++i) {
    const std::string& pair = cell->second.values[i];
    if (is_mattermost_channel(std::string_view(pair).substr(pair.find('=') + 1))) continue;
    issues.push_back(issue_at(cell->second.places[i],
                              "`" + clip(one_line(pair), 60) + "` names what no channel of Mattermost can be called",
                              "the channel's name in its address (a-z, 0-9, - and _), not the one above it"));
  }
}

}  // namespace

MattermostConfig bind_mattermost(const ConfigEntry& in, const std::string& folder, Issues& issues) {
  MattermostConfig c;
  c.name = in.text("name");
  c.url = without_slash(in.text("url"));
  c.token = in.secret("token", folder, issues);
  c.team = in.text("team");
  c.callback_url = without_slash(in.text("callback_url"));
  c.command_token_file = file_of(in, "command_token_file", folder, issues,
                                 "the file that `muster mattermost command --token-file` writes; run it first");
  c.ca_file = file_of(in, "ca_file", folder, issues);
  c.proxy = proxy_of(in, folder, issues);
  c.channel_names = names_of(in, issues);
  check_mattermost_names(in, issues);
  c.place = place_text(in);
  return c;
}

namespace {

bool is_platform_name(const std::string& name) {
  return name.size() <= 40 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

// "env:" and "file:" begin references; what goes to "webhook:" and "alertmanager:" is no chat; the others are our own
// doors.
const std::set<std::string>& taken_names() {
  static const std::set<std::string> names = {"alertmanager", "cli",  "env",      "file", "http",
                                              "local",        "room", "terminal", "web",  "webhook"};
  return names;
}

void check_names(const std::string& list, const ConfigTree& tree, std::set<std::string>& seen, Issues& issues) {
  const auto it = tree.lists.find(list);
  if (it == tree.lists.end()) return;
  for (const ConfigRecord& record : it->second) {
    const auto cell = record.cells.find("name");
    if (cell == record.cells.end() || cell->second.values.empty()) continue;
    const std::string& name = cell->second.values.front();
    const std::string shown = "`" + clip(one_line(name), 60) + "`";
    if (taken_names().contains(name)) {
      const std::vector<std::string> taken(taken_names().begin(), taken_names().end());
      issues.push_back(issue_at(cell->second.place, shown + " is a name of the bot's own, and cannot be a platform's",
                                "another name than " + join(taken, ", ")));
    } else if (!is_platform_name(name)) {
      issues.push_back(
          issue_at(cell->second.place, shown + " cannot be a platform's name", "a short name of a-z, 0-9, - and _"));
    } else if (!seen.insert(name).second) {
      issues.push_back(issue_at(cell->second.place, shown + " stands twice among the platforms", "each once"));
    }
  }
}

// The platforms of `together`: two or more that there are, each in one place.
void check_rooms(const ConfigTree& tree, const std::set<std::string>& configured, Issues& issues) {
  const auto it = tree.lists.find("together[]");
  if (it == tree.lists.end()) return;
  std::set<std::string> names = configured, seen;
  for (const char* of_environment : {"slack", "mattermost"}) names.insert(of_environment);
  const std::vector<std::string> known(names.begin(), names.end());
  for (const ConfigRecord& record : it->second) {
    const auto cell = record.cells.find("platforms");
    if (cell == record.cells.end()) continue;
    const auto& values = cell->second.values;
    if (values.size() < 2)
      issues.push_back(issue_at(cell->second.place, "one platform alone is together with nobody",
                                "two or more; our own room belongs to every one without being named"));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string shown = "`" + clip(one_line(values[i]), 60) + "`";
      const auto near = nearest(values[i], known, 3, 1);
      if (!names.contains(values[i]))
        issues.push_back(issue_at(cell->second.places[i], "no platform is called " + shown,
                                  "one of " + clip(join(known, ", "), 200), near.empty() ? "" : near.front()));
      else if (!seen.insert(values[i]).second)
        issues.push_back(issue_at(cell->second.places[i], shown + " stands twice in `together`", "each once"));
    }
  }
}

}  // namespace

void check_platforms(const ConfigTree& tree, Issues& issues) {
  std::set<std::string> names;
  check_names("slack[]", tree, names, issues);
  check_names("mattermost[]", tree, names, issues);
  check_rooms(tree, names, issues);
  if (names.empty()) return;  // the environment's platforms: their names are not known here
  for (const char* always : {"room", "slack", "mattermost"}) names.insert(always);
  const std::vector<std::string> known(names.begin(), names.end());
  const auto people = tree.lists.find("people[]");
  if (people == tree.lists.end()) return;
  for (const ConfigRecord& person : people->second) {
    const auto cell = person.cells.find("handles");
    if (cell == person.cells.end()) continue;
    for (std::size_t i = 0; i < cell->second.values.size(); ++i) {
      const std::string platform = cell->second.values[i].substr(0, cell->second.values[i].find(':'));
      if (names.contains(platform)) continue;
      const auto near = nearest(platform, known, 3, 1);
      issues.push_back(issue_at(cell->second.places[i], "no platform is called `" + clip(one_line(platform), 60) + "`",
                                "one of " + clip(join(known, ", "), 200), near.empty() ? "" : near.front()));
    }
  }
}

}  // namespace muster
