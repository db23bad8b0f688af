// The commands that only read.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

std::string first_word(const Command& c) { return c.args.empty() ? "" : c.args.front(); }

Ask ask_for(const Call& c, const std::string& person, const std::string& verb) {
  Ask ask;
  ask.person = person;
  ask.verb = verb;
  ask.roles = roles_of(c.work.state, c.work.config, person, c.work.now);
  if (const Person* p = find_person(c.work.config, person)) ask.groups = p->groups;
  ask.channel = c.input.channel;
  ask.direct = c.input.direct;
  ask.incident_channel = c.work.state.incident_by_channel.contains(c.input.channel);
  ask.operator_ = c.input.is_operator && person == c.input.person;
  return ask;
}

Outcome help(Call& c) {
  const std::string topic = lower_ascii(join(c.command.args, " "));
  Outcome o = answer(c, topic.empty() ? "help.head" : "help.topic", {{"topic", plain(topic)}});
  o.is_private = true;
  std::map<std::string, std::string> by_topic;
  std::size_t found = 0;
  for (const VerbInfo& v : verbs()) {
    if (!v.ready ||
        decide_policy(c.work.config.policy, ask_for(c, c.input.person, std::string(v.verb))).effect == "deny")
      continue;
    if (!topic.empty() && v.verb != topic && v.topic != topic) continue;
    by_topic[std::string(v.topic)] += "`" + std::string(v.usage) + "`\n";
    ++found;
  }
  if (found == 0) return refuse(c, "help.none", {{"topic", plain(topic)}});
  for (auto& [name, lines] : by_topic) o.reply.sections.push_back({"*" + name + "*\n" + std::string(trim(lines)), {}});
  if (topic.empty()) o.reply.sections.push_back({say(c.language, "help.tail"), {}});
  return o;
}

Outcome whoami(Call& c) {
  Outcome o = answer(c, "whoami", {{"who", plain(c.actor.display)}, {"id", c.actor.id}});
  Section s;
  if (const Person* p = find_person(c.work.config, c.input.person)) {
    std::string handles;
    for (const Handle& h : p->handles) handles += (handles.empty() ? "" : ", ") + h.platform + ":" + h.name;
    s.fields.emplace_back(say(c.language, "field.handles"),
                          handles.empty() ? say(c.language, "none_yet") : plain(handles));
    s.fields.emplace_back(say(c.language, "field.groups"),
                          p->groups.empty() ? say(c.language, "none_yet") : plain(join(p->groups, ", ")));
    s.fields.emplace_back(say(c.language, "field.zone"), p->zone);
  }
  const auto roles = roles_of(c.work.state, c.work.config, c.input.person, c.work.now);
  s.fields.emplace_back(say(c.language, "field.roles"),
                        roles.empty() ? say(c.language, "none_yet") : plain(join(roles, ", ")));
  for (const auto& [id, g] : c.work.state.grants) {
    if (g.person == c.actor.id && g.until_ms > c.work.now) {
      s.fields.emplace_back(id, g.role + " · " + format_duration(g.until_ms - c.work.now));
    }
  }
  o.reply.sections.push_back(s);
  return o;
}

Outcome can(Call& c) {
  const std::string who = first_word(c.command);
  const Person* p = find_person(c.work.config, who);
  if (!p) return refuse(c, "person.unknown", {{"name", plain(who)}});
  std::vector<std::string> words(c.command.args.begin() + 1, c.command.args.end());
  const auto parsed = parse_command(join(words, " "));
  const std::string verb = parsed ? parsed->verb : join(words, " ");
  if (!find_verb(verb)) return refuse(c, "verb.unknown", {{"verb", plain(verb)}});
  const Verdict v = decide_policy(c.work.config.policy, ask_for(c, p->id, verb));
  return answer(c, v.effect == "deny" ? "can.no" : "can.yes",
                {{"who", plain(p->name)},
                 {"verb", verb},
                 {"effect", v.effect},
                 {"rule", v.rule},
                 {"line", std::to_string(v.line)}});
}

std::string incident_line(const Call& c, const Incident& i) {
  return (i.open() ? "🔴 *" : "⚪ *") + i.id + "* " + i.severity + " · " + status_words(c.language, i.status) + " · " +
         plain(clip(i.title, 80)) + " · #" + i.channel;
}

std::string alert_line(const Call& c, const Alert& a) {
  std::string line =
      (a.status == "firing" ? "🔥 *" : "✅ *") + a.id + "* " + a.severity + " · " + plain(clip(a.title, 90));
  if (!a.incident.empty()) line += " · " + a.incident;
  const Person* p = find_person(c.work.config, a.acknowledged_by);
  if (p) line += " · " + say(c.language, "acked_by", {{"who", plain(p->name)}});
  return line;
}

Outcome status(Call& c) {
  const std::string service = first_word(c.command);
  if (!service.empty() && !find_service(c.work.config, service))
    return refuse(c, "service.unknown", {{"name", plain(service)}});
  std::string incidents, alerts;
  Value json = Value::Map{{"incidents", Value::List{}}, {"alerts", Value::List{}}};
  Value::List incident_ids, alert_ids;
  for (const auto& [n, i] : c.work.state.incidents) {
    const bool concerns = service.empty() ||
                          std::ranges::find(i.services, find_service(c.work.config, service)->name) != i.services.end();
    if (!i.open() || !concerns) continue;
    incidents += incident_line(c, i) + "\n";
    incident_ids.emplace_back(i.id);
  }
  for (const auto& [n, a] : c.work.state.alerts) {
    const auto label = a.labels.find("service");
    const bool concerns = service.empty() || (label != a.labels.end() && label->second == service);
    if (a.status != "firing" || !concerns) continue;
    alert_ids.emplace_back(a.id);
    if (alert_ids.size() <= 20) alerts += alert_line(c, a) + "\n";
  }
  const std::string n_incidents = std::to_string(incident_ids.size()), n_alerts = std::to_string(alert_ids.size());
  Outcome o = incident_ids.empty() && alert_ids.empty()
                  ? answer(c, "status.quiet")
                  : answer(c, "status.head", {{"incidents", n_incidents}, {"alerts", n_alerts}});
  if (!incidents.empty()) o.reply.sections.push_back({std::string(trim(incidents)), {}});
  if (!alerts.empty()) o.reply.sections.push_back({std::string(trim(alerts)), {}});
  const std::string none = say(c.language, "none_yet");
  o.reply.sections.push_back({"",
                              {{say(c.language, "field.changes"), none},
                               {say(c.language, "field.runs"), none},
                               {say(c.language, "field.locks"), none},
                               {say(c.language, "field.oncall"), none}}});
  json.set("incidents", incident_ids);
  json.set("alerts", alert_ids);
  o.json = json;
  return o;
}

Outcome show(Call& c) {
  const std::string id = first_word(c.command);
  if (const Alert* a = find_alert(c.work.state, id)) {
    Outcome o;
    o.reply = {.text = alert_line(c, *a), .sections = {}, .buttons = {}, .color = severity_color(a->severity)};
    Section s;
    s.fields = {{say(c.language, "field.since"), short_time(c, a->starts_ms)},
                {say(c.language, "field.copies"), std::to_string(a->count)},
                {say(c.language, "field.episode"), std::to_string(a->episode)}};
    if (a->ended_ms) s.fields.emplace_back(say(c.language, "field.resolved"), short_time(c, a->ended_ms));
    for (const auto& [k, v] : a->labels) s.fields.emplace_back(clip(one_line(k), 40), plain(clip(one_line(v), 200)));
    for (const auto& [text, url] : a->links)
      s.fields.emplace_back(clip(one_line(text), 40), plain(clip(one_line(url), 300)));
    o.reply.sections.push_back(s);
    if (a->status == "firing" && a->acknowledged_by.empty())
      o.reply.buttons = {{say(c.language, "button.ack"), "ack " + a->id, "primary"}};
    o.json = projection(*a).body;
    return o;
  }
  if (const Incident* i = find_incident(c.work.state, id)) {
    Outcome o;
    o.reply = summary_message(c.work, *i);
    o.json = projection(*i).body;
    o.json.set("id", i->id);
    return o;
  }
  return refuse(c, "unknown.id", {{"id", plain(id)}});
}

Outcome incidents(Call& c) {
  const bool only_open = c.command.named.contains("open");
  std::string lines;
  Value::List list;
  for (auto it = c.work.state.incidents.rbegin(); it != c.work.state.incidents.rend(); ++it) {
    const Incident& i = it->second;
    if (only_open && !i.open()) continue;
    if (list.size() < 200) lines += incident_line(c, i) + "\n";
    Value v = projection(i).body;
    v.set("id", i.id);
    list.push_back(std::move(v));
  }
  Outcome o =
      list.empty() ? answer(c, "incidents.none") : answer(c, "incidents.head", {{"n", std::to_string(list.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

Outcome alerts(Call& c) {
  const std::string service = first_word(c.command);
  const auto severity = c.command.named.find("severity");
  std::map<std::string, std::string> groups;
  std::size_t n = 0;
  Value::List list;
  for (const auto& [number, a] : c.work.state.alerts) {
    const auto label = a.labels.find("service");
    if (a.status != "firing") continue;
    if (!service.empty() && (label == a.labels.end() || lower_ascii(label->second) != lower_ascii(service))) continue;
    if (severity != c.command.named.end() && a.severity != lower_ascii(severity->second)) continue;
    ++n;
    const auto name = a.labels.find("alertname");
    std::string& group = groups[name == a.labels.end() ? a.title : name->second];
    if (group.size() < 4000) group += alert_line(c, a) + "\n";
    list.emplace_back(a.id);
  }
  Outcome o = n == 0 ? answer(c, "alerts.none") : answer(c, "alerts.head", {{"n", std::to_string(n)}});
  for (const auto& [name, lines] : groups) {
    if (o.reply.sections.size() < 20)
      o.reply.sections.push_back({"*" + plain(clip(one_line(name), 80)) + "*\n" + std::string(trim(lines)), {}});
  }
  o.json = Value(std::move(list));
  return o;
}

Outcome explain(Call& c) {
  const std::string id = first_word(c.command);
  if (const Alert* a = find_alert(c.work.state, id)) {
    std::map<std::string, std::string> facts = a->labels;
    facts["alert.severity"] = a->severity;
    const auto& routes = c.work.config.alert_routes;
    const auto hit = std::ranges::find_if(routes, [&](const AlertRouteRule& r) { return matches(r.matchers, facts); });
    return answer(c, "explain.alert",
                  {{"id", a->id},
                   {"route", hit == routes.end() ? say(c.language, "explain.no_route") : hit->name},
                   {"group", plain(clip(a->group_key, 200))},
                   {"incident", a->incident.empty() ? "–" : a->incident}});
  }
  if (const Incident* i = find_incident(c.work.state, id)) {
    return answer(c, "explain.incident",
                  {{"id", i->id},
                   {"who", i->declared_by},
                   {"time", short_time(c, i->declared_ms)},
                   {"group", i->group_key.empty() ? "–" : plain(clip(i->group_key, 200))}});
  }
  return refuse(c, "unknown.id", {{"id", plain(id)}});
}

Outcome version(Call& c) {
  return answer(c, "version", {{"version", c.work.config.version}, {"policy", c.work.config.policy_hash}});
}

// Answers that need the journal or the process are made by the caller, off the loop.
Outcome wanted(Call& c) {
  ReadWanted read{.what = c.command.verb, .incident = {}, .args = c.command.args, .named = c.command.named};
  if (c.command.verb == "timeline" || c.command.verb == "postmortem") {
    const Incident* i = incident_of(c);
    if (!i) return refuse(c, "need.incident", {{"verb", c.command.verb}});
    read.incident = i->id;
  }
  Outcome o;
  o.read = std::move(read);
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& reading_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"help", help},          {"whoami", whoami},       {"can", can},           {"status", status},
      {"show", show},          {"incidents", incidents}, {"alerts", alerts},     {"explain", explain},
      {"version", version},    {"timeline", wanted},     {"postmortem", wanted}, {"history", wanted},
      {"health", wanted},      {"more", wanted},         {"try", wanted},        {"config check", wanted},
      {"config diff", wanted}, {"config reload", wanted}, {"outbox", wanted}, {"outbox resend", wanted}};
  return table;
}

}  // namespace muster
