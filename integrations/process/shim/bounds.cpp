#include "integrations/process/shim/bounds.h"

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

namespace muster::shim {
namespace {

constexpr std::size_t groups_max = 1024;

bool hold(int resource, std::uint64_t most, std::uint64_t grace) {
  if (most == 0) return true;
  rlimit now{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) return false;
  const rlim_t soft = most < now.rlim_max ? most : now.rlim_max;
  const rlim_t hard = most + grace < now.rlim_max ? most + grace : now.rlim_max;
  const rlimit held{soft, hard};
  return setrlimit(static_cast<__rlimit_resource>(resource), &held) == 0;
}

}  // namespace

bool take_user(const Spec& spec) {
  if (spec.user == nullptr || spec.user[0] == nullptr || spec.user[1] == nullptr) return true;
  static gid_t groups[groups_max];
  std::size_t n = 0;
  for (char** group = spec.user + 2; *group != nullptr && n < groups_max; ++group)
    groups[n++] = static_cast<gid_t>(std::strtoul(*group, nullptr, 10));
  const auto group = static_cast<gid_t>(std::strtoul(spec.user[1], nullptr, 10));
  const auto user = static_cast<uid_t>(std::strtoul(spec.user[0], nullptr, 10));
  return setgroups(n, groups) == 0 && setresgid(group, group, group) == 0 && setresuid(user, user, user) == 0;
}

bool take_limits(const Limits& limits) {
  // A second of grace before KILL: whoever catches SIGXCPU may still say something.
  return hold(RLIMIT_AS, limits.memory, 0) && hold(RLIMIT_CPU, limits.cpu_seconds, 1) &&
         hold(RLIMIT_NOFILE, limits.open_files, 0) && hold(RLIMIT_FSIZE, limits.file, 0) &&
         hold(RLIMIT_NPROC, limits.processes, 0);
}

}  // namespace muster::shim
