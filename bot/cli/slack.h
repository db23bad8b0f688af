// "muster slack …": what helps to set up the Slack app.
#pragma once

namespace CLI {
class App;
}

namespace muster {

void add_slack_command(CLI::App& cli, int& code);

}  // namespace muster
