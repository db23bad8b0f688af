// Whose the command is and what it is held to; both are taken in its own process, before its program runs.
#pragma once
#include "integrations/process/shim/spec.h"

namespace muster::shim {

bool take_user(const Spec& spec);  // false: errno says why
// After the user: the number of processes is that of a user. Never more than we have ourselves.
bool take_limits(const Limits& limits);

}  // namespace muster::shim
