// The looks of a step `verify`: what is asked now, and what the answers say of each check. Pure; any thread.
#pragma once
#include <string>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "runbooks/watch_state.h"

namespace muster::runbooks {

// What is to be asked now (`all`: everything); each check in it is marked and its next look is set.
Value order_of(const Value& with, Watch& watch, TimeMs now, bool all);
// The answers to that, in the words of `lang`. When nothing at all was reached, that says nothing of the service.
void take_answers(const std::string& lang, const Value& with, const Value& result, Watch& watch, TimeMs now);
// Another version runs there than the one that is watched: it is somebody else's change, and not ours to put back.
std::string foreign_version(const Watch& watch, const Value& result);

}  // namespace muster::runbooks
