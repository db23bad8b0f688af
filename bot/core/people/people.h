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
  // As every platform that he has a handle on last said of his account: guest, outsider; empty: a full member on one of
  // them, or nobody can tell. For looking at what others may; who acts is judged by the account that he acts with.
  std::string standing = {};
  std::vector<int> uids;  // local user ids that speak as this person through the Unix socket
};

}  // namespace muster
