// Follow-ups: what is to be done after, or for, an incident.
#pragma once
#include "bot/core/engine/engine.h"

namespace muster {

void todo_rang(Work& work, const Timer& timer);  // a day that was named has gone by
// Where the severity owes a review: a follow-up for the commander, once. The day it is due; 0: none is owed.
TimeMs owe_review(Work& work, const Incident& incident);

}  // namespace muster
