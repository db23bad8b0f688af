// The review of an incident and what waits for it. Internal to the engine.
#pragma once
#include "bot/core/engine/handlers.h"

namespace muster {

Outcome publish(Call& call);
void add_publication(const Call& call, const Incident& incident, Facts& facts);  // what the yes is given to
// What the text itself leaves open, read where the entries are; it stands below the question.
ReadWanted review_wanted(const Call& call);

}  // namespace muster
