#include <algorithm>
#include <set>
#include <string_view>

#include "bot/core/postmortems/facts_parts.h"

namespace muster {
namespace {

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

void end_tenures(RoleFacts& roles, const std::string& role, TimeMs at) {
  for (Tenure& t : roles.tenures) {
    if (t.role == role && !t.to) t.to = at;
  }
}

void begin_tenure(RoleFacts& roles, const std::string& role, const std::string& person, TimeMs at) {
  for (Tenure& t : roles.tenures) {
    if (t.role == role && t.person == person && !t.to) return;
  }
  end_tenures(roles, role, at);
  int nth = 1, highest = 0;
  bool held_before = false;
  for (const Tenure& t : roles.tenures) {
    if (t.role != role) continue;
    highest = std::max(highest, t.nth);
    if (t.person != person) continue;
    nth = t.nth;
    held_before = true;
  }
  roles.tenures.push_back({role, person, at, std::nullopt, held_before ? nth : highest + 1});
}

void fold_role(RoleFacts& roles, const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  const std::string& role = row_data(row, "role").as_string();
  if (role.empty()) return;
  if (kind == "role.assigned") {
    add_once(roles.assigned, role);
    begin_tenure(roles, role, row_data(row, "assignee").as_string(), row.effective_ms);
  } else if (kind == "role.released") {
    end_tenures(roles, role, row.effective_ms);
  } else if (kind == "role.handoff" && row_data(row, "accepted").as_bool(true)) {
    ++roles.handoffs;
    begin_tenure(roles, role, row_data(row, "to").as_string(), row.effective_ms);
  }
}

// Customer and internal intervals of the severity table, one number each.
MaybeCount update_interval_s(std::string_view severity) {
  if (severity == "SEV1") return 15 * 60;
  if (severity == "SEV2") return 30 * 60;
  if (severity == "SEV3") return 60 * 60;
  return std::nullopt;
}

struct Sent {
  TimeMs at;
  MaybeTime promised;
};

std::vector<Sent> sent_updates(const View& view) {
  std::vector<Sent> out;
  for (const ViewRow& row : view.rows) {
    if (row.entry->kind != "status.update") continue;
    Sent s{row.effective_ms, std::nullopt};
    const Value& next = row_data(row, "next_update_by");
    if (const Result<TimeMs> t = parse_time(next.as_string()); next.is_string() && t) s.promised = *t;
    out.push_back(s);
  }
  return out;
}

// The record's own end, not today's clock, tells what is due: the same record gives the same report for ever.
TimeMs end_of_record(const View& view) {
  TimeMs last = 0;
  for (const ViewRow& row : view.rows) last = std::max(last, row.effective_ms);
  return last;
}

void judge_promise(UpdateFacts& u, const Sent& made, MaybeTime next, MaybeTime resolved, TimeMs end) {
  if (!made.promised) return;
  // The end of the incident within the promise, and nothing after it: the promise fell away.
  if (!next && resolved && *resolved <= *made.promised) return;
  ++u.promises_made;
  if (!next && end < *made.promised) {
    u.open = made.promised;
  } else if (next && *next <= *made.promised) {
    ++u.promises_kept;
  } else {
    u.late.push_back({*made.promised, next});
  }
}

}  // namespace

void fold_roles(Facts& f, const View& view) {
  std::set<std::string_view> people;
  std::vector<std::string> seen;
  for (const ViewRow& row : view.rows) {
    const Entry& e = *row.entry;
    if (e.actor.type == "user") people.insert(e.actor.id);
    if (e.actor.type == "user" && !e.role.empty()) add_once(seen, e.role);
    fold_role(f.roles, row);
  }
  f.roles.people = static_cast<std::int64_t>(people.size());
  for (const std::string& role : seen) {
    const auto& assigned = f.roles.assigned;
    if (std::find(assigned.begin(), assigned.end(), role) == assigned.end()) {
      f.roles.seen_without_assignment.push_back(role);
    }
  }
  for (Tenure& t : f.roles.tenures) {
    if (!t.to) t.to = f.times.resolved;
    if (t.role == "incident_commander") {
      f.roles.incident_commanders = std::max<std::int64_t>(f.roles.incident_commanders, t.nth);
    }
  }
}

void fold_updates(Facts& f, const View& view) {
  const std::vector<Sent> sent = sent_updates(view);
  UpdateFacts& u = f.updates;
  u.count = static_cast<std::int64_t>(sent.size());
  const TimeMs end = end_of_record(view);
  u.interval_s = update_interval_s(f.severity_peak);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const MaybeTime next = i + 1 < sent.size() ? MaybeTime(sent[i + 1].at) : std::nullopt;
    judge_promise(u, sent[i], next, f.times.resolved, end);
    if (!next) break;
    const std::int64_t gap = (*next - sent[i].at) / second_ms;
    u.longest_gap_s = std::max(u.longest_gap_s.value_or(0), gap);
    if (u.interval_s && gap > *u.interval_s) ++u.interval_violations;
  }
  if (!sent.empty() && f.times.declared) {
    f.seconds.declare_to_first_update = (sent.front().at - *f.times.declared) / second_ms;
  }
}

void fold_actions(Facts& f, const View& view) {
  for (const ViewRow& row : view.rows) {
    if (!row.entry->kind.starts_with("action.")) continue;
    const std::string& id = row_data(row, "action_id").as_string();
    auto it = std::find_if(f.actions.begin(), f.actions.end(), [&](const ActionFacts& a) { return a.id == id; });
    if (it == f.actions.end()) {
      f.actions.push_back({});
      it = f.actions.end() - 1;
      it->id = id;
      it->state = "open";
      it->text = row.text;
      it->at_ms = row.effective_ms;
    }
    const auto take = [&row](std::string& slot, std::string_view key) {
      if (const std::string& s = row_data(row, key).as_string(); !s.empty()) slot = s;
    };
    take(it->type, "type");
    take(it->priority, "priority");
    take(it->owner_team, "owner_team");
    take(it->due, "due");
    take(it->tracker, "tracker");
    take(it->text, "text");
    take(it->state, "state");
    if (row.entry->kind == "action.closed") it->state = "closed";
  }
}

}  // namespace muster
