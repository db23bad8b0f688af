#include "bot/core/engine/state.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"

namespace muster {
namespace {

int number_after(std::string_view id, std::string_view prefix) {
  const std::string lower = lower_ascii(id);
  if (!lower.starts_with(prefix)) return 0;
  int n = 0;
  const char* end = lower.data() + lower.size();
  const auto [p, error] = std::from_chars(lower.data() + prefix.size(), end, n);
  return error == std::errc() && p == end ? n : 0;
}

int incident_number(std::string_view id) {
  for (const std::string_view prefix : {"inc-", "inc", "i", ""}) {
    if (const int n = number_after(id, prefix)) return n;
  }
  return 0;
}

std::map<std::string, std::string> text_map(const Value& v) {
  std::map<std::string, std::string> out;
  for (const auto& [k, x] : v.as_map()) out[k] = x.as_string();
  return out;
}

void apply_alert_firing(State& s, const Entry& e) {
  const int n = number_after(e.data["alert_id"].as_string(), "e");
  if (n == 0) return;  // an imported fact about somebody else's alert: it is timeline, not our state
  Alert& a = s.alerts[n];
  a.id = "E" + std::to_string(n);
  a.event_id = e.event_id;
  a.fingerprint = e.data["fingerprint"].as_string();
  a.status = "firing";
  a.severity = e.data["severity"].as_string();
  a.title = e.data["alert"].as_string();
  a.labels = text_map(e.data["labels"]);
  a.links.clear();
  for (const Value& l : e.data["links"].as_list()) a.links.emplace_back(l["text"].as_string(), l["url"].as_string());
  a.starts_ms = e.occurred_ms;
  a.ended_ms = 0;
  a.incident = e.incident_id;
  a.group_key = e.data["group_key"].as_string();
  a.reason = e.data["reason"].as_string();
  a.episode = static_cast<int>(e.data["episode"].as_int(1));
  a.acknowledged_by.clear();
  a.last_seen_ms = e.received_ms;
  s.alert_by_fingerprint[a.fingerprint] = n;
  s.next_alert = std::max(s.next_alert, n + 1);
  if (Incident* i = find_incident(s, e.incident_id)) {
    i->alerts.insert(a.id);
    if (i->detected_ms == 0 || e.occurred_ms < i->detected_ms) i->detected_ms = e.occurred_ms;
  }
}

void apply_alert_resolved(State& s, const Entry& e) {
  if (Alert* a = find_alert(s, e.data["alert_id"].as_string())) {
    a->status = "resolved";
    a->ended_ms = e.occurred_ms;
    a->reason = e.data["reason"].as_string();
  }
}

void apply_acknowledged(State& s, const Entry& e, bool on) {
  Alert* a = find_alert(s, e.data["alert_id"].as_string());
  if (!a) return;
  a->acknowledged_by = on ? e.actor.id : "";
  Incident* i = find_incident(s, a->incident);
  if (i && on && i->acknowledged_ms == 0) i->acknowledged_ms = e.occurred_ms;
}

void apply_declared(State& s, const Entry& e) {
  const int n = incident_number(e.incident_id);
  if (n == 0) return;
  Incident& i = s.incidents[n];
  i.id = "INC-" + std::to_string(n);
  i.title = e.data["title"].as_string();
  i.severity = i.peak_severity = e.data["severity"].as_string();
  i.status = e.data["status"].as_string().empty() ? "investigating" : e.data["status"].as_string();
  i.channel = e.data["channel"].as_string();
  i.services = e.services;
  i.declared_by = e.actor.id;
  i.declared_ms = e.occurred_ms;
  i.group_key = e.data["group_key"].as_string();
  s.next_incident = std::max(s.next_incident, n + 1);
  if (!i.group_key.empty()) s.incident_by_group[i.group_key] = n;
  if (!i.channel.empty()) s.incident_by_channel[i.channel] = n;
}

void apply_status(Incident& i, const Entry& e, std::string_view fallback) {
  const std::string& named = e.data["status"].as_string();
  i.status = named.empty() ? std::string(fallback) : named;
  if (i.status == "mitigated") i.mitigated_ms = e.occurred_ms;
  if (i.status == "resolved") {
    i.resolved_ms = e.occurred_ms;
    i.next_update_ms = 0;
  }
  if (i.status == "investigating") i.mitigated_ms = i.resolved_ms = 0;
}

void apply_severity(Incident& i, const Entry& e) {
  i.severity = e.data["to"].as_string();
  if (i.severity < i.peak_severity) i.peak_severity = i.severity;  // SEV1 sorts before SEV2
}

void apply_todo(Incident& i, const Entry& e) {
  const int n = static_cast<int>(e.data["number"].as_int());
  if (n == 0) return;
  if (e.kind == "action.created") {
    i.todos.push_back({n, e.text, e.data["assignee"].as_string(), e.data["due"].as_string(), false});
    return;
  }
  for (Todo& t : i.todos) {
    if (t.number == n) t.done = true;
  }
}

void apply_correction(State& s, const Entry& e) {
  const auto it = s.corrected.find(e.corrects);
  if (it == s.corrected.end()) return;
  const std::int64_t at = e.data["patch"]["occurred_ms"].as_int();
  Incident* i = find_incident(s, it->second);
  if (i && at != 0) i->impact_ms = at;
}

void apply_to_incident(State& s, Incident& i, const Entry& e) {
  if (e.kind == "severity.changed")
    apply_severity(i, e);
  else if (e.kind == "incident.mitigated")
    apply_status(i, e, "mitigated");
  else if (e.kind == "incident.resolved")
    apply_status(i, e, "resolved");
  else if (e.kind == "incident.closed")
    apply_status(i, e, "closed");
  else if (e.kind == "incident.reopened")
    apply_status(i, e, "investigating");
  else if (e.kind == "incident.status_changed")
    apply_status(i, e, i.status);
  else if (e.kind == "role.assigned")
    i.roles[e.data["role"].as_string()] = e.data["assignee"].as_string();
  else if (e.kind == "role.handoff")
    i.roles[e.data["role"].as_string()] = e.data["to"].as_string();
  else if (e.kind == "action.created" || e.kind == "action.closed")
    apply_todo(i, e);
  else if (e.kind == "evidence.linked")
    i.links.push_back(e.data["url"].as_string());
  else if (e.kind == "status.update") {
    i.updates += 1;
    i.last_update = e.text;
    i.next_update_ms = e.data["next_update_ms"].as_int();
  } else if (e.kind == "impact.started") {
    i.impact_ms = e.occurred_ms;
    i.impact_event = e.event_id;
    s.corrected[e.event_id] = i.id;
  } else if (e.kind == "page.acknowledged" && i.acknowledged_ms == 0) {
    i.acknowledged_ms = e.occurred_ms;
  }
}

void apply_grant(State& s, const Entry& e) {
  const std::string& id = e.data["id"].as_string();
  if (e.kind == "grant.revoked") {
    s.grants.erase(id);
    return;
  }
  s.grants[id] = {id,
                  e.data["person"].as_string(),
                  e.data["role"].as_string(),
                  e.data["until_ms"].as_int(),
                  e.data["service"].as_string(),
                  e.data["environment"].as_string()};
  s.next_lock = std::max(s.next_lock, number_after(id, "l") + 1);
}

void apply_language(State& s, const Entry& e) {
  if (const std::string& chosen = e.data["language"].as_string(); chosen.empty())
    s.languages.erase(e.data["key"].as_string());
  else
    s.languages[e.data["key"].as_string()] = chosen;
}

}  // namespace

void apply(State& s, const Entry& e) {
  s.position = std::max(s.position, e.position);
  if (apply_question(s, e)) return;
  if (e.kind == "language.chosen") return apply_language(s, e);
  if (e.kind == "incident.declared")
    apply_declared(s, e);
  else if (e.kind == "alert.firing")
    apply_alert_firing(s, e);
  else if (e.kind == "alert.resolved")
    apply_alert_resolved(s, e);
  else if (e.kind == "alert.acknowledged")
    apply_acknowledged(s, e, true);
  else if (e.kind == "alert.unacknowledged")
    apply_acknowledged(s, e, false);
  else if (e.kind == "correction")
    apply_correction(s, e);
  else if (e.kind == "grant.given" || e.kind == "grant.revoked")
    apply_grant(s, e);
  else if (e.kind == "alias.set")
    s.aliases[e.data["key"].as_string()] = e.data["command"].as_string();
  else if (e.kind == "alias.removed")
    s.aliases.erase(e.data["key"].as_string());
  else if (Incident* i = find_incident(s, e.incident_id))
    apply_to_incident(s, *i, e);
}

Incident* find_incident(State& s, std::string_view id) {
  const auto it = s.incidents.find(incident_number(id));
  return it == s.incidents.end() ? nullptr : &it->second;
}

const Incident* find_incident(const State& s, std::string_view id) { return find_incident(const_cast<State&>(s), id); }

Alert* find_alert(State& s, std::string_view id) {
  const auto it = s.alerts.find(number_after(id, "e"));
  return it == s.alerts.end() ? nullptr : &it->second;
}

const Alert* find_alert(const State& s, std::string_view id) { return find_alert(const_cast<State&>(s), id); }

ProjectionRow projection(const Incident& i) {
  Value b = Value::Map{};
  b.set("title", i.title);
  b.set("severity", i.severity);
  b.set("peak_severity", i.peak_severity);
  b.set("status", i.status);
  b.set("channel", i.channel);
  b.set("declared_ms", i.declared_ms);
  b.set("detected_ms", i.detected_ms);
  b.set("acknowledged_ms", i.acknowledged_ms);
  b.set("impact_ms", i.impact_ms);
  b.set("mitigated_ms", i.mitigated_ms);
  b.set("resolved_ms", i.resolved_ms);
  b.set("next_update_ms", i.next_update_ms);
  b.set("updates", i.updates);
  Value services = Value::List{};
  for (const std::string& x : i.services) services.push(x);
  b.set("services", services);
  Value roles = Value::Map{};
  for (const auto& [role, person] : i.roles) roles.set(role, person);
  b.set("roles", roles);
  Value alerts = Value::List{};
  for (const std::string& x : i.alerts) alerts.push(x);
  b.set("alerts", alerts);
  Value todos = Value::List{};
  for (const Todo& t : i.todos) {
    todos.push(Value::Map{{"number", t.number}, {"text", t.text}, {"assignee", t.assignee}, {"done", t.done}});
  }
  b.set("todos", todos);
  return {"incident", i.id, b};
}

ProjectionRow projection(const Alert& a) {
  Value labels = Value::Map{};
  for (const auto& [k, v] : a.labels) labels.set(k, v);
  return {"alert", a.id,
          Value::Map{{"status", a.status},
                     {"severity", a.severity},
                     {"title", a.title},
                     {"fingerprint", a.fingerprint},
                     {"labels", labels},
                     {"incident", a.incident},
                     {"acknowledged_by", a.acknowledged_by},
                     {"starts_ms", a.starts_ms},
                     {"ended_ms", a.ended_ms},
                     {"episode", a.episode}}};
}

std::vector<ProjectionRow> projections(const State& s) {
  std::vector<ProjectionRow> rows;
  for (const auto& [n, a] : s.alerts) rows.push_back(projection(a));
  for (const auto& [n, i] : s.incidents) rows.push_back(projection(i));
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return std::tie(a.kind, a.id) < std::tie(b.kind, b.id); });
  return rows;
}

}  // namespace muster
