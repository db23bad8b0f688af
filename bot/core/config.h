// What the core needs to know from the configuration. Plain values; config/ fills them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/commands/policy.h"
#include "bot/core/people/people.h"
#include "bot/core/people/services.h"
#include "bot/core/runs/automation.h"

namespace muster {

struct SeverityRule {
  std::string name;  // SEV1 … SEV5, most urgent first
  std::string meaning;
  DurationMs update_every = 0;  // 0: no reminder
};

// Decides what a firing alert does. First match wins.
struct AlertRouteRule {
  std::string name;
  std::vector<Matcher> matchers;
  bool open_incident = false;
  std::string severity = "SEV3";
  std::string when{};  // a condition over `alert` (commands/condition.h), empty: always
};

struct CoreConfig {
  std::string bot_handle = "muster";
  char prefix = '!';
  std::string language = "en";
  std::string zone = "UTC";
  bool sandbox = false;
  std::vector<Person> people;
  std::vector<Service> services;
  std::vector<SeverityRule> severities;
  std::vector<Rule> policy;
  std::vector<AlertRouteRule> alert_routes;
  std::string alerts_channel = "alerts";
  DurationMs group_wait = 0;  // where grouping is ours: from a group's first alert to its incident
  std::string policy_hash;
  std::string version;
  AutomationCaps automation{};
};

const Person* find_person(const CoreConfig& config, std::string_view id_or_handle);
const Service* find_service(const CoreConfig& config, std::string_view name);
const SeverityRule* find_severity(const CoreConfig& config, std::string_view name);  // "2", "sev2", "SEV2"

}  // namespace muster
