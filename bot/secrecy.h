// What other programs of the same user could read of this one.
#pragma once

namespace muster {

// Tokens come in variables, and `ps eww` shows those of a running program to its user; a core file would hold all of
// them. Afterwards the variables are in this process's memory alone and a crash leaves no core. Once, before other
// threads start.
void keep_secrets_in();

}  // namespace muster
