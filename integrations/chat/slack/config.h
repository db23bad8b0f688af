// One Slack workspace as the configuration names it.
#pragma once
#include <string>
#include <vector>

namespace muster {

struct SlackConfig {
  std::string name = "slack";  // the platform's name in destinations and events
  std::string bot_token;       // xoxb-…
  std::string app_token;       // xapp-…, for Socket Mode
  std::string api_url = "https://slack.com/api";
  std::string ca_file;                                       // PEM, for a gateway with a private authority
  std::string proxy;                                         // http://[user:password@]host:port
  std::vector<std::string> channels = {"muster", "alerts"};  // joined or made at start
};

}  // namespace muster
