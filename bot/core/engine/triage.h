// An incident that a route opened for a person to judge: it waits in triage until somebody accepts or declines it.
#pragma once
#include "bot/core/engine/engine.h"

namespace muster {

void add_triage_buttons(const Work& work, const Incident& incident, Message& message);
// The next reminder; `said` of them came before. An incident that does not wait any more needs none.
void arm_triage(Work& work, const Incident& incident, int said);
void triage_rang(Work& work, const Timer& timer);
// After somebody judged it: the first message about it says so, the board has it, nothing reminds any more.
void triage_ended(Work& work, const Incident& incident, const std::string& person);

}  // namespace muster
