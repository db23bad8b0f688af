#include "integrations/chat/mattermost/account.h"

#include <cstdlib>

#include "integrations/chat/mattermost/names.h"
#include "integrations/chat/setting_name.h"

namespace muster::mattermost {

std::optional<Trouble> account_trouble(const MattermostConfig& c, const Answer& a) {
  const std::string url = setting_name(c.place, "MATTERMOST_URL", "url");
  const std::string token = setting_name(c.place, "MATTERMOST_TOKEN", "token");
  if (a.status == 0) {
    return Trouble{"The server at " + url + " (" + c.url + ") cannot be reached: " + a.why + ".",
                   "Check the address, the network and the certificate; it is tried again."};
  }
  if (a.status == 401) {
    return Trouble{"The server at " + c.url + " does not accept " + token + ".",
                   "Make a new token for the bot account and start again with it.", true};
  }
  if (a.try_again()) {
    return Trouble{"The server at " + url + " (" + c.url + ") answers with " + a.why + ".",
                   "Nothing to do here; it is tried again."};
  }
  if (!a.ok() || !is_id(a.body["id"].as_string())) {
    return Trouble{"What answers at " + url + " (" + c.url + ") is not Mattermost's API.",
                   url + " is the site's address with its sub-path, if it has one, and without /api/v4.", true};
  }
  if (a.body["is_bot"].as_bool()) return std::nullopt;
  return Trouble{
      token + " belongs to @" + a.body["username"].as_string() + ", a person's account and not a bot account.",
      "Make a bot account (Integrations, Bot Accounts) and use its token.", true};
}

std::optional<Trouble> team_trouble(const MattermostConfig& c, const std::string& account, const Answer& a,
                                    Team& found) {
  const std::string setting = setting_name(c.place, "MATTERMOST_TEAM", "team");
  if (!a.ok()) return Trouble{"The teams of @" + account + " could not be read: " + a.why + ".", ""};
  std::string names;
  found = {};
  for (const Value& t : a.body.as_list()) {
    const std::string name = t["name"].as_string();
    names += (names.empty() ? "" : ", ") + name;
    if (name != c.team && !(c.team.empty() && a.body.as_list().size() == 1)) continue;
    found = {t["id"].as_string(), name};
  }
  if (names.empty()) {
    return Trouble{"The bot account @" + account + " is in no team.",
                   "Invite it to the team it shall work in; " + setting + " may name the team.", true};
  }
  if (!found.id.empty()) return std::nullopt;
  if (c.team.empty()) {
    return Trouble{"The bot account @" + account + " is in several teams: " + names + ".",
                   "Say which one with " + setting + ".", true};
  }
  return Trouble{setting + " names " + c.team + ", but @" + account + " is only in: " + names + ".",
                 "Invite it to that team, or correct " + setting + ".", true};
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
