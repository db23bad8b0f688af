// Many alerts at once: nothing is lost, but people get one board instead of a flood, and one incident instead of
// thousands. Internal to the engine.
#pragma once
#include "bot/core/engine/engine.h"

namespace muster {

bool storming(const State& state);
// An alert is about to change: begins a storm when too many did within a minute.
void watch_for_storm(Work& work, TimeMs received_ms);
// The incident that takes what would otherwise open one of its own; null: it may open its own.
Incident* storm_incident(Work& work, TimeMs received_ms, const std::vector<std::string>& services,
                         const std::string& severity);
void keep_row(Work& work, const Incident& incident);  // the projection row without a message
bool storm_rang(Work& work, const Timer& timer);      // false: the timer is not ours
// The card of an alert that changed during a storm; set by the file that draws cards.
using DrawCard = void (*)(Work& work, const Alert& alert);
void end_storm(Work& work, DrawCard draw);
bool storm_goes_on(const Work& work);

}  // namespace muster
