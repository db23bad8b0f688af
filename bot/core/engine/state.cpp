#include "bot/core/engine/state.h"

#include <algorithm>
#include <charconv>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/engine/alert_ends.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/listed.h"
#include "bot/core/engine/silences.h"
#include "bot/core/engine/webhooks.h"
#include "bot/core/postmortems/published.h"

namespace muster {
namespace {

constexpr std::size_t projected_alerts_max = 50;  // a storm would write its whole list once per alert

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

Pairs kept_pairs(State& s, const Value& v) {
  Pairs out;
  out.reserve(v.as_map().size());
  for (const auto& [k, x] : v.as_map()) out.add(s.pairs->keep(k, x.as_string()));
  return out;
}

TimeMs& time_of(Incident& i, std::string_view name) {
  if (name == "impact") return i.impact_ms;
  if (name == "detected") return i.detected_ms;
  if (name == "declared") return i.declared_ms;
  if (name == "acknowledged") return i.acknowledged_ms;
  return name == "mitigated" ? i.mitigated_ms : i.resolved_ms;
}

Pairs kept_links(State& s, const Value& v) {
  Pairs out;
  out.reserve(v.as_list().size());
  for (const Value& l : v.as_list()) out.add(s.pairs->keep(l["text"].as_string(), l["url"].as_string()));
  return out;
}

auto fingerprint_entry(State& s, const Fingerprint& fingerprint) {
  auto [at, end] = s.alert_by_fingerprint.equal_range(fingerprint.hash());
  while (at != end && s.alerts.at(at->second).fingerprint != fingerprint) ++at;
  return at == end ? s.alert_by_fingerprint.end() : at;
}

void set_time(State& s, Incident& i, const std::string& name, TimeMs at, const Entry& e) {
  time_of(i, name) = at;
  i.time_events[name] = e.event_id;
  s.time_entries[e.event_id] = {i.id, name};
}

void note_detected(State& s, Incident& i, const Entry& e) {
  if (i.detected_ms == 0 || e.occurred_ms < i.detected_ms) set_time(s, i, "detected", e.occurred_ms, e);
}

void apply_alert_firing(State& s, const Entry& e) {
  const int n = number_after(e.data["alert_id"].as_string(), "e");
  if (n == 0) {  // an imported fact about somebody else's alert: it is timeline, not our state
    if (Incident* i = find_incident(s, e.incident_id)) note_detected(s, *i, e);
    return;
  }
  Alert& a = s.alerts[n];
  const int episode = static_cast<int>(e.data["episode"].as_int(1));
  // The same episode again, now in an incident: who is on it stays on it.
  if (a.status != "firing" || a.episode != episode) a.acknowledged_by.clear();
  a.id = "E" + std::to_string(n);
  a.own_row = true;
  a.fingerprint = Fingerprint(e.data["fingerprint"].as_string());
  a.status = "firing";
  a.severity = e.data["severity"].as_string();
  a.title = e.data["alert"].as_string();
  a.labels = kept_pairs(s, e.data["labels"]);
  a.links = kept_links(s, e.data["links"]);
  a.starts_ms = e.occurred_ms;
  a.ended_ms = 0;
  a.incident = e.incident_id;
  a.group = s.pairs->keep("group", e.data["group_key"].as_string());
  a.reason = e.data["reason"].as_string();
  a.episode = episode;
  const std::string& card = e.data["card"].as_string();
  a.place = card.empty() ? nullptr : s.pairs->keep(e.data["card_channel"].as_string(), card);
  a.last_seen_ms = e.received_ms;
  if (const TimeMs due = e.data["waits_until_ms"].as_int(); due != 0) {
    WaitingGroup& group = s.waiting[a.group_key()];
    if (group.due_ms != due) group = {due, {}};
    group.alerts.push_back(n);
  } else if (const auto waited = s.waiting.find(a.group_key()); waited != s.waiting.end()) {
    std::erase(waited->second.alerts, n);
    if (waited->second.alerts.empty()) s.waiting.erase(waited);
  }
  index_alert(s, a);
  s.next_alert = std::max(s.next_alert, n + 1);
  if (Incident* i = find_incident(s, e.incident_id)) {
    i->alerts.insert(a.id);
    note_detected(s, *i, e);
    if (!a.acknowledged_by.empty() && i->acknowledged_ms == 0) set_time(s, *i, "acknowledged", e.received_ms, e);
  }
}

void apply_alert_resolved(State& s, const Entry& e) {
  if (Alert* a = find_alert(s, e.data["alert_id"].as_string())) {
    a->status = "resolved";
    a->own_row = true;
    a->ended_ms = e.occurred_ms;
    const TimeMs silent = e.data["how"].as_string() == "no_news" ? e.data["silent_ms"].as_int() : 0;
    a->reason = silent != 0 ? std::string(no_news_since) + format_utc(silent) : e.data["reason"].as_string();
  }
}

void apply_acknowledged(State& s, const Entry& e, bool on) {
  Alert* a = find_alert(s, e.data["alert_id"].as_string());
  if (!a) return;
  a->acknowledged_by = on ? e.actor.id : "";
  a->own_row = true;
  Incident* i = find_incident(s, a->incident);
  if (i && on && i->acknowledged_ms == 0) set_time(s, *i, "acknowledged", e.occurred_ms, e);
}

void apply_declared(State& s, const Entry& e) {
  const int n = incident_number(e.incident_id);
  if (n == 0) return;
  Incident& i = s.incidents[n];
  i.id = "INC-" + std::to_string(n);
  i.title = e.data["title"].as_string();
  i.severity = i.peak_severity = e.data["severity"].as_string();
  i.status = e.data["status"].as_string().empty() ? "investigating" : e.data["status"].as_string();
  i.triage = i.status == "reported" && e.data["triage"].as_bool();
  i.channel = e.data["channel"].as_string();
  i.services = e.services;
  i.declared_by = e.actor.id;
  i.reason = e.data["reason"].as_string();
  if ((i.is_private = e.data["private"].as_bool())) s.private_incidents.push_back(n);
  i.next_update_ms = e.data["next_update_ms"].as_int();
  set_time(s, i, "declared", e.occurred_ms, e);
  i.group_key = e.data["group_key"].as_string();
  s.next_incident = std::max(s.next_incident, n + 1);
  if (!i.group_key.empty()) s.incident_by_group[i.group_key] = n;
  if (!i.channel.empty()) s.incident_by_channel[i.channel] = n;
}

void apply_status(State& s, Incident& i, const Entry& e, std::string_view fallback) {
  const std::string& named = e.data["status"].as_string();
  i.status = named.empty() ? std::string(fallback) : named;
  if (i.status == "mitigated") set_time(s, i, "mitigated", e.occurred_ms, e);
  if (i.status == "resolved") set_time(s, i, "resolved", e.occurred_ms, e);
  if (!i.open()) i.next_update_ms = 0;
  if (i.open() && e.data["next_update_ms"].is_int()) i.next_update_ms = e.data["next_update_ms"].as_int();
  if (i.open() && i.status != "reported") i.triage = false;
  if (i.status == "investigating") i.mitigated_ms = i.resolved_ms = 0;
}

void apply_severity(Incident& i, const Entry& e) {
  i.severity = e.data["to"].as_string();
  if (i.severity < i.peak_severity) i.peak_severity = i.severity;  // SEV1 sorts before SEV2
  if (e.data["next_update_ms"].is_int()) i.next_update_ms = e.data["next_update_ms"].as_int();
}

void apply_todo(Incident& i, const Entry& e) {
  const int n = static_cast<int>(e.data["number"].as_int());
  if (n == 0) return;
  if (e.kind == "action.created") {
    i.todos.push_back({n, e.text, e.data["assignee"].as_string(), e.data["due"].as_string(), false,
                       e.data["due_ms"].as_int(), e.data["from"].as_string()});
    return;
  }
  for (Todo& t : i.todos) {
    if (t.number == n) t.done = true;
  }
}

void apply_correction(State& s, const Entry& e) {
  const auto it = s.time_entries.find(e.corrects);
  if (it == s.time_entries.end()) return;
  const std::int64_t at = e.data["patch"]["occurred_ms"].as_int();
  Incident* i = find_incident(s, it->second.incident);
  if (i && at != 0) time_of(*i, it->second.name) = at;
}

void apply_to_incident(State& s, Incident& i, const Entry& e) {
  const std::string_view kind = e.kind;
  if (apply_checklist(i, e)) return;
  if (kind == "severity.changed")
    apply_severity(i, e);
  else if (kind == "incident.mitigated")
    apply_status(s, i, e, "mitigated");
  else if (kind == "incident.resolved")
    apply_status(s, i, e, "resolved");
  else if (kind == "incident.canceled")
    apply_status(s, i, e, "canceled");
  else if (kind == "incident.closed")
    apply_status(s, i, e, "closed");
  else if (kind == "incident.reopened")
    apply_status(s, i, e, "investigating");
  else if (kind == "incident.status_changed")
    apply_status(s, i, e, i.status);
  else if (kind == "role.assigned")
    i.roles[e.data["role"].as_string()] = e.data["assignee"].as_string();
  else if (kind == "role.handoff")
    i.roles[e.data["role"].as_string()] = e.data["to"].as_string();
  else if (kind == "action.created" || kind == "action.closed")
    apply_todo(i, e);
  else if (kind == "evidence.linked")
    i.links.push_back(e.data["url"].as_string());
  else if (kind == "people.invited")
    for (const Value& person : e.data["people"].as_list())
      i.invited.insert(person.as_string()), i.removed.erase(person.as_string());
  else if (kind == "access.asked")
    i.asked[e.actor.id] = e.occurred_ms;
  else if (kind == "people.removed")
    for (const Value& person : e.data["people"].as_list())
      i.invited.erase(person.as_string()), i.people.erase(person.as_string()), i.removed.insert(person.as_string());
  else if (kind == "postmortem.published")
    i.published = {static_cast<int>(e.data["version"].as_int()), e.occurred_ms, e.actor.id, i.recorded};
  else if (kind == "incident.disclosed")
    i.is_private = false, std::erase(s.private_incidents, incident_number(i.id));
  else if (kind == "channel.archived")
    i.archived = true;
  else if (kind == "channel.reopened")
    i.archived = false, i.rooms += 1;
  else if (kind == "status.update") {
    i.updates += 1;
    i.last_update = e.text;
    i.next_update_ms = e.data["next_update_ms"].as_int();
  } else if (kind == "impact.started") {
    if (i.impact_ms == 0 || e.occurred_ms < i.impact_ms) set_time(s, i, "impact", e.occurred_ms, e);
  } else if (kind == "report.customer" || kind == "report.internal") {
    note_detected(s, i, e);
  } else if (kind == "page.acknowledged" && i.acknowledged_ms == 0) {
    set_time(s, i, "acknowledged", e.occurred_ms, e);
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
  const std::string_view kind = e.kind;
  s.position = std::max(s.position, e.position);
  apply_change(s.changes, e);
  if (!e.incident_id.empty() && is_news(e))
    if (Incident* i = find_incident(s, e.incident_id)) i->recorded += 1;
  if (apply_together(s, e) || apply_webhook(s, e)) return;
  if (apply_question(s, e) || apply_silence(s, e) || apply_capture(s, e) || apply_identity(s, e)) return;
  if (apply_run(s, e) || apply_lock(s, e) || apply_automation(s, e) || apply_schedule(s, e)) return;
  if (kind == "language.chosen") return apply_language(s, e);
  if (kind == "command.denied" && e.data.has("mark")) s.refused_marks.insert(fnv1a64(e.data["mark"].as_string()));
  if (kind == "incident.declared")
    apply_declared(s, e);
  else if (kind == "alert.firing")
    apply_alert_firing(s, e);
  else if (kind == list_kind)
    apply_list(s, e);
  else if (kind == "alert.resolved")
    apply_alert_resolved(s, e);
  else if (kind == "alert.acknowledged")
    apply_acknowledged(s, e, true);
  else if (kind == "alert.unacknowledged")
    apply_acknowledged(s, e, false);
  else if (kind == "correction")
    apply_correction(s, e);
  else if (kind == "grant.given" || kind == "grant.revoked")
    apply_grant(s, e);
  else if (kind == "alias.set")
    s.aliases[e.data["key"].as_string()] = e.data["command"].as_string();
  else if (kind == "alias.removed")
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

Alert* alert_of_fingerprint(State& s, const Fingerprint& fingerprint) {
  const auto known = fingerprint_entry(s, fingerprint);
  return known == s.alert_by_fingerprint.end() ? nullptr : &s.alerts.at(known->second);
}

void index_alert(State& s, const Alert& a) {
  const auto known = fingerprint_entry(s, a.fingerprint);
  const int number = number_after(a.id, "e");
  if (known != s.alert_by_fingerprint.end())
    known->second = number;
  else
    s.alert_by_fingerprint.emplace(a.fingerprint.hash(), number);
}

ProjectionRow projection(const Incident& i) {
  Value b = Value::Map{};
  b.set("title", i.title);
  if (!i.reason.empty()) b.set("reason", i.reason);  // absent where none was given, as in files of older versions
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
  for (const std::string& x : i.alerts) {
    if (alerts.as_list().size() == projected_alerts_max) break;
    alerts.push(x);
  }
  b.set("alerts", alerts);
  b.set("alert_count", static_cast<std::int64_t>(i.alerts.size()));
  Value todos = Value::List{};
  for (const Todo& t : i.todos) {
    todos.push(Value::Map{{"number", t.number}, {"text", t.text}, {"assignee", t.assignee}, {"done", t.done}});
  }
  b.set("todos", todos);
  Value items = Value::List{};
  for (const ChecklistItem& x : i.checklist)
    items.push(Value::Map{{"number", x.number}, {"list", x.list}, {"text", x.text}, {"state", x.state}});
  if (!i.checklist.empty()) b.set("checklist", items);
  if (i.archived) b.set("archived", true);
  if (i.published.version != 0)
    b.set("published",
          Value::Map{{"version", i.published.version}, {"at_ms", i.published.at_ms}, {"by", i.published.by}});
  if (i.triage) b.set("triage", true);
  if (i.is_private) b.set("private", true);
  Value bound = Value::List{};
  for (const std::string& platform : i.bound) bound.push(platform);
  if (!i.bound.empty()) b.set("bound", std::move(bound));
  return {"incident", i.id, b};
}

ProjectionRow projection(const Alert& a) {
  Value::Map labels;
  labels.reserve(a.labels.size());
  for (const auto& [k, v] : a.labels) labels[k] = v;
  Value body = Value::Map{{"acknowledged_by", a.acknowledged_by},
                          {"ended_ms", a.ended_ms},
                          {"episode", a.episode},
                          {"fingerprint", a.fingerprint.hex()},
                          {"incident", a.incident},
                          {"labels", std::move(labels)},
                          {"severity", a.severity},
                          {"starts_ms", a.starts_ms},
                          {"status", a.status},
                          {"title", a.title}};
  if (a.snoozed_until_ms != 0) body.set("snoozed_until_ms", a.snoozed_until_ms);
  return {"alert", a.id, std::move(body)};
}

std::vector<ProjectionRow> projections(const State& s) {
  std::vector<ProjectionRow> rows;
  for (const auto& [n, a] : s.alerts) {
    if (a.heads_list) rows.push_back(list_row(a));
    if (a.own_row) rows.push_back(projection(a));
  }
  for (const auto& [n, i] : s.incidents) rows.push_back(projection(i));
  for (const auto& [n, l] : s.silences) rows.push_back(projection(l));
  for (const auto& [n, r] : s.runs) rows.push_back(projection(r));
  for (const auto& [n, r] : s.changes.records) rows.push_back(projection(r));
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return std::tie(a.kind, a.id) < std::tie(b.kind, b.id); });
  return rows;
}

Alert::Alert() = default;
Alert::Alert(const Alert&) = default;
Alert::Alert(Alert&&) noexcept = default;
Alert& Alert::operator=(const Alert&) = default;
Alert& Alert::operator=(Alert&&) noexcept = default;
Alert::~Alert() = default;

Incident::Incident() = default;
Incident::Incident(const Incident&) = default;
Incident::Incident(Incident&&) noexcept = default;
Incident& Incident::operator=(const Incident&) = default;
Incident& Incident::operator=(Incident&&) noexcept = default;
Incident::~Incident() = default;

}  // namespace muster
