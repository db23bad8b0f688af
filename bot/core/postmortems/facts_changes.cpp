#include <algorithm>
#include <cmath>

#include "bot/core/postmortems/facts_parts.h"

namespace muster {
namespace {

constexpr std::size_t counts_max = 20;  // of one run in a report

MaybeTime time_of(const Value& v) {
  if (!v.is_string()) return std::nullopt;
  const Result<TimeMs> t = parse_time(v.as_string());
  return t ? MaybeTime(*t) : std::nullopt;
}

MaybeCount count_of(const Value& v) { return v.is_int() ? MaybeCount(v.as_int()) : std::nullopt; }

DeploymentFacts& deployment(Facts& f, const std::string& id) {
  for (DeploymentFacts& d : f.deployments) {
    if (d.id == id) return d;
  }
  f.deployments.push_back({});
  f.deployments.back().id = id;
  return f.deployments.back();
}

void fold_deployment(Facts& f, const ViewRow& row) {
  DeploymentFacts& d = deployment(f, row_data(row, "deploy_id").as_string());
  const auto take = [&row](std::string& slot, std::string_view key) {
    if (const std::string& s = row_data(row, key).as_string(); !s.empty()) slot = s;
  };
  take(d.version, "version");
  take(d.type, "type");
  take(d.service, "service");
  take(d.reverts, "reverts");
  take(d.outcome, "outcome");
  d.unplanned = d.unplanned || row_data(row, "unplanned").as_bool();
  if (const MaybeTime t = time_of(row_data(row, "commit_at"))) d.committed = t;
  (row.entry->kind == "deploy.started" ? d.started : d.finished) = row.effective_ms;
}

// Failed: a rollback reverts it while the incident is open. Closeness in time alone links nothing.
void judge_deployments(Facts& f) {
  for (const DeploymentFacts& back : f.deployments) {
    if (back.reverts.empty()) continue;
    const MaybeTime at = back.finished ? back.finished : back.started;
    if (!at || !f.times.declared || *at < *f.times.declared || (f.times.resolved && *at > *f.times.resolved)) continue;
    for (DeploymentFacts& d : f.deployments) {
      if (d.id != back.reverts) continue;
      d.failed = true;
      d.basis = "reverted by " + back.id + " during the incident";
    }
  }
}

// Of a recorded step: every whole number that is not about the step itself. A step of muster says it in its result.
void take_counts(RunFacts& run, const ViewRow& row) {
  const std::string& step = row_data(row, "step").as_string();
  const Value& result = row_data(row, "result");
  const Value& said = result.is_map() ? result : row.entry->data;
  if (!said.is_map()) return;
  for (const auto& [key, n] : said.as_map()) {
    static constexpr std::string_view of_itself[] = {"index",  "steps_total", "exit_code", "attempt", "attempts",
                                                     "status", "signal",      "pid",       "bytes",   "lines"};
    if (!n.is_int() || key.ends_with("_ms") || std::ranges::find(of_itself, key) != std::end(of_itself)) continue;
    if (run.counted.size() < counts_max) run.counted.push_back({step, key, n.as_int()});
  }
}

void fold_run(Facts& f, const ViewRow& row) {
  const std::string& id = row_data(row, "run_id").as_string();
  auto it = std::find_if(f.runs.begin(), f.runs.end(), [&](const RunFacts& r) { return r.run == id; });
  if (it == f.runs.end()) {
    f.runs.push_back({id, {}, 0, 0, 0, 0, {}});
    it = f.runs.end() - 1;
  }
  if (const std::string& name = row_data(row, "runbook").as_string(); !name.empty()) it->runbook = name;
  it->steps_total = std::max({it->steps_total, row_data(row, "steps_total").as_int(), row_data(row, "index").as_int()});
  if (row.entry->kind != "runbook.step") return;
  const std::string& outcome = row_data(row, "outcome").as_string();
  if (outcome == "done") ++it->done;
  if (outcome == "skipped") ++it->skipped;
  if (outcome == "failed") ++it->failed;
  take_counts(*it, row);
}

double rounded(double x) { return std::round(x * 10000) / 10000; }

void fold_measured(ImpactFacts& i, const ViewRow& row) {
  const auto take = [&row](MaybeCount& slot, std::string_view key) {
    if (const MaybeCount n = count_of(row_data(row, key))) slot = n;
  };
  take(i.requests_total, "requests_total");
  take(i.requests_bad, "requests_bad");
  take(i.customers, "customers_affected");
  take(i.tickets_total, "tickets_total");
  take(i.orders_lost, "orders_lost");
  take(i.money_lost, "money_lost");
  const double allowed = 1 - row_data(row, "objective").as_double(2);
  if (!i.requests_bad || allowed <= 0 || allowed > 1) return;
  if (const std::int64_t period = row_data(row, "period_requests").as_int(); period > 0) {
    i.budget_requests = std::llround(allowed * static_cast<double>(period));
    if (*i.budget_requests > 0) {
      i.budget_spent = rounded(static_cast<double>(*i.requests_bad) / static_cast<double>(*i.budget_requests));
    }
  }
  if (i.requests_total && *i.requests_total > 0) {
    const double ratio = static_cast<double>(*i.requests_bad) / static_cast<double>(*i.requests_total);
    i.burn_rate = rounded(ratio / allowed);
  }
}

// The sum of the impact windows, overlaps counted once; an open window ends with the mitigation.
MaybeCount impact_seconds(const Facts& f, const View& view) {
  DurationMs sum = 0;
  int open = 0;
  TimeMs since = 0;
  for (const ViewRow& row : view.rows) {
    if (row.entry->kind == "impact.started" && open++ == 0) since = row.effective_ms;
    if (row.entry->kind == "impact.ended" && open > 0 && --open == 0) sum += row.effective_ms - since;
  }
  if (open > 0) {
    if (!f.times.mitigated) return std::nullopt;
    sum += std::max<DurationMs>(0, *f.times.mitigated - since);
  }
  return f.times.impact_started ? MaybeCount(sum / second_ms) : std::nullopt;
}

std::optional<double> median(std::vector<double> xs) {
  if (xs.empty()) return std::nullopt;
  std::sort(xs.begin(), xs.end());
  const std::size_t n = xs.size();
  return n % 2 == 1 ? xs[n / 2] : (xs[n / 2 - 1] + xs[n / 2]) / 2;
}

}  // namespace

void fold_impact(Facts& f, const View& view) {
  for (const ViewRow& row : view.rows) {
    if (row.entry->kind == "impact.measured") fold_measured(f.impact, row);
  }
  ImpactFacts& i = f.impact;
  if (i.requests_bad && i.requests_total && *i.requests_total > 0) {
    i.bad_ratio = rounded(static_cast<double>(*i.requests_bad) / static_cast<double>(*i.requests_total));
  }
  f.seconds.impact = impact_seconds(f, view);
}

void fold_changes(Facts& f, const View& view) {
  for (const ViewRow& row : view.rows) {
    const std::string& kind = row.entry->kind;
    if (kind == "deploy.started" || kind == "deploy.finished") fold_deployment(f, row);
    if (kind.starts_with("runbook.")) fold_run(f, row);
  }
  judge_deployments(f);
}

Facts with_changes(Facts f, const std::vector<ChangeRecord>& changes) {
  for (const ChangeRecord& c : changes) {
    if (!c.rollout() || c.run.empty()) continue;  // what others told of is among the incident's entries
    DeploymentFacts d;
    d.id = c.id;
    d.version = c.after.version;
    d.type = c.type;
    d.service = c.service;
    d.reverts = c.reverts;
    d.outcome = c.outcome;
    bool linked = false;
    for (const ChangeLink& l : c.links) {
      if (l.incident != f.id) continue;
      linked = true;
      if (l.kind == "failed") d.failed = true, d.basis = "recorded as what set the incident off";
    }
    if (!linked) continue;
    d.unplanned = c.unplanned;
    d.started = c.started_ms;
    if (c.over()) d.finished = c.ended_ms;
    for (const SourceCommit& commit : c.commits)
      if (!d.committed || commit.at_ms < *d.committed) d.committed = commit.at_ms;
    f.deployments.push_back(std::move(d));
  }
  judge_deployments(f);
  return f;
}

DoraFacts dora_facts(const Facts& f, bool count_rollbacks) {
  DoraFacts out;
  std::int64_t failed = 0, rework = 0;
  std::vector<double> lead, recovery;
  for (const DeploymentFacts& d : f.deployments) {
    if (!d.finished || d.outcome == "failed" || (d.type == "rollback" && !count_rollbacks)) continue;
    ++out.counted;
    if (d.unplanned || d.type == "rollback") ++rework;
    if (d.committed && *d.finished > *d.committed) {
      lead.push_back(static_cast<double>((*d.finished - *d.committed) / second_ms));
    }
    if (!d.failed) continue;
    ++failed;
    if (f.times.mitigated && *f.times.mitigated >= *d.finished) {
      recovery.push_back(static_cast<double>((*f.times.mitigated - *d.finished) / second_ms));
    }
  }
  if (out.counted > 0) {
    out.change_fail_rate = rounded(static_cast<double>(failed) / static_cast<double>(out.counted));
    out.rework_rate = rounded(static_cast<double>(rework) / static_cast<double>(out.counted));
  }
  out.leads = static_cast<std::int64_t>(lead.size());
  out.recoveries = static_cast<std::int64_t>(recovery.size());
  out.lead_median_s = median(lead);
  out.failed_deployment_recovery_s = median(recovery);
  return out;
}

}  // namespace muster
