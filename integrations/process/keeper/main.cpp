// muster-keeper: keeps one process of a service running while nobody watches: starts it again when it ends, writes its
// log, and ends it (TERM to everything that came of it, KILL after the grace) when it is told to. It goes on when the
// bot is gone. When its folder is removed it ends its process too: nothing is left of a bot whose data was deleted.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "integrations/process/keeper/layout.h"
#include "integrations/process/keeper/log.h"
#include "integrations/process/layout.h"
#include "integrations/process/shim/child.h"
#include "integrations/process/shim/family.h"
#include "integrations/process/shim/record.h"
#include "integrations/process/shim/spec.h"

namespace muster::keeper {
namespace {

using namespace shim;

constexpr const char* temporary = "state.tmp";

struct Keep {
  Spec spec;
  Log log;
  Child child;
  ExecTrouble trouble;  // of the last start
  int signals = -1;
  int folder_watch = -1;
  const char* phase = running;
  bool up = false;        // the process itself lives
  bool nobody = true;     // and nothing else that came of it
  bool stopping = false;  // told to end
  int status = 0;         // how it ended last
  bool ended_once = false;
  std::int64_t starts = 0;
  std::int64_t started_wall = 0, started = 0;
  std::int64_t next = 0, wait = first_wait_ms;
  std::int64_t kill_at = 0, give_up_at = 0;
};

void null_streams() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) {
    if (null >= 0) dup2(null, fd);
  }
}

int word_count(const Spec& spec) {
  int n = 0;
  while (spec.words != nullptr && spec.words[n] != nullptr) ++n;
  return n;
}

bool settle(Keep& keep) {
  close_range(folder_fd + 1, ~0u, 0);
  setsid();
  if (!read_spec(spec_fd, keep.spec) || word_count(keep.spec) < first_line) return false;
  keep.spec.dies_with_us = true;
  keep.log.bytes_max = std::strtoull(keep.spec.words[log_bytes_word], nullptr, 10);
  keep.log.files = static_cast<int>(std::strtol(keep.spec.words[log_files_word], nullptr, 10));
  null_streams();
  fcntl(lock_fd, F_SETFD, FD_CLOEXEC);
  fcntl(folder_fd, F_SETFD, FD_CLOEXEC);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGXFSZ, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all;
  sigemptyset(&all);
  for (const int s : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) sigaddset(&all, s);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  keep.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  keep.folder_watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (keep.folder_watch >= 0) inotify_add_watch(keep.folder_watch, "/proc/self/fd/4", IN_DELETE);
  return keep.signals >= 0 && open_log(keep.log) && chdir("/") == 0;
}

bool record(const Keep& keep) {
  Text text;
  text.line("format", 1);
  text.add("boot ");
  text.add(keep.spec.boot);
  text.add("\nphase ");
  text.add(keep.phase);
  text.add("\n");
  text.line("keeper", getpid());
  text.line("keeper_start", start_time_of(getpid()));
  text.line("child", keep.up ? keep.child.pid : 0);
  text.line("child_start", keep.up ? start_time_of(keep.child.pid) : -1);
  text.line("starts", keep.starts);
  text.line("started_ms", keep.started_wall);
  if (keep.ended_once && WIFEXITED(keep.status)) text.line("code", WEXITSTATUS(keep.status));
  if (keep.ended_once && WIFSIGNALED(keep.status)) text.line("signal", WTERMSIG(keep.status));
  text.line("stage", keep.trouble.stage);
  text.line("errno", keep.trouble.error);
  for (int i = first_line; keep.spec.words[i] != nullptr; ++i) {
    text.add(keep.spec.words[i]);
    text.add("\n");
  }
  text.line("whole", 1);
  const int fd = reserve_record(temporary);
  if (fd < 0) return false;
  const bool done = write_record(fd, temporary, state_file, text);
  close(fd);
  return done;
}

void say(Keep& keep, const char* what, long a, long b) {
  char line[160];
  std::snprintf(line, sizeof line, "muster: ");
  std::snprintf(line + 8, sizeof line - 8, what, a, b);
  note(keep.log, line);
}

// The record is on the disk before the program may begin: who finds the folder knows what runs there.
bool begin(Keep& keep) {
  keep.trouble = {};
  keep.next = 0;
  if (!fork_child(keep.spec, keep.log.write_end, keep.log.write_end, keep.child)) return false;
  keep.up = true;
  keep.nobody = false;
  ++keep.starts;
  keep.phase = running;
  keep.started_wall = wall_ms();
  keep.started = boot_ms();
  const bool written = record(keep);
  // The first record names what runs here; a later one that a full disk refuses is no reason to keep a service down.
  const bool go = written || keep.starts > 1;
  if (go) (void)!write(keep.child.gate, "g", 1);
  close(keep.child.gate);
  if (go) say(keep, "started as process %ld\n", keep.child.pid, 0);
  return go;
}

void stop(Keep& keep) {
  keep.stopping = true;
  keep.next = 0;
  if (keep.nobody || keep.kill_at != 0) return;
  keep.kill_at = boot_ms() + keep.spec.grace_ms;
  signal_family(keep.child.pid, !keep.up, SIGTERM);
  signal_family(keep.child.pid, !keep.up, SIGCONT);
}

void hear(Keep& keep) {
  signalfd_siginfo heard{};
  while (read(keep.signals, &heard, sizeof heard) == static_cast<ssize_t>(sizeof heard)) {
    const auto s = static_cast<int>(heard.ssi_signo);
    if (s == SIGTERM || s == SIGINT || s == SIGQUIT) stop(keep);
  }
  char events[4096];
  while (read(keep.folder_watch, events, sizeof events) > 0) {
    struct stat info {};
    if (fstat(lock_fd, &info) == 0 && info.st_nlink == 0) stop(keep);
  }
}

bool starts_again(const Keep& keep) {
  const char* when = keep.spec.words[when_word];
  if (keep.stopping || std::strcmp(when, never) == 0) return false;
  const bool well = WIFEXITED(keep.status) && WEXITSTATUS(keep.status) == 0;
  return std::strcmp(when, on_failure) != 0 || !well;
}

void read_report(Keep& keep) {
  if (keep.child.report < 0) return;
  ExecTrouble trouble;
  if (read(keep.child.report, &trouble, sizeof trouble) == static_cast<ssize_t>(sizeof trouble)) keep.trouble = trouble;
  close(keep.child.report);
  keep.child.report = -1;
}

void note_end(Keep& keep) {
  keep.up = false;
  keep.ended_once = true;
  read_report(keep);
  drain(keep.log, 1u << 20);
  if (WIFEXITED(keep.status)) say(keep, "ended with code %ld\n", WEXITSTATUS(keep.status), 0);
  if (WIFSIGNALED(keep.status)) say(keep, "ended by signal %ld\n", WTERMSIG(keep.status), 0);
  // What it left behind would hold its port.
  if (keep.kill_at == 0) keep.kill_at = boot_ms() + keep.spec.grace_ms;
  signal_family(keep.child.pid, true, SIGTERM);
  if (!starts_again(keep)) return;
  if (boot_ms() - keep.started >= lasted_ms) keep.wait = first_wait_ms;
  keep.next = boot_ms() + keep.wait;
  say(keep, "starts again in %ld ms\n", keep.wait, 0);
  keep.wait = keep.wait * 2 < longest_wait_ms ? keep.wait * 2 : longest_wait_ms;
  keep.phase = waiting;
  record(keep);
}

void look_after(Keep& keep) {
  if (!keep.nobody) {
    const Reaped seen = reap(keep.child.pid);
    if (seen.leader) keep.status = seen.status;
    if (seen.leader) note_end(keep);
    keep.nobody = seen.nobody;
  }
  if (keep.nobody) {
    keep.kill_at = keep.give_up_at = 0;
    return;
  }
  if (keep.kill_at == 0) return;
  const std::int64_t now = boot_ms();
  if (now < keep.kill_at) {
    if (!keep.up) signal_family(keep.child.pid, true, SIGTERM);  // orphans that came to us since
    return;
  }
  if (keep.give_up_at == 0) keep.give_up_at = now + give_up_ms;
  signal_family(keep.child.pid, !keep.up, SIGKILL);
  if (now >= keep.give_up_at) keep.nobody = true;  // cannot be killed: nothing more can be done here
}

int wait_ms(const Keep& keep) {
  if (!keep.nobody && keep.kill_at != 0 && (!keep.up || keep.give_up_at != 0)) return 50;
  const std::int64_t due = !keep.nobody && keep.kill_at != 0 ? keep.kill_at : keep.next;
  if (due == 0) return -1;
  const std::int64_t left = due - boot_ms();
  return left < 0 ? 0 : left > 3'600'000 ? 3'600'000 : static_cast<int>(left);
}

void turn(Keep& keep) {
  pollfd fds[4] = {{keep.signals, POLLIN, 0},
                   {keep.log.pipe, POLLIN, 0},
                   {keep.child.report, POLLIN, 0},
                   {keep.folder_watch, POLLIN, 0}};
  poll(fds, 4, wait_ms(keep));
  if (fds[2].revents != 0) read_report(keep);
  if (fds[1].revents != 0) drain(keep.log, 1u << 20);
  hear(keep);
  look_after(keep);
}

int keep_one() {
  static Keep keep;
  if (!settle(keep)) return exit_bad_spec;
  if (!begin(keep)) return exit_no_process;
  for (;;) {
    turn(keep);
    if (!keep.nobody) continue;
    if (keep.stopping || keep.next == 0) break;
    if (boot_ms() < keep.next) continue;
    if (!begin(keep)) keep.next = boot_ms() + keep.wait;  // no process to be had: later
  }
  drain(keep.log, 1u << 20);
  keep.phase = keep.stopping ? stopped : ended;
  record(keep);
  return 0;
}

}  // namespace
}  // namespace muster::keeper

int main() { return muster::keeper::keep_one(); }
