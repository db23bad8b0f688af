// The parts of the table in verbs.h. Inside of runbooks only.
#pragma once
#include <vector>

#include "runbooks/verbs.h"

namespace muster::runbooks {
std::vector<Verb> reading_verbs();   // query, lookup, http, run
std::vector<Verb> changing_verbs();  // deploy, rollback, scale, restart, lock
std::vector<Verb> watching_verbs();  // verify
std::vector<Verb> talking_verbs();   // message, page, incident, approve, ask
std::vector<Verb> ordering_verbs();  // wait, set, stop, parallel, for_each, block, call, undo
}  // namespace muster::runbooks
