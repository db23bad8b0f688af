// How long answers are shown: what fits inline, the rest as a file, and page by page. Loop thread only.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

// --grep, --tail and --json are applied; the answer keeps its first line.
void apply_flags(Outcome& outcome);
void apply_flags_for_script(Outcome& outcome);  // --json is bare JSON there, without markup and without the echo
// The answer of a reader gets what the command had: flags, echo, code.
Outcome read_outcome(Outcome read, const Outcome& command);

// Remembers the last long answer per person and channel. Each is kept over a restart for a day as the body of a timer
// that ends it; one that is very long, and what no longer fits beside the others, is forgotten.
class Pager {
 public:
  static constexpr std::string_view timer_prefix = "page:";
  // Up to 12 lines and 3,000 characters stay; more is cut to the first 8 and the last 4, with the whole as a file.
  void fit(Outcome& outcome, const std::string& person, const std::string& channel);
  // The same message delivered again (source_id) shows the same page and turns none.
  Outcome more(const ReadWanted& wanted, const std::string& person, const std::string& channel,
               const std::string& source_id = {});
  // What became of the pages since the last call, as timers to store.
  std::vector<Timer> take_changes(TimeMs now);
  void restore(const std::vector<Timer>& timers);  // those that are pages
  void forget(const std::string& timer_id);
  void clear();

 private:
  struct Pages {
    std::vector<std::string> lines;
    std::size_t shown = 0;   // lines from the front
    std::size_t before = 0;  // the last turn began here
    std::string turned_by;
    bool is_private = false;
    std::uint64_t used = 0;
    std::size_t bytes = 0;
  };
  void remember(const std::string& key, Pages pages);
  void drop(std::map<std::string, Pages>::iterator page);
  std::vector<std::string> changed_;  // keys
  std::map<std::string, Pages> pages_;
  std::uint64_t clock_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace muster
