// What alerts do: the state machine per alert (one episode however many copies arrive) and the routes that open
// or join incidents.
#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"

namespace muster {
namespace {

const AlertRouteRule* route_of(const Work& w, const AlertEvent& event) {
  std::map<std::string, std::string> facts = event.labels;
  facts["alert.severity"] = event.severity;
  for (const AlertRouteRule& r : w.config.alert_routes) {
    if (!matches(r.matchers, facts)) continue;
    if (r.when.empty() || condition_holds(r.when, route_condition(), route_facts(event, w.now)).value_or(false))
      return &r;
  }
  return nullptr;
}

std::vector<std::string> services_of(const Work& w, const AlertEvent& event) {
  for (const char* label : {"service", "app", "job"}) {
    const auto it = event.labels.find(label);
    if (it == event.labels.end()) continue;
    if (const Service* s = find_service(w.config, it->second)) return {s->name};
    if (std::string_view(label) == "service") return {it->second};
  }
  return {};
}

std::string group_of(const AlertEvent& event) {
  if (!event.group_key.empty()) return event.group_key;
  const auto name = event.labels.find("alertname");
  const auto service = event.labels.find("service");
  return "own:" + (name == event.labels.end() ? event.source_key : name->second) + "/" +
         (service == event.labels.end() ? "" : service->second);
}

Value alert_data(const AlertEvent& event, const std::string& id, int episode) {
  Value labels = Value::Map{};
  for (const auto& [k, v] : event.labels) labels.set(k, v);
  Value links = Value::List{};
  for (const auto& [text, url] : event.links) links.push(Value::Map{{"text", text}, {"url", url}});
  return Value::Map{{"alert_id", id},
                    {"alert", event.title},
                    {"state", event.status},
                    {"urgency", event.severity == "critical" ? "page" : "notify"},
                    {"severity", event.severity},
                    {"fingerprint", alert_fingerprint(event)},
                    {"labels", labels},
                    {"links", links},
                    {"group_key", group_of(event)},
                    {"reason", event.reason},
                    {"episode", episode}};
}

Entry alert_entry(const Work& w, const AlertEvent& event, const std::string& id, TimeMs received) {
  Entry e;
  e.kind = event.status == "resolved" ? "alert.resolved" : "alert.firing";
  const TimeMs said = event.status == "resolved" ? event.ends_ms : event.starts_ms;
  // A sender's clock may be wrong: never later than we saw it, never a day before.
  e.occurred_ms = said == 0 ? received : std::clamp(said, received - day_ms, received);
  e.received_ms = received;
  e.clock_name = "monitoring";
  e.actor = {.type = "system", .id = "monitoring", .handle = "monitoring", .display = "monitoring"};
  e.text = event.title;
  e.services = services_of(w, event);
  e.source = {.system = "monitoring", .type = "alert", .id = id, .channel = {}, .permalink = {}};
  if (!event.links.empty()) e.source.permalink = event.links.front().second;
  return e;
}

// A refire inside an incident gets a card of its own, so that the story stays in order.
std::string card_id(const Alert& a) {
  return "alert-" + a.id + (a.episode > 1 && !a.incident.empty() ? "-" + std::to_string(a.episode) : "");
}

Message alert_message(const Work& w, const Alert& a) {
  const std::string& lang = w.config.language;
  Message m;
  const bool firing = a.status == "firing";
  m.color = firing ? severity_color(a.severity) : "good";
  m.text = (firing ? "🔥 *" : "✅ *") + a.id + "* " + say(lang, firing ? "alert.firing" : "alert.resolved") + " · " +
           a.severity + " · " + plain(clip(a.title, 200));
  if (!a.reason.empty()) m.sections.push_back({plain(clip(a.reason, 200)), {}});
  Section labels;
  for (const auto& [k, v] : a.labels) {
    if (labels.fields.size() == 6) break;
    if (k != "alertname" && k != "severity")
      labels.fields.emplace_back(clip(one_line(k), 40), plain(clip(one_line(v), 80)));
  }
  if (!labels.fields.empty()) m.sections.push_back(labels);
  if (firing && a.acknowledged_by.empty()) m.buttons.push_back({say(lang, "button.ack"), "ack " + a.id, "primary"});
  return m;
}

// The incident this alert belongs to: the open one of its group, or a new one when its route says so.
Incident* incident_for(Work& w, const AlertEvent& event, TimeMs received) {
  const std::string group = group_of(event);
  const auto known = w.state.incident_by_group.find(group);
  if (known != w.state.incident_by_group.end()) {
    Incident& i = w.state.incidents.at(known->second);
    if (i.open()) return &i;
  }
  const AlertRouteRule* route = route_of(w, event);
  if (!route || !route->open_incident) return nullptr;
  Entry e;
  e.received_ms = received;
  e.text = event.title;
  e.services = services_of(w, event);
  e.actor = {.type = "bot", .id = "muster", .handle = w.config.bot_handle, .display = "muster"};
  e.source = {.system = "muster", .type = "bot", .id = {}, .channel = {}, .permalink = {}};
  e.data = Value::Map{
      {"title", clip(event.title, 120)}, {"severity", route->severity}, {"group_key", group}, {"route", route->name}};
  Incident& i = open_incident(w, std::move(e));
  Entry impact;
  impact.kind = "impact.started";
  impact.incident_id = i.id;
  impact.occurred_ms = event.starts_ms == 0 ? received : std::clamp(event.starts_ms, received - day_ms, received);
  impact.received_ms = received;
  impact.services = i.services;
  impact.text = say("en", "impact.default");
  impact.data = Value::Map{{"basis", "first_alert"}};
  record(w, std::move(impact));
  Message m{.text = say(w.config.language, "incident.opened_by_alert",
                        {{"id", i.id}, {"severity", i.severity}, {"channel", i.channel}, {"title", plain(i.title)}}),
            .sections = {},
            .buttons = {},
            .color = severity_color(i.severity)};
  post(w, w.config.alerts_channel, "announce-" + i.id, m);
  return &i;
}

void fire(Work& w, const AlertEvent& event, TimeMs received) {
  const std::string fingerprint = alert_fingerprint(event);
  const auto known = w.state.alert_by_fingerprint.find(fingerprint);
  Alert* a = known == w.state.alert_by_fingerprint.end() ? nullptr : &w.state.alerts.at(known->second);
  if (a && a->status == "firing") {
    a->count += 1;  // a copy: nothing new to record
    a->last_seen_ms = received;
    return;
  }
  const bool flapping = a && received - a->ended_ms <= limits::flap_window_ms;
  Incident* i = incident_for(w, event, received);
  const std::string id = flapping ? a->id : "E" + std::to_string(w.state.next_alert);
  Entry e = alert_entry(w, event, id, received);
  if (i) e.incident_id = i->id;
  e.data = alert_data(event, id, a ? a->episode + 1 : 1);
  record(w, std::move(e));
  const Alert& now = *find_alert(w.state, id);
  touch(w, now);
  if (i) touch(w, *i);
  const std::string& channel = i ? i->channel : w.config.alerts_channel;
  if (flapping && !i)
    w.decision.out.push_back({w.new_id(), "room:#" + channel, "edit",
                              Value::Map{{"post_id", "alert-" + id}, {"message", to_value(alert_message(w, now))}}});
  else
    post(w, channel, card_id(now), alert_message(w, now));
}

void resolve(Work& w, const AlertEvent& event, TimeMs received) {
  const auto known = w.state.alert_by_fingerprint.find(alert_fingerprint(event));
  if (known == w.state.alert_by_fingerprint.end()) return;  // never opens an alert
  Alert& a = w.state.alerts.at(known->second);
  if (a.status != "firing") return;
  if (event.ends_ms != 0 && event.ends_ms < a.starts_ms) return;  // a late delivery about an earlier episode
  Entry e = alert_entry(w, event, a.id, received);
  e.incident_id = a.incident;
  e.text = a.title;
  e.data = Value::Map{{"alert_id", a.id}, {"alert", a.title}, {"state", "resolved"}, {"reason", event.reason}};
  record(w, std::move(e));
  touch(w, a);
  w.decision.timers.push_back({"alert-expiry:" + a.id, 0, {}});
  Incident* i = find_incident(w.state, a.incident);
  if (i) touch(w, *i);
  const std::string& channel = i ? i->channel : w.config.alerts_channel;
  const Message m = alert_message(w, a);
  w.decision.out.push_back(
      {w.new_id(), "room:#" + channel, "edit", Value::Map{{"post_id", card_id(a)}, {"message", to_value(m)}}});
}

}  // namespace

void take_alerts(Work& w, const std::vector<AlertEvent>& alerts, TimeMs received) {
  for (const AlertEvent& event : alerts) {
    if (event.status == "firing")
      fire(w, event, received);
    else if (event.status == "resolved")
      resolve(w, event, received);
    if (event.status != "firing" || event.route != "alertmanager" || event.ends_ms == 0) continue;
    // API v2: silence until endsAt means that the sender is gone; the timer moves with every resend.
    const auto known = w.state.alert_by_fingerprint.find(alert_fingerprint(event));
    if (known == w.state.alert_by_fingerprint.end()) continue;
    const std::string id = "E" + std::to_string(known->second);
    w.decision.timers.push_back({"alert-expiry:" + id, event.ends_ms, Value::Map{{"alert", id}}});
  }
}

void take_undecodable(Work& w, const std::string& kind, const std::string& inbox_key, const std::string& why) {
  Entry e;
  e.kind = "alert.undecodable";
  e.text = why;
  e.data = Value::Map{{"source", kind}, {"inbox", inbox_key}};
  record(w, std::move(e));
  const Message m{.text = say(w.config.language, "alert.undecodable", {{"kind", kind}, {"why", plain(clip(why, 200))}}),
                  .sections = {},
                  .buttons = {},
                  .color = "warning"};
  post(w, w.config.alerts_channel, "undecodable-" + inbox_key, m);
}

void timer_rang(Work& w, const Timer& timer) {
  if (timer.id.starts_with("alert-expiry:")) {
    Alert* a = find_alert(w.state, timer.body["alert"].as_string());
    if (!a || a->status != "firing") return;
    Entry e;
    e.kind = "alert.resolved";
    e.incident_id = a->incident;
    e.text = a->title;
    e.data = Value::Map{{"alert_id", a->id},
                        {"alert", a->title},
                        {"state", "resolved"},
                        {"reason", say("en", "alert.no_news", {{"time", format_utc(timer.due_ms)}})}};
    record(w, std::move(e));
    touch(w, *a);
    Incident* i = find_incident(w.state, a->incident);
    if (i) touch(w, *i);
    const std::string& channel = i ? i->channel : w.config.alerts_channel;
    w.decision.out.push_back({w.new_id(), "room:#" + channel, "edit",
                              Value::Map{{"post_id", card_id(*a)}, {"message", to_value(alert_message(w, *a))}}});
    return;
  }
  if (!timer.id.starts_with("update-due:")) return;
  const Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  if (!i || !i->open() || i->next_update_ms == 0 || i->next_update_ms > w.now) return;
  const int said = static_cast<int>(timer.body["said"].as_int());
  Entry e;
  e.kind = "reminder.sent";
  e.incident_id = i->id;
  e.text = say("en", "reminder.update", {{"id", i->id}, {"time", format_utc_clock(i->next_update_ms).substr(0, 5)}});
  e.data = Value::Map{{"topic", "update"}, {"due", format_utc(i->next_update_ms)}};
  record(w, std::move(e));
  const std::string& lang = w.config.language;
  const char* sentence = said >= 3 ? "reminder.late" : "reminder.update";
  post(w, i->channel, timer.id + "-" + std::to_string(w.now),
       {.text = say(lang, sentence, {{"id", i->id}, {"time", format_utc_clock(i->next_update_ms).substr(0, 5)}}),
        .sections = {},
        .buttons = {},
        .color = "warning"});
  const SeverityRule* severity = find_severity(w.config, i->severity);
  const DurationMs every = severity && severity->update_every > 0 ? severity->update_every : hour_ms;
  if (said < 3) {
    w.decision.timers.push_back({timer.id, w.now + every, Value::Map{{"incident", i->id}, {"said", said + 1}}});
  }
}

void greet(Work& w) {
  const std::string& lang = w.config.language;
  w.decision.out.push_back(
      {w.new_id(), "room:#muster", "open_channel",
       Value::Map{{"channel", "muster"}, {"title", "muster"}, {"topic", say(lang, "channel.muster")}}});
  w.decision.out.push_back({w.new_id(), "room:#" + w.config.alerts_channel, "open_channel",
                            Value::Map{{"channel", w.config.alerts_channel},
                                       {"title", w.config.alerts_channel},
                                       {"topic", say(lang, "channel.alerts")}}});
  Entry e;
  e.kind = "bot.created";
  e.text = "A new data folder was made.";
  record(w, std::move(e));
  Message m{.text = say(lang, "greeting"), .sections = {{say(lang, "greeting.three"), {}}}, .buttons = {}, .color = ""};
  m.buttons = {{"try", "try", "primary"}, {"status", "status", ""}, {"help", "help", ""}};
  post(w, "muster", "greeting", m);
}

}  // namespace muster
