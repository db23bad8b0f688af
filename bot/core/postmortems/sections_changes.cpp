#include <algorithm>

#include "bot/core/postmortems/blocks.h"

namespace muster {
namespace {

// R5 for the change that is the whole of run R5; "R5.2", the third step of a runbook, keeps its place.
std::string shown_id(const std::string& id) {
  return id.starts_with('R') && id.ends_with(".0") ? id.substr(0, id.size() - 2) : id;
}

MaybeTime begin_of(const ReportContext& c) {
  return c.facts.times.impact_started ? c.facts.times.impact_started : c.facts.times.declared;
}

bool came_before(const ReportContext& c, const DeploymentFacts& x) {
  const MaybeTime begun = begin_of(c), at = x.started ? x.started : x.finished;
  return begun && at && *at <= *begun;
}

// What changed before, oldest first; what is among the incident's deployments is not told twice.
std::vector<const ChangeRecord*> changes_before(const ReportContext& c) {
  std::vector<const ChangeRecord*> found;
  const MaybeTime begun = begin_of(c);
  for (const ChangeRecord& x : c.options.changes) {
    const bool told = std::ranges::any_of(c.facts.deployments, [&](const auto& d) { return d.id == x.id; });
    if (!told && begun && x.started_ms <= *begun) found.push_back(&x);
  }
  std::ranges::sort(found, {}, [](const ChangeRecord* x) { return x->started_ms; });
  return found;
}

// A version, or how many there were and are (at least, of an autoscaler); with the service, which need not be the
// incident's.
std::string changed_to(const ChangeRecord& x) {
  const std::string least = x.minimum ? "≥ " : "";
  const std::string what =
      x.verb == "scale" && x.before.replicas && x.after.replicas
          ? least + std::to_string(*x.before.replicas) + " → " + least + std::to_string(*x.after.replicas)
          : x.after.version;
  return x.service + " " + what + " (" + x.environment + ")";
}

Block changes_table(const ReportContext& c) {
  return table({c.word("changes"), c.word("version"), c.word("type"), c.word("start"), c.word("end")});
}

void put_deployment(Block& b, const ReportContext& c, const DeploymentFacts& x) {
  put_row(b, {known(c, shown_id(x.id)), known(c, x.version), known(c, x.type), c.when(x.started), c.when(x.finished)});
}

std::string filled(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> values) {
  for (const auto& [name, value] : values) {
    if (const std::size_t at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
  }
  return text;
}

const DeploymentFacts* reverted_by(const ReportContext& c, const DeploymentFacts& x) {
  const auto back = std::ranges::find(c.facts.deployments, x.id, &DeploymentFacts::reverts);
  return back == c.facts.deployments.end() ? nullptr : &*back;
}

// "50.0 % (n = 2)": a share of few says little, so that the reader is told of how many.
std::string of_n(std::string value, std::int64_t n) { return value + " (n = " + std::to_string(n) + ")"; }

std::string median_of(const ReportContext& c, std::optional<double> seconds, std::int64_t n) {
  if (!seconds) return c.word("not_recorded");
  return of_n(c.lasting(static_cast<std::int64_t>(*seconds)), n);
}

}  // namespace

void add_lead_up(Document& d, const ReportContext& c) {
  Block b = changes_table(c);
  for (const DeploymentFacts& x : c.facts.deployments) {
    if (came_before(c, x)) put_deployment(b, c, x);
  }
  for (const ChangeRecord* x : changes_before(c)) {
    put_row(b, {known(c, shown_id(x->id)), known(c, changed_to(*x)), x->type.empty() ? x->verb : x->type,
                c.when(x->started_ms), x->over() ? c.when(x->ended_ms) : c.word("not_recorded")});
  }
  put_table(d, c, std::move(b));
}

// Only what was undone or named by a person: being close in time is no reason.
void add_trigger(Document& d, const ReportContext& c) {
  Block b;
  b.kind = BlockKind::list;
  for (const DeploymentFacts& x : c.facts.deployments) {
    if (!x.failed) continue;
    const DeploymentFacts* back = reverted_by(c, x);
    b.items.push_back(filled(c.word(back ? "trigger_reverted" : "trigger_linked"),
                             {{"{id}", known(c, shown_id(x.id))},
                              {"{version}", known(c, x.version)},
                              {"{start}", c.when(x.finished ? x.finished : x.started)},
                              {"{back}", back ? known(c, shown_id(back->id)) : ""}}));
  }
  if (!b.items.empty()) d.blocks.push_back(std::move(b));
}

void add_changes_afterwards(Document& d, const ReportContext& c) {
  Block b = changes_table(c);
  for (const DeploymentFacts& x : c.facts.deployments) {
    if (!came_before(c, x)) put_deployment(b, c, x);
  }
  put_unless_empty(d, std::move(b));
}

void add_delivery_figures(Block& b, const ReportContext& c) {
  const DoraFacts f = dora_facts(c.facts, false);
  if (f.counted == 0) return;
  put_row(b, {c.word("fail_rate"), of_n(decimal(c, f.change_fail_rate, 100, " %"), f.counted)});
  put_row(b, {c.word("rework_rate"), of_n(decimal(c, f.rework_rate, 100, " %"), f.counted)});
  put_row(b, {c.word("lead_median"), median_of(c, f.lead_median_s, f.leads)});
  put_row(b, {c.word("recovery"), median_of(c, f.failed_deployment_recovery_s, f.recoveries)});
}

Block deployments_table(const ReportContext& c) {
  Block b = table(
      {c.word("changes"), c.word("version"), c.word("type"), c.word("duration"), c.word("lead_time"), c.word("state")});
  const auto between = [](MaybeTime from, MaybeTime to) {
    return from && to && *to >= *from ? MaybeCount((*to - *from) / second_ms) : std::nullopt;
  };
  for (const DeploymentFacts& x : c.facts.deployments) {
    const std::string judged = x.failed ? c.word("failed") : x.unplanned ? c.word("unplanned") : known(c, x.outcome);
    put_row(b, {known(c, shown_id(x.id)), known(c, x.version), known(c, x.type),
                c.lasting(between(x.started, x.finished)), c.lasting(between(x.committed, x.finished)), judged});
  }
  return b;
}

}  // namespace muster
