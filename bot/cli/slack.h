// "muster slack …": what helps to set up the Slack app.
#pragma once

namespace CLI {
class App;
}

namespace muster {

struct Flags;
void add_slack_command(CLI::App& cli, const Flags& flags, int& code);

}  // namespace muster
