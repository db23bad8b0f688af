// muster-shim: runs one command in a session of its own and writes down how it ended. It outlives the bot, keeps the
// deadline itself, and knows nothing else. It is told what to do through descriptors (layout.h), never by arguments:
// the one on its command line is the command's id, for people who read `ps`.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

#include "integrations/process/layout.h"
#include "integrations/process/shim/child.h"
#include "integrations/process/shim/family.h"
#include "integrations/process/shim/record.h"
#include "integrations/process/shim/sink.h"

namespace muster::shim {
namespace {

constexpr const char* started_temporary = "started.tmp";
constexpr const char* result_temporary = "result.tmp";
constexpr std::size_t final_drain = 4u << 20;  // a leftover that writes without end cannot hold up the result

struct Run {
  Spec spec;
  Sink out, err;
  Child child;
  ExecTrouble trouble;
  int result = -1;   // the reserved record
  int signals = -1;  // signalfd
  const char* why = "exit";
  std::int64_t started_wall = 0, started = 0;
  std::int64_t kill_at = 0, give_up_at = 0;  // 0: nobody stops it
  bool gone = false;                         // the command itself has ended
  bool nobody = false;                       // and so has everything that came of it
  int status = 0;
};

void null_streams() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) {
    if (null >= 0) dup2(null, fd);
  }
}

// Drops what it inherited: descriptors, the session, core files (they could hold what the command was told).
bool settle(Run& run) {
  close_range(folder_fd + 1, ~0u, 0);
  setsid();
  if (!read_spec(spec_fd, run.spec)) return false;
  null_streams();
  fcntl(lock_fd, F_SETFD, FD_CLOEXEC);
  fcntl(folder_fd, F_SETFD, FD_CLOEXEC);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGXFSZ, SIG_IGN);  // a file size limit is a full disk to us
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all;
  sigemptyset(&all);
  for (const int s : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) sigaddset(&all, s);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  run.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  return run.signals >= 0 && chdir("/") == 0;
}

bool note_start(Run& run) {
  Text text;
  text.line("format", 1);
  text.add("boot ");
  text.add(run.spec.boot);
  text.add("\n");
  text.line("shim", getpid());
  text.line("shim_start", start_time_of(getpid()));
  text.line("child", run.child.pid);
  text.line("child_start", start_time_of(run.child.pid));
  text.line("started_ms", run.started_wall);
  text.line("timeout_ms", run.spec.timeout_ms);
  text.line("text_max", static_cast<std::int64_t>(run.spec.text_max));
  text.line("whole", 1);
  const int fd = reserve_record(started_temporary);
  if (fd < 0) return false;
  const bool done = write_record(fd, started_temporary, started_file, text);
  close(fd);
  return done;
}

// 0, or the code to exit with: then the command has not run.
int launch(Run& run) {
  int out = -1, err = -1;
  run.result = reserve_record(result_temporary);
  if (run.result < 0) return exit_no_disk;
  if (!open_sink(run.out, out_file, out_tail_file, run.spec.file_max, out)) return exit_no_disk;
  if (!run.spec.merge && !open_sink(run.err, err_file, err_tail_file, run.spec.file_max, err)) return exit_no_disk;
  run.started_wall = wall_ms();
  run.started = boot_ms();
  if (!fork_child(run.spec, out, err < 0 ? out : err, run.child)) return exit_no_process;
  close(out);
  if (err >= 0) close(err);
  if (!note_start(run)) return exit_no_disk;  // the gate closes with us
  if (write(run.child.gate, "g", 1) != 1) return exit_no_process;
  close(run.child.gate);
  return 0;
}

void stop(Run& run, const char* why) {
  if (run.kill_at != 0) return;
  run.why = why;
  run.kill_at = boot_ms() + run.spec.grace_ms;
  signal_family(run.child.pid, run.gone, SIGTERM);
  signal_family(run.child.pid, run.gone, SIGCONT);  // one that is stopped could not hear it
}

void hear_signals(Run& run) {
  signalfd_siginfo heard{};
  while (read(run.signals, &heard, sizeof heard) == static_cast<ssize_t>(sizeof heard)) {
    switch (heard.ssi_signo) {
      case SIGUSR1:
        stop(run, "cancel");
        break;
      case SIGTERM:
      case SIGINT:
      case SIGQUIT:
        stop(run, "stop");
        break;
      default:
        break;
    }
  }
}

void look_after(Run& run) {
  const Reaped seen = reap(run.child.pid);
  if (seen.leader) {
    run.gone = true;
    run.status = seen.status;
  }
  run.nobody = seen.nobody;
  const std::int64_t now = boot_ms();
  if (run.kill_at == 0) {
    if (!run.gone && now - run.started >= run.spec.timeout_ms) stop(run, "timeout");
    return;
  }
  if (now < run.kill_at) {
    // What the end of its parent has brought to us has not heard the TERM of the group.
    if (run.gone && !run.nobody) signal_family(run.child.pid, true, SIGTERM);
    return;
  }
  if (run.give_up_at == 0) run.give_up_at = now + give_up_ms;
  signal_family(run.child.pid, run.gone, SIGKILL);
}

bool is_over(const Run& run) {
  if (run.trouble.error != 0) return run.gone;
  if (run.kill_at == 0) return run.gone;
  return run.nobody || (run.give_up_at != 0 && boot_ms() >= run.give_up_at);
}

int wait_ms(const Run& run) {
  if (run.kill_at != 0 && (run.gone || run.give_up_at != 0)) return 50;  // orphans send no signal until they are ours
  const std::int64_t due = run.kill_at != 0 ? run.kill_at : run.started + run.spec.timeout_ms;
  const std::int64_t left = due - boot_ms();
  return left < 0 ? 0 : left > 3'600'000 ? 3'600'000 : static_cast<int>(left);
}

void read_report(Run& run) {
  if (read(run.child.report, &run.trouble, sizeof run.trouble) == static_cast<ssize_t>(sizeof run.trouble)) {
    run.why = "exec";
  }
  close(run.child.report);
  run.child.report = -1;
}

void supervise(Run& run) {
  while (!is_over(run)) {
    pollfd fds[4] = {{run.signals, POLLIN, 0},
                     {run.out.eof ? -1 : run.out.pipe, POLLIN, 0},
                     {run.err.eof ? -1 : run.err.pipe, POLLIN, 0},
                     {run.child.report, POLLIN, 0}};
    poll(fds, 4, wait_ms(run));
    if (fds[3].revents != 0) read_report(run);
    if (fds[1].revents != 0) drain(run.out, 1u << 20);
    if (fds[2].revents != 0) drain(run.err, 1u << 20);
    hear_signals(run);
    look_after(run);
  }
  if (run.child.report >= 0) read_report(run);
  drain(run.out, final_drain);
  drain(run.err, final_drain);
}

void add_sink(Text& text, const char* name, const Sink& sink) {
  text.add(name);
  for (const std::uint64_t n : {sink.total, sink.kept, sink.ring, static_cast<std::uint64_t>(sink.trouble)}) {
    text.add(" ");
    text.add(static_cast<std::int64_t>(n));
  }
  text.add("\n");
}

Text describe(const Run& run) {
  Text text;
  text.line("format", 1);
  text.add("why ");
  text.add(run.why);
  text.add("\n");
  if (run.gone && WIFEXITED(run.status)) text.line("code", WEXITSTATUS(run.status));
  if (run.gone && WIFSIGNALED(run.status)) text.line("signal", WTERMSIG(run.status));
  if (run.trouble.error != 0) {
    text.line("stage", run.trouble.stage);
    text.line("errno", run.trouble.error);
  }
  text.line("started_ms", run.started_wall);
  text.line("ended_ms", wall_ms());
  text.line("took_ms", boot_ms() - run.started);
  text.line("left_behind", run.nobody ? 0 : 1);
  add_sink(text, "out", run.out);
  add_sink(text, "err", run.err);
  text.line("whole", 1);
  return text;
}

int conclude(Run& run) {
  const Text text = describe(run);
  fdatasync(run.out.file);
  if (run.err.file >= 0) fdatasync(run.err.file);
  for (long i = 0; !write_record(run.result, result_temporary, result_file, text); ++i) {
    if (i == record_tries) return exit_no_disk;
    poll(nullptr, 0, 1000);
  }
  if (!run.nobody && run.kill_at == 0 && !(run.out.eof && (run.spec.merge || run.err.eof))) {
    fork_drainer(run.out.pipe, run.err.pipe);
  }
  return 0;
}

int supervise_one() {
  static Run run;
  if (!settle(run)) return exit_bad_spec;
  if (const int code = launch(run); code != 0) return code;
  supervise(run);
  return conclude(run);
}

}  // namespace
}  // namespace muster::shim

int main() { return muster::shim::supervise_one(); }
