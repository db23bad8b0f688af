// The slash command of a team: registered over REST by its administrator, its token kept in a file.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "integrations/chat/mattermost/api.h"
#include "integrations/net/http_client.h"

namespace muster::mattermost {

struct CommandWish {
  std::string team;                // name in its address
  std::string url;                 // where the server posts the line
  std::string trigger = "muster";  // without the slash
  bool rotate = false, remove = false;
};
struct CommandMade {
  std::string what;   // made, kept, moved, rotated, removed
  std::string token;  // of now; empty when removed
};
using CommandDone = std::function<void(Result<CommandMade>)>;

// `http` outlives the call; `api` is that of an account with the right manage_slash_commands.
void register_command(HttpClient& http, const Api& api, const CommandWish& wish, CommandDone done);

// At most two: while a token is changed both count.
std::vector<std::string> read_command_tokens(const std::string& path);
Result<void> write_command_tokens(const std::string& path, const std::vector<std::string>& tokens);

}  // namespace muster::mattermost
