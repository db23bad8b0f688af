// What is watched after a change, and what follows when it hurts: rules of the configuration, and which services and
// alerts belong to a change. Values and pure functions; any thread.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// One look that is repeated while a service is watched. Of a configuration, or of a step.
struct HealthCheck {
  std::string name;
  std::vector<std::string> services, environments;  // empty: every one
  std::string http;                                 // an address that http_allow names
  std::vector<int> expect;                          // statuses that are good; empty: 200 to 299
  std::string promql, source, pass;                 // an expression, whom to ask, and what is good (CEL over `it`)
  DurationMs every = 0;                             // 0: as often as the rule says
  int failures = 1;                                 // bad looks in a row that are forgiven
};

// First match wins; where none does, the defaults below hold.
struct HealthRule {
  std::string name;
  std::vector<std::string> services, environments;  // empty: every one
  DurationMs window = 5 * minute_ms;                // 0: nothing is watched
  DurationMs every = 15 * second_ms;
  int failures = 1;                   // of the target's own word
  bool target = true;                 // the target's own word counts
  bool alerts = true;                 // alerts that begin to fire count
  std::vector<std::string> matchers;  // instead of the service's alerts and those of what needs it: these
  std::string on_bad = "rollback";    // rollback, ask, nothing
  std::string no_data = "ask";        // ask, rollback, nothing
  std::vector<std::string> one_way;   // versions (RE2, whole) that cannot be taken back: a migration
  DurationMs lock_for = 4 * hour_ms;  // after an automatic rollback; 0: no lock
  std::string severity = "SEV3";      // of the incident that is offered
};

struct CoreConfig;
struct State;
struct Alert;

HealthRule health_rule(const CoreConfig& config, const std::string& service, const std::string& environment);
std::vector<HealthCheck> health_checks(const CoreConfig& config, const std::string& service,
                                       const std::string& environment);
// The rule says that there is no way back from this version.
bool is_one_way(const HealthRule& rule, const std::string& version);

// A service and what needs it, or what it needs, however many steps away. Itself is always among them.
std::set<std::string> with_dependants(const CoreConfig& config, const std::string& service);
std::set<std::string> with_dependencies(const CoreConfig& config, const std::string& service);

// Alerts of the service or of what needs it, in this environment or in none; or, with matchers, those they fit.
struct AlertWatch {
  std::string service, environment;
  std::vector<std::string> matchers;
};
bool concerns(const CoreConfig& config, const AlertWatch& watch, const Alert& alert);
// E ids of such alerts that fire now.
std::vector<std::string> firing_now(const State& state, const CoreConfig& config, const AlertWatch& watch);
// Of them those that began at `since` or later and are not among `before`.
bool is_newly_firing(const CoreConfig& config, const AlertWatch& watch, const Alert& alert, TimeMs since,
                     const std::vector<std::string>& before);
std::vector<std::string> newly_firing(const State& state, const CoreConfig& config, const AlertWatch& watch,
                                      TimeMs since, const std::vector<std::string>& before);

// Whether a rule's list has the name, whatever its case; an empty list has all.
bool is_named(const std::vector<std::string>& list, const std::string& name);

}  // namespace muster
