// One Mattermost server as the configuration names it.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace muster {

struct MattermostConfig {
  std::string name = "mattermost";  // the platform's name in destinations and events
  std::string url;                  // the site, with its sub-path: https://chat.example/mm
  std::string token;                // of the bot account
  std::string team;                 // empty: the only one the bot is in
  std::string callback_url;         // where Mattermost reaches us for buttons; empty: no buttons, typed twins only
  // A file with the slash command's token, and behind it the one before it: a line each; empty: no slash command.
  std::string command_token_file;
  std::string ca_file;                                       // PEM, for a private authority
  std::string proxy;                                         // http://[user:password@]host:port
  std::vector<std::string> channels = {"muster", "alerts"};  // joined or made at start
  std::map<std::string, std::string> channel_names;          // ours -> what it is called there
  bool link_by_email = false;                                // verified addresses may join accounts to people
  std::string place;                                         // of the entry in the configuration; empty: environment
  bool operator==(const MattermostConfig&) const = default;
};

}  // namespace muster
