// One Slack workspace as the configuration names it.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace muster {

struct SlackConfig {
  std::string name = "slack";  // the platform's name in destinations and events
  std::string bot_token;       // xoxb-…
  std::string app_token;       // xapp-…, for Socket Mode
  std::string signing_secret;  // for HTTP mode, instead of the app-level token
  std::string api_url = "https://slack.com/api";
  std::string ca_file;                                       // PEM, for a gateway with a private authority
  std::string proxy;                                         // http://[user:password@]host:port
  std::vector<std::string> channels = {"muster", "alerts"};  // joined or made at start
  std::map<std::string, std::string> channel_names;          // ours -> what it is called there
  bool asks_groups = false;                                  // its user groups are named somewhere
  bool link_by_email = false;                                // verified addresses may join accounts to people
  std::string place;                                         // of the entry in the configuration; empty: environment
  bool operator==(const SlackConfig&) const = default;
};

}  // namespace muster
