// A definition and a version -> the command of one process. Every value is checked here, whatever was checked before.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "integrations/process/command.h"
#include "integrations/targets/local/config.h"

namespace muster::local {

using Variable = std::function<std::optional<std::string>(const std::string&)>;

struct Process {  // what tells one process of a service from the others
  std::string id;
  std::string version;
  std::int64_t generation = 0;
  int port = 0;
};

// Why this version cannot be started here: it is no version, it is not there, its program is missing.
Result<void> check_version(const LocalTargetDef& def, const std::string& version, const std::string& sample);
std::string fill_in(const std::string& text, const LocalTargetDef& def, const Process& process);
CommandSpec command_for(const LocalTargetDef& def, const Process& process, const std::string& sample,
                        const Variable& variable);
std::string shown_command(const LocalTargetDef& def, const std::string& version);
std::vector<std::string> secrets_of(const LocalTargetDef& def, const Variable& variable);

}  // namespace muster::local
