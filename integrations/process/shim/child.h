// The command's own process: forked behind a gate, so that it runs nothing before its record is on the disk.
#pragma once
#include <sys/types.h>

#include "integrations/process/shim/spec.h"

namespace muster::shim {

// Why the program never ran, sent through a pipe that a successful exec closes.
struct ExecTrouble {
  int stage = 0;  // 1: working folder, 2: the program, 3: its user, 4: its limits
  int error = 0;
};

struct Child {
  pid_t pid = -1;
  int gate = -1;    // one byte: go; closed: do not run at all
  int report = -1;  // an ExecTrouble, or the end when the program runs
};

bool fork_child(const Spec& spec, int out, int err, Child& child);
// Reads and throws away what leftovers of the command still write, in a process of its own: they must neither hold up
// the result nor die of a broken pipe.
void fork_drainer(int out_pipe, int err_pipe);

}  // namespace muster::shim
