// The commands that work an incident.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/publishing.h"
#include "bot/core/engine/question_parts.h"

namespace muster {

std::string named(const Command& c, const std::string& key) {
  const auto it = c.named.find(key);
  return it == c.named.end() ? "" : it->second;
}

Outcome no_incident(Call& c) {
  const std::string wanted = named(c.command, "incident");
  if (!wanted.empty()) return no_such_id(c, wanted);
  return refuse(c, "need.incident", {{"verb", c.command.verb}});
}

bool unseen_in(const Call& c, const std::string& channel) {
  return !channel.empty() && (c.input.channel != channel || c.input.platform == "cli");
}

void tell(Call& c, const std::string& channel, const std::function<Outcome(Call&)>& make) {
  const std::string language = channel_language(c.work, channel);
  Call there{c.work, c.input, c.command, language, c.work.config.zone, c.actor};
  Message m = make(there).reply;
  // The name of a direct conversation is nobody else's business.
  const bool alone = c.input.direct && c.input.channel != "muster";
  m.text = say(language,
               c.input.platform == "cli" ? "told.apart"
               : alone                   ? "told.direct"
                                         : "told.from",
               {{"who", c.actor.id == "operator" ? say(language, "who.operator") : plain(c.actor.display)},
                {"channel", plain(c.input.channel)},
                {"echo", plain(clip(one_line(c.command.echo), 200))}}) +
           "\n" + m.text;
  // The echo is one line: what an update says below it must be there, too. A note shows its text in the answer.
  if (!c.command.body.empty() && c.command.verb != "note")
    m.sections.push_back({plain(clip(c.command.body, 1000)), {}});
  post(c.work, channel, "told-" + c.input.source_id, m);
}

Outcome told(Call& c, const Incident& i, const std::function<Outcome(Call&)>& make) {
  Outcome o = make(c);
  if (o.ok && !i.archived && unseen_in(c, i.channel)) tell(c, i.channel, make);
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

constexpr std::size_t note_lines_max = 100;  // a log belongs into a file or behind a link

std::string first_word(const Command& c) { return c.args.empty() ? "" : c.args.front(); }

Outcome severity(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string name = first_word(c.command).empty() ? named(c.command, "severity") : first_word(c.command);
  const SeverityRule* rule = find_severity(c.work.config, name);
  if (!rule) return unknown_severity(c, name);
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
  return told(c, *i, [i](Call& d) { return answer(d, "severity.done", {{"id", i->id}, {"severity", i->severity}}); });
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
  if (const auto lines = split(text, '\n').size(); lines > note_lines_max)
    return refuse(c, "note.long", {{"n", std::to_string(lines)}, {"most", std::to_string(note_lines_max)}});
  e.text = text;
  e.pinned = true;
  const TimeMs at = e.occurred_ms;
  record(c.work, std::move(e));
  return told(c, *i, [&](Call& d) {
    return answer(d, "note.done", {{"id", i->id}, {"time", short_time(d, at)}, {"text", plain(clip(text, 300))}});
  });
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
  return told(c, *i, [&](Call& d) {
    if (next == 0) return answer(d, "update.done", {{"id", i->id}, {"n", number}});
    return answer(d, "update.done_next", {{"id", i->id}, {"n", number}, {"time", short_time(d, next)}});
  });
}

Outcome link(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  const std::string what = words.empty() ? "" : words.front();
  Alert* a = find_alert(c.work.state, what);
  const bool url = what.starts_with("http://") || what.starts_with("https://");
  const std::string id = canonical_id(what);
  const Run* r = find_run(c.work.state, what);
  if (!a && !r && !url && (id.starts_with('E') || id.starts_with('R'))) return no_such_id(c, what);
  if (!a && !r && !url) return refuse(c, "link.what", {{"text", plain(what)}});
  Entry e = human_entry(c, "evidence.linked", i);
  e.text = a ? a->id + " " + a->title : r ? r->id + " " + r->runbook : what;
  e.data = Value::Map{{"url", a ? a->id : r ? r->id : what}};
  record(c.work, std::move(e));
  touch(c.work, *i);
  if (url) show_links(c.work, *i);
  return told(c, *i, [&](Call& d) {
    return answer(d, "link.done", {{"id", i->id}, {"what", plain(clip(what, 200))}});
  });
}

Outcome acknowledge(Call& c, bool on) {
  const std::string id = first_word(c.command);
  Alert* a = find_alert(c.work.state, id);
  if (!a && find_incident(c.work.state, id)) return refuse(c, "ack.incident", {{"id", plain(id)}});
  if (!a) return no_such_id(c, id);
  if (a->status != "firing") return refuse(c, "ack.resolved", {{"id", a->id}});
  if (on && !a->acknowledged_by.empty()) {
    if (a->acknowledged_by == c.actor.id) return refuse(c, "ack.yours", {{"id", a->id}});
    return refuse(c, "ack.already", {{"id", a->id}, {"who", person_name(c.work.config, a->acknowledged_by)}});
  }
  if (!on && a->acknowledged_by.empty()) return refuse(c, "ack.not", {{"id", a->id}});
  Entry e =
      human_entry(c, on ? "alert.acknowledged" : "alert.unacknowledged", find_incident(c.work.state, a->incident));
  e.text = a->title;
  e.data = Value::Map{{"alert_id", a->id}};
  record(c.work, std::move(e));
  show_card(c.work, *a, true);
  const auto make = [&](Call& d) {
    return answer(d, on ? "ack.done" : "unack.done",
                  {{"id", a->id}, {"who", plain(c.actor.display)}, {"title", plain(clip(a->title, 200))}});
  };
  // Whoever watches the alert's own channel, or its incident, hears it too.
  const Incident* i = find_incident(c.work.state, a->incident);
  std::set<std::string> channels{a->card_channel(), i ? i->channel : std::string()};
  for (const std::string& channel : channels)
    if (unseen_in(c, channel)) tell(c, channel, make);
  return make(c);
}

Outcome ack(Call& c) { return acknowledge(c, true); }
Outcome unack(Call& c) { return acknowledge(c, false); }

}  // namespace

const std::map<std::string_view, Handler>& incident_handlers() {
  static const std::map<std::string_view, Handler> table = {{"declare", declare},
                                                            {"severity", severity},
                                                            {"lead", lead},
                                                            {"role", role},
                                                            {"page", page},
                                                            {"note", note},
                                                            {"update", update},
                                                            {"todo", todo},
                                                            {"todo done", todo_done},
                                                            {"todo mine", todo_mine},
                                                            {"checklist", checklist},
                                                            {"checklist done", checklist_done},
                                                            {"checklist undo", checklist_undo},
                                                            {"checklist skip", checklist_skip},
                                                            {"checklist run", checklist_run},
                                                            {"link", link},
                                                            {"accept", accept},
                                                            {"decline", decline},
                                                            {"mitigate", mitigate},
                                                            {"resolve", resolve},
                                                            {"reopen", reopen},
                                                            {"time", correct_time},
                                                            {"ack", ack},
                                                            {"unack", unack},
                                                            {"bind", bind_channel},
                                                            {"archive", archive_channel},
                                                            {"archive later", keep_channel},
                                                            {"postmortem publish", publish}};
  return table;
}

}  // namespace muster
