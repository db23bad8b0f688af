// What every target must do, whatever is behind it. An implementation joins by giving a bench (target_<name>.cpp): a
// small world in which a service `shop` runs as version 1.0 with 3 replicas in `prod`.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/core/changes/target.h"

namespace muster::test {

class TargetBench {
 public:
  virtual ~TargetBench() = default;
  virtual Target& target() = 0;
  virtual void until(const std::function<bool()>& done) = 0;  // turns the loop; too late is a failure
  // The bot dies without a word and comes back: a new target over the same world.
  virtual void restart_bot() = 0;
  virtual void hold() = 0;                      // changes that arrive from now on do not end …
  virtual void release() = 0;                   // … until now
  virtual void refuse(bool yes) = 0;            // the world says no to changes
  virtual int arrived() = 0;                    // changes that the world was told to make, refused ones too
  virtual std::vector<std::string> runs() = 0;  // their run ids, as the world was told
  virtual void somebody_deploys(const std::string& version) = 0;
};

struct BenchMaker {
  std::string name;
  std::function<std::unique_ptr<TargetBench>()> make;
};
std::vector<BenchMaker>& benches();
struct JoinContract {
  JoinContract(std::string name, std::function<std::unique_ptr<TargetBench>()> make) {
    benches().push_back({std::move(name), std::move(make)});
  }
};

}  // namespace muster::test
