// `scrub`: which entry, what stands in for it, what is told to those who watch. Loop thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "bot/dispatcher.h"
#include "storage/scrub.h"

namespace muster {

// Everything that is known before anything is destroyed.
struct ScrubPlan {
  std::string refusal;  // the key of a sentence; empty: it can be done
  std::string name;     // as people call the entry: "4 (INC-7)", or its id
  Entry redaction;
  ScrubOrder order;
  std::vector<std::string> also;  // other entries that hold the same text
  std::vector<ScrubPlan> twins;   // what people said in chat with it: goes too
  std::string channel = {};       // made of the text and still called so; empty: none
};

ScrubPlan plan_scrub(Store& store, const ReadWanted& wanted, const Actor& who);  // off the loop
Result<ScrubReport> carry_out(Store& store, const ScrubPlan& plan);              // off the loop
// Edits that show the changed posts as they are now, on every platform that has them.
std::vector<OutMessage> edits_of(const ScrubReport& report, TimeMs now);
Outcome scrub_outcome(const ScrubPlan& plan, const Result<ScrubReport>& report, const std::string& language);

// All of it, in order: what is meant, the redaction (a decision), the destruction while nothing is decided, the posts
// as they are now. `off_loop` does work elsewhere and then the rest on the loop; false: it cannot now.
struct ScrubTools {
  Dispatcher& dispatcher;
  Store& store;
  const Clock& clock;
  std::function<bool(std::function<void()> work, std::function<void()> then)> off_loop;
};
void scrub(const ScrubTools& tools, const ReadWanted& wanted, const Actor& who, std::function<void(Outcome)> done);

}  // namespace muster
