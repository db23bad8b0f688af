// The local target: services as processes of this machine, each under a keeper (integrations/process/keeper) that
// starts it again and writes its log, whether the bot lives or not. What should run is a small file, replaced as a
// whole: writing it is the change; carrying it out is repeated until it is so, also by a bot that was started later.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/changes/target.h"
#include "integrations/targets/local/config.h"

namespace muster {

class HttpClient;
class Loop;
class Timers;

struct LocalParts {    // all outlive the targets
  std::string folder;  // one folder per target in it; made when missing
  std::string keeper;  // the helper program
  std::string sample;  // what the command `muster-sample` stands for
  Loop& loop;
  Timers& timers;
  const Clock& clock;
  std::function<HttpClient*()> http;  // asked when a health address is called; null: it cannot be
  std::function<std::optional<std::string>(const std::string&)> variable = {};  // empty: the bot's own environment
  std::function<void(const char* point)> fault = {};                            // tests: at each crash point
};

// Loop thread only. Destroying it leaves every process alone.
class LocalTargets {
 public:
  virtual ~LocalTargets() = default;
  // The definition has passed local::faults_of. A target that is known by its name takes the new definition over: what
  // is going on goes on. Processes get it with the next change.
  virtual std::shared_ptr<Target> put(const LocalTargetDef& def) = 0;
  // The configuration names no others: they are forgotten, and their processes run on under their keepers.
  virtual void keep_only(const std::vector<std::string>& names) = 0;
  // An orderly stop: ends what should not outlive the bot. Does not wait; the keepers see to it.
  virtual void bot_stops() = 0;
};

std::unique_ptr<LocalTargets> make_local_targets(LocalParts parts);

}  // namespace muster
