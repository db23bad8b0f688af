// The folds behind incident_facts, one per subject. Each reads the whole view and fills its part.
#pragma once
#include "bot/core/postmortems/facts.h"

namespace muster {

void fold_impact(Facts& facts, const View& view);   // windows, measured numbers, error budget
void fold_updates(Facts& facts, const View& view);  // needs severities and times
void fold_roles(Facts& facts, const View& view);    // needs times
void fold_changes(Facts& facts, const View& view);  // deployments and runbook runs; needs times
void fold_actions(Facts& facts, const View& view);

}  // namespace muster
