#include "bot/cli/slack.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "integrations/chat/slack/web_api.h"

namespace muster {

void add_slack_command(CLI::App& cli, int& code) {
  const auto options = std::make_shared<SlackManifestOptions>();
  CLI::App* slack = cli.add_subcommand("slack", "Set up the Slack app");
  slack->require_subcommand(1);
  CLI::App* manifest = slack->add_subcommand(
      "manifest", "Print the app manifest: paste it at api.slack.com, Create New App, From a manifest, JSON");
  manifest->add_option("--name", options->name, "The app's name, at most 35 characters")->capture_default_str();
  manifest->add_option("--request-url", options->request_url,
                       "HTTP mode: where Slack reaches this bot, https://HOST/in/slack; without it: Socket Mode");
  manifest->add_option("--slash", options->slash_command,
                       "A slash command of the app, such as /muster; without it there is none");
  manifest->callback([options, &code] {
    std::cout << slack_manifest(*options);
    code = 0;
  });
}

}  // namespace muster
