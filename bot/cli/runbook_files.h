// Runbooks as files: FILE is a path, NAME is NAME.yaml in the folder of runbooks that the configuration names. Reads
// files; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "runbooks/lint.h"

namespace muster {

// As named on the command line: the file of a runbook's tests means that runbook, and a pattern of the shell names
// both.
std::vector<std::string> runbooks_of(const std::vector<std::string>& names);

class RunbookFiles {
 public:
  explicit RunbookFiles(std::string folder);

  Result<std::string> path_of(const std::string& file_or_name) const;
  std::vector<std::string> all() const;  // every runbook of the configuration folder, tests left out
  static Result<std::string> read(const std::string& path);
  // What `call` finds from a runbook at `path`: beside it, then in the configuration folder. The answers are kept.
  std::shared_ptr<const runbooks::Runbook> called(const std::string& name, const std::string& path);

 private:
  std::string folder_;  // empty: none, there is no configuration
  std::map<std::string, std::shared_ptr<const runbooks::Runbook>> kept_;
};

}  // namespace muster
