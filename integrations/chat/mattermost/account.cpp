#include "integrations/chat/mattermost/account.h"

#include <cstdlib>
#include <utility>

#include "integrations/chat/mattermost/names.h"
#include "integrations/chat/setting_name.h"

namespace muster::mattermost {

namespace {

Trouble trouble(const char* key, std::map<std::string, std::string> words, bool lasting) {
  ChatCheck c{"FAIL", std::string("mattermost.") + key, std::move(words)};
  std::string problem = check_text(c, "en"), next = check_change(c, "en");
  return {std::move(c), std::move(problem), std::move(next), lasting};
}

}  // namespace

std::optional<Trouble> account_trouble(const MattermostConfig& c, const Answer& a) {
  const std::string url = setting_name(c.place, "MATTERMOST_URL", "url");
  const std::string token = setting_name(c.place, "MATTERMOST_TOKEN", "token");
  if (a.status == 0) {
    const std::string ways = settings_named(
        {{url, true},
         {setting_name(c.place, "MATTERMOST_PROXY", "proxy"), !c.proxy.empty()},
         {setting_name(c.place, "MATTERMOST_CA_FILE", "ca_file"), !c.ca_file.empty() || is_about_certificates(a.why)}});
    return trouble("unreachable", {{"setting", url}, {"url", c.url}, {"why", a.why}, {"ways", ways}}, false);
  }
  if (a.status == 401) return trouble("token", {{"setting", token}, {"url", c.url}}, true);
  if (a.taken() && !a.is_json) return trouble("no_api", {{"setting", url}, {"url", c.url}}, true);
  if (a.try_again()) return trouble("answers", {{"setting", url}, {"url", c.url}, {"why", a.why}}, false);
  if (!a.ok() || !is_id(a.body["id"].as_string())) return trouble("no_api", {{"setting", url}, {"url", c.url}}, true);
  if (a.body["is_bot"].as_bool()) return std::nullopt;
  return trouble("person", {{"setting", token}, {"who", a.body["username"].as_string()}}, true);
}

std::optional<Trouble> team_trouble(const MattermostConfig& c, const std::string& account, const Answer& a,
                                    Team& found) {
  const std::string setting = setting_name(c.place, "MATTERMOST_TEAM", "team");
  if (!a.ok()) return trouble("teams_unread", {{"who", account}, {"why", a.why}}, false);
  std::string names;
  found = {};
  for (const Value& t : a.body.as_list()) {
    const std::string name = t["name"].as_string();
    names += (names.empty() ? "" : ", ") + name;
    if (name != c.team && !(c.team.empty() && a.body.as_list().size() == 1)) continue;
    found = {t["id"].as_string(), name};
  }
  if (names.empty()) return trouble("no_team", {{"who", account}, {"setting", setting}}, true);
  if (!found.id.empty()) return std::nullopt;
  if (c.team.empty()) return trouble("teams", {{"who", account}, {"names", names}, {"setting", setting}}, true);
  return trouble("other_team", {{"who", account}, {"names", names}, {"setting", setting}, {"team", c.team}}, true);
}

std::string short_version(const std::string& version) {
  std::size_t end = 0;
  for (int dots = 0; end < version.size(); ++end) {
    if (version[end] == '.' && ++dots == 3) break;
  }
  return version.substr(0, end);
}

bool is_too_old(const std::string& version) {
  char* rest = nullptr;
  const long major = std::strtol(version.c_str(), &rest, 10);
  const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  return major < 5 || (major == 5 && minor < 37);
}

}  // namespace muster::mattermost
