#include "bot/core/postmortems/facts.h"

#include <algorithm>

#include "bot/core/postmortems/facts_parts.h"

namespace muster {
namespace {

void earliest(MaybeTime& slot, TimeMs t) {
  if (!slot || t < *slot) slot = t;
}

// The state machine's times. Reopening clears the headline and keeps the first.
void fold_status(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  std::string status = row_data(row, "status").as_string();
  if (kind == "incident.reopened") {
    f.times.mitigated.reset();
    f.times.resolved.reset();
    f.times.closed.reset();
    f.state = status.empty() ? "investigating" : status;
    return;
  }
  if (status.empty() && kind != "incident.status_changed") status = kind.substr(kind.find('.') + 1);
  if (status.empty()) return;
  f.state = status == "declared" ? "investigating" : status;
  if (status == "mitigated") {
    f.times.mitigated = row.effective_ms;
    earliest(f.times.first_mitigated, row.effective_ms);
  }
  if (status == "resolved") {
    f.times.resolved = row.effective_ms;
    earliest(f.times.first_resolved, row.effective_ms);
  }
  if (status == "closed") f.times.closed = row.effective_ms;
}

void fold_incident(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  if (!kind.starts_with("incident.")) return;
  if (kind == "incident.declared") {
    earliest(f.times.declared, row.effective_ms);
    f.title = row_data(row, "title").as_string();
    f.severity_declared = row_data(row, "severity").as_string();
  } else if (const std::string& title = row_data(row, "title").as_string(); !title.empty()) {
    f.title = title;
  }
  fold_status(f, row);
}

void fold_detection(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  std::string_view source;
  if (kind == "alert.firing") source = "monitoring";
  if (kind == "report.customer") source = "customer";
  if (kind == "report.internal") source = "colleague";
  if (!source.empty() && !f.times.detected) {  // rows come in order: the first is the earliest
    f.times.detected = row.effective_ms;
    f.detection_source = source;
  }
  if (kind == "report.customer" && !f.first_customer_report_after_s && f.times.detected) {
    f.first_customer_report_after_s = (row.effective_ms - *f.times.detected) / second_ms;
    const Value& tickets = row_data(row, "tickets");
    if (tickets.is_int()) f.impact.tickets_first_report = tickets.as_int();
  }
}

void fold_marks(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  const TimeMs t = row.effective_ms;
  if (kind == "page.sent") earliest(f.times.paged, t);
  if ((kind == "page.acknowledged" || kind == "alert.acknowledged") && row.entry->actor.type == "user") {
    earliest(f.times.acknowledged, t);
  }
  if (kind == "decision") earliest(f.times.decision, t);
  if (kind == "decision" || (kind == "hypothesis" && row_data(row, "state").as_string() == "supported")) {
    earliest(f.times.identified, t);
  }
  if (kind == "impact.started" && (!f.times.impact_started || t < *f.times.impact_started)) {
    f.times.impact_started = t;
    f.times.impact_basis = row_data(row, "basis").as_string();
  }
}

void add_services(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  // Only what was affected: a note about a healthy database does not make it a service of the incident.
  if (kind != "incident.declared" && kind != "impact.started" && kind != "alert.firing") return;
  for (const std::string& s : row_services(row)) {
    if (std::find(f.services.begin(), f.services.end(), s) == f.services.end()) f.services.push_back(s);
  }
}

void fold_alerts(Facts& f, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  if (kind != "alert.firing" && kind != "alert.resolved") return;
  const std::string& name = row_data(row, "alert").as_string();
  const auto open =
      std::find_if(f.alerts.rbegin(), f.alerts.rend(), [&](const AlertSpan& a) { return a.alert == name && !a.to; });
  if (kind == "alert.resolved") {
    if (open != f.alerts.rend()) open->to = row.effective_ms;
  } else if (open == f.alerts.rend()) {
    f.alerts.push_back({name, row.effective_ms, std::nullopt});
  }
}

int severity_rank(std::string_view s) {  // SEV1 is the highest; anything else is below all of them
  return s.size() == 4 && s.starts_with("SEV") && s[3] >= '1' && s[3] <= '9' ? s[3] - '0' : 99;
}

void fold_severity(Facts& f, const ViewRow& row) {
  const bool declared = row.entry->kind == "incident.declared";
  if (!declared && row.entry->kind != "severity.changed") return;
  const std::string now = row_data(row, declared ? "severity" : "to").as_string();
  if (now.empty()) return;
  if (!f.severities.empty()) f.severities.back().to = row.effective_ms;
  f.severities.push_back({now, row.effective_ms, std::nullopt});
  f.severity_final = now;
  if (f.severity_peak.empty() || severity_rank(now) < severity_rank(f.severity_peak)) f.severity_peak = now;
}

MaybeCount between(MaybeTime from, MaybeTime to) {
  if (!from || !to) return std::nullopt;
  // Floor, also for the negative spans of self-healing.
  const DurationMs d = *to - *from;
  return d >= 0 ? d / second_ms : -((-d + second_ms - 1) / second_ms);
}

void set_seconds(Facts& f) {
  const IncidentTimes& t = f.times;
  IncidentSeconds& s = f.seconds;
  s.ttd = between(t.impact_started, t.detected);
  s.page_delay = between(t.detected, t.paged);
  s.tta = between(t.detected, t.acknowledged);
  s.time_to_declare = between(t.detected, t.declared);
  s.ttm = between(t.impact_started, t.mitigated);
  s.ttr = between(t.impact_started, t.resolved);
  s.response = between(t.declared, t.resolved);
  s.verification = between(t.mitigated, t.resolved);
  for (const DeploymentFacts& d : f.deployments) {
    if (d.type != "rollback" || !d.finished || !t.decision || *d.finished < *t.decision) continue;
    s.decision_to_rollback_finished = between(t.decision, d.finished);
    break;
  }
}

void check_order(Facts& f) {
  const IncidentTimes& t = f.times;
  const auto check = [&f](MaybeTime a, MaybeTime b, std::string_view what) {
    if (a && b && *a > *b) f.order_violations.emplace_back(what);
  };
  check(t.impact_started, t.detected, "impact_started > detected");
  check(t.detected, t.resolved, "detected > resolved");
  check(t.mitigated, t.resolved, "mitigated > resolved");
  check(t.resolved, t.closed, "resolved > closed");
}

}  // namespace

Facts incident_facts(const View& view) {
  Facts f;
  for (const ViewRow& row : view.rows) {
    if (f.id.empty()) f.id = row.entry->incident_id;
    fold_incident(f, row);
    fold_detection(f, row);
    fold_marks(f, row);
    add_services(f, row);
    fold_alerts(f, row);
    fold_severity(f, row);
  }
  if (!f.times.detected && f.times.declared) {
    f.times.detected = f.times.declared;
    f.times.detected_is_declared = true;
  }
  if (!f.severities.empty() && !f.severities.back().to) f.severities.back().to = f.times.resolved;
  fold_impact(f, view);
  fold_changes(f, view);
  fold_roles(f, view);
  fold_actions(f, view);
  set_seconds(f);
  fold_updates(f, view);
  check_order(f);
  return f;
}

Facts incident_facts(const std::vector<Entry>& entries) {
  return incident_facts(effective_view(entries, Profile::internal));
}

}  // namespace muster
