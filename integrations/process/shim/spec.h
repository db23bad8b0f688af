// What the shim is told, read once. The shim is C with namespaces on purpose: no exceptions, no iostreams, no heap to
// speak of, so that a waiting command costs a few dozen kilobytes.
#pragma once
#include <cstdint>

namespace muster::shim {

// 0: none but those that we have ourselves.
struct Limits {
  std::uint64_t memory = 0, cpu_seconds = 0, open_files = 0, file = 0, processes = 0;
};

struct Spec {
  std::int64_t timeout_ms = 0;
  std::int64_t grace_ms = 0;
  std::uint64_t file_max = 0;
  std::uint64_t text_max = 0;  // the runner's own, kept for the runner that comes after it
  bool merge = false;
  const char* boot = nullptr;
  const char* program = nullptr;
  const char* cwd = nullptr;
  char** argv = nullptr;
  char** env = nullptr;
  char** words = nullptr;  // for the keeper; an older bot sends none
  Limits limits;
  char** user = nullptr;      // user, group, groups, as numbers; null or empty: as we are
  bool dies_with_us = false;  // KILL for the command when its supervisor is gone
};

bool read_spec(int fd, Spec& spec);

}  // namespace muster::shim
