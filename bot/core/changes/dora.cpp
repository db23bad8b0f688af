#include "bot/core/changes/dora.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "bot/core/engine/state.h"

namespace muster {
namespace {

constexpr DurationMs hotfix_within = day_ms;

using Change = const ChangeRecord*;

bool counts(const ChangeRecord& r, const DoraQuery& q) {
  return r.rollout() && r.over() && r.outcome == "succeeded" && q.environments.contains(r.environment) &&
         (q.service.empty() || r.service == q.service);
}

bool in_period(const ChangeRecord& r, const DoraQuery& q) { return r.ended_ms >= q.from && r.ended_ms < q.to; }

bool open_at(const IncidentSpan& i, TimeMs at) {
  return i.declared_ms <= at && (i.resolved_ms == 0 || at <= i.resolved_ms);
}

bool is_linked(const ChangeRecord& r, std::string_view kind, std::string_view incident = {}) {
  return std::ranges::any_of(
      r.links, [&](const ChangeLink& l) { return l.kind == kind && (incident.empty() || l.incident == incident); });
}

class Judge {
 public:
  Judge(const ChangeLog& all, const std::vector<IncidentSpan>& incidents) : all_(all) {
    for (const IncidentSpan& i : incidents) incidents_[i.id] = &i;
    for (const auto& [n, r] : all.records)
      if (r.type == "hotfix" && r.outcome == "succeeded") note_hotfix(r);
  }

  const IncidentSpan* incident(const std::string& id) const {
    const auto it = incidents_.find(id);
    return it == incidents_.end() ? nullptr : it->second;
  }

  // Every incident that this deployment set off, each with what shows it; or one without an incident.
  std::vector<FailedDeployment> verdict(const ChangeRecord& d) const {
    std::vector<FailedDeployment> found;
    const auto add = [&](const char* basis, const std::string& by, const std::string& id) {
      const bool known = std::ranges::any_of(found, [&](const auto& f) { return f.incident == id; });
      if (!known) found.push_back({d.id, d.after.version, d.environment, basis, by, id});
    };
    for (const ChangeLink& l : d.links)
      if (l.kind == "failed" && incident(l.incident)) add("linked", "", l.incident);
    if (const ChangeRecord* back = reverting(d))
      for (const std::string& id : open_incidents(*back)) add("reverted", back->id, id);
    for (auto [it, end] = followed_.equal_range(d.id); it != end; ++it)
      for (const ChangeLink& l : it->second->links)
        if (l.kind == "remediates" && incident(l.incident)) add("hotfix", it->second->id, l.incident);
    if (found.empty() && d.verdict == "bad" && !d.reverted_by.empty()) add("guard", d.reverted_by, "");
    return found;
  }

 private:
  const ChangeRecord* reverting(const ChangeRecord& d) const {
    const auto it = d.reverted_by.empty() ? all_.by_id.end() : all_.by_id.find(d.reverted_by);
    return it == all_.by_id.end() ? nullptr : &all_.records.at(it->second);
  }

  // Those that were open when it was put back: the rollback's own, and those that name the service.
  std::vector<std::string> open_incidents(const ChangeRecord& back) const {
    std::vector<std::string> found;
    for (const auto& [id, i] : incidents_) {
      const bool names = std::ranges::find(i->services, back.service) != i->services.end();
      if ((names || is_linked(back, "remediates", id)) && open_at(*i, back.ended_ms)) found.push_back(id);
    }
    return found;
  }

  // The deployment before it, if that is no more than a day old.
  void note_hotfix(const ChangeRecord& fix) {
    if (!is_linked(fix, "remediates")) return;
    Change last = nullptr;
    for (Change r : changes_at(all_, fix.service, fix.environment)) {
      const bool before = r->rollout() && r->type != "rollback" && r->outcome == "succeeded" && r->id != fix.id &&
                          r->ended_ms <= fix.ended_ms;
      if (before && (!last || r->ended_ms > last->ended_ms)) last = r;
    }
    if (last && fix.ended_ms - last->ended_ms <= hotfix_within) followed_.emplace(last->id, &fix);
  }

  const ChangeLog& all_;
  std::map<std::string, const IncidentSpan*> incidents_;
  std::multimap<std::string, Change> followed_;  // id of a deployment -> hotfixes that followed it
};

// One value of each commit: from it to the first deployment that carries it.
void add_leads(const ChangeLog& all, const DoraQuery& q, std::map<std::string, DoraFigures>& figures) {
  struct First {
    const ChangeRecord* deployment = nullptr;
    TimeMs committed = 0;
  };
  std::map<std::pair<std::string, std::string>, First> firsts;  // service, commit
  for (const auto& [n, r] : all.records) {
    if (!counts(r, q) || r.type == "rollback") continue;
    for (const SourceCommit& c : r.commits) {
      First& first = firsts[{r.service, c.id.empty() ? r.id + " " + std::to_string(c.at_ms) : c.id}];
      if (!first.deployment || r.ended_ms < first.deployment->ended_ms) first = {&r, c.at_ms};
    }
  }
  for (const auto& [key, first] : firsts) {
    const DurationMs lead = first.deployment->ended_ms - first.committed;
    if (lead > 0 && in_period(*first.deployment, q))
      figures[key.first].lead_s.push_back(static_cast<double>(lead / second_ms));
  }
}

void add_deployment(const ChangeRecord& r, const Judge& judge, DoraFigures& f) {
  ++f.deployments;
  if (r.commits.empty() && r.type != "rollback") ++f.without_commits;
  if ((r.unplanned || r.type == "rollback") && is_linked(r, "remediates")) ++f.rework;
  const auto verdict = judge.verdict(r);
  if (!verdict.empty()) f.failed.push_back(verdict.front());
  for (const FailedDeployment& one : verdict) {
    const IncidentSpan* i = judge.incident(one.incident);
    if (i && i->mitigated_ms >= r.ended_ms)
      f.recovery_s.push_back(static_cast<double>((i->mitigated_ms - r.ended_ms) / second_ms));
  }
}

std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return std::round(static_cast<double>(part) / static_cast<double>(whole) * 10'000) / 10'000;
}

Value number(const std::optional<double>& x) { return x ? Value(*x) : Value(); }

Value seconds(const std::vector<double>& values) {
  return Value::Map{{"median_s", number(median_of(values))}, {"n", static_cast<std::int64_t>(values.size())}};
}

}  // namespace

std::vector<IncidentSpan> incident_spans(const State& state) {
  std::vector<IncidentSpan> found;
  for (const auto& [n, i] : state.incidents)
    if (!i.triage && !i.is_private && i.status != "canceled" && i.status != "merged")
      found.push_back({i.id, i.services, i.declared_ms, i.mitigated_ms, i.resolved_ms});
  return found;
}

std::optional<double> DoraFigures::per_day() const {
  return days > 0 ? std::optional(std::round(static_cast<double>(deployments) / days * 10'000) / 10'000) : std::nullopt;
}
std::optional<double> DoraFigures::fail_rate() const {
  return ratio(static_cast<std::int64_t>(failed.size()), deployments);
}
std::optional<double> DoraFigures::rework_rate() const { return ratio(rework, deployments); }

std::optional<double> median_of(std::vector<double> xs) {
  if (xs.empty()) return std::nullopt;
  std::ranges::sort(xs);
  const std::size_t n = xs.size();
  return n % 2 == 1 ? xs[n / 2] : (xs[n / 2 - 1] + xs[n / 2]) / 2;
}

std::vector<DoraFigures> dora_figures(const ChangeLog& all, const std::vector<IncidentSpan>& incidents,
                                      const DoraQuery& q) {
  const Judge judge(all, incidents);
  std::map<std::string, DoraFigures> figures;
  if (!q.service.empty()) figures[q.service];
  for (const auto& [n, r] : all.records) {
    if (!counts(r, q) || !in_period(r, q)) continue;
    DoraFigures& f = figures[r.service];
    if (r.type == "rollback") ++f.rollbacks;
    if (r.type != "rollback" || q.count_rollbacks) add_deployment(r, judge, f);
  }
  add_leads(all, q, figures);
  std::vector<DoraFigures> list;
  for (auto& [service, f] : figures) {
    f.service = service;
    f.days = static_cast<double>(q.to - q.from) / static_cast<double>(day_ms);
    list.push_back(std::move(f));
  }
  return list;
}

Value dora_value(const DoraFigures& f) {
  Value failed = Value::List{};
  for (const FailedDeployment& d : f.failed)
    failed.push(Value::Map{{"change", d.change}, {"version", d.version}, {"basis", d.basis}, {"incident", d.incident}});
  const auto n = static_cast<std::int64_t>(f.failed.size());
  return Value::Map{
      {"service", f.service},
      {"deployment_frequency",
       Value::Map{{"deployments", f.deployments}, {"per_day", number(f.per_day())}, {"rollbacks", f.rollbacks}}},
      {"change_lead_time",
       [&] {
         Value v = seconds(f.lead_s);
         v.set("deployments_without_commits", f.without_commits);
         return v;
       }()},
      {"change_fail_rate", Value::Map{{"ratio", number(f.fail_rate())}, {"failed", n}, {"deployments", f.deployments}}},
      {"failed_deployment_recovery_time", seconds(f.recovery_s)},
      {"deployment_rework_rate",
       Value::Map{{"ratio", number(f.rework_rate())}, {"rework", f.rework}, {"deployments", f.deployments}}},
      {"failed_deployments", std::move(failed)}};
}

}  // namespace muster
