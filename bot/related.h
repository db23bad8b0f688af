// Incidents that the report of another one suggests to compare with.
#pragma once
#include <vector>

#include "bot/core/engine/state.h"
#include "bot/core/postmortems/report.h"

namespace muster {

// Declared in the twelve months before it, with a service or an alert in common; newest first, at most ten.
// Merged and canceled ones are left out.
std::vector<RelatedIncident> related_incidents(const State& state, const Incident& incident);

}  // namespace muster
