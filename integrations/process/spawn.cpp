#include "integrations/process/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bot/base/text.h"
#include "integrations/process/layout.h"
#include "integrations/process/runner.h"

namespace muster::process {
namespace {

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t spec_bytes_max = 1 << 20;  // the kernel's own limit is about twice that
constexpr std::size_t input_bytes_max = 1u << 20;
constexpr std::size_t argument_bytes_max = 120 << 10;  // MAX_ARG_STRLEN is 128 KiB
constexpr int shim_fds_from = 10;                      // clear of the numbers that the shim expects

std::string path_of(const CommandEnvironment& env) {
  for (const auto& [name, value] : env) {
    if (name == "PATH") return value;
  }
  return std::string(default_path);
}

bool is_program(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

Result<std::string> find_program(const std::string& name, const CommandEnvironment& env) {
  if (name.find('/') != name.npos) {
    if (name.front() != '/') {
      return fail(ErrorKind::invalid, "the program `" + clip(one_line(name), 80) + "` is named by a relative path",
                  "Write its absolute path, or only its name.");
    }
    if (is_program(name)) return name;
    return fail(ErrorKind::not_found, "there is no program `" + clip(one_line(name), 120) + "`");
  }
  for (const std::string& folder : split(path_of(env), ':')) {
    const std::string path = folder + "/" + name;
    if (folder.starts_with('/') && is_program(path)) return path;
  }
  return fail(ErrorKind::not_found, "no program is called `" + clip(one_line(name), 80) + "` in " + path_of(env),
              "Install it, or write its absolute path.");
}

bool fits(std::string_view text) {
  return text.size() <= argument_bytes_max && text.find('\0') == std::string_view::npos;
}

bool is_variable(const std::string& name) {
  return !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == name.npos;
}

struct SpecText {
  std::string bytes;
  void add(std::string_view field) {
    bytes += field;
    bytes += '\0';
  }
  void add(std::uint64_t n) { add(std::string_view(std::to_string(n))); }
};

// What the process is held to, and whose it is.
void add_bounds(const CommandSpec& spec, SpecText& text) {
  const CommandLimits& most = spec.limits;
  for (const std::uint64_t n : {most.memory_bytes, most.cpu_seconds, most.open_files, most.file_bytes, most.processes})
    text.add(n);
  std::vector<std::uint32_t> ids;
  if (spec.user) {
    ids = {spec.user->user, spec.user->group};
    ids.insert(ids.end(), spec.user->groups.begin(), spec.user->groups.end());
  }
  text.add(std::uint64_t{ids.size()});
  for (const std::uint32_t id : ids) text.add(std::uint64_t{id});
}

std::string spec_text(const CommandSpec& spec, const std::string& program, const std::string& boot_id) {
  SpecText text;
  text.add(std::string_view(shim::spec_format));
  text.add(static_cast<std::uint64_t>(spec.timeout));
  text.add(static_cast<std::uint64_t>(spec.grace));
  text.add(std::uint64_t{spec.file_bytes_max});
  text.add(std::uint64_t{spec.merge_streams ? 1u : 0u});
  text.add(std::uint64_t{spec.text_bytes_max});
  for (const std::string& field : {boot_id, program, spec.cwd}) text.add(std::string_view(field));
  text.add(std::uint64_t{spec.argv.size()});
  for (const std::string& argument : spec.argv) text.add(std::string_view(argument));
  const bool has_path = std::any_of(spec.env.begin(), spec.env.end(), [](const auto& v) { return v.first == "PATH"; });
  text.add(std::uint64_t{spec.env.size() + (has_path ? 0 : 1)});
  for (const auto& [name, value] : spec.env) text.add(std::string_view(name + "=" + value));
  if (!has_path) text.add(std::string_view("PATH=" + std::string(default_path)));
  const bool held = spec.limits != CommandLimits{} || spec.user;
  if (!spec.words.empty() || held) text.add(std::uint64_t{spec.words.size()});
  for (const std::string& word : spec.words) text.add(std::string_view(word));
  if (held) add_bounds(spec, text);
  return std::move(text.bytes);
}

// In memory only: secrets of the environment never lie on a disk.
Fd spec_file(const std::string& text) {
  Fd file(memfd_create("muster-command", MFD_CLOEXEC));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return Fd();
  return file;
}

Fd clear_of_low_numbers(Fd fd) { return fd ? Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, shim_fds_from)) : Fd(); }

struct Parts {
  Fd spec, lock, folder;
};

// Owner-only: it may hold secrets. The shim opens it and takes it away before the program begins.
bool write_input(const std::string& folder, const std::string& input) {
  if (input.empty()) return true;
  const Fd file(open((folder + "/" + shim::input_file).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  std::size_t at = 0;
  while (file && at < input.size()) {
    const ssize_t n = write(file.get(), input.data() + at, input.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return static_cast<bool>(file);
}

Result<Parts> prepare(const std::string& folder, const std::string& text, const std::string& input) {
  if (mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return fail(ErrorKind::conflict, "a command of this id was started before");
    return fail(ErrorKind::unavailable, std::string("no folder for the command's output: ") + std::strerror(errno));
  }
  Parts parts;
  parts.folder = clear_of_low_numbers(Fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  parts.lock = clear_of_low_numbers(
      Fd(open((folder + "/" + shim::lock_file).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)));
  // Taken before there is a shim and passed on to it: from here on "nobody holds it" means "nobody runs it".
  if (parts.lock && flock(parts.lock.get(), LOCK_EX | LOCK_NB) == 0) parts.spec = clear_of_low_numbers(spec_file(text));
  if (parts.folder && parts.spec && write_input(folder, input)) return parts;
  const std::string why = std::strerror(errno);
  remove_folder(folder);
  return fail(ErrorKind::unavailable, "the command's files could not be made: " + why);
}

int spawn_shim(const Parts& parts, const std::string& shim, const std::string& id, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&how);
  posix_spawn_file_actions_adddup2(&files, parts.spec.get(), shim::spec_fd);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, parts.lock.get(), shim::lock_fd);
  posix_spawn_file_actions_adddup2(&files, parts.folder.get(), shim::folder_fd);
  // Blocked until it can hear them: a cancel that comes early must wait, not kill it.
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &all);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  std::string name = "muster-shim", argument = id;
  char* argv[] = {name.data(), argument.data(), nullptr};
  char* env[] = {nullptr};
  const int error = posix_spawn(&pid, shim.c_str(), &files, &how, argv, env);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

bool is_command_id(std::string_view id) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !id.empty() && id.size() <= 100 && id.front() != '.' && id.find_first_not_of(letters) == id.npos;
}

Result<std::string> check_spec(const CommandSpec& spec) {
  if (!is_command_id(spec.id)) return fail(ErrorKind::invalid, "the command's id is no id");
  if (spec.argv.empty() || spec.argv.front().empty()) return fail(ErrorKind::invalid, "the command names no program");
  if (spec.input.size() > input_bytes_max) return fail(ErrorKind::invalid, "the command's input is longer than 1 MiB");
  if (spec.timeout <= 0 || spec.grace < 0) return fail(ErrorKind::invalid, "the command has no timeout");
  if (!spec.cwd.starts_with('/') || !fits(spec.cwd)) {
    return fail(ErrorKind::invalid, "the working folder is not an absolute path");
  }
  const bool arguments = std::all_of(spec.argv.begin(), spec.argv.end(), [](const auto& a) { return fits(a); });
  const bool variables = std::all_of(spec.env.begin(), spec.env.end(), [](const auto& v) {
    return is_variable(v.first) && fits(v.first) && fits(v.second);
  });
  if (!arguments || !variables) {
    return fail(ErrorKind::invalid, "an argument or a variable of the command is too long or holds a NUL byte");
  }
  return find_program(spec.argv.front(), spec.env);
}

Result<Spawned> spawn(const CommandSpec& spec, const std::string& program, const std::string& folder,
                      const std::string& shim, const std::string& boot_id) {
  const std::string text = spec_text(spec, program, boot_id);
  if (text.size() > spec_bytes_max) return fail(ErrorKind::invalid, "the command's arguments are too long");
  const auto parts = prepare(folder, text, spec.input);
  if (!parts) return std::unexpected(parts.error());
  pid_t pid = 0;
  if (const int error = spawn_shim(*parts, shim, spec.id, pid); error != 0) {
    remove_folder(folder);
    return fail(ErrorKind::unavailable,
                "the command's supervisor " + shim + " could not be started: " + std::strerror(error));
  }
  return Spawned{pid, Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)))};
}

}  // namespace muster::process

namespace muster {

std::string find_helper(const std::string& name) {
  std::string self(4096, '\0');
  const ssize_t n = readlink("/proc/self/exe", self.data(), self.size());
  if (n <= 0) return {};
  self.resize(static_cast<std::size_t>(n));
  const std::string folder = self.substr(0, self.rfind('/'));
  for (const std::string& path : {folder + "/" + name, folder + "/../libexec/muster/" + name}) {
    if (process::is_program(path)) return path;
  }
  return {};
}

std::string find_shim() { return find_helper("muster-shim"); }

}  // namespace muster
