// Why an alert led to what it led to.
#pragma once
#include "bot/core/engine/handlers.h"

namespace muster {

Outcome explain_alert(Call& call, const Alert& alert);
// The route that decides about it by the configuration of now; null: none.
const AlertRouteRule* route_for(const Work& work, const Alert& alert);

}  // namespace muster
