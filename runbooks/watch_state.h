// What a `verify` step has seen so far, as it is kept in the record of its step; and what follows from it. Values and
// pure functions; any thread.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster::runbooks {

// One thing that is looked at again and again.
struct WatchedCheck {
  std::string kind;     // target, http, promql
  std::string name;     // for people
  std::int64_t at = 0;  // its place among the step's probes of that kind
  DurationMs every_ms = 15 * second_ms;
  std::int64_t allowed = 1;  // bad looks in a row that are forgiven
  TimeMs next_ms = 0;
  std::int64_t seen = 0, missed = 0;  // looks with an answer, and without
  std::int64_t row = 0;               // bad ones in a row, up to now
  bool asked = false;                 // a look is out
  bool mute = false;                  // it answers, and says nothing about health
  bool counted = false;               // of a target: its word is the number of replicas, not health
  bool off = false;                   // and that was another one than wanted when it was looked at last
  std::string last;                   // what it said last
};

struct Watch {
  TimeMs since_ms = 0;   // the change began; alerts count from here
  TimeMs begun_ms = 0;   // the window began
  TimeMs looked_ms = 0;  // when somebody looked last; 0: not yet
  DurationMs unwatched_ms = 0;
  int extra = 0;                    // looks after the end of the window, while the last one was bad
  bool held = false;                // of a stage: somebody said to stay here
  bool waits = false;               // of a stage: it was said that it waits for a person
  std::string version;              // what was brought out; another one there is somebody else's
  std::int64_t replicas = -1;       // how many there shall be after a scale; -1: that is not the question
  std::vector<std::string> before;  // E ids that fired before the change
  Value found;                      // what the target said last, where that is not what the change had left
  std::vector<WatchedCheck> checks;
};

Watch watch_from(const Value& kept);
Value to_value(const Watch& watch);

// Between two looks more time went by than there should: nobody was looking. `end`: of the window.
void account(Watch& watch, TimeMs now, TimeMs end);

// What one look brought for one check.
struct Seen {
  enum class Kind { good, bad, none, mute } kind = Kind::none;
  std::string what;      // status 503, value 0.12, no answer: …
  bool counted = false;  // it is the number of replicas
};
void take(WatchedCheck& check, const Seen& seen);

const WatchedCheck* failing(const Watch& watch);   // more bad looks in a row than are forgiven; null: none
const WatchedCheck* doubtful(const Watch& watch);  // its last looks were bad, and are still forgiven
// Checks of which too little was seen to say anything, and whether the window itself was watched well enough.
std::vector<const WatchedCheck*> unseen(const Watch& watch);
bool watched_enough(const Watch& watch, DurationMs window);
bool anything_seen(const Watch& watch);

}  // namespace muster::runbooks
