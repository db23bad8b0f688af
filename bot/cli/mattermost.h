// "muster mattermost …": the slash command of a team.
#pragma once

namespace CLI {
class App;
}

namespace muster {

void add_mattermost_command(CLI::App& cli, int& code);

}  // namespace muster
