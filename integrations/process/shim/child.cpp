#include "integrations/process/shim/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "integrations/process/layout.h"
#include "integrations/process/shim/bounds.h"

namespace muster::shim {
namespace {

void default_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void refuse(int report, int stage) {
  const ExecTrouble trouble{stage, errno};
  (void)!write(report, &trouble, sizeof trouble);
  _exit(127);
}

[[noreturn]] void become(const Spec& spec, int gate, int report, int out, int err) {
  setpgid(0, 0);
  if (spec.dies_with_us) prctl(PR_SET_PDEATHSIG, SIGKILL);
  char go = 0;
  ssize_t n = 0;
  do n = read(gate, &go, 1);
  while (n < 0 && errno == EINTR);
  if (n != 1) _exit(127);  // the shim died before the record was written: nothing may happen
  default_signals();
  const int in = openat(folder_fd, input_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (in < 0 && errno != ENOENT) refuse(report, 2);
  if (in >= 0 && (dup2(in, 0) < 0 || unlinkat(folder_fd, input_file, 0) != 0)) refuse(report, 2);
  if (dup2(out, 1) < 0 || dup2(err, 2) < 0) refuse(report, 2);
  if (!take_user(spec)) refuse(report, 3);
  if (spec.dies_with_us) prctl(PR_SET_PDEATHSIG, SIGKILL);  // another user: the kernel has forgotten it
  if (!take_limits(spec.limits)) refuse(report, 4);
  if (chdir(spec.cwd) != 0) refuse(report, 1);
  execve(spec.program, spec.argv, spec.env);
  refuse(report, 2);
}

}  // namespace

bool fork_child(const Spec& spec, int out, int err, Child& child) {
  int gate[2], report[2];
  if (pipe2(gate, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) return false;
  child.pid = fork();
  if (child.pid < 0) return false;
  if (child.pid == 0) {
    close(gate[1]);  // or its own copy would keep the gate from ever closing
    become(spec, gate[0], report[1], out, err);
  }
  setpgid(child.pid, child.pid);  // on both sides: whoever comes first
  close(gate[0]);
  close(report[1]);
  child.gate = gate[1];
  child.report = report[0];
  return true;
}

void fork_drainer(int out_pipe, int err_pipe) {
  if (fork() != 0) return;
  close(lock_fd);  // it is not the command
  close(folder_fd);
  default_signals();
  static char chunk[4096];
  pollfd fds[2] = {{out_pipe, POLLIN, 0}, {err_pipe, POLLIN, 0}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
    for (pollfd& one : fds) {
      if (one.fd < 0 || one.revents == 0) continue;
      const ssize_t n = read(one.fd, chunk, sizeof chunk);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) one.fd = -1;
    }
  }
  _exit(0);
}

}  // namespace muster::shim
