#include "bot/cli/mattermost.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "bot/cli/flags.h"
#include "integrations/chat/mattermost/commands.h"
#include "integrations/net/loop.h"

namespace muster {

namespace {

struct CommandFlags {
  mattermost::CommandWish wish;
  std::string url, callback, name = "mattermost", file, ca_file, proxy;
};

Result<mattermost::CommandMade> ask_server(const CommandFlags& f, const std::string& token) {
  Loop loop;
  const auto client = HttpClient::make(loop);
  Result<mattermost::CommandMade> result = fail(ErrorKind::unavailable, "The server does not answer.");
  register_command(*client, mattermost::Api(f.url, token, f.ca_file, f.proxy), f.wish, [&](const auto& made) {
    result = made;
    loop.stop();
  });
  loop.after(40 * second_ms, [&] { loop.stop(); });
  loop.run();
  return result;
}

// The token before it goes on counting until the next change, for lines that are on their way.
Result<void> keep_token(const CommandFlags& f, const std::string& token) {
  std::vector<std::string> tokens = {token};
  for (const std::string& old : mattermost::read_command_tokens(f.file))
    if (old != token && tokens.size() < 2) tokens.push_back(old);
  return mattermost::write_command_tokens(f.file, tokens);
}

int set_up_command(CommandFlags f) {
  const char* token = std::getenv("MATTERMOST_ADMIN_TOKEN");
  if (!token || !*token) {
    return complain({ErrorKind::invalid, "MATTERMOST_ADMIN_TOKEN is missing: a bot may not make slash commands.",
                     "Set it to the personal access token of an administrator of the team, for this call only."});
  }
  while (f.callback.ends_with('/')) f.callback.pop_back();
  f.wish.url = f.callback + "/in/" + f.name + "/command";
  const auto made = ask_server(f, token);
  if (!made) return complain(made.error());
  if (f.wish.remove) {
    std::cout << "/" << f.wish.trigger << " is removed. The token file is no longer needed.\n";
    return exit_fine;
  }
  if (const auto kept = keep_token(f, made->token); !kept) return complain(kept.error());
  const std::string now = made->what == "kept"      ? "is as it was"
                          : made->what == "rotated" ? "has a new token"
                                                    : "is " + made->what;
  std::cout << "/" << f.wish.trigger << " " << now << " and leads to " << f.wish.url << ".\nIts token is in " << f.file
            << ". Start the bot with MATTERMOST_COMMAND_TOKEN_FILE or `command_token_file` naming it; a bot "
            << "that runs with it already reads it again by itself.\n";
  return exit_fine;
}

}  // namespace

void add_mattermost_command(CLI::App& cli, int& code) {
  const auto f = std::make_shared<CommandFlags>();
  CLI::App* mattermost = cli.add_subcommand("mattermost", "Set up the Mattermost side");
  mattermost->require_subcommand(1);
  CLI::App* command = mattermost->add_subcommand(
      "command", "Make, move, rotate or remove the slash command of a team; MATTERMOST_ADMIN_TOKEN says as whom");
  command->add_option("--url", f->url, "The site's address, without /api/v4")->envname("MATTERMOST_URL")->required();
  command->add_option("--team", f->wish.team, "The team's name in its address")->envname("MATTERMOST_TEAM")->required();
  command->add_option("--callback", f->callback, "Where the server reaches this bot, http://HOST:PORT")
      ->envname("MATTERMOST_CALLBACK_URL")
      ->required();
  command->add_option("--token-file", f->file, "Where the command's token is kept")
      ->envname("MATTERMOST_COMMAND_TOKEN_FILE")
      ->required();
  command->add_option("--trigger", f->wish.trigger, "What is typed behind the slash")->capture_default_str();
  command->add_option("--name", f->name, "The server's name in the configuration")->capture_default_str();
  command->add_option("--ca-file", f->ca_file, "A PEM file, for a private authority")->envname("MATTERMOST_CA_FILE");
  command->add_option("--proxy", f->proxy, "An HTTP proxy")->envname("MATTERMOST_PROXY");
  command->add_flag("--rotate", f->wish.rotate, "A new token; the old one counts until the next change");
  command->add_flag("--remove", f->wish.remove, "Remove the command");
  command->callback([f, &code] { code = set_up_command(*f); });
}

}  // namespace muster
