// Locks of a service in an environment and freezes of an environment: they bind people and automation alike. State,
// fold (lock.taken, lock.released, lock.changed) and the decisions; the commands are words around them. Loop thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/core/journal/entry.h"

namespace muster {

struct Lock {
  std::string id;                    // L3
  bool freeze = false;               // a calendar freeze: rollbacks stay allowed
  std::string service, environment;  // "*": every one
  std::string owner;                 // person id, "operator" or a run: R42
  std::string reason;
  TimeMs since_ms = 0;
  TimeMs from_ms = 0;   // a freeze that begins later
  TimeMs until_ms = 0;  // 0: until it is released
  std::string channel;  // where its owner is told
  int nagged = 0;
};

struct State;
struct Timer;
struct Work;
bool apply_lock(State& state, const Entry& entry);
const Lock* find_lock(const State& state, std::string_view id);
// What stands in the way of a verb there, for this actor (person id or run id): locks of others and freezes; the first
// one taken. Null: nothing. A rollback passes a freeze.
const Lock* lock_against(const State& state, std::string_view service, std::string_view environment,
                         std::string_view actor, std::string_view verb, TimeMs now);
// It stands now, and it is about this place.
// Taken by a run that put a change back: it is there so that the version does not come again by accident. Going back
// further is no accident.
bool lets_back(const Lock& lock, std::string_view verb);
bool lock_binds(const Lock& lock, std::string_view service, std::string_view environment, TimeMs now);
// The one lock (no freeze) of exactly this service and environment.
const Lock* lock_of(const State& state, std::string_view service, std::string_view environment, TimeMs now);

struct LockWish {
  bool freeze = false;
  std::string service, environment, owner, reason, channel;
  TimeMs from_ms = 0, until_ms = 0;
  Entry by;  // who says so, from where: an entry to fill
};
// Inside a decision. The id of the lock; taking one's own again changes its reason and time. conflict: somebody else's.
Result<std::string> take_lock(Work& work, LockWish wish);
Result<void> release_lock(Work& work, const Lock& lock, const std::string& actor, bool steal, Entry by,
                          const std::string& reason);
Result<void> change_lock(Work& work, const Lock& lock, const std::string& actor, const std::string& reason,
                         TimeMs until_ms, Entry by);
bool lock_rang(Work& work, const Timer& timer);  // false: not ours

}  // namespace muster
