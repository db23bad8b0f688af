// How far steps are, on its way from those who carry them out to the chat: gathered and told once in three seconds, at
// most three runs at a time, so that no channel sees more than one change a second. What waits longest goes first; of
// a step only the newest word is kept. Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "runbooks/engine.h"

namespace muster {

class ProgressBoard {
 public:
  using Later = std::function<void(DurationMs, std::function<void()>)>;
  using Tell = std::function<void(std::vector<runbooks::StepProgress>)>;
  ProgressBoard(Later later, Tell tell) : later_(std::move(later)), tell_(std::move(tell)) {}
  ProgressBoard(const ProgressBoard&) = delete;
  ProgressBoard& operator=(const ProgressBoard&) = delete;

  void take(runbooks::StepProgress progress);

 private:
  void flush();
  struct Waiting {
    std::uint64_t since = 0;
    std::map<std::string, runbooks::StepProgress> steps;  // by path
  };
  Later later_;
  Tell tell_;
  std::map<std::string, Waiting> runs_;
  std::uint64_t serial_ = 0;
  bool resting_ = false;  // the next telling waits for its time
};

}  // namespace muster
