#include "bot/core/engine/alert_routes.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "bot/core/engine/explain.h"

namespace muster {
namespace {

// What conditions read: all that is kept of an alert, so that one that waited is judged like one that did not.
AlertEvent event_of(const Cause& cause) {
  AlertEvent e;
  e.status = "firing";
  e.group_key = cause.group;
  e.title = cause.title;
  e.severity = cause.severity;
  e.labels = cause.labels;
  e.starts_ms = cause.starts_ms;
  return e;
}

bool names_severity(const AlertRouteRule& r) {
  return std::ranges::any_of(r.matchers, [](const Matcher& m) { return m.name == "alert.severity"; });
}

bool labels_match(const AlertRouteRule& r, const Cause& cause) {
  if (!names_severity(r)) return matches(r.matchers, cause.labels);
  Labels facts = cause.labels;
  facts.set("alert.severity", cause.severity);
  return matches(r.matchers, facts);
}

constexpr std::initializer_list<const char*> service_labels = {"service", "app", "job"};

}  // namespace

const AlertRouteRule* route_of(const Work& w, const Cause& cause) {
  for (const AlertRouteRule& r : w.config.alert_routes) {
    if (!labels_match(r, cause)) continue;
    if (r.when.empty()) return &r;
    const AlertEvent event = event_of(cause);
    if (condition_holds(r.when, route_condition(), route_facts(event, w.now)).value_or(false)) return &r;
  }
  return nullptr;
}

std::vector<std::string> services_of(const Work& w, const Labels& labels) {
  for (const char* label : service_labels) {
    const auto it = labels.find(label);
    if (it == labels.end()) continue;
    if (const Service* s = find_service(w.config, it->second)) return {s->name};
    if (std::string_view(label) == "service") return {std::string(it->second)};
  }
  return {};
}

bool same_services(const Pairs& a, const Labels& b) {
  const auto same = [&](const char* label) {
    const auto x = a.find(label);
    const auto y = b.find(label);
    return x == a.end() || y == b.end() ? x == a.end() && y == b.end() : x->second == y->second;
  };
  return std::ranges::all_of(service_labels, same);
}

std::string group_of(const AlertEvent& event) {
  if (!event.group_key.empty()) return event.group_key;
  const auto label = [&event](const char* name) { return event.labels.value_or_empty(name); };
  const std::string_view name = label("alertname");
  std::string group;
  group.reserve(128);
  group += "own:";
  group += name.empty() ? std::string_view(event.source_key) : name;
  group += "/";
  group += label("service");
  for (const char* place : {"cluster", "environment", "env"}) {
    const std::string_view where = label(place);
    if (!where.empty()) group.append("/").append(where);
  }
  constexpr std::size_t bytes_max = 400;
  if (group.size() > bytes_max) return clip_bytes(group, bytes_max);
  return group;
}

const AlertRouteRule* route_for(const Work& w, const Alert& a) {
  const Labels labels = a.labels;
  return route_of(w, {a.group_key(), a.title, a.severity, labels, a.starts_ms});
}

}  // namespace muster
