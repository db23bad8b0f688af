// `when:` of policy rules, alert routes and checklists: a condition of the Common Expression Language (docs/cel.md).
// What may be read is declared, so that a wrong name is found when the configuration is loaded. Any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/cel/cel.h"

namespace muster {

struct Ask;
struct AlertEvent;

const cel::Options& policy_condition();    // person, groups, roles, verb, service, environment, channel, arguments, …
const cel::Options& route_condition();     // alert
const cel::Options& incident_condition();  // incident: checklists

// What a checklist's condition reads of an incident.
struct IncidentFacts {
  std::string id, title, severity, reason, service;  // the first of its services; empty: none
  std::vector<std::string> services;
  std::map<std::string, std::string> labels;  // of its alerts; where they differ, those of the first
};

// The values for them; they look into what they are made of, which must outlive them.
cel::Bindings policy_facts(const Ask& ask);
cel::Bindings route_facts(const AlertEvent& alert, TimeMs now);
cel::Bindings incident_facts(const IncidentFacts& incident, TimeMs now);

// Empty when the condition has no answer here: it is wrong, or it reads what is not there. Compiled once per thread.
std::optional<bool> condition_holds(const std::string& condition, const cel::Options& kind, const cel::Bindings& facts);

}  // namespace muster
