#include "bot/cli/slack.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "bot/app.h"
#include "bot/base/text.h"
#include "bot/cli/flags.h"
#include "bot/platform_groups.h"
#include "bot/runbook_library.h"
#include "config/load.h"
#include "integrations/chat/slack/web_api.h"

namespace muster {

namespace {

constexpr std::size_t app_name_max = 35;

struct ManifestFlags {
  SlackManifestOptions made;
  std::string workspace;
};

// A workspace that the manifest may be for: one of the configuration, or that of the environment.
struct Workspace {
  std::string name = "slack";
  bool over_http = false;
};

// What stands there, also when the secret that it refers to is not there yet: the app that gives it is made first.
bool is_said(const Loaded& loaded, const std::string& path) {
  return std::ranges::any_of(loaded.shown, [&](const ShownValue& v) { return v.path == path && !v.values.empty(); });
}

std::vector<Workspace> workspaces_of(const Loaded& loaded) {
  std::vector<Workspace> all;
  for (std::size_t i = 0; i < loaded.settings.slack.size(); ++i)
    all.push_back({loaded.settings.slack[i].name, is_said(loaded, "slack[" + std::to_string(i) + "].signing_secret")});
  const char* secret = std::getenv("SLACK_SIGNING_SECRET");
  if (all.empty()) all.push_back({.over_http = secret != nullptr && *secret != '\0'});
  return all;
}

Result<Workspace> meant_workspace(const std::vector<Workspace>& all, const std::string& name) {
  std::vector<std::string> names;
  for (const Workspace& w : all) {
    if (w.name == name || (name.empty() && all.size() == 1)) return w;
    names.push_back(w.name);
  }
  const std::string listed = join(names, ", ");
  if (name.empty())
    return fail(ErrorKind::invalid, "The configuration has several workspaces, and each has an app of its own.",
                "Say which one with --workspace: " + listed + ".");
  return fail(ErrorKind::not_found, "No workspace is called " + name + ".", "There is: " + listed + ".");
}

Result<std::string> address_for(const Workspace& w, const std::string& given, const std::string& public_url) {
  if (!given.empty() || !w.over_http) return given;
  const std::string path = "/in/" + w.name;
  if (!public_url.empty()) return std::string(trim(public_url)) + (public_url.ends_with('/') ? path.substr(1) : path);
  return fail(ErrorKind::invalid, "HTTP mode (a signing secret is set): Slack has to know where to post to.",
              "Add --request-url https://HOST" + path + ", or set public_url.");
}

Result<SlackManifestOptions> options_from(const Flags& f, const ManifestFlags& given) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  if (std::ranges::any_of(loaded.issues, [](const ConfigIssue& i) { return !i.of_secret; }))
    return fail(ErrorKind::invalid, "The configuration has mistakes.", "`muster check` lists them with their lines.");
  const auto workspace = meant_workspace(workspaces_of(loaded), given.workspace);
  if (!workspace) return std::unexpected(workspace.error());
  const CoreConfig core = core_config(loaded.settings, f.sandbox);
  SlackManifestOptions o = given.made;
  const auto url = address_for(*workspace, o.request_url, core.public_url);
  if (!url) return std::unexpected(url.error());
  o.request_url = *url;
  // People mention it by this name.
  if (o.name.empty()) o.name = clip(core.bot_handle.substr(core.bot_handle.starts_with('@') ? 1 : 0), app_name_max);
  o.needs.addresses = std::ranges::find(core.link_by_email, workspace->name) != core.link_by_email.end();
  const auto runbooks = groups_of_runbooks(runbook_folder(f.config, loaded.settings.runbooks));
  o.needs.groups = asks_groups_of(workspace->name, core, runbooks);
  if (const std::string mistake = slack_manifest_mistake(o); !mistake.empty())
    return fail(ErrorKind::invalid, mistake, "`muster slack manifest --help` tells what each option is.");
  return o;
}

}  // namespace

void add_slack_command(CLI::App& cli, const Flags& flags, int& code) {
  const auto given = std::make_shared<ManifestFlags>();
  given->made.name.clear();
  CLI::App* slack = cli.add_subcommand("slack", "Set up the Slack app");
  slack->require_subcommand(1);
  CLI::App* manifest = slack->add_subcommand(
      "manifest",
      "Print the app manifest for what the configuration (--config) needs: paste it at api.slack.com, Create New App, "
      "From a manifest, JSON");
  manifest->add_option("--name", given->made.name, "The app's name, at most 35 characters (default: bot_handle)");
  manifest->add_option("--workspace", given->workspace,
                       "The name of the workspace, when the configuration has several");
  manifest->add_option("--request-url", given->made.request_url,
                       "HTTP mode: where Slack reaches this bot, https://HOST/in/NAME (default with a signing secret: "
                       "public_url and /in/NAME); without both: Socket Mode");
  manifest->add_option("--slash", given->made.slash_command,
                       "A slash command of the app, such as /muster; without it there is none");
  manifest->callback([given, &flags, &code] {
    const auto options = options_from(flags, *given);
    if (!options) return void(code = complain(options.error()));
    std::cout << slack_manifest(*options);
    code = exit_fine;
  });
}

}  // namespace muster
