// The command line. Exit codes: 0 fine, 1 refused or failed, 2 wrong usage, 3 the bot is not running.
#pragma once

namespace muster {
int run_command_line(int argc, char** argv);
}  // namespace muster
