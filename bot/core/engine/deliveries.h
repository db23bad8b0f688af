// Alerts as they were delivered: what waited for a commit together is decided together.
#pragma once
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

struct AlertDelivery {
  std::vector<AlertEvent> alerts;
  TimeMs received_ms = 0;
};

// As if they were taken one after the other, but for the journal: alerts of several deliveries may be one list.
void take_deliveries(Work& work, const std::vector<AlertDelivery>& deliveries);

}  // namespace muster
