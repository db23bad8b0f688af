// Alerts as they were delivered: what waited for a commit together is decided together.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

struct AlertDelivery {
  std::vector<AlertEvent> alerts;
  TimeMs received_ms = 0;
};

// As if they were taken one after the other, but for the journal: alerts of several deliveries may be one list.
void take_deliveries(Work& work, const std::vector<AlertDelivery>& deliveries);
// One about which no decision can be made: a fault of ours. `inbox_key`: where it is kept; empty: it was refused.
void take_undecided(Work& work, const std::string& source, const std::string& inbox_key);

}  // namespace muster
