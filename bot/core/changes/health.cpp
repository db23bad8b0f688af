#include "bot/core/changes/health.h"

#include <algorithm>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "bot/core/config.h"
#include "bot/core/engine/state.h"

namespace muster {
namespace {

std::string_view label(const Alert& alert, std::string_view name) {
  for (const auto& [key, value] : alert.labels)
    if (key == name) return value;
  return {};
}

// As alerts are told to belong to a service elsewhere: by service, else by app or job when that is one.
std::string service_of(const CoreConfig& config, const Alert& alert) {
  for (const std::string_view key : {"service", "app", "job"}) {
    const std::string_view value = label(alert, key);
    if (value.empty()) continue;
    if (const Service* s = find_service(config, value)) return s->name;
    if (key == "service") return std::string(value);
  }
  return {};
}

// Everything that is reached from `service` by `next`, itself included.
template <class Next>
std::set<std::string> reached(const std::string& service, Next next) {
  std::set<std::string> all{service};
  std::vector<std::string> open{service};
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    for (const std::string& more : next(name))
      if (all.insert(more).second) open.push_back(more);
  }
  return all;
}

}  // namespace

bool is_named(const std::vector<std::string>& list, const std::string& name) {
  return list.empty() ||
         std::ranges::any_of(list, [&](const std::string& n) { return lower_ascii(n) == lower_ascii(name); });
}

HealthRule health_rule(const CoreConfig& config, const std::string& service, const std::string& environment) {
  for (const HealthRule& rule : config.health)
    if (is_named(rule.services, service) && is_named(rule.environments, environment)) return rule;
  return {};
}

std::vector<HealthCheck> health_checks(const CoreConfig& config, const std::string& service,
                                       const std::string& environment) {
  std::vector<HealthCheck> checks;
  for (const HealthCheck& check : config.health_checks)
    if (is_named(check.services, service) && is_named(check.environments, environment)) checks.push_back(check);
  return checks;
}

bool is_one_way(const HealthRule& rule, const std::string& version) {
  return std::ranges::any_of(rule.one_way,
                             [&](const std::string& pattern) { return full_match(version, pattern).value_or(false); });
}

std::set<std::string> with_dependants(const CoreConfig& config, const std::string& service) {
  return reached(service, [&](const std::string& name) {
    std::vector<std::string> needing;
    for (const Service& s : config.services)
      if (std::ranges::find(s.depends_on, name) != s.depends_on.end()) needing.push_back(s.name);
    return needing;
  });
}

std::set<std::string> with_dependencies(const CoreConfig& config, const std::string& service) {
  return reached(service, [&](const std::string& name) {
    const Service* s = find_service(config, name);
    return s ? s->depends_on : std::vector<std::string>();
  });
}

bool concerns(const CoreConfig& config, const AlertWatch& watch, const Alert& alert) {
  if (!watch.matchers.empty()) {
    const Labels labels = alert.labels;
    return std::ranges::all_of(watch.matchers, [&](const std::string& text) {
      const auto matchers = parse_matchers(text);
      return matchers && matches(*matchers, labels);
    });
  }
  for (const std::string_view key : {"environment", "env"})
    if (const auto where = label(alert, key); !where.empty() && lower_ascii(where) != lower_ascii(watch.environment))
      return false;
  return with_dependants(config, watch.service).contains(service_of(config, alert));
}

std::vector<std::string> firing_now(const State& state, const CoreConfig& config, const AlertWatch& watch) {
  std::vector<std::string> ids;
  for (const auto& [n, alert] : state.alerts)
    if (alert.status == "firing" && concerns(config, watch, alert)) ids.push_back(alert.id);
  return ids;
}

bool is_newly_firing(const CoreConfig& config, const AlertWatch& watch, const Alert& alert, TimeMs since,
                     const std::vector<std::string>& before) {
  if (alert.status != "firing" || alert.starts_ms < since) return false;
  return std::ranges::find(before, alert.id) == before.end() && concerns(config, watch, alert);
}

std::vector<std::string> newly_firing(const State& state, const CoreConfig& config, const AlertWatch& watch,
                                      TimeMs since, const std::vector<std::string>& before) {
  std::vector<std::string> ids;
  for (const auto& [n, alert] : state.alerts)
    if (is_newly_firing(config, watch, alert, since, before)) ids.push_back(alert.id);
  return ids;
}

}  // namespace muster
