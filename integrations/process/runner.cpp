#include "integrations/process/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <set>

#include "bot/base/log.h"
#include "bot/base/worker.h"
#include "integrations/net/loop.h"
#include "integrations/net/watch.h"
#include "integrations/process/clean.h"
#include "integrations/process/layout.h"
#include "integrations/process/spawn.h"
#include "integrations/process/take_in.h"

namespace muster {
namespace {

using namespace process;

constexpr DurationMs settle_ms = 20;  // between looks at a shim that has not written its record yet
constexpr std::size_t progress_bytes = 4 << 10;
constexpr const char* rests_folder = ".rests";
constexpr const char* gone_prefix = ".gone-";  // what is being removed

enum class Phase {
  running,   // its shim lives
  orphaned,  // its shim was killed, the command itself goes on
  ending,    // nobody runs it; being read
  taken,     // `ended` was called
};

struct Entry {
  CommandEvents events;
  Phase phase = Phase::running;
  int child_of_ours = 0;         // the shim, when we started it: it must be reaped
  int process_fd = -1;           // the watch owns it
  std::unique_ptr<Watch> watch;  // none: the lock is polled
  int group = 0;                 // orphaned: the command's own group
  int shim_exit = 0;
  std::string trouble;
  std::uint64_t seen_bytes = 0;
};

class ShimRunner final : public Runner, public std::enable_shared_from_this<ShimRunner> {
 public:
  ShimRunner(RunnerOptions options, Loop& loop) : options_(std::move(options)), loop_(loop) {}

  Result<void> start(const CommandSpec& spec, CommandEvents events) override;
  Attached attach(const std::string& id, CommandEvents events) override;
  bool cancel(const std::string& id) override;
  void forget(const std::string& id) override;
  std::vector<std::string> sweep(const std::vector<std::string>& wanted, TimeMs rests_before) override;
  void close();

 private:
  std::string folder(const std::string& id) const { return options_.folder + "/" + id; }
  template <class Task>
  auto later(Task task) {  // a callback that finds nobody once the runner is gone
    return [weak = weak_from_this(), task = std::move(task)] {
      if (const auto self = weak.lock(); self && !self->closed_) task(*self);
    };
  }
  Attached find_again(const std::string& id, Entry& entry);
  Attached follow_shim(const std::string& id, Entry& entry);
  bool follow_orphan(const std::string& id, Entry& entry);
  void watch(const std::string& id, Entry& entry, Fd process);
  void process_ended(const std::string& id);
  void reap(Entry& entry);
  void take(const std::string& id, Entry& entry);
  void pump();
  void taken(const CommandEnd& end);
  void kill_orphan(const std::string& id);
  void arm_tick();
  void tick();
  void look(const std::string& id, Entry& entry);
  void show_progress(const std::string& id, Entry& entry);
  void remove_later(const std::string& path);
  void in_background(std::function<void()> task);

  RunnerOptions options_;
  Loop& loop_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> to_take_;
  std::deque<std::function<void()>> background_;
  std::uint64_t gone_ = 0;
  bool taking_ = false, ticking_ = false, closed_ = false;
  Worker worker_;
};

Result<void> ShimRunner::start(const CommandSpec& spec, CommandEvents events) {
  const auto program = check_spec(spec);
  if (!program) return std::unexpected(program.error());
  if (entries_.contains(spec.id)) return fail(ErrorKind::conflict, "a command of this id was started before");
  auto spawned = spawn(spec, *program, folder(spec.id), options_.shim, options_.boot_id);
  if (!spawned) return std::unexpected(spawned.error());
  Entry& entry = entries_[spec.id];
  entry.events = std::move(events);
  entry.child_of_ours = spawned->pid;
  watch(spec.id, entry, std::move(spawned->process));
  return {};
}

Attached ShimRunner::attach(const std::string& id, CommandEvents events) {
  Entry& entry = entries_[id];
  const bool known = static_cast<bool>(entry.events.ended);
  entry.events = std::move(events);
  if (known && entry.phase == Phase::ending) return Attached::ended;
  if (known && entry.phase != Phase::taken) return Attached::running;
  return find_again(id, entry);
}

Attached ShimRunner::find_again(const std::string& id, Entry& entry) {
  const std::string path = folder(id);
  const bool safe = is_command_id(id);  // anything else never was a folder of ours
  if (safe && !has_result(path) && look_at_lock(path) == Lock::held) return follow_shim(id, entry);
  if (safe && has_result(path)) {
    take(id, entry);
    return Attached::ended;
  }
  if (safe && follow_orphan(id, entry)) return Attached::running;
  take(id, entry);
  return Attached::gone;
}

// The lock is held, so it lives. Its record may be a moment away, or name a process that cannot be opened from here
// (another pid name space): then the lock alone is watched.
Attached ShimRunner::follow_shim(const std::string& id, Entry& entry) {
  entry.phase = Phase::running;
  const auto started = read_started(folder(id));
  if (!started) {
    loop_.after(settle_ms, later([id](ShimRunner& self) {
                  const auto it = self.entries_.find(id);
                  if (it == self.entries_.end() || it->second.phase != Phase::running || it->second.watch) return;
                  self.find_again(id, it->second);
                }));
    return Attached::running;
  }
  watch(id, entry, started->boot == options_.boot_id ? open_process(started->shim, started->shim_start) : Fd());
  return Attached::running;
}

bool ShimRunner::follow_orphan(const std::string& id, Entry& entry) {
  const auto started = read_started(folder(id));
  if (!started) return false;
  if (started->boot != options_.boot_id) {
    entry.trouble = "the machine was restarted while it ran";
    return false;
  }
  entry.trouble = "its supervisor was killed while it ran; how it ended was not written down";
  Fd process = open_process(started->child, started->child_start);
  if (!process) return false;
  entry.phase = Phase::orphaned;
  entry.group = started->child;
  watch(id, entry, std::move(process));
  const DurationMs left = started->at + started->timeout - SystemClock().now();
  loop_.after(std::clamp<DurationMs>(left, 0, started->timeout), later([id](ShimRunner& self) { self.cancel(id); }));
  return true;
}

void ShimRunner::watch(const std::string& id, Entry& entry, Fd process) {
  arm_tick();
  if (!process) return;
  entry.process_fd = process.release();
  entry.watch = watch_once(loop_, entry.process_fd, later([id](ShimRunner& self) { self.process_ended(id); }));
}

void ShimRunner::reap(Entry& entry) {
  siginfo_t info{};
  const bool by_fd = entry.process_fd >= 0;
  const idtype_t what = by_fd ? P_PIDFD : P_PID;
  const auto which = static_cast<id_t>(by_fd ? entry.process_fd : entry.child_of_ours);
  if (entry.child_of_ours != 0 && waitid(what, which, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
    entry.shim_exit = info.si_code == CLD_EXITED ? info.si_status : 0;
    entry.child_of_ours = 0;
  }
}

void ShimRunner::process_ended(const std::string& id) {
  const auto it = entries_.find(id);
  if (it == entries_.end()) return;
  Entry& entry = it->second;
  reap(entry);
  entry.watch.reset();
  entry.process_fd = -1;
  const bool was_shim = entry.phase == Phase::running;
  if (was_shim && !has_result(folder(id)) && follow_orphan(id, entry)) return;
  take(id, entry);
}

void ShimRunner::take(const std::string& id, Entry& entry) {
  entry.phase = Phase::ending;
  to_take_.push_back(id);
  pump();
}

// One after the other: a thousand ends at once are a queue, not a thousand threads or buffers.
void ShimRunner::pump() {
  if (taking_ || to_take_.empty()) return;
  const std::string id = to_take_.front();
  to_take_.pop_front();
  const auto it = entries_.find(id);
  if (it == entries_.end()) return pump();
  taking_ = true;
  TakeIn job{id,
             is_command_id(id) ? folder(id) : "",
             options_.folder + "/" + rests_folder,
             it->second.events.secrets,
             it->second.shim_exit,
             it->second.trouble,
             it->second.events.unmasked};
  in_background([this, job = std::move(job), weak = weak_from_this()] {
    CommandEnd end = take_in(job);
    loop_.post([weak, end = std::move(end)] {
      if (const auto self = weak.lock(); self && !self->closed_) self->taken(end);
    });
  });
}

void ShimRunner::taken(const CommandEnd& end) {
  taking_ = false;
  pump();
  const auto it = entries_.find(end.id);
  if (it == entries_.end()) return;
  it->second.phase = Phase::taken;
  const std::function<void(const CommandEnd&)> tell = it->second.events.ended;
  if (tell) tell(end);  // may forget it, or start another
}

bool ShimRunner::cancel(const std::string& id) {
  const auto it = entries_.find(id);
  if (it == entries_.end()) return false;
  Entry& entry = it->second;
  if (entry.phase == Phase::orphaned) {
    kill(-entry.group, SIGTERM);
    loop_.after(shim::grace_ms, later([id](ShimRunner& self) { self.kill_orphan(id); }));
    return true;
  }
  if (entry.phase != Phase::running) return false;
  if (entry.process_fd >= 0) return syscall(SYS_pidfd_send_signal, entry.process_fd, SIGUSR1, nullptr, 0) == 0;
  return entry.child_of_ours != 0 && kill(entry.child_of_ours, SIGUSR1) == 0;
}

// Its leader is watched and has not ended, so the group's number is still its own.
void ShimRunner::kill_orphan(const std::string& id) {
  const auto it = entries_.find(id);
  if (it != entries_.end() && it->second.phase == Phase::orphaned) kill(-it->second.group, SIGKILL);
}

void ShimRunner::forget(const std::string& id) {
  const auto it = entries_.find(id);
  if (it != entries_.end() && (it->second.phase == Phase::running || it->second.phase == Phase::orphaned)) {
    log(LogLevel::warn, "a running command cannot be forgotten", {{"command", id}});
    return;
  }
  if (it != entries_.end()) entries_.erase(it);
  if (is_command_id(id)) remove_later(folder(id));
}

// Its name is free at once: the next command of this id may begin before the worker comes to remove anything.
void ShimRunner::remove_later(const std::string& path) {
  const std::string gone =
      options_.folder + "/" + gone_prefix + std::to_string(::getpid()) + "-" + std::to_string(gone_++);
  if (rename(path.c_str(), gone.c_str()) == 0)
    in_background([gone] { remove_folder(gone); });
  else if (errno != ENOENT)
    in_background([path] { remove_folder(path); });
}

void ShimRunner::in_background(std::function<void()> task) {
  if (background_.empty() && worker_.run(task)) return;
  background_.push_back(std::move(task));  // the worker is full: the tick tries again
  arm_tick();
}

std::vector<std::string> ShimRunner::sweep(const std::vector<std::string>& wanted, TimeMs rests_before) {
  const std::set<std::string> keep(wanted.begin(), wanted.end());
  std::vector<std::string> running;
  for (const std::string& name : names_in(options_.folder)) {
    if (name.starts_with(gone_prefix)) remove_later(folder(name));
    if (!is_command_id(name) || keep.contains(name) || entries_.contains(name)) continue;
    // With a result written, a shim that still holds the lock has nothing left to do but to exit.
    if (!has_result(folder(name)) && look_at_lock(folder(name)) == Lock::held) {
      running.push_back(name);
    } else {
      remove_later(folder(name));
    }
  }
  in_background([path = options_.folder + "/" + rests_folder, rests_before] { remove_rests(path, rests_before); });
  return running;
}

void ShimRunner::arm_tick() {
  if (std::exchange(ticking_, true)) return;
  loop_.after(options_.progress_every, later([](ShimRunner& self) { self.tick(); }));
}

void ShimRunner::tick() {
  ticking_ = false;
  while (!background_.empty() && worker_.run(background_.front())) background_.pop_front();
  std::vector<std::string> running;
  for (const auto& [id, entry] : entries_) {
    if (entry.phase == Phase::running || entry.phase == Phase::orphaned) running.push_back(id);
  }
  for (const std::string& id : running) {
    const auto it = entries_.find(id);  // a callback may have changed the map
    if (it != entries_.end()) look(id, it->second);
  }
  if (!running.empty() || !background_.empty()) arm_tick();
}

void ShimRunner::look(const std::string& id, Entry& entry) {
  if (!entry.watch && look_at_lock(folder(id)) != Lock::held) return process_ended(id);
  if (entry.events.progress) show_progress(id, entry);
}

void ShimRunner::show_progress(const std::string& id, Entry& entry) {
  const std::string path = folder(id);
  const std::uint64_t size = size_of(path + "/" + shim::out_file) + size_of(path + "/" + shim::out_tail_file);
  if (size == 0) return;
  CommandProgress progress;
  progress.id = id;
  std::string last = last_bytes(path, shim::out_file, shim::out_tail_file, progress_bytes, progress.total_bytes);
  if (progress.total_bytes == std::exchange(entry.seen_bytes, progress.total_bytes)) return;
  if (progress.total_bytes > last.size()) last = cut_tail(std::move(last));
  progress.last_lines = clean_output(last, entry.events.secrets);
  const std::function<void(const CommandProgress&)> tell = entry.events.progress;
  tell(progress);
}

void ShimRunner::close() {
  closed_ = true;
  worker_.stop();
  entries_.clear();
}

// Owned by one; the loop's callbacks hold it weakly.
class OwnedRunner final : public Runner {
 public:
  explicit OwnedRunner(std::shared_ptr<ShimRunner> runner) : runner_(std::move(runner)) {}
  ~OwnedRunner() override { runner_->close(); }
  OwnedRunner(const OwnedRunner&) = delete;
  OwnedRunner& operator=(const OwnedRunner&) = delete;
  Result<void> start(const CommandSpec& spec, CommandEvents events) override {
    return runner_->start(spec, std::move(events));
  }
  Attached attach(const std::string& id, CommandEvents events) override {
    return runner_->attach(id, std::move(events));
  }
  bool cancel(const std::string& id) override { return runner_->cancel(id); }
  void forget(const std::string& id) override { runner_->forget(id); }
  std::vector<std::string> sweep(const std::vector<std::string>& wanted, TimeMs rests_before) override {
    return runner_->sweep(wanted, rests_before);
  }

 private:
  std::shared_ptr<ShimRunner> runner_;
};

bool make_folder(const std::string& path) {
  return (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) && chmod(path.c_str(), 0700) == 0;
}

}  // namespace

Result<std::unique_ptr<Runner>> make_runner(const RunnerOptions& options, Loop& loop) {
  RunnerOptions ready = options;
  if (ready.shim.empty()) ready.shim = find_shim();
  if (ready.boot_id.empty()) ready.boot_id = kernel_boot_id();
  if (ready.shim.empty() || access(ready.shim.c_str(), X_OK) != 0) {
    return fail(ErrorKind::not_found, "the helper muster-shim is missing: no command can be run",
                "It is installed beside muster, or in libexec/muster; `make install` puts it there.");
  }
  if (!make_folder(ready.folder) || !make_folder(ready.folder + "/" + rests_folder)) {
    return fail(ErrorKind::unavailable,
                "the folder " + ready.folder + " for commands cannot be used: " + std::strerror(errno));
  }
  return std::make_unique<OwnedRunner>(std::make_shared<ShimRunner>(std::move(ready), loop));
}

}  // namespace muster
