#include "integrations/targets/exec/bounds.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>

#include <algorithm>
#include <vector>

#include "bot/base/text.h"
#include "integrations/targets/exec/outcome.h"

namespace muster::exec {
namespace {

constexpr int groups_max = 1000;
constexpr std::uint64_t mebibyte = 1 << 20;

std::uint64_t most(int n) { return n > 0 ? static_cast<std::uint64_t>(n) : 0; }

// Also of what it called: a shell gives the signal of a program that it waited for as 128 and so many.
bool ended_by(const CommandEnd& end, int signal) {
  return (end.kind == CommandEndKind::signalled && end.signal == signal) ||
         (end.kind == CommandEndKind::exited && end.code == 128 + signal);
}

struct Sign {
  const char* field;
  int limit;
  std::string what;
  std::vector<std::string_view> words;  // of the C library, of Python, of C++, of a shell
};

std::vector<Sign> signs_of(const ExecTargetDef& def) {
  return {{"memory_mb",
           def.memory_mb,
           std::to_string(def.memory_mb) + " MiB of memory",
           {"cannot allocate memory", "memoryerror", "bad_alloc", "out of memory", "memory exhausted"}},
          {"open_files", def.open_files, std::to_string(def.open_files) + " open files", {"too many open files"}},
          {"file_mb", def.file_mb, std::to_string(def.file_mb) + " MiB for a file", {"file too large"}},
          {"processes",
           def.processes,
           std::to_string(def.processes) + " processes of its user",
           {"resource temporarily unavailable", "cannot fork"}}};
}

}  // namespace

CommandLimits limits_of(const ExecTargetDef& def) {
  return {.memory_bytes = most(def.memory_mb) * mebibyte,
          .cpu_seconds = def.cpu_time > 0 ? static_cast<std::uint64_t>(def.cpu_time / second_ms) : 0,
          .open_files = most(def.open_files),
          .file_bytes = most(def.file_mb) * mebibyte,
          .processes = most(def.processes)};
}

Result<std::optional<CommandUser>> find_user(const std::string& name, unsigned us) {
  if (name.empty()) return std::nullopt;
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(16 << 10);
  getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  if (!found) {
    return fail(ErrorKind::invalid, "there is no account `" + clip(one_line(name), 80) + "` on this machine",
                "Make it, or name another one as `user` of this exec target.");
  }
  if (found->pw_uid == us) return std::nullopt;
  if (us != 0) {
    return fail(ErrorKind::invalid,
                "the bot is not root, so it cannot run programs as `" + clip(one_line(name), 80) + "`",
                "Take `user` out of this exec target; its program can change over by a narrow line of sudoers.");
  }
  CommandUser user{.user = found->pw_uid, .group = found->pw_gid, .groups = {}};
  std::vector<gid_t> groups(groups_max);
  int n = groups_max;
  if (getgrouplist(name.c_str(), found->pw_gid, groups.data(), &n) >= 0)
    user.groups.assign(groups.begin(), groups.begin() + n);
  return user;
}

std::string limit_met(const CommandEnd& end, const ExecTargetDef& def) {
  const std::string time = format_duration(def.cpu_time) + " of processor time (`cpu_time`)";
  if (def.cpu_time > 0 && ended_by(end, SIGXCPU)) return "it came to its limit of " + time;
  if (def.file_mb > 0 && ended_by(end, SIGXFSZ))
    return "it came to its limit of " + std::to_string(def.file_mb) + " MiB for a file (`file_mb`)";
  if (end.ok()) return {};
  const std::string said = lower_ascii(last_part(end_of(end.out)) + "\n" + last_part(end_of(end.err)));
  for (const Sign& sign : signs_of(def)) {
    const bool seen = std::ranges::any_of(sign.words, [&](std::string_view w) { return said.contains(w); });
    if (sign.limit > 0 && seen) return "it seems to have come to its limit of " + sign.what + " (`" + sign.field + "`)";
  }
  // Who catches the warning is killed a second later.
  if (def.cpu_time > 0 && ended_by(end, SIGKILL) && end.took >= def.cpu_time)
    return "it may have come to its limit of " + time;
  return {};
}

}  // namespace muster::exec
