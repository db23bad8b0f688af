// The figures of software delivery, from what was recorded and linked: never from closeness in time alone, and never
// of a person. Definitions: docs/delivery.md. Values and plain functions; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/changes/record.h"

namespace muster {

struct State;

// What of an incident the figures need.
struct IncidentSpan {
  std::string id;
  std::vector<std::string> services;
  TimeMs declared_ms = 0, mitigated_ms = 0, resolved_ms = 0;  // 0: not recorded
};
std::vector<IncidentSpan> incident_spans(const State& state);  // without canceled and merged ones

struct DoraQuery {
  std::string service;                 // empty: every one that was deployed
  std::set<std::string> environments;  // that count as production
  TimeMs from = 0, to = 0;             // by the end of the deployment
  bool count_rollbacks = false;
};

// Why a deployment counts as failed; it counts once.
struct FailedDeployment {
  std::string change, version, environment;
  std::string basis;     // reverted: by a rollback during an incident; linked: a person says so; hotfix: one followed
                         // within 24 hours; guard: the health guard judged it bad and it was put back
  std::string by;        // the change that shows it; empty: a person
  std::string incident;  // empty: none
};

struct DoraFigures {
  std::string service;
  std::int64_t deployments = 0, rollbacks = 0;  // rollbacks: beside them, unless they are counted
  std::int64_t rework = 0;
  std::vector<FailedDeployment> failed;
  std::vector<double> lead_s;        // one of each commit and its first deployment
  std::int64_t without_commits = 0;  // deployments of which no commit was told
  std::vector<double> recovery_s;    // one of each failed deployment and incident that is mitigated
  double days = 0;
  std::optional<double> per_day() const;
  std::optional<double> fail_rate() const, rework_rate() const;  // absent: nothing was deployed
};
// Sorted by service; a service that was asked for by name is there even when nothing was deployed.
std::vector<DoraFigures> dora_figures(const ChangeLog& all, const std::vector<IncidentSpan>& incidents,
                                      const DoraQuery& query);

std::optional<double> median_of(std::vector<double> values);
// Ratios with four decimals, seconds, counts; absent values null. Holds no person.
Value dora_value(const DoraFigures& figures);

}  // namespace muster
