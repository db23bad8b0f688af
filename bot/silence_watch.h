// Silences that were made here and hold at their source: somebody may end or change them there. Each is looked at again
// every half minute, one at a time. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "bot/core/engine/silences.h"
#include "integrations/observability/alertmanager.h"

namespace muster {

class SilenceWatch {
 public:
  static constexpr DurationMs looked_every_ms = 30 * second_ms;
  using Answered = observability::Answered<observability::SilenceLook>;
  struct Outside {  // outlives it
    std::function<const State&()> state;
    std::function<void(const Silence&, Answered)> look;
    std::function<void(const SilenceSeen&)> tell;  // what is not as it was
    const Clock& clock;
  };
  explicit SilenceWatch(Outside outside) : out_(std::move(outside)) {}

  void tick();  // once a second

 private:
  struct Looked {
    TimeMs at = 0;
    int unknown = 0;  // looks in a row in which its source did not know it
  };
  void seen(const std::string& id, const observability::Answer<observability::SilenceLook>& answer);

  Outside out_;
  std::map<std::string, Looked> looked_;  // by L id
  bool asking_ = false;
};

}  // namespace muster
