// `muster cel`: one expression for a person, or cases line by line for a script.
#pragma once

namespace CLI {
class App;
}

namespace muster {
void add_cel_command(CLI::App& cli, int& code);
}  // namespace muster
