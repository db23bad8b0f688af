// "muster runbook …": what can be done with runbooks without a running bot.
#pragma once

namespace CLI {
class App;
}

namespace muster {

struct Flags;
void add_runbook_command(CLI::App& cli, const Flags& flags, int& code);

}  // namespace muster
