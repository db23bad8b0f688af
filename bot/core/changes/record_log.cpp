// The keeping of changes: the bound, looking up, rows.
#include <algorithm>

#include "bot/core/changes/record_parts.h"
#include "bot/core/decision.h"

namespace muster {
namespace {

TimeMs newest_time(const ChangeRecord& r) { return r.over() ? r.ended_ms : r.started_ms; }

// What is under way stays. Others need not tell that theirs has ended.
bool may_go(const ChangeRecord& r) { return r.over() || r.run.empty(); }

// Of one place, rollouts and other changes apart: twenty changes of replicas must not hide the last deploy.
void keep_place(ChangeLog& log, const std::vector<std::int64_t>& here, bool rollouts) {
  std::vector<std::pair<TimeMs, std::int64_t>> ended;
  for (const std::int64_t n : here) {
    const ChangeRecord& r = log.records.at(n);
    if (may_go(r) && r.rollout() == rollouts) ended.emplace_back(newest_time(r), n);
  }
  std::ranges::sort(ended);
  for (std::size_t i = 0; i + log.per_place < ended.size(); ++i) drop_record(log, ended[i].second);
}

void keep_bound(ChangeLog& log, const ChangePlace& place, bool rollouts) {
  const std::vector<std::int64_t>& here = log.by_place.at(place);
  if (here.size() > log.per_place) keep_place(log, here, rollouts);
  while (log.ended > log.most) {
    const auto oldest = std::ranges::find_if(log.records, [](const auto& r) { return may_go(r.second); });
    drop_record(log, oldest->first);
  }
}

Value side_value(const ChangeSide& side) {
  Value v = Value::Map{};
  if (!side.version.empty()) v.set("version", side.version);
  if (side.replicas) v.set("replicas", *side.replicas);
  return v;
}

}  // namespace

std::string outcome_of(const ChangeRecord& r) { return r.reverted_by.empty() ? r.outcome : "rolled_back"; }

void touch(ChangeLog& log, const ChangeRecord& r) {
  if (std::ranges::find(log.touched, r.id) == log.touched.end()) log.touched.push_back(r.id);
}

std::int64_t add_record(ChangeLog& log, ChangeRecord r) {
  const std::int64_t n = log.next++;
  log.by_id[r.id] = n;
  log.by_place[{r.service, r.environment}].push_back(n);
  touch(log, r);
  const ChangePlace place{r.service, r.environment};
  const bool counts = may_go(r), rollout = r.rollout();
  log.records.emplace(n, std::move(r));
  if (counts) ++log.ended, keep_bound(log, place, rollout);
  return n;
}

ChangeRecord* record_of(ChangeLog& log, std::int64_t n) {
  const auto it = log.records.find(n);
  return it == log.records.end() ? nullptr : &it->second;
}

void end_record(ChangeLog& log, ChangeRecord& r, TimeMs at) {
  touch(log, r);
  const bool counted = may_go(r);
  r.ended_ms = at;
  if (counted) return;
  ++log.ended;
  keep_bound(log, {r.service, r.environment}, r.rollout());
}

void drop_record(ChangeLog& log, std::int64_t n) {
  const auto it = log.records.find(n);
  if (it == log.records.end()) return;
  const ChangeRecord& r = it->second;
  touch(log, r);
  if (may_go(r)) --log.ended;
  log.by_id.erase(r.id);
  const auto place = log.by_place.find({r.service, r.environment});
  std::erase(place->second, n);
  if (place->second.empty()) log.by_place.erase(place);
  std::erase_if(log.told, [n](const auto& told) { return told.second.record == n; });
  log.records.erase(it);
}

const ChangeRecord* find_change(const ChangeLog& log, std::string_view id) {
  if (const auto it = log.by_id.find(id); it != log.by_id.end()) return &log.records.at(it->second);
  const auto of_run = changes_of_run(log, id);
  return of_run.empty() ? nullptr : of_run.front();
}

std::vector<const ChangeRecord*> changes_of_run(const ChangeLog& log, std::string_view run) {
  std::vector<const ChangeRecord*> found;
  const std::string prefix = std::string(run) + ".";
  for (auto it = log.by_id.lower_bound(prefix); it != log.by_id.end() && it->first.starts_with(prefix); ++it)
    found.push_back(&log.records.at(it->second));
  std::ranges::sort(found, [](const auto* a, const auto* b) { return a->started_ms > b->started_ms; });
  return found;
}

std::vector<const ChangeRecord*> changes_at(const ChangeLog& log, std::string_view service,
                                            std::string_view environment) {
  std::vector<std::int64_t> numbers;
  for (const auto& [place, list] : log.by_place) {
    if (!service.empty() && place.service != service) continue;
    if (environment.empty() || place.environment == environment)
      numbers.insert(numbers.end(), list.begin(), list.end());
  }
  std::ranges::sort(numbers, std::greater{});
  std::vector<const ChangeRecord*> found;
  for (const std::int64_t n : numbers) found.push_back(&log.records.at(n));
  return found;
}

std::vector<const ChangeRecord*> changes_since(const ChangeLog& log, TimeMs since) {
  std::vector<const ChangeRecord*> found;
  for (const auto& [n, r] : log.records)
    if (newest_time(r) >= since) found.push_back(&r);
  std::ranges::stable_sort(found, [](const auto* a, const auto* b) { return newest_time(*a) > newest_time(*b); });
  return found;
}

const ChangeRecord* last_rollout(const ChangeLog& log, std::string_view service, std::string_view environment) {
  for (const ChangeRecord* r : changes_at(log, service, environment))
    if (r->rollout() && !r->part && r->outcome == "succeeded" && r->reverted_by.empty()) return r;
  return nullptr;
}

ProjectionRow projection(const ChangeRecord& r) {
  Value body = Value::Map{{"service", r.service},   {"environment", r.environment},   {"verb", r.verb},
                          {"type", r.type},         {"outcome", outcome_of(r)},       {"person", r.person},
                          {"origin", r.origin},     {"runbook", r.runbook},           {"started_ms", r.started_ms},
                          {"ended_ms", r.ended_ms}, {"before", side_value(r.before)}, {"after", side_value(r.after)}};
  const auto text = [&body](const char* key, const std::string& value) {
    if (!value.empty()) body.set(key, value);
  };
  text("run", r.run);
  text("reason", r.reason);
  text("incident", r.incident);
  text("alert", r.alert);
  text("note", r.note);
  text("reverts", r.reverts);
  text("reverted_by", r.reverted_by);
  text("verdict", r.verdict);
  Value links = Value::List{};
  for (const ChangeLink& l : r.links)
    links.push(Value::Map{{"incident", l.incident}, {"kind", l.kind}, {"basis", l.basis}});
  if (!r.links.empty()) body.set("links", std::move(links));
  if (r.unplanned) body.set("unplanned", true);
  if (r.part) body.set("part", true);
  if (r.minimum) body.set("minimum", true);
  return {"change", r.id, std::move(body)};
}

std::vector<ProjectionRow> touched_rows(const ChangeLog& log) {
  std::vector<ProjectionRow> rows;
  for (const std::string& id : log.touched) {
    const auto it = log.by_id.find(id);
    rows.push_back(it == log.by_id.end() ? ProjectionRow{"change", id, Value()}
                                         : projection(log.records.at(it->second)));
  }
  return rows;
}

}  // namespace muster
