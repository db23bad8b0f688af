// Follow-ups: what is to be done after, or for, an incident.
#pragma once
#include "bot/core/engine/handlers.h"

namespace muster {

// A message that somebody's reaction makes a follow-up: once, whoever else reacts. `by` has its actor and its source.
void todo_of_message(Work& work, const Incident& incident, Entry by, const std::string& text, const std::string& from);
void todo_rang(Work& work, const Timer& timer);  // a day that was named has gone by
// Where the severity owes a review: a follow-up for the commander, once. The day it is due; 0: none is owed.
TimeMs owe_review(Work& work, const Incident& incident);
bool is_review(const Incident& incident, const Todo& todo);  // that follow-up
void review_held(Call& call, const Incident& incident);      // it is done

}  // namespace muster
