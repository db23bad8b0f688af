#include "bot/core/postmortems/facts.h"

namespace muster {
namespace {

Value time_value(MaybeTime t) { return t ? Value(format_utc(*t)) : Value(); }
Value count_value(MaybeCount n) { return n ? Value(*n) : Value(); }
Value ratio_value(std::optional<double> x) { return x ? Value(*x) : Value(); }
Value word(const std::string& s) { return s.empty() ? Value() : Value(s); }
Value span(TimeMs from, MaybeTime to) { return to ? Value((*to - from) / second_ms) : Value(); }

Value words(const std::vector<std::string>& list) {
  Value::List out(list.begin(), list.end());
  return out;
}

Value incident_value(const Facts& f) {
  return Value::Map{{"id", f.id},
                    {"services", words(f.services)},
                    {"severity_declared", word(f.severity_declared)},
                    {"severity_final", word(f.severity_final)},
                    {"severity_peak", word(f.severity_peak)},
                    {"state", word(f.state)},
                    {"title", word(f.title)}};
}

Value times_value(const IncidentTimes& t) {
  return Value::Map{{"acknowledged", time_value(t.acknowledged)},
                    {"closed", time_value(t.closed)},
                    {"decision", time_value(t.decision)},
                    {"declared", time_value(t.declared)},
                    {"detected", time_value(t.detected)},
                    {"first_mitigated", time_value(t.first_mitigated)},
                    {"first_resolved", time_value(t.first_resolved)},
                    {"identified", time_value(t.identified)},
                    {"impact_started", time_value(t.impact_started)},
                    {"mitigated", time_value(t.mitigated)},
                    {"paged", time_value(t.paged)},
                    {"resolved", time_value(t.resolved)}};
}

Value seconds_value(const IncidentSeconds& s) {
  return Value::Map{{"decision_to_rollback_finished", count_value(s.decision_to_rollback_finished)},
                    {"declare_to_first_update", count_value(s.declare_to_first_update)},
                    {"impact", count_value(s.impact)},
                    {"page_delay", count_value(s.page_delay)},
                    {"response", count_value(s.response)},
                    {"time_to_declare", count_value(s.time_to_declare)},
                    {"tta", count_value(s.tta)},
                    {"ttd", count_value(s.ttd)},
                    {"ttm", count_value(s.ttm)},
                    {"ttr", count_value(s.ttr)},
                    {"verification", count_value(s.verification)}};
}

Value impact_value(const ImpactFacts& i) {
  return Value::Map{
      {"bad_ratio", ratio_value(i.bad_ratio)},           {"budget_requests", count_value(i.budget_requests)},
      {"budget_spent", ratio_value(i.budget_spent)},     {"burn_rate", ratio_value(i.burn_rate)},
      {"customers", count_value(i.customers)},           {"money_lost", count_value(i.money_lost)},
      {"orders_lost", count_value(i.orders_lost)},       {"requests_bad", count_value(i.requests_bad)},
      {"requests_total", count_value(i.requests_total)}, {"tickets_first_report", count_value(i.tickets_first_report)},
      {"tickets_total", count_value(i.tickets_total)}};
}

Value updates_value(const UpdateFacts& u) {
  Value::List late;
  for (const LateUpdate& l : u.late) {
    late.emplace_back(Value::Map{{"promised", format_utc(l.promised)},
                                 {"sent", time_value(l.sent)},
                                 {"late_s", l.sent ? span(l.promised, l.sent) : Value()}});
  }
  return Value::Map{{"count", u.count},
                    {"interval_s", count_value(u.interval_s)},
                    {"interval_violations", u.interval_violations},
                    {"late", late},
                    {"longest_gap_s", count_value(u.longest_gap_s)},
                    {"promises_kept", u.promises_kept},
                    {"promises_made", u.promises_made}};
}

Value roles_value(const RoleFacts& r) {
  Value::List tenures;
  for (const Tenure& t : r.tenures) {
    tenures.emplace_back(Value::Map{{"role", t.role},
                                    {"nth", t.nth},
                                    {"from", format_utc(t.from)},
                                    {"to", time_value(t.to)},
                                    {"seconds", span(t.from, t.to)}});
  }
  return Value::Map{{"assigned", words(r.assigned)},
                    {"handoffs", r.handoffs},
                    {"incident_commanders", r.incident_commanders},
                    {"people", r.people},
                    {"seen_without_assignment", words(r.seen_without_assignment)},
                    {"tenures", tenures}};
}

template <class Span>
Value spans_value(const std::vector<Span>& spans, const char* key, std::string Span::*name) {
  Value::List out;
  for (const Span& s : spans) {
    out.emplace_back(Value::Map{
        {key, s.*name}, {"from", format_utc(s.from)}, {"to", time_value(s.to)}, {"seconds", span(s.from, s.to)}});
  }
  return out;
}

Value deployment_value(const DeploymentFacts& d) {
  const MaybeTime end = d.finished;
  return Value::Map{{"basis", word(d.basis)},
                    {"duration_s", d.started ? span(*d.started, end) : Value()},
                    {"failed", d.failed},
                    {"finished", time_value(end)},
                    {"id", d.id},
                    {"lead_s", d.committed ? span(*d.committed, end) : Value()},
                    {"reverts", word(d.reverts)},
                    {"service", word(d.service)},
                    {"started", time_value(d.started)},
                    {"type", word(d.type)},
                    {"unplanned", d.unplanned},
                    {"version", word(d.version)}};
}

Value dora_value(const DoraFacts& d) {
  return Value::Map{{"change_fail_rate", ratio_value(d.change_fail_rate)},
                    {"counted", d.counted},
                    {"failed_deployment_recovery_s", ratio_value(d.failed_deployment_recovery_s)},
                    {"lead_median_s", ratio_value(d.lead_median_s)},
                    {"rework_rate", ratio_value(d.rework_rate)}};
}

Value changes_value(const Facts& f) {
  Value::List list;
  for (const DeploymentFacts& d : f.deployments) list.push_back(deployment_value(d));
  return Value::Map{{"deployments", list},
                    {"dora", dora_value(dora_facts(f, false))},
                    {"dora_with_rollbacks", dora_value(dora_facts(f, true))}};
}

Value actions_value(const std::vector<ActionFacts>& actions) {
  Value::List out;
  for (const ActionFacts& a : actions) {
    out.emplace_back(Value::Map{{"due", word(a.due)},
                                {"id", a.id},
                                {"owner_team", word(a.owner_team)},
                                {"priority", word(a.priority)},
                                {"state", word(a.state)},
                                {"text", word(a.text)},
                                {"tracker", word(a.tracker)},
                                {"type", word(a.type)}});
  }
  return out;
}

Value runs_value(const std::vector<RunFacts>& runs) {
  Value::List out;
  for (const RunFacts& r : runs) {
    Value::List counted;
    for (const StepCount& s : r.counted)
      counted.emplace_back(Value::Map{{"n", s.n}, {"step", word(s.step)}, {"what", s.what}});
    out.emplace_back(Value::Map{{"counted", counted},
                                {"done", r.done},
                                {"failed", r.failed},
                                {"run", r.run},
                                {"runbook", word(r.runbook)},
                                {"skipped", r.skipped},
                                {"steps_total", r.steps_total}});
  }
  return out;
}

}  // namespace

Value facts_value(const Facts& f) {
  Value out = Value::Map{};
  out.set("incident", incident_value(f));
  out.set("times_utc", times_value(f.times));
  out.set("seconds", seconds_value(f.seconds));
  out.set("severities", spans_value(f.severities, "severity", &SeveritySpan::severity));
  out.set("alerts", spans_value(f.alerts, "alert", &AlertSpan::alert));
  out.set("impact", impact_value(f.impact));
  out.set("updates", updates_value(f.updates));
  out.set("roles", roles_value(f.roles));
  out.set("runs", runs_value(f.runs));
  out.set("changes", changes_value(f));
  out.set("actions", actions_value(f.actions));
  Value detection = Value::Map{};
  detection.set("source", word(f.detection_source));
  detection.set("first_customer_report_after_s", count_value(f.first_customer_report_after_s));
  out.set("detection", std::move(detection));
  out.set("order_violations", words(f.order_violations));
  return out;
}

}  // namespace muster
