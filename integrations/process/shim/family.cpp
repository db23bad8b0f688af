#include "integrations/process/shim/family.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace muster::shim {
namespace {

// Field `wanted` (from 3) of /proc/PID/stat; the name before may contain anything, so counting begins behind it.
long stat_field(const char* pid, int wanted) {
  char path[64], text[1024];
  std::snprintf(path, sizeof path, "/proc/%s/stat", pid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return -1;
  text[n] = '\0';
  const char* at = std::strrchr(text, ')');
  for (int field = 2; at != nullptr && field < wanted; ++field) {
    at = std::strchr(at + 1, ' ');
  }
  return at == nullptr ? -1 : std::strtol(at + 1, nullptr, 10);
}

}  // namespace

long start_time_of(pid_t pid) {
  char name[24];
  std::snprintf(name, sizeof name, "%ld", static_cast<long>(pid));
  return stat_field(name, 22);
}

void signal_family(pid_t leader, bool leader_reaped, int signal) {
  if (!leader_reaped) kill(-leader, signal);
  DIR* all = opendir("/proc");
  if (all == nullptr) return;
  const long self = getpid();
  while (const dirent* entry = readdir(all)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const long pid = std::strtol(entry->d_name, nullptr, 10);
    // A child of ours that is not reaped yet: its number cannot have been given to a stranger.
    if (pid != leader && stat_field(entry->d_name, 4) == self) kill(static_cast<pid_t>(pid), signal);
  }
  closedir(all);
}

Reaped reap(pid_t leader) {
  Reaped seen;
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    seen.nobody = pid < 0;
    if (pid <= 0) return seen;
    if (pid != leader) continue;
    seen.leader = true;
    seen.status = status;
  }
}

}  // namespace muster::shim
