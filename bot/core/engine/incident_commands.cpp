// The commands that work an incident.
#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/incident_parts.h"

namespace muster {

std::string named(const Command& c, const std::string& key) {
  const auto it = c.named.find(key);
  return it == c.named.end() ? "" : it->second;
}

Outcome no_incident(Call& c) { return refuse(c, "need.incident", {{"verb", c.command.verb}}); }

Outcome told(Call& c, const Incident& i, Outcome o) {
  if (!o.ok || c.input.channel == i.channel || i.channel.empty()) return o;
  Message m = o.reply;
  m.text = plain(c.actor.display) + ": " + m.text;
  post(c.work, i.channel, "told-" + c.input.source_id, m);
  return o;
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

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The message that an incident was declared from.
Value source_value(const Said& said) {
  return Value::Map{{"author", said.author},
                    {"text", said.text},
                    {"permalink", said.permalink},
                    {"channel", said.channel},
                    {"at", format_utc(said.at)}};
}

std::string first_word(const Command& c) { return c.args.empty() ? "" : c.args.front(); }

Outcome declare(Call& c) {
  std::string title = join(c.command.args, " ");
  title = one_line(trim(title));
  if (const std::string link = named(c.command, "from"); link.starts_with("http") && !c.input.about.known())
    return refuse(c, "declare.from_unknown", {{"link", plain(clip(link, 300))}});
  // A message may become an incident: its first line is the title unless another is given.
  const bool from_message = c.input.about.known() && (title.empty() || named(c.command, "from").starts_with("http"));
  if (title.empty() && from_message) title = clip(one_line(first_line(c.input.about.text)), 120);
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
  const bool link = from.starts_with("http");
  if (!from.empty() && !alert && !link) return refuse(c, "unknown.id", {{"id", plain(from)}});
  if (c.input.about.known()) e.data.set("source", source_value(c.input.about));
  Incident& i = open_incident(c.work, std::move(e));
  if (c.input.about.known()) file_message(c.work, i, c.input.about, c.input.platform, c.actor.id, "declared from it");
  if (alert && alert->incident.empty()) {
    Entry fact = human_entry(c, "alert.firing", &i);
    fact.occurred_ms = alert->starts_ms;
    fact.text = alert->title;
    fact.data = firing_data(*alert, alert->card, alert->card_channel);
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
  // A higher severity asks for an update sooner, never later than was promised.
  const TimeMs next = next_update_for(c.work, rule->name, i->status);
  if (next != 0 && (i->next_update_ms == 0 || next < i->next_update_ms)) e.data.set("next_update_ms", next);
  e.pinned = true;
  const TimeMs before = i->next_update_ms;
  record(c.work, std::move(e));
  if (i->next_update_ms != before) arm_reminder(c.work, *i);
  touch(c.work, *i);
  return told(c, *i, answer(c, "severity.done", {{"id", i->id}, {"severity", i->severity}}));
}

Outcome note(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  std::string text(trim(join(c.command.args, " ")));
  const auto when = past_time(c, text);
  if (!when) return when.error();
  Entry e = human_entry(c, "note", i);
  if (*when) {
    e.occurred_ms = (*when)->at;
    e.precision_ms = (*when)->precision_ms;
    e.origin = "backfill";
    e.clock_name = "human";
    text = (*when)->rest;
  }
  if (!c.command.body.empty()) text += (text.empty() ? "" : "\n") + c.command.body;
  if (text.empty()) return refuse(c, "note.empty");
  e.text = text;
  e.pinned = true;
  const TimeMs at = e.occurred_ms;
  record(c.work, std::move(e));
  return told(c, *i,
              answer(c, "note.done", {{"id", i->id}, {"time", short_time(c, at)}, {"text", plain(clip(text, 300))}}));
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
  } else {
    next = next_update_for(c.work, i->severity, i->status);
  }
  Entry e = human_entry(c, "status.update", i);
  e.text = text;
  e.visibility = "public";
  e.data = Value::Map{
      {"number", i->updates + 1}, {"status", i->status}, {"audience", "stakeholders"}, {"next_update_ms", next}};
  e.data.set("next_update_by", next == 0 ? Value() : Value(format_utc(next)));
  record(c.work, std::move(e));
  arm_reminder(c.work, *i);
  touch(c.work, *i);
  const std::string number = std::to_string(i->updates);
  if (next == 0) return told(c, *i, answer(c, "update.done", {{"id", i->id}, {"n", number}}));
  return told(c, *i, answer(c, "update.done_next", {{"id", i->id}, {"n", number}, {"time", short_time(c, next)}}));
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
               (t.assignee.empty() ? "" : " · " + t.assignee) + (t.due.empty() ? "" : " · " + plain(t.due)) + "\n";
    }
    o.reply.sections.push_back({std::string(trim(lines)), {}});
    return o;
  }
  const std::string wanted = named(c.command, "who");
  const Person* who = find_person(c.work.config, wanted);
  if (!who && !wanted.empty()) return refuse(c, "person.unknown", {{"name", plain(wanted)}});
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
  // Who and when are said apart from the text: what was not understood as such is seen to be missing.
  const std::string due = named(c.command, "due");
  const std::string more = (who ? " · " + plain(who->name) : "") + (due.empty() ? "" : " · " + plain(due));
  return told(
      c, *i,
      answer(c, "todo.done", {{"id", i->id}, {"n", std::to_string(number)}, {"text", plain(clip(text, 200)) + more}}));
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
  return told(c, *i, answer(c, "todo.closed", {{"n", std::to_string(n)}, {"text", plain(clip(it->text, 200))}}));
}

Outcome link(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  const std::string what = words.empty() ? "" : words.front();
  Alert* a = find_alert(c.work.state, what);
  const bool url = what.starts_with("http://") || what.starts_with("https://");
  if (!a && !url && canonical_id(what).starts_with('E')) return refuse(c, "unknown.id", {{"id", plain(what)}});
  if (!a && !url) return refuse(c, "link.what", {{"text", plain(what)}});
  Entry e = human_entry(c, "evidence.linked", i);
  e.text = a ? a->id + " " + a->title : what;
  e.data = Value::Map{{"url", a ? a->id : what}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  return told(c, *i, answer(c, "link.done", {{"id", i->id}, {"what", plain(clip(what, 200))}}));
}

Outcome acknowledge(Call& c, bool on) {
  const std::string id = first_word(c.command);
  Alert* a = find_alert(c.work.state, id);
  if (!a && find_incident(c.work.state, id)) return refuse(c, "ack.incident", {{"id", plain(id)}});
  if (!a) return refuse(c, "unknown.id", {{"id", plain(id)}});
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
  show_card(c.work, *a, true);
  Outcome o = answer(c, on ? "ack.done" : "unack.done",
                     {{"id", a->id}, {"who", plain(c.actor.display)}, {"title", plain(clip(a->title, 200))}});
  // Whoever watches the alert's own channel hears it too.
  if (!a->card_channel.empty() && a->card_channel != c.input.channel)
    post(c.work, a->card_channel, "told-" + c.input.source_id, o.reply);
  return o;
}

Outcome ack(Call& c) { return acknowledge(c, true); }
Outcome unack(Call& c) { return acknowledge(c, false); }

}  // namespace

const std::map<std::string_view, Handler>& incident_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"declare", declare}, {"severity", severity}, {"lead", lead},           {"role", role}, {"note", note},
      {"update", update},   {"todo", todo},         {"todo done", todo_done}, {"link", link}, {"mitigate", mitigate},
      {"resolve", resolve}, {"reopen", reopen},     {"time", correct_time},   {"ack", ack},   {"unack", unack}};
  return table;
}

}  // namespace muster
