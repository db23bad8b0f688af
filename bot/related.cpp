#include "bot/related.h"

#include <algorithm>
#include <set>

namespace muster {
namespace {

constexpr DurationMs look_back_ms = 365 * day_ms;
constexpr std::size_t related_max = 10;

std::set<std::string> alert_names(const State& state, const Incident& incident) {
  std::set<std::string> names;
  for (const auto& id : incident.alerts) {
    const Alert* a = find_alert(state, id);
    if (!a) continue;
    for (const auto& [key, value] : a->labels)
      if (key == "alertname") names.insert(value);
  }
  return names;
}

std::vector<std::string> in_both(const std::set<std::string>& mine, const std::set<std::string>& theirs) {
  std::vector<std::string> out;
  std::ranges::set_intersection(mine, theirs, std::back_inserter(out));
  return out;
}

}  // namespace

std::vector<RelatedIncident> related_incidents(const State& state, const Incident& incident) {
  const std::set<std::string> services(incident.services.begin(), incident.services.end());
  const std::set<std::string> alerts = alert_names(state, incident);
  std::vector<RelatedIncident> found;
  for (const auto& [n, other] : state.incidents) {
    const bool counts = other.id != incident.id && !other.is_private && !other.triage && other.status != "merged" &&
                        other.status != "canceled";
    const bool near =
        other.declared_ms <= incident.declared_ms && other.declared_ms >= incident.declared_ms - look_back_ms;
    if (!counts || !near) continue;
    RelatedIncident r{other.id, other.title, other.peak_severity, other.declared_ms, {}, {}, 0};
    r.services = in_both(services, {other.services.begin(), other.services.end()});
    if (!alerts.empty()) r.alerts = in_both(alerts, alert_names(state, other));
    r.open_actions = static_cast<int>(std::ranges::count(other.todos, false, &Todo::done));
    if (!r.services.empty() || !r.alerts.empty()) found.push_back(std::move(r));
  }
  std::ranges::sort(found, std::ranges::greater(), &RelatedIncident::declared_ms);
  if (found.size() > related_max) found.resize(related_max);
  return found;
}

}  // namespace muster
