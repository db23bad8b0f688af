// The command and everything that came of it. The shim is the subreaper: what loses its parent becomes its child, so
// that nothing of a cancelled command can hide, whatever group or session it moved to.
#pragma once
#include <sys/types.h>

namespace muster::shim {

long start_time_of(pid_t pid);  // field 22 of /proc/PID/stat; -1: no such process
// The group, while its leader is not reaped (its number cannot be anybody else's), and every orphan that came to us.
void signal_family(pid_t leader, bool leader_reaped, int signal);

struct Reaped {
  bool leader = false;
  int status = 0;       // of the leader
  bool nobody = false;  // no child is left
};
Reaped reap(pid_t leader);

}  // namespace muster::shim
