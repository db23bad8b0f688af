// The figures of an incident, each a fold over its entries. What was not recorded is absent, never zero.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/changes/record.h"
#include "bot/core/journal/entry.h"
#include "bot/core/journal/view.h"

namespace muster {

using MaybeTime = std::optional<TimeMs>;
using MaybeCount = std::optional<std::int64_t>;

struct IncidentTimes {
  MaybeTime impact_started, detected, paged, acknowledged, declared, decision, identified, mitigated, resolved, closed;
  MaybeTime first_mitigated, first_resolved;
  bool detected_is_declared = false;  // nothing earlier was recorded
  std::string impact_basis;
};

struct IncidentSeconds {
  MaybeCount ttd, page_delay, tta, time_to_declare, ttm, ttr, response, verification, impact, declare_to_first_update,
      decision_to_rollback_finished;
};

struct SeveritySpan {
  std::string severity;
  TimeMs from = 0;
  MaybeTime to;
};
struct AlertSpan {
  std::string alert;
  TimeMs from = 0;
  MaybeTime to;
};
struct Tenure {
  std::string role, person;
  TimeMs from = 0;
  MaybeTime to;
  int nth = 1;
};  // nth holder of the role

struct ImpactFacts {
  MaybeCount requests_total, requests_bad, customers, tickets_first_report, tickets_total, orders_lost, money_lost,
      budget_requests;
  std::optional<double> bad_ratio, budget_spent, burn_rate;
};

struct LateUpdate {
  TimeMs promised = 0;
  MaybeTime sent;
};
struct UpdateFacts {
  std::int64_t count = 0, promises_made = 0, promises_kept = 0, interval_violations = 0;
  std::vector<LateUpdate> late;
  MaybeTime open;  // the last promise, where the record ends before it is due
  MaybeCount longest_gap_s, interval_s;
};

struct RoleFacts {
  std::int64_t people = 0, incident_commanders = 0, handoffs = 0;
  std::vector<std::string> assigned, seen_without_assignment;
  std::vector<Tenure> tenures;
};

// What a step said that it counted: "drained" 37.
struct StepCount {
  std::string step, what;
  std::int64_t n = 0;
};
struct RunFacts {
  std::string run, runbook;
  std::int64_t steps_total = 0, done = 0, skipped = 0, failed = 0;
  std::vector<StepCount> counted = {};
};

struct DeploymentFacts {
  std::string id, version, type, service, reverts, basis, outcome;
  bool failed = false, unplanned = false;
  MaybeTime started, finished, committed;
};

struct ActionFacts {
  std::string id, type, priority, owner_team, due, tracker, text, state;
  TimeMs at_ms = 0;
};

struct Facts {
  std::string id, title, severity_declared, severity_peak, severity_final, state;
  std::vector<std::string> services;
  IncidentTimes times;
  IncidentSeconds seconds;
  std::vector<SeveritySpan> severities;
  std::vector<AlertSpan> alerts;
  ImpactFacts impact;
  UpdateFacts updates;
  RoleFacts roles;
  std::vector<RunFacts> runs;
  std::vector<DeploymentFacts> deployments;
  std::vector<ActionFacts> actions;
  std::string detection_source;  // monitoring, customer, colleague, or empty
  MaybeCount first_customer_report_after_s;
  std::vector<std::string> order_violations;  // "mitigated after resolved" …
};

Facts incident_facts(const std::vector<Entry>& entries);  // what the internal profile may see
Facts incident_facts(const View& view);
// Deployments that muster made and that are linked with the incident.
Facts with_changes(Facts facts, const std::vector<ChangeRecord>& changes);

// Delivery figures over these deployments (rollbacks counted only when asked).
struct DoraFacts {
  std::int64_t counted = 0;
  std::optional<double> change_fail_rate, rework_rate, lead_median_s, failed_deployment_recovery_s;
  std::int64_t leads = 0, recoveries = 0;  // values behind the two medians
};
DoraFacts dora_facts(const Facts& facts, bool count_rollbacks);

// Canonical form: times RFC 3339, durations whole seconds, absent values null. Holds no person.
Value facts_value(const Facts& facts);

}  // namespace muster
