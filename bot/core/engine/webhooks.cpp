#include "bot/core/engine/webhooks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "bot/base/text.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/listed.h"

namespace muster {
namespace {

constexpr std::size_t listed_alerts_max = 50;  // in one event; the count tells of the rest

bool names_one(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == '|') && (end == list.size() || list[end] == '|')) return true;
  }
  return false;
}

bool any_of(const std::vector<std::string>& wanted, const std::vector<std::string>& there) {
  return std::ranges::any_of(wanted, [&](const std::string& w) { return std::ranges::find(there, w) != there.end(); });
}

Value told_names(const std::vector<std::string>& all) {
  Value list = Value::List{};
  for (const std::string& s : all) list.push(s);
  return list;
}

// Absent where it is not known.
void told_text(Value& to, const char* name, const std::string& text) {
  if (!text.empty()) to.set(name, text);
}
void told_time(Value& to, const char* name, TimeMs t) {
  if (t != 0) to.set(name, format_utc(t));
}

Value told_incident(const Work& w, const Incident& i) {
  Value v = Value::Map{{"id", i.id}, {"title", i.title}, {"severity", i.severity}, {"status", i.status}};
  v.set("services", told_names(i.services));
  told_text(v, "channel", i.channel);
  const auto commander = i.roles.find("incident_commander");
  if (commander != i.roles.end()) v.set("commander", commander->second);
  told_time(v, "declared_at", i.declared_ms);
  told_time(v, "mitigated_at", i.mitigated_ms);
  told_time(v, "resolved_at", i.resolved_ms);
  if (!w.config.public_url.empty()) v.set("url", w.config.public_url + "/room/report/" + i.id);
  return v;
}

Value told_alert(const Alert& a) {
  Value v = Value::Map{{"id", a.id}, {"title", a.title}, {"severity", a.severity}, {"status", a.status}};
  told_time(v, "started_at", a.starts_ms);
  told_time(v, "ended_at", a.ended_ms);
  told_text(v, "acknowledged_by", a.acknowledged_by);
  return v;
}

Value told_side(const ChangeSide& side) {
  Value v = Value::Map{};
  told_text(v, "version", side.version);
  if (side.replicas) v.set("replicas", *side.replicas);
  return v;
}

Value told_change(const ChangeRecord& r) {
  Value v = Value::Map{{"id", r.id},         {"verb", r.verb},    {"service", r.service}, {"outcome", outcome_of(r)},
                       {"origin", r.origin}, {"person", r.person}};
  told_text(v, "environment", r.environment);
  told_text(v, "run", r.run);
  told_text(v, "runbook", r.runbook);
  told_text(v, "reverts", r.reverts);
  v.set("before", told_side(r.before));
  v.set("after", told_side(r.after));
  told_time(v, "started_at", r.started_ms);
  told_time(v, "ended_at", r.ended_ms);
  return v;
}

struct WebhookEvent {
  std::string id, type;
  TimeMs at = 0;
  std::string incident;
  std::vector<std::string> services;
  Value data;
};

// Of what people say in channels no words at all. What a status update says is meant for readers elsewhere; it goes out
// as it was recorded, without secrets. Imported history is no news.
std::optional<WebhookEvent> told_event(const Work& w, const Entry& e) {
  if (e.origin == "backfill" || !names_one(webhook_events, e.kind) || e.data["known"].as_bool()) return {};
  WebhookEvent out{e.event_id, e.kind, e.occurred_ms, e.incident_id, e.services, Value::Map{}};
  Value& d = out.data;
  const auto copy = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (e.data.has(name)) d.set(name, e.data[name]);
  };
  if (e.kind == "severity.changed" || e.kind == "role.handoff") copy({"role", "from", "to"});
  if (e.kind == "role.assigned") copy({"role", "assignee"});
  if (e.kind == "status.update") {
    d.set("text", e.text);
    copy({"number", "next_update_by"});
  }
  if (e.kind.starts_with("runbook.")) {
    if (!e.data["run_id"].is_string()) return {};
    Value run = Value::Map{{"id", e.data["run_id"]}, {"runbook", e.data["runbook"]}};
    if (e.data.has("outcome")) run.set("outcome", e.data["outcome"]);
    if (e.data.has("person")) run.set("person", e.data["person"]);
    d.set("run", std::move(run));
  }
  if (e.kind == list_kind) {
    std::vector<std::string> ids;
    add_listed(ids, e);
    Value alerts = Value::List{};
    for (const std::string& id : ids)
      if (const Alert* a = find_alert(w.state, id); a && alerts.as_list().size() < listed_alerts_max)
        alerts.push(told_alert(*a));
    d.set("count", static_cast<std::int64_t>(ids.size()));
    d.set("alerts", std::move(alerts));
  } else if (e.kind.starts_with("alert.")) {
    const Alert* a = find_alert(w.state, e.data["alert_id"].as_string());
    if (!a) return {};
    d.set("alert", told_alert(*a));
    if (out.incident.empty()) out.incident = a->incident;
  }
  return out;
}

// A change begins with the first attempt that has an intent, and ends with its step, or with the run that knew no more
// of it. `told`: those of this decision.
std::vector<WebhookEvent> told_changes(const Work& w, const Entry& e, std::set<std::string>& told) {
  std::vector<WebhookEvent> out;
  if (e.origin == "backfill") return out;
  const ChangeLog& log = w.state.changes;
  const bool begins = (e.kind == "run.attempt" && e.data.has("intended")) || e.kind == "deploy.started";
  const bool ends = e.kind == "runbook.step" || e.kind == "runbook.finished" || e.kind == "deploy.finished";
  if (!begins && !ends) return out;
  std::vector<const ChangeRecord*> all = changes_of_run(log, e.data["run_id"].as_string());
  if (e.kind.starts_with("deploy.")) all = {find_change(log, e.data["deploy_id"].as_string())};
  for (const ChangeRecord* r : all) {
    if (!r || (begins ? r->started_ms : r->ended_ms) != e.occurred_ms || (begins && r->over())) continue;
    const std::string type = begins ? "change.started" : "change.finished";
    if (!told.insert(type + r->id).second) continue;
    out.push_back({e.event_id + "-" + r->id, type, e.occurred_ms, r->incident, {r->service}, Value::Map{}});
    out.back().data.set("change", told_change(*r));
  }
  return out;
}

bool wants(const WebhookRule& rule, const WebhookEvent& event, const Incident* i) {
  const auto is_in = [](const std::vector<std::string>& list, const std::string& word) {
    return list.empty() || std::ranges::find(list, word) != list.end();
  };
  if (!is_in(rule.events, event.type)) return false;
  if (!rule.severities.empty() && (!i || !is_in(rule.severities, i->severity))) return false;
  return rule.services.empty() || any_of(rule.services, event.services) || (i && any_of(rule.services, i->services));
}

Value body_of(const Work& w, const WebhookEvent& event, const Actor& actor, const Incident* i) {
  Value data = event.data;
  data.set("actor", Value::Map{{"type", actor.type}, {"id", actor.id}, {"name", actor.display}});
  if (i) data.set("incident", told_incident(w, *i));
  if (!event.services.empty()) data.set("services", told_names(event.services));
  Value payload = Value::Map{{"id", event.id}, {"type", event.type}, {"timestamp", format_utc(event.at)}};
  if (w.config.sandbox) payload.set("sandbox", true);
  payload.set("data", std::move(data));
  Value body = Value::Map{{"id", event.id}, {"since", w.now}};
  body.set("event", std::move(payload));
  return body;
}

void queue(Work& w, const WebhookRule& rule, const WebhookEvent& event, const Actor& actor, const Incident* i) {
  w.decision.out.push_back({event.id + ":" + rule.name, std::string(webhook_platform) + ":" + rule.name, event.type,
                            body_of(w, event, actor, i)});
}

// The one place through which every event passes on its way out: what must not be told of an incident ends here.
void send_event(Work& w, WebhookEvent event, const Actor& actor) {
  std::ranges::replace(event.id, '.', '_');  // what is signed is split at full stops
  const Incident* i = find_incident(w.state, event.incident);
  if (i && i->is_private) return;
  for (const WebhookRule& rule : w.config.webhooks) {
    const auto known = w.state.webhooks.find(rule.name);
    const bool paused = known != w.state.webhooks.end() && !known->second.paused.empty();
    if (!paused && wants(rule, event, i)) queue(w, rule, event, actor, i);
  }
}

std::string news_kind(const std::string& what) {
  if (what == "gone" || what == "full") return "webhook.paused";
  if (what == "moved") return "webhook.resumed";
  return what == "well" ? "webhook.recovered" : "webhook." + what;
}

}  // namespace

const WebhookRule* find_webhook(const CoreConfig& config, std::string_view name) {
  const auto it =
      std::ranges::find(config.webhooks, lower_ascii(name), [](const WebhookRule& r) { return lower_ascii(r.name); });
  return it == config.webhooks.end() ? nullptr : &*it;
}

void tell_webhooks(Work& w) {
  if (w.config.webhooks.empty()) return;
  std::set<std::string> changes;
  for (const Entry& e : w.decision.entries) {
    for (WebhookEvent& event : told_changes(w, e, changes)) send_event(w, std::move(event), e.actor);
    if (auto event = told_event(w, e)) send_event(w, std::move(*event), e.actor);
  }
}

bool apply_webhook(State& s, const Entry& e) {
  if (!e.kind.starts_with("webhook.")) return false;
  WebhookState& hook = s.webhooks[e.data["hook"].as_string()];
  if (e.kind == "webhook.paused") hook.paused = e.data["why"].as_string(), hook.address = e.data["address"].as_string();
  if (e.kind == "webhook.resumed") hook.paused.clear(), hook.address.clear();
  if (e.kind == "webhook.failed" || e.kind == "webhook.recovered") hook.failed = e.kind == "webhook.failed";
  return true;
}

std::string webhook_error(const std::string& note, std::string_view language) {
  constexpr std::string_view digits = "0123456789";
  const std::string status = note.substr(0, note.find(' '));
  if (status.size() != 3 || status.find_first_not_of(digits) != std::string::npos)
    return plain(clip(one_line(note), 200));
  const std::string key = "webhook.status." + (note[0] == '3' ? std::string("3xx") : status);
  std::string text = say(language, "webhook.answered", {{"status", status}});
  if (has_sentence(key)) text += " " + say(language, key);
  // "503 retry-after 7200", as the sender notes it
  const std::string wait = note.size() > 16 && note.substr(3, 13) == " retry-after " ? note.substr(16) : "";
  if (wait.empty() || wait.size() > 6 || wait.find_first_not_of(digits) != std::string::npos) return text;
  return text + say(language, "webhook.asks_wait", {{"time", format_duration(std::stoll(wait) * second_ms)}});
}

void webhook_news(Work& w, const std::string& hook, const std::string& what, const std::string& why,
                  const std::string& address) {
  const WebhookState known = w.state.webhooks[hook];
  const bool pauses = what == "gone" || what == "full";
  if (pauses && known.paused != (what == "gone" && known.paused == "full" ? "full" : "")) return;
  if (what == "resumed" && known.paused != "full") return;
  if (what == "moved" && known.paused != "gone") return;
  if (what == "failed" && known.failed) return;
  if (what == "well" && !known.failed) return;
  if (what == "refused") {
    TimeMs& last = w.state.complained["webhook " + hook];
    if (last != 0 && w.now - last < hour_ms) return;
    last = w.now;
  }
  const std::string sentence = "webhook.told." + (what == "refused" ? "failed" : what);
  Entry e;
  e.kind = news_kind(what);
  e.text = say("en", sentence, {{"hook", hook}, {"why", webhook_error(why, "en")}});
  e.data = Value::Map{{"hook", hook}, {"why", pauses || what == "moved" ? what : why}};
  if (!address.empty()) e.data.set("address", address);
  record(w, std::move(e));
  const std::string language = channel_language(w, w.config.alerts_channel);
  const Message m{.text = say(language, sentence, {{"hook", plain(hook)}, {"why", webhook_error(why, language)}}),
                  .sections = {},
                  .buttons = {},
                  .color = what == "well" || what == "resumed" || what == "moved" ? "good" : "warning"};
  post(w, w.config.alerts_channel, "webhook-" + w.new_id(), m);
}

namespace {

Outcome no_webhook(Call& c, const std::string& name) {
  std::string names;
  for (const WebhookRule& r : c.work.config.webhooks) names += (names.empty() ? "`" : ", `") + plain(r.name) + "`";
  if (names.empty()) return refuse(c, "webhook.none");
  return refuse(c, "webhook.unknown", {{"hook", plain(clip(name, 80))}, {"names", names}});
}

// What the store and the sender know is read outside of the decision.
Outcome webhook_read(Call& c) {
  Outcome o;
  const std::string name = first_argument(c.command);
  const WebhookRule* rule = find_webhook(c.work.config, name);
  if (!rule && c.command.verb != "webhooks") return no_webhook(c, name);
  o.read = ReadWanted{.what = c.command.verb,
                      .incident = {},
                      .args = c.command.args,
                      .named = c.command.named,
                      .language = c.language,
                      .zone = c.zone};
  if (rule) o.read->args.front() = rule->name;
  return o;
}

Outcome webhook_enable(Call& c) {
  const WebhookRule* rule = find_webhook(c.work.config, first_argument(c.command));
  if (!rule) return no_webhook(c, first_argument(c.command));
  if (c.work.state.webhooks[rule->name].paused.empty())
    return refuse(c, "webhook.not_paused", {{"hook", plain(rule->name)}});
  Entry e = human_entry(c, "webhook.resumed", nullptr);
  e.text = rule->name;
  e.data = Value::Map{{"hook", rule->name}};
  record(c.work, std::move(e));
  return answer(c, "webhook.enabled", {{"hook", plain(rule->name)}});
}

Outcome webhook_tried(Call& c) {
  const WebhookRule* rule = find_webhook(c.work.config, first_argument(c.command));
  if (!rule) return no_webhook(c, first_argument(c.command));
  Entry e = human_entry(c, "webhook.tested", nullptr);
  e.text = rule->name;
  e.data = Value::Map{{"hook", rule->name}};
  const std::string id = record(c.work, std::move(e)).event_id;
  queue(c.work, *rule, {id, std::string(webhook_test), c.work.now, {}, {}, Value::Map{}}, c.actor, nullptr);
  return answer(c, "webhook.tested", {{"hook", plain(rule->name)}, {"id", plain(id)}});
}

}  // namespace

const std::map<std::string_view, Handler>& webhook_handlers() {
  static const std::map<std::string_view, Handler> table = {{"webhooks", webhook_read},
                                                            {"webhooks log", webhook_read},
                                                            {"webhooks redeliver", webhook_read},
                                                            {"webhooks enable", webhook_enable},
                                                            {"webhooks test", webhook_tried}};
  return table;
}

}  // namespace muster
