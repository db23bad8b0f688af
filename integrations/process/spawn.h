// The beginning of a command: its folder, its lock, its spec, and the shim that takes all three over.
#pragma once
#include <string>

#include "bot/base/result.h"
#include "integrations/process/files.h"

namespace muster::process {

struct Spawned {
  int pid = 0;
  Fd process;  // a pidfd; empty where the kernel has none to give: then it is polled
};

bool is_command_id(std::string_view id);
// What is wrong with it, or the absolute path of the program.
Result<std::string> check_spec(const CommandSpec& spec);
Result<Spawned> spawn(const CommandSpec& spec, const std::string& program, const std::string& folder,
                      const std::string& shim, const std::string& boot_id);

}  // namespace muster::process
