// The commands that work an incident.
#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/when.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

std::string first_word(const Command& c) { return c.args.empty() ? "" : c.args.front(); }

std::string named(const Command& c, const std::string& key) {
  const auto it = c.named.find(key);
  return it == c.named.end() ? "" : it->second;
}

Outcome no_incident(Call& c) { return refuse(c, "need.incident", {{"verb", c.command.verb}}); }

Outcome declare(Call& c) {
  std::string title = c.command.args.empty() ? c.command.rest : join(c.command.args, " ");
  title = one_line(trim(title));
  if (title.empty()) return refuse(c, "declare.no_title");
  std::string severity = named(c.command, "severity");
  const SeverityRule* rule = severity.empty() ? nullptr : find_severity(c.work.config, severity);
  if (!severity.empty() && !rule) return refuse(c, "severity.unknown", {{"name", plain(severity)}});
  Entry e = human_entry(c, "incident.declared", nullptr);
  e.text = "declare " + title;
  std::string service = named(c.command, "for");
  if (!service.empty()) {
    const Service* known = find_service(c.work.config, service);
    std::vector<std::string> names;
    for (const Service& each : c.work.config.services) names.push_back(each.name);
    const std::vector<std::string> near = nearest(service, names);
    if (!known && !near.empty())
      return refuse(c, "service.unknown_near", {{"name", plain(service)}, {"near", near.front()}});
    // "for" is also a word of titles: what is no service belongs to the title.
    if (known)
      e.services = {known->name};
    else
      title += " for " + service;
  }
  e.data = Value::Map{{"title", clip(title, 200)}, {"severity", rule ? rule->name : "SEV3"}};
  const std::string from = named(c.command, "from");
  Alert* alert = from.empty() ? nullptr : find_alert(c.work.state, from);
  if (!from.empty() && !alert) return refuse(c, "unknown.id", {{"id", plain(from)}});
  Incident& i = open_incident(c.work, std::move(e));
  if (alert && alert->incident.empty()) {
    Entry fact = human_entry(c, "alert.firing", &i);
    fact.occurred_ms = alert->starts_ms;
    fact.text = alert->title;
    Value labels = Value::Map{};
    for (const auto& [k, v] : alert->labels) labels.set(k, v);
    fact.data = Value::Map{{"alert_id", alert->id},
                           {"alert", alert->title},
                           {"state", "firing"},
                           {"severity", alert->severity},
                           {"fingerprint", alert->fingerprint},
                           {"labels", labels},
                           {"group_key", alert->group_key()},
                           {"episode", alert->episode}};
    record(c.work, std::move(fact));
    touch(c.work, *alert);
    touch(c.work, i);
  }
  if (c.input.channel != i.channel) {
    post(c.work, c.work.config.alerts_channel, "announce-" + i.id,
         {.text = say(c.work.config.language, "incident.announced",
                      {{"id", i.id}, {"severity", i.severity}, {"title", plain(i.title)}, {"channel", i.channel}}),
          .sections = {},
          .buttons = {},
          .color = severity_color(i.severity)});
  }
  Outcome o = answer(c, "declare.done",
                     {{"id", i.id}, {"severity", i.severity}, {"title", plain(i.title)}, {"channel", i.channel}});
  o.json = projection(i).body;
  o.json.set("id", i.id);
  return o;
}

Outcome severity(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string name = first_word(c.command).empty() ? named(c.command, "severity") : first_word(c.command);
  const SeverityRule* rule = find_severity(c.work.config, name);
  if (!rule) return refuse(c, "severity.unknown", {{"name", plain(name)}});
  if (rule->name == i->severity) return refuse(c, "severity.same", {{"id", i->id}, {"severity", i->severity}});
  const std::string because = named(c.command, "because");
  if (because.empty()) return refuse(c, "need.because", {{"command", "severity " + name + " because …"}});
  Entry e = human_entry(c, "severity.changed", i);
  e.text = rule->name + ": " + because;
  e.data = Value::Map{{"from", i->severity}, {"to", rule->name}, {"reason", because}};
  e.pinned = true;
  record(c.work, std::move(e));
  touch(c.work, *i);
  return answer(c, "severity.done", {{"id", i->id}, {"severity", i->severity}});
}

Outcome assign(Call& c, const std::string& role, const std::string& who) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string wanted = who == "me" || who.empty() ? c.actor.id : who;
  const Person* p = find_person(c.work.config, wanted);
  if (!p) return refuse(c, "person.unknown", {{"name", plain(wanted)}});
  const auto held = i->roles.find(role);
  const std::string before = held == i->roles.end() ? "" : held->second;
  if (before == p->id) return refuse(c, "role.same", {{"who", p->name}, {"role", role}});
  Entry e = human_entry(c, before.empty() ? "role.assigned" : "role.handoff", i);
  e.text = role + ": " + p->name;
  e.data = before.empty() ? Value::Map{{"role", role}, {"assignee", p->id}}
                          : Value::Map{{"role", role}, {"from", before}, {"to", p->id}, {"accepted", true}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  return answer(c, "role.done", {{"id", i->id}, {"role", role}, {"who", plain(p->name)}});
}

// Incident ids may stand anywhere before the words of interest.
std::vector<std::string> words_without_incident(const Call& c) {
  std::vector<std::string> out;
  for (const std::string& a : c.command.args) {
    const std::string lower = lower_ascii(a);
    if (lower.starts_with("inc-") && find_incident(c.work.state, a)) continue;
    out.push_back(a);
  }
  return out;
}

Outcome lead(Call& c) {
  const auto words = words_without_incident(c);
  return assign(c, "incident_commander", words.empty() ? "me" : words.front());
}

std::string role_name(std::string_view word) {
  static const std::map<std::string_view, std::string_view> names = {{"commander", "incident_commander"},
                                                                     {"ic", "incident_commander"},
                                                                     {"lead", "incident_commander"},
                                                                     {"ops", "ops_lead"},
                                                                     {"operations", "ops_lead"},
                                                                     {"comms", "communications_lead"},
                                                                     {"communications", "communications_lead"},
                                                                     {"expert", "subject_matter_expert"},
                                                                     {"sme", "subject_matter_expert"}};
  static const std::vector<std::string_view> known = {
      "incident_commander", "deputy",           "ops_lead", "communications_lead", "scribe", "subject_matter_expert",
      "customer_liaison",   "internal_liaison", "planning"};
  const std::string lower = lower_ascii(word);
  if (const auto it = names.find(lower); it != names.end()) return std::string(it->second);
  return std::ranges::find(known, std::string_view(lower)) != known.end() ? lower : "";
}

Outcome role(Call& c) {
  const auto words = words_without_incident(c);
  const std::string name = words.empty() ? "" : role_name(words.front());
  if (name.empty()) return refuse(c, "role.unknown", {{"name", words.empty() ? "" : words.front()}});
  return assign(c, name, words.size() > 1 ? words[1] : "me");
}

Outcome note(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  std::string text(trim(join(c.command.args, " ")));
  Result<std::optional<When>> when = leading_time(text, c.work.now, c.zone);
  if (!when) return refuse(c, "as_is", {{"text", when.error().message}, {"next", when.error().next_step}});
  Entry e = human_entry(c, "note", i);
  if (*when) {
    e.occurred_ms = (*when)->at;
    e.precision_ms = (*when)->precision_ms;
    e.origin = "backfill";
    e.clock_name = "human";
    text = std::string(trim((*when)->rest));
  }
  if (!c.command.body.empty()) text += (text.empty() ? "" : "\n") + c.command.body;
  if (text.empty()) return refuse(c, "note.empty");
  e.text = text;
  e.pinned = true;
  const TimeMs at = e.occurred_ms;
  record(c.work, std::move(e));
  return answer(c, "note.done", {{"id", i->id}, {"time", short_time(c, at)}, {"text", plain(clip(text, 300))}});
}

Outcome update(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  std::string text(trim(join(c.command.args, " ")));
  if (!c.command.body.empty()) text += "\n" + c.command.body;
  if (text.empty()) return refuse(c, "update.empty");
  TimeMs next = 0;
  if (const std::string in = named(c.command, "next"); !in.empty()) {
    const Result<DurationMs> d = parse_duration(in);
    if (!d || *d < minute_ms || *d > 7 * day_ms) return refuse(c, "duration.bad", {{"text", plain(in)}});
    next = c.work.now + *d;
  } else if (const SeverityRule* s = find_severity(c.work.config, i->severity); s && s->update_every > 0) {
    next = c.work.now + s->update_every;
  }
  Entry e = human_entry(c, "status.update", i);
  e.text = text;
  e.visibility = "public";
  e.data = Value::Map{
      {"number", i->updates + 1}, {"status", i->status}, {"audience", "stakeholders"}, {"next_update_ms", next}};
  e.data.set("next_update_by", next == 0 ? Value() : Value(format_utc(next)));
  record(c.work, std::move(e));
  c.work.decision.timers.push_back({"update-due:" + i->id, next, Value::Map{{"incident", i->id}, {"said", 0}}});
  touch(c.work, *i);
  const std::string number = std::to_string(i->updates);
  if (next == 0) return answer(c, "update.done", {{"id", i->id}, {"n", number}});
  return answer(c, "update.done_next", {{"id", i->id}, {"n", number}, {"time", short_time(c, next)}});
}

Outcome todo(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  std::string text(trim(join(words_without_incident(c), " ")));
  if (text.empty()) {
    if (i->todos.empty()) return answer(c, "todo.none", {{"id", i->id}});
    Outcome o = answer(c, "todo.list", {{"id", i->id}});
    std::string lines;
    for (const Todo& t : i->todos) {
      lines += (t.done ? "✅ " : "⬜ ") + std::to_string(t.number) + " " + plain(t.text) +
               (t.assignee.empty() ? "" : " · " + t.assignee) + "\n";
    }
    o.reply.sections.push_back({std::string(trim(lines)), {}});
    return o;
  }
  const Person* who = find_person(c.work.config, named(c.command, "who"));
  const std::string assignee = who ? who->id : "";
  const int number = static_cast<int>(i->todos.size()) + 1;
  Entry e = human_entry(c, "action.created", i);
  e.text = text;
  e.data = Value::Map{{"action_id", "AI-" + std::to_string(number)},
                      {"number", number},
                      {"assignee", assignee},
                      {"due", named(c.command, "due")}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  return answer(c, "todo.done", {{"id", i->id}, {"n", std::to_string(number)}, {"text", plain(clip(text, 200))}});
}

Outcome todo_done(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  int n = 0;
  if (!words.empty()) std::from_chars(words.front().data(), words.front().data() + words.front().size(), n);
  const auto it = std::ranges::find_if(i->todos, [n](const Todo& t) { return t.number == n; });
  if (it == i->todos.end())
    return refuse(c, "todo.unknown", {{"id", i->id}, {"n", words.empty() ? "" : words.front()}});
  if (it->done) return refuse(c, "todo.already", {{"n", std::to_string(n)}});
  Entry e = human_entry(c, "action.closed", i);
  e.text = it->text;
  e.data = Value::Map{{"action_id", "AI-" + std::to_string(n)}, {"number", n}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  return answer(c, "todo.closed", {{"n", std::to_string(n)}, {"text", plain(clip(it->text, 200))}});
}

Outcome link(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  const std::string what = words.empty() ? "" : words.front();
  Alert* a = find_alert(c.work.state, what);
  const bool url = what.starts_with("http://") || what.starts_with("https://");
  if (!a && !url) return refuse(c, "link.what", {{"text", plain(what)}});
  Entry e = human_entry(c, "evidence.linked", i);
  e.text = a ? a->id + " " + a->title : what;
  e.data = Value::Map{{"url", a ? a->id : what}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  return answer(c, "link.done", {{"id", i->id}, {"what", plain(clip(what, 200))}});
}

bool may_move(const std::string& from, const std::string& to) {
  static const std::map<std::string_view, std::vector<std::string_view>> next = {
      {"reported", {"investigating", "canceled"}},
      {"investigating", {"mitigating", "mitigated", "resolved", "canceled"}},
      {"mitigating", {"investigating", "mitigated", "resolved"}},
      {"mitigated", {"investigating", "resolved"}},
      {"resolved", {"investigating", "closed"}},
      {"canceled", {"investigating"}}};
  const auto it = next.find(from);
  return it != next.end() && std::ranges::find(it->second, to) != it->second.end();
}

Outcome move(Call& c, const std::string& kind, const std::string& status, const char* done) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (!may_move(i->status, status)) {
    return refuse(
        c, "status.refused",
        {{"id", i->id}, {"from", status_words(c.language, i->status)}, {"to", status_words(c.language, status)}});
  }
  const std::string because = named(c.command, "because");
  if (because.empty()) return refuse(c, "need.because", {{"command", c.command.verb + " because …"}});
  Entry e = human_entry(c, kind, i);
  e.text = because;
  e.pinned = true;
  e.data = Value::Map{{"status", status}, {"reason", because}};
  record(c.work, std::move(e));
  if (status == "resolved") c.work.decision.timers.push_back({"update-due:" + i->id, 0, {}});
  touch(c.work, *i);
  const bool has_impact = i->impact_ms != 0;
  Outcome o = answer(c, done, {{"id", i->id}, {"time", short_time(c, c.work.now)}});
  if (has_impact && status != "investigating") {
    o.reply.sections.push_back(
        {say(c.language, "impact.lasted", {{"duration", format_duration(c.work.now - i->impact_ms)}}), {}});
  }
  return o;
}

Outcome mitigate(Call& c) { return move(c, "incident.mitigated", "mitigated", "mitigate.done"); }
Outcome resolve(Call& c) { return move(c, "incident.resolved", "resolved", "resolve.done"); }

Outcome reopen(Call& c) {
  const Incident* i = incident_of(c);
  if (i && i->status == "resolved" && c.work.now - i->resolved_ms > day_ms)
    return refuse(c, "reopen.late", {{"id", i->id}});
  return move(c, "incident.reopened", "investigating", "reopen.done");
}

Outcome acknowledge(Call& c, bool on) {
  Alert* a = find_alert(c.work.state, first_word(c.command));
  if (!a) return refuse(c, "unknown.id", {{"id", plain(first_word(c.command))}});
  if (a->status != "firing") return refuse(c, "ack.resolved", {{"id", a->id}});
  if (on && !a->acknowledged_by.empty()) {
    const Person* p = find_person(c.work.config, a->acknowledged_by);
    return refuse(c, "ack.already", {{"id", a->id}, {"who", p ? p->name : a->acknowledged_by}});
  }
  if (!on && a->acknowledged_by.empty()) return refuse(c, "ack.not", {{"id", a->id}});
  Entry e =
      human_entry(c, on ? "alert.acknowledged" : "alert.unacknowledged", find_incident(c.work.state, a->incident));
  e.text = a->title;
  e.data = Value::Map{{"alert_id", a->id}};
  record(c.work, std::move(e));
  touch(c.work, *a);
  if (Incident* i = find_incident(c.work.state, a->incident)) touch(c.work, *i);
  return answer(c, on ? "ack.done" : "unack.done",
                {{"id", a->id}, {"who", plain(c.actor.display)}, {"title", plain(clip(a->title, 200))}});
}

Outcome ack(Call& c) { return acknowledge(c, true); }
Outcome unack(Call& c) { return acknowledge(c, false); }

}  // namespace

const std::map<std::string_view, Handler>& incident_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"declare", declare}, {"severity", severity}, {"lead", lead},       {"role", role},
      {"note", note},       {"update", update},     {"todo", todo},       {"todo done", todo_done},
      {"link", link},       {"mitigate", mitigate}, {"resolve", resolve}, {"reopen", reopen},
      {"ack", ack},         {"unack", unack}};
  return table;
}

}  // namespace muster
