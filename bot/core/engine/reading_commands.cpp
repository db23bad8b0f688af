// The commands that only read what is going on.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/silences.h"
#include "bot/core/engine/together.h"

namespace muster {

std::string incident_line(const Call& c, const Incident& i) {
  return (i.open() ? "🔴 *" : "⚪ *") + i.id + "* " + i.severity + " · " + status_words(c.language, i.status) + " · " +
         plain(clip(i.title, 80)) + " · #" + i.channel;
}

std::string alert_line(const Call& c, const Alert& a) {
  std::string line =
      (a.status == "firing" ? "🔥 *" : "✅ *") + a.id + "* " + a.severity + " · " + plain(clip(a.title, 90));
  if (!a.incident.empty()) line += " · " + a.incident;
  if (!a.acknowledged_by.empty())
    line += " · " + say(c.language, "acked_by", {{"who", person_name(c.work.config, a.acknowledged_by)}});
  return line + quiet_words(c, a);
}

namespace {

// Where an incident's rooms are one, and which of them cannot be reached.
std::string rooms_line(const Call& c, const Incident& i, Value::List& json) {
  const auto& lost = c.work.state.together.lost;
  const std::vector<std::string> platforms = bound_platforms(c.work.state, c.work.config, i);
  std::vector<std::string> names;
  bool away = false;
  for (const std::string& p : platforms) {
    const auto since = lost.find(p);
    Value room = Value::Map{{"incident", i.id}, {"platform", p}};
    if (since != lost.end()) room.set("lost_since_ms", since->second);
    json.push_back(std::move(room));
    away = away || since != lost.end();
    names.push_back(since == lost.end() ? place_name(p)
                                        : say(c.language, "status.room_lost",
                                              {{"place", place_name(p)}, {"time", short_time(c, since->second)}}));
  }
  if (names.size() < 2 && !away) return {};
  return say(c.language, "status.rooms", {{"names", join(names, ", ")}}) + "\n";
}

// What a listing is about: a service, an environment; empty: everything.
struct Filter {
  std::string service, environment;
  bool any() const { return !service.empty() || !environment.empty(); }
  std::string text() const { return service + (service.empty() || environment.empty() ? "" : " ") + environment; }
};

bool has_label(const Alert& a, std::initializer_list<const char*> names, const std::string& wanted) {
  return std::ranges::any_of(names, [&](const char* name) {
    const auto it = a.labels.find(name);
    return it != a.labels.end() && lower_ascii(it->second) == wanted;
  });
}

bool concerns(const Filter& f, const Alert& a) {
  return (f.service.empty() || has_label(a, {"service", "app", "job"}, f.service)) &&
         (f.environment.empty() || has_label(a, {"environment", "env"}, f.environment));
}

// An incident knows its services; its environment is that of its alerts.
bool concerns(const State& state, const Filter& f, const Incident& i) {
  const bool service = f.service.empty() || std::ranges::any_of(i.services, [&](const std::string& s) {
                         return lower_ascii(s) == f.service;
                       });
  if (!service || f.environment.empty()) return service;
  return std::ranges::any_of(i.alerts, [&](const std::string& id) {
    const Alert* a = find_alert(state, id);
    return a && has_label(*a, {"environment", "env"}, f.environment);
  });
}

// A name that neither the configuration nor any alert knows is refused rather than answered with "nothing".
std::optional<Outcome> read_filter(Call& c, Filter& f) {
  f.service = lower_ascii(first_argument(c.command));
  f.environment = lower_ascii(named_argument(c.command, "in"));
  const auto alert_knows = [&](std::initializer_list<const char*> names, const std::string& value) {
    return std::ranges::any_of(c.work.state.alerts, [&](const auto& a) { return has_label(a.second, names, value); });
  };
  if (!f.service.empty() && !find_service(c.work.config, f.service) &&
      !alert_knows({"service", "app", "job"}, f.service))
    return unknown_service(c, f.service);
  if (f.environment.empty()) return {};
  const auto known = live_words(c.work.state, c.work.config).environments;
  const bool listed = std::ranges::any_of(known, [&](const auto& e) { return lower_ascii(e) == f.environment; });
  if (!listed && !alert_knows({"environment", "env"}, f.environment))
    return unknown_environment(c, f.environment, known);
  return {};
}

bool run_concerns(const Run& run, const Filter& f) {
  bool service = f.service.empty(), environment = f.environment.empty();
  for (const auto& [name, v] : run.inputs.as_map()) {
    const std::string value = v.is_string() ? lower_ascii(v.as_string()) : std::string();
    service = service || value == f.service;
    environment = environment || value == f.environment;
  }
  return service && environment;
}

std::string runs_now(const Call& c, const Filter& f) {
  std::vector<std::string> list;
  for (const auto& [n, run] : c.work.state.runs)
    if (!run.over() && run_concerns(run, f))
      list.push_back(run.id + " " + plain(run.runbook) + " (" + say(c.language, "run.status." + run.status) + ")");
  return join(list, ", ");
}

std::string locks_now(const Call& c, const Filter& f) {
  std::vector<std::string> list;
  for (const auto& [n, lock] : c.work.state.locks)
    if ((f.service.empty() || lock.service == f.service || lock.service == "*") &&
        (f.environment.empty() || lock.environment == f.environment || lock.environment == "*"))
      list.push_back(lock.id + " " +
                     plain(lock.service + " " + lock.environment + ": " + clip(one_line(lock.reason), 80)));
  return join(list, ", ");
}

constexpr std::size_t changes_shown = 3;  // of the last day

std::string changes_lately(const Call& c, const Filter& f) {
  const ChangeLog& log = c.work.state.changes;
  if (log.records.empty()) return say(c.language, "none_yet");
  const ChangeReader reader{c.work.config, c.language, c.zone, c.work.now};
  std::vector<std::string> list;
  for (const ChangeRecord* change : changes_since(log, c.work.now - day_ms)) {
    const bool here = (f.service.empty() || lower_ascii(change->service) == f.service) &&
                      (f.environment.empty() || lower_ascii(change->environment) == f.environment);
    if (here && list.size() < changes_shown) list.push_back(change_short(reader, *change));
  }
  return list.empty() ? say(c.language, "status.nothing") : join(list, "; ");
}

Section later_parts(const Call& c, const Filter& f) {
  const std::string runs = runs_now(c, f), locks = locks_now(c, f), nothing = say(c.language, "status.nothing");
  Section s;
  if (const std::string versions = f.service.empty() ? "" : versions_text(c.work.state, f.service); !versions.empty())
    s.fields.emplace_back(say(c.language, "field.versions"), versions);
  s.fields.emplace_back(say(c.language, "field.changes"), changes_lately(c, f));
  s.fields.emplace_back(say(c.language, "field.runs"), runs.empty() ? nothing : runs);
  s.fields.emplace_back(say(c.language, "field.locks"), locks.empty() ? nothing : locks);
  s.fields.emplace_back(say(c.language, "field.oncall"), say(c.language, "none_yet"));
  return s;
}

// What the targets say now is asked by the caller, and stands below the rest.
ReadWanted live_wanted(const Call& c, const Filter& f) {
  ReadWanted read{.what = "status", .incident = {}, .args = {}, .named = {}, .language = c.language, .zone = c.zone};
  if (const Service* s = find_service(c.work.config, f.service)) read.args.push_back(s->name);
  if (!f.environment.empty()) read.named["in"] = f.environment;
  return read;
}

Outcome status(Call& c) {
  Filter f;
  if (auto refused = read_filter(c, f)) return *refused;
  std::string incidents, alerts;
  Value::List incident_ids, alert_ids, rooms;
  for (const auto& [n, i] : c.work.state.incidents) {
    if (!i.open() || !concerns(c.work.state, f, i)) continue;
    incidents += incident_line(c, i) + "\n" + rooms_line(c, i, rooms);
    incident_ids.emplace_back(i.id);
  }
  for (const auto& [n, a] : c.work.state.alerts) {
    if (a.status != "firing" || !concerns(f, a)) continue;
    alert_ids.emplace_back(a.id);
    if (alert_ids.size() <= 20) alerts += alert_line(c, a) + "\n";
  }
  const std::string n_incidents = std::to_string(incident_ids.size()), n_alerts = std::to_string(alert_ids.size());
  const bool quiet = incident_ids.empty() && alert_ids.empty();
  Outcome o = !quiet    ? answer(c, "status.head", {{"incidents", n_incidents}, {"alerts", n_alerts}})
              : f.any() ? answer(c, "status.service_quiet", {{"what", plain(f.text())}})
                        : answer(c, "status.quiet");
  if (!incidents.empty()) o.reply.sections.push_back({std::string(trim(incidents)), {}});
  if (!alerts.empty()) o.reply.sections.push_back({std::string(trim(alerts)), {}});
  o.reply.sections.push_back(later_parts(c, f));
  const Automation& a = c.work.state.automation;
  if (a.draining)
    o.reply.sections.push_back({say(c.language, "status.draining", {{"time", short_time(c, a.drained_ms)}}), {}});
  o.json = Value::Map{{"incidents", incident_ids}, {"alerts", alert_ids}};
  if (!rooms.empty()) o.json.set("rooms", rooms);
  o.read = live_wanted(c, f);
  return o;
}

// "incidents open" says what --open says, unless a service is called so.
Command with_dashes(Command command, const CoreConfig& config) {
  const std::string word = lower_ascii(first_argument(command));
  if ((word != "open" && word != "all") || find_service(config, word)) return command;
  command.args.clear();
  command.named[word] = "true";
  return command;
}

Outcome incidents(Call& call) {
  const Command meant = with_dashes(call.command, call.work.config);
  Call c{call.work, call.input, meant, call.language, call.zone, call.actor};
  Filter f;
  if (auto refused = read_filter(c, f)) return *refused;
  const bool only_open = meant.named.contains("open");
  std::string lines;
  Value::List list;
  for (auto it = c.work.state.incidents.rbegin(); it != c.work.state.incidents.rend(); ++it) {
    const Incident& i = it->second;
    if ((only_open && !i.open()) || !concerns(c.work.state, f, i)) continue;
    if (list.size() < 200) lines += incident_line(c, i) + "\n";
    Value v = projection(i).body;
    v.set("id", i.id);
    list.push_back(std::move(v));
  }
  const char* none = f.any() ? "incidents.none_match" : only_open ? "incidents.none_open" : "incidents.none";
  Outcome o = list.empty() ? answer(c, none) : answer(c, "incidents.head", {{"n", std::to_string(list.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

Outcome alerts(Call& c) {
  Filter f;
  if (auto refused = read_filter(c, f)) return *refused;
  const std::string severity = lower_ascii(named_argument(c.command, "severity"));
  std::map<std::string, std::string> groups;
  Value::List list;
  for (const auto& [number, a] : c.work.state.alerts) {
    if (a.status != "firing" || !concerns(f, a)) continue;
    if (!severity.empty() && lower_ascii(a.severity) != severity) continue;
    const auto name = a.labels.find("alertname");
    std::string& group = groups[name == a.labels.end() ? a.title : name->second];
    if (group.size() < 4000) group += alert_line(c, a) + "\n";
    list.emplace_back(a.id);
  }
  const char* none = f.any() || !severity.empty() ? "alerts.none_match" : "alerts.none";
  Outcome o = list.empty() ? answer(c, none) : answer(c, "alerts.head", {{"n", std::to_string(list.size())}});
  for (const auto& [name, lines] : groups) {
    if (o.reply.sections.size() < 20)
      o.reply.sections.push_back({"*" + plain(clip(one_line(name), 80)) + "*\n" + std::string(trim(lines)), {}});
  }
  o.json = Value(std::move(list));
  return o;
}

// Answers that need the journal or the process are made by the caller, off the loop.
Outcome wanted(Call& c) {
  ReadWanted read{.what = c.command.verb,
                  .incident = {},
                  .args = c.command.args,
                  .named = c.command.named,
                  .language = c.language,
                  .zone = c.zone};
  if (c.command.verb == "timeline" || c.command.verb == "postmortem") {
    const Incident* i = incident_of(c);
    if (!i) return refuse(c, "need.incident", {{"verb", c.command.verb}});
    read.incident = i->id;
  }
  Outcome o;
  o.read = std::move(read);
  return o;
}

// What cannot be undone says why, and names its entry: a number of an incident's timeline, or an id of the journal.
Outcome scrub(Call& c) {
  const std::string entry = first_argument(c.command), because = named_argument(c.command, "because");
  const std::string number = entry.starts_with('#') ? entry.substr(1) : entry;
  const bool counted = number.find_first_not_of("0123456789") == std::string::npos;
  const Incident* i = incident_of(c);
  if (counted && !i && !named_argument(c.command, "incident").empty()) return no_incident(c);
  if (counted && !i) return refuse(c, "scrub.which", {{"entry", plain(entry)}});
  if (because.empty())
    return refuse(c, "need.because",
                  {{"command", "scrub " + (counted ? i->id + " " : std::string()) + plain(entry) + " because …"}});
  Outcome o = wanted(c);
  o.read->args = {counted ? number : entry};
  if (counted) o.read->incident = i->id;
  return o;
}

// The filters of the history, checked here: who, verb, service, environment, since (as a moment).
Outcome history(Call& c) {
  Outcome o = wanted(c);
  auto& named = o.read->named;
  const auto first_of = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      if (const auto it = named.find(key); it != named.end()) return it->second;
    return std::string();
  };
  const std::string who = first_of({"by", "who"}), service = first_of({"for", "service"});
  const std::string env = first_of({"in", "env"}), verb = lower_ascii(first_of({"verb"}));
  const std::string since = first_of({"since"});
  std::map<std::string, std::string> filter;
  if (!who.empty()) {
    const Person* p = person_meant(c, who);
    const bool is_operator = lower_ascii(who) == "operator" || (is_me(who) && c.input.is_operator);
    if (!p && !is_operator) return unknown_person(c, who);
    filter["who"] = p ? p->id : "operator";
  }
  if (!service.empty()) {
    const Service* s = find_service(c.work.config, service);
    if (!s) return unknown_service(c, service);
    filter["service"] = s->name;
  }
  if (!verb.empty()) {
    const VerbInfo* v = find_verb(verb);
    if (!v) return refuse(c, "verb.unknown", {{"verb", plain(verb)}});
    filter["verb"] = v->verb;
  }
  if (!env.empty()) filter["env"] = lower_ascii(env);
  if (!since.empty()) {
    const auto span = parse_duration(since);
    if (!span) return refuse(c, "history.since_bad", {{"text", plain(since)}});
    filter["since_ms"] = std::to_string(c.work.now - *span);
  }
  named.insert(filter.begin(), filter.end());
  for (const char* key : {"who", "service", "verb", "env"}) {
    if (filter.contains(key))
      named[key] = filter[key];
    else
      named.erase(key);
  }
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& reading_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"status", status},        {"incidents", incidents}, {"alerts", alerts},        {"version", wanted},
      {"timeline", wanted},      {"postmortem", wanted},   {"history", history},      {"health", wanted},
      {"more", wanted},          {"try", wanted},          {"config check", wanted},  {"config diff", wanted},
      {"config reload", wanted}, {"outbox", wanted},       {"outbox resend", wanted}, {"scrub", scrub}};
  return table;
}

}  // namespace muster
