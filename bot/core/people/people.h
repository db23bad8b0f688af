// People as the configuration and the platforms name them: one person, many handles, one identity.
#pragma once
#include <string>
#include <vector>

namespace muster {

struct Handle {
  std::string platform;  // "room", "slack", "mattermost", "terminal"
  std::string name;
};

struct Person {
  std::string id;  // short and stable, what rules and the journal name
  std::string name;
  std::string email;
  std::string zone = {}, language = {};  // none: the bot's own
  std::vector<Handle> handles;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::vector<int> uids;  // local user ids that speak as this person through the Unix socket
};

}  // namespace muster
