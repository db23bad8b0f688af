// What alerts do: the state machine per alert (one episode however many copies arrive), and the incidents that they
// open or join.
#include <algorithm>
#include <cstring>

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/alert_ends.h"
#include "bot/core/engine/alert_routes.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/deliveries.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/listed.h"
#include "bot/core/engine/silences.h"
#include "bot/core/engine/todos.h"
#include "bot/core/engine/triage.h"
#include "bot/core/engine/urgent.h"

namespace muster {
namespace {

Value alert_data(const AlertEvent& event, const std::string& fingerprint, const std::string& group,
                 const std::string& id, int episode, const CardPlace& card) {
  Value::Map labels;
  labels.reserve(event.labels.size());
  for (const auto& [k, v] : event.labels) labels[k] = v;
  Value links = Value::List{};
  for (const auto& [text, url] : event.links) links.push(Value::Map{{"text", text}, {"url", url}});
  return Value::Map{{"alert", event.title},
                    {"alert_id", id},
                    {"card", card.post_id},
                    {"card_channel", card.channel},
                    {"episode", episode},
                    {"fingerprint", fingerprint},
                    {"group_key", group},
                    {"labels", std::move(labels)},
                    {"links", std::move(links)},
                    {"reason", event.reason},
                    {"severity", event.severity},
                    {"state", event.status},
                    {"urgency", event.severity == "critical" ? "page" : "notify"}};
}

// A sender's clock may be wrong: never later than we saw it, never a day before.
TimeMs occurred_at(const AlertEvent& event, TimeMs received) {
  const TimeMs said = event.status == "resolved" ? event.ends_ms : event.starts_ms;
  return said == 0 ? received : std::clamp(said, received - day_ms, received);
}

Entry alert_entry(const Work& w, const AlertEvent& event, const std::string& id, TimeMs received) {
  Entry e;
  e.kind = event.status == "resolved" ? "alert.resolved" : "alert.firing";
  e.occurred_ms = occurred_at(event, received);
  e.received_ms = received;
  e.clock_name = "monitoring";
  e.actor = {.type = "system", .id = "monitoring", .handle = "monitoring", .display = "monitoring"};
  e.text = event.title;
  e.services = services_of(w, event.labels);
  e.source = {.system = "monitoring", .type = "alert", .id = id, .channel = {}, .permalink = {}};
  if (!event.links.empty()) e.source.permalink = event.links.front().second;
  return e;
}

Incident* open_of_group(Work& w, const std::string& group) {
  const auto known = w.state.incident_by_group.find(group);
  if (known == w.state.incident_by_group.end()) return nullptr;
  Incident& i = w.state.incidents.at(known->second);
  return i.open() ? &i : nullptr;
}

bool many_opened(const Work& w) {
  int n = 0;
  for (auto it = w.state.incidents.rbegin(); it != w.state.incidents.rend(); ++it) {
    if (w.now - it->second.declared_ms > limits::alert_incidents_ms) break;
    if (!it->second.group_key.empty() && ++n >= limits::alert_incidents_max) return true;
  }
  return false;
}

void record_impact(Work& w, const Incident& i, TimeMs at) {
  Entry impact;
  impact.kind = "impact.started";
  impact.incident_id = i.id;
  impact.occurred_ms = at;
  impact.received_ms = w.now;
  impact.services = i.services;
  impact.text = say("en", "impact.default");
  impact.data = Value::Map{{"basis", "first_alert"}};
  record(w, std::move(impact));
}

// The incident for a group. When very many groups fire at once the further ones join one incident of the storm:
// a hundred channels help nobody.
Incident& open_for(Work& w, Cause cause, const AlertRouteRule& route) {
  std::string storm;
  if (many_opened(w)) {
    storm = say(w.config.language, "storm.title");
    cause.group = "storm";
    cause.title = storm;
    if (Incident* i = open_of_group(w, cause.group)) return *i;
  }
  Entry e;
  e.received_ms = w.now;
  e.text = cause.title;
  e.services = services_of(w, cause.labels);
  e.actor = {.type = "bot", .id = "muster", .handle = w.config.bot_handle, .display = "muster"};
  e.source = {.system = "muster", .type = "bot", .id = {}, .channel = {}, .permalink = {}};
  e.data = Value::Map{{"title", clip(cause.title, 120)},
                      {"severity", route.severity},
                      {"group_key", cause.group},
                      {"route", route.name}};
  if (route.triage) e.data.set("triage", true);
  Incident& i = open_incident(w, std::move(e));
  record_impact(w, i, cause.starts_ms == 0 ? w.now : std::clamp(cause.starts_ms, w.now - day_ms, w.now));
  if (i.triage) arm_triage(w, i, 0);
  post(w, w.config.alerts_channel, "announce-" + i.id, announcement(w, i));
  if (is_grave(w.config, i.severity)) make_urgent(w);
  return i;
}

std::string wait_timer(const std::string& group) { return "group-wait:" + to_hex(sha256(group)).substr(0, 24); }

// When the group's incident opens: now, or (where grouping is ours) a while after its first alert; 0: now.
TimeMs wait_until(Work& w, const AlertEvent& event, const std::string& group) {
  if (!event.group_key.empty() || w.config.group_wait <= 0) return 0;
  const auto waiting = w.state.waiting.find(group);
  if (waiting != w.state.waiting.end() && waiting->second.due_ms > w.now) return waiting->second.due_ms;
  // Due, and the timer is about to ring: it must not be moved.
  if (waiting != w.state.waiting.end() && w.now - waiting->second.due_ms < minute_ms) return 0;
  w.decision.timers.push_back({wait_timer(group), w.now + w.config.group_wait, Value::Map{{"group", group}}});
  return w.now + w.config.group_wait;
}

std::string card_id(const std::string& alert, int episode, bool in_incident) {
  // A refire inside an incident gets a card of its own, so that the story stays in order.
  return "alert-" + alert + (episode > 1 && in_incident ? "-" + std::to_string(episode) : "");
}

void resolve(Work& w, const AlertEvent& event, Alert* known, TimeMs received) {
  if (!known) return;  // never opens an alert
  Alert& a = *known;
  if (a.status != "firing") return;
  if (event.ends_ms != 0 && event.ends_ms < a.starts_ms) return;  // a late delivery about an earlier episode
  clear_alert(w, a, alert_entry(w, event, a.id, received), event.reason);
  forget_end(w, a);
}

// The same alert once more, now with its incident and its card.
void join_incident(Work& w, const Alert& a, const Incident* i) {
  const std::string channel = i ? i->channel : w.config.alerts_channel;
  const CardPlace card = next_card(w, channel, card_id(a.id, a.episode, i != nullptr));
  Entry e;
  e.kind = "alert.firing";
  e.incident_id = i ? i->id : "";
  e.occurred_ms = a.starts_ms;
  e.clock_name = "monitoring";
  e.actor = {.type = "system", .id = "monitoring", .handle = "monitoring", .display = "monitoring"};
  e.text = a.title;
  e.services = services_of(w, a.labels);
  e.source = {.system = "monitoring", .type = "alert", .id = a.id, .channel = {}, .permalink = {}};
  e.data = firing_data(a, card.post_id, card.channel);
  e.data.set("known", true);  // it was told already
  const std::string id = a.id;
  record(w, std::move(e));
  show_card(w, *find_alert(w.state, id), false);
}

void group_waited(Work& w, const std::string& group) {
  const auto waiting = w.state.waiting.find(group);
  if (waiting == w.state.waiting.end()) return;
  const std::vector<int> numbers = waiting->second.alerts;
  w.state.waiting.erase(waiting);
  std::vector<const Alert*> firing;
  for (const int n : numbers) {
    const Alert& a = w.state.alerts.at(n);
    if (a.status == "firing" && a.incident.empty()) firing.push_back(&a);
  }
  if (firing.empty()) return;  // all was over before it began: the journal has it, nobody is woken
  const Alert& first = *firing.front();
  const Labels labels = first.labels;
  const Cause cause{group, first.title, first.severity, labels, first.starts_ms};
  Incident* i = open_of_group(w, group);
  const AlertRouteRule* route = route_of(w, cause);
  if (!i && route && route->open_incident) i = &open_for(w, cause, *route);
  for (const Alert* a : firing) join_incident(w, *a, i);
}

// Two senders of one alert do not see it begin at the same moment: the earlier one holds, as in Alertmanager. An impact
// that nobody has corrected goes with it.
void begin_earlier(Work& w, const Alert& a, const AlertEvent& event, TimeMs received) {
  const TimeMs was = a.starts_ms, now = std::clamp(event.starts_ms, received - day_ms, received);
  if (event.starts_ms == 0 || now >= was || w.state.waiting.contains(a.group_key())) return;
  Entry e = alert_entry(w, event, a.id, received);
  e.incident_id = a.incident;
  e.data = firing_data(a, a.card(), a.card_channel());
  e.data.set("known", true);  // it was told already
  record(w, std::move(e));
  touch(w, a);
  const Incident* i = find_incident(w.state, a.incident);
  if (i && i->impact_ms == was) record_impact(w, *i, now);
}

// A copy: nothing new to record.
void fires_still(Work& w, const AlertEvent& event, Alert& a, TimeMs received) {
  a.count += 1;
  a.last_seen_ms = received;
  begin_earlier(w, a, event, received);
  // A sender that groups has waited already.
  if (!a.incident.empty() || event.group_key.empty()) return;
  const std::string group = a.group_key();
  if (!w.state.waiting.contains(group)) return;
  group_waited(w, group);
  w.decision.timers.push_back({wait_timer(group), 0, {}});
}

// One of many that are counted on a card: it has nothing of its own to show.
Alert& count_in(Work& w, AlertList& list, const AlertEvent& event, const Fingerprint& fingerprint,
                const std::string& group, const CardPlace& card, TimeMs received) {
  const bool goes_on = is_open(w, list, card);
  if (!goes_on) begin_list(w, list, alert_entry(w, event, "", received), event, group, card);
  const bool elsewhere = !same_services(list.alike.labels, event.labels);
  const std::vector<std::string> services = elsewhere ? services_of(w, event.labels) : std::vector<std::string>();
  const ListedTimes times{occurred_at(event, received), received};
  Alert& a = add_to_list(w, list, event, fingerprint, group, times, services);
  show_counted(w, card);
  return a;
}

Alert& fire(Work& w, AlertList& list, const AlertEvent& event, const Fingerprint& fingerprint, Alert* a,
            TimeMs received) {
  const bool flapping = a && received - a->ended_ms <= w.config.flap_window;
  const Cause cause{group_of(event), event.title, event.severity, event.labels, event.starts_ms};
  Incident* i = open_of_group(w, cause.group);
  const AlertRouteRule* route = i ? nullptr : route_of(w, cause);
  const bool opens = route && route->open_incident;
  const TimeMs waits = opens ? wait_until(w, event, cause.group) : 0;
  if (opens && waits == 0) i = &open_for(w, cause, *route);
  const std::string id = flapping ? a->id : "E" + std::to_string(w.state.next_alert);
  const int episode = a ? a->episode + 1 : 1;
  const bool same_card = flapping && !i && a->place;
  CardPlace card = same_card ? CardPlace{a->card(), a->card_channel()} : CardPlace{};
  if (!same_card && waits == 0)
    card = next_card(w, i ? i->channel : w.config.alerts_channel, card_id(id, episode, i != nullptr));
  if (!a && !i && waits == 0 && card.storm()) return count_in(w, list, event, fingerprint, cause.group, card, received);
  Entry e = alert_entry(w, event, id, received);
  if (i) e.incident_id = i->id;
  e.data = alert_data(event, fingerprint.hex(), cause.group, id, episode, card);
  if (waits != 0) e.data.set("waits_until_ms", waits);
  record(w, std::move(e));
  Alert& fresh = *find_alert(w.state, id);
  fresh.ends_ms = fresh.silent_ms = 0;  // of an earlier episode
  show_card(w, fresh, same_card);
  return fresh;
}

// The alerts of one decision.
struct Taking {
  Work& w;
  AlertList list;
  AlertEnds ends;
};

void take(Taking& t, const AlertEvent& event, TimeMs received) {
  const Fingerprint fingerprint = Fingerprint::of(event);
  Alert* known = alert_of_fingerprint(t.w.state, fingerprint);
  if (event.status == "resolved") resolve(t.w, event, known, received);
  if (event.status != "firing") return;
  const bool copy = known && known->status == "firing";
  if (copy) fires_still(t.w, event, *known, received);
  Alert& a = copy ? *known : fire(t.w, t.list, event, fingerprint, known, received);
  if (event.ends_ms != 0) t.ends.watch(a, event);
}

void finish(Taking& t) {
  end_list(t.w, t.list);
  t.ends.arm(t.w);
}

// Whether people are to be told of it once more: the same complaint once an hour, and not many kinds of them.
bool complains(Work& w, const std::string& what) {
  constexpr std::size_t kinds_max = 100;
  std::erase_if(w.state.complained, [&](const auto& c) { return w.now - c.second >= hour_ms; });
  if (w.state.complained.contains(what) || w.state.complained.size() >= kinds_max) return false;
  w.state.complained[what] = w.now;
  return true;
}

}  // namespace

void take_alerts(Work& w, const std::vector<AlertEvent>& alerts, TimeMs received) {
  Taking t{w, {}, {}};
  for (const AlertEvent& event : alerts) take(t, event, received);
  finish(t);
}

void take_deliveries(Work& w, const std::vector<AlertDelivery>& deliveries) {
  Taking t{w, {}, {}};
  for (const AlertDelivery& d : deliveries)
    for (const AlertEvent& event : d.alerts) take(t, event, d.received_ms);
  finish(t);
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
  // Alertmanager sends it again at every group interval, for ever.
  if (complains(w, "undecodable/" + kind + "/" + why)) post(w, w.config.alerts_channel, "undecodable-" + inbox_key, m);
}

void take_undecided(Work& w, const std::string& source, const std::string& inbox_key) {
  Entry e;
  e.kind = "alert.undecodable";
  e.text = say("en", "alert.undecided");
  e.data = Value::Map{{"source", source}, {"inbox", inbox_key}};
  record(w, std::move(e));
  if (!complains(w, "undecided/" + source)) return;
  const std::string text =
      say(w.config.language, inbox_key.empty() ? "alert.undecided.refused" : "alert.undecided.kept",
          {{"source", plain(source)}, {"key", plain(inbox_key)}});
  post(w, w.config.alerts_channel, "undecided-" + w.new_id(),
       {.text = text, .sections = {}, .buttons = {}, .color = "danger"});
}

void tell_truncated(Work& w, const std::string& inbox_key, std::int64_t alerts) {
  if (!complains(w, "truncated")) return;
  const Message m{.text = say(w.config.language, "alert.truncated", {{"n", std::to_string(alerts)}}),
                  .sections = {},
                  .buttons = {},
                  .color = "warning"};
  post(w, w.config.alerts_channel, "truncated-" + inbox_key, m);
}

void timer_rang(Work& w, const Timer& timer) {
  if (question_rang(w, timer) || silence_timer_rang(w, timer)) return;
  if (alert_end_rang(w, timer)) return;
  if (timer.id.starts_with("group-wait:")) group_waited(w, timer.body["group"].as_string());
  if (timer.id.starts_with("card:")) card_timer_rang(w, timer);
  if (timer.id.starts_with("archive:")) archive_rang(w, timer);
  if (timer.id.starts_with("archive-now:")) archive_now_rang(w, timer);
  if (timer.id.starts_with("update-due:")) reminder_rang(w, timer);
  if (timer.id.starts_with("todo-due:")) todo_rang(w, timer);
  if (timer.id.starts_with("triage-due:")) triage_rang(w, timer);
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

// Small digits only: a text of capital ones is another text.
Fingerprint::Fingerprint(std::string_view hex) {
  const bool capital = std::ranges::any_of(hex, [](char c) { return c >= 'A' && c <= 'F'; });
  std::string raw = capital ? std::string() : from_hex(hex);
  if (raw.size() != bytes_.size()) raw = sha256(hex);
  std::ranges::copy(raw, bytes_.begin());
}

Fingerprint Fingerprint::of(const AlertEvent& event) {
  Fingerprint f;
  std::ranges::copy(alert_digest(event), f.bytes_.begin());
  return f;
}

std::string Fingerprint::hex() const { return to_hex({bytes_.data(), bytes_.size()}); }

// The bytes are a digest: any of them are as good as all.
std::size_t Fingerprint::hash() const {
  std::size_t first = 0;
  std::memcpy(&first, bytes_.data(), sizeof first);
  return first;
}

}  // namespace muster
