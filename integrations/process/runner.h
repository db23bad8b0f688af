// Starts commands under a shim in a session of its own, finds them again after a restart, and takes in what came of
// them. Loop thread only; nothing here blocks it.
//
// The order that makes "exactly one execution" true: commit the intent (with the id) -> start(id) -> `ended` ->
// commit the result -> forget(id). After a restart: attach(id) for every intent without a result.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "integrations/process/command.h"

namespace muster {

class Loop;

enum class Attached {
  running,  // it is alive; `ended` comes when it ends
  ended,    // it has ended, its result is being read; `ended` comes soon
  gone,     // nobody runs it and there is no result; `ended` comes soon and says lost or never_started
};

class Runner {
 public:
  virtual ~Runner() = default;  // leaves every command alone
  // Refused: a bad spec (invalid), an id that was used (conflict), no such program (not_found), no disk or no
  // process to be had (unavailable). After a refusal nothing has run.
  virtual Result<void> start(const CommandSpec& spec, CommandEvents events) = 0;
  // After a restart, or again in the same process: the new events replace the old ones.
  virtual Attached attach(const std::string& id, CommandEvents events) = 0;
  // TERM to the whole group, KILL after 10 s, to what has left the group too. `ended` tells; false: not running.
  virtual bool cancel(const std::string& id) = 0;
  // The result is recorded: its files go, except those that `rest_path` named.
  virtual void forget(const std::string& id) = 0;
  // What is left from before: folders of ids that are not in `wanted` and that nobody runs are removed, kept rests
  // older than `rests_before` too. Returns the unwanted ids that are still running; they are left alone.
  virtual std::vector<std::string> sweep(const std::vector<std::string>& wanted, TimeMs rests_before) = 0;
};

struct RunnerOptions {
  std::string folder;        // made when missing, owner-only; one folder per command in it
  std::string shim;          // the helper program; empty: find_shim()
  std::string boot_id = {};  // empty: the kernel's
  DurationMs progress_every = second_ms;
};

Result<std::unique_ptr<Runner>> make_runner(const RunnerOptions& options, Loop& loop);

// A helper beside the running program, or in ../libexec/muster/ of it. Empty: not found.
std::string find_helper(const std::string& name);
std::string find_shim();

}  // namespace muster
