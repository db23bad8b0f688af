// Which route an alert takes, which group it belongs to and which services it is about. Internal to the engine.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

// What decides about an incident, of an event or of an alert that waited. The words are somebody else's: there is one
// of these for every alert of a storm.
struct Cause {
  std::string group;
  std::string_view title, severity;
  const Labels& labels;
  TimeMs starts_ms = 0;
};

const AlertRouteRule* route_of(const Work& work, const Cause& cause);  // null: none
std::vector<std::string> services_of(const Work& work, const Labels& labels);
bool same_services(const Pairs& a, const Labels& b);
// Grouping is ours where the sender has none: by name, service and place.
std::string group_of(const AlertEvent& event);

}  // namespace muster
