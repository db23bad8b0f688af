// From a line of chat to an outcome: alias, grammar, policy, handler.
#include "bot/core/engine/engine.h"

#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {

Outcome refuse(Call& c, std::string_view key, Words arguments) {
  Outcome o;
  o.ok = false;
  o.reply.text = say(c.language, key, arguments);
  o.reply.color = "warning";
  return o;
}

Outcome answer(Call& c, std::string_view key, Words arguments) {
  Outcome o;
  o.reply.text = say(c.language, key, arguments);
  return o;
}

Incident* incident_of(Call& c) {
  if (const auto named = c.command.named.find("incident"); named != c.command.named.end()) {
    return find_incident(c.work.state, named->second);
  }
  for (const std::string& a : c.command.args) {
    if (lower_ascii(a).starts_with("i")) {
      if (Incident* i = find_incident(c.work.state, a)) return i;
    }
  }
  if (const auto in = c.command.named.find("in"); in != c.command.named.end()) {
    if (Incident* i = find_incident(c.work.state, in->second)) return i;
  }
  const auto it = c.work.state.incident_by_channel.find(c.input.channel);
  return it == c.work.state.incident_by_channel.end() ? nullptr : &c.work.state.incidents.at(it->second);
}

std::vector<std::string> roles_of(const State& state, const CoreConfig& config, const std::string& person, TimeMs now) {
  std::vector<std::string> roles;
  if (const Person* p = find_person(config, person)) roles = p->roles;
  for (const auto& [id, g] : state.grants) {
    if (g.person == person && g.until_ms > now) roles.push_back(g.role);
  }
  return roles;
}

bool is_owner(const Call& c) {
  const auto roles = roles_of(c.work.state, c.work.config, c.input.person, c.work.now);
  return c.input.is_operator || std::ranges::find(roles, "owner") != roles.end();
}

std::string short_time(const Call& c, TimeMs t) {
  const std::string utc = format_utc_minute(t) + " UTC";
  if (c.zone == "UTC" || c.zone.empty()) return utc;
  return utc + " (" + format_in_zone(t, c.zone, "%H:%M %Z") + ")";
}

Entry human_entry(const Call& c, std::string kind, const Incident* incident) {
  Entry e;
  e.kind = std::move(kind);
  e.origin = "human";
  e.occurred_ms = c.work.now;
  e.received_ms = c.work.now;
  e.actor = c.actor;
  e.clock_name = "chat";
  if (incident) {
    e.incident_id = incident->id;
    e.services = incident->services;
    for (const auto& [role, person] : incident->roles) {
      if (person == c.actor.id) e.role = role;
    }
  }
  e.source = {
      .system = "chat", .type = "chat_post", .id = c.input.source_id, .channel = c.input.channel, .permalink = {}};
  return e;
}

Live live_words(const State& state, const CoreConfig& config) {
  Live live;
  for (const Service& s : config.services) {
    live.services.push_back(s.name);
    for (const std::string& env : s.environments) {
      if (std::ranges::find(live.environments, env) == live.environments.end()) live.environments.push_back(env);
    }
  }
  for (const Person& p : config.people) live.people.push_back("@" + p.id);
  for (const SeverityRule& s : config.severities) live.severities.push_back(lower_ascii(s.name));
  for (auto it = state.incidents.rbegin(); it != state.incidents.rend() && live.incidents.size() < 20; ++it) {
    live.incidents.push_back(it->second.id);
  }
  for (auto it = state.alerts.rbegin(); it != state.alerts.rend() && live.alerts.size() < 20; ++it) {
    if (it->second.status == "firing") live.alerts.push_back(it->second.id);
  }
  live.roles = {"commander", "deputy", "ops", "comms", "scribe", "expert"};
  return live;
}

namespace {

// The alias of this person or the team, expanded once: aliases of aliases are refused by never expanding twice.
std::string expand_alias(const State& state, const std::string& person, const std::string& text) {
  const std::size_t space = text.find(' ');
  const std::string word = lower_ascii(text.substr(0, space));
  for (const std::string& key : {person + "/" + word, "*/" + word}) {
    const auto it = state.aliases.find(key);
    if (it != state.aliases.end()) return it->second + (space == std::string::npos ? "" : text.substr(space));
  }
  return text;
}

Outcome grammar_refusal(Call& c, const GrammarError& error) {
  Outcome o;
  o.ok = false;
  o.reply.color = "warning";
  std::vector<std::pair<std::string_view, std::string_view>> arguments;
  std::map<std::string, std::string> safe;
  for (const auto& [k, v] : error.args) safe[k] = plain(clip(v, 80));
  std::string text;
  for (const Sentence& s : catalogue()) {
    if (s.key == error.message_key) text = c.language == "ko" ? s.ko : s.en;
  }
  if (text.empty()) text = say(c.language, "grammar.wrong");
  for (const auto& [k, v] : safe) {
    const std::string place = "{" + k + "}";
    for (std::size_t at; (at = text.find(place)) != std::string::npos;) text.replace(at, place.size(), v);
  }
  o.reply.text = text;
  if (!error.caret_line.empty()) o.reply.sections.push_back({plain(error.caret_line), {}});
  std::vector<std::string> allowed;
  for (const std::string& s : error.suggestions) {
    if (allowed.size() < 3) allowed.push_back("`" + plain(s) + "`");
  }
  o.unknown_word = error.message_key == "unknown_verb" && allowed.empty();
  if (!allowed.empty())
    o.reply.sections.push_back({say(c.language, "did_you_mean", {{"list", join(allowed, ", ")}}), {}});
  return o;
}

Outcome completion(Call& c, const std::string& text) {
  std::string prefix(trim(text));
  if (prefix.ends_with('?')) prefix.pop_back();
  const auto words = complete_line(prefix, live_words(c.work.state, c.work.config));
  Outcome o = answer(c, words.empty() ? "complete.none" : "complete.head", {{"text", plain(trim(prefix))}});
  std::string lines;
  for (std::size_t i = 0; i < words.size() && i < 40; ++i) lines += "`" + plain(words[i]) + "` ";
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.is_private = true;
  return o;
}

Ask ask_for(const Call& c) {
  Ask ask;
  ask.person = c.input.person;
  ask.operator_ = c.input.is_operator;
  ask.verb = c.command.verb;
  ask.arguments = c.command.named;
  ask.channel = c.input.channel;
  ask.direct = c.input.direct;
  ask.at = c.work.now;
  ask.incident_channel = c.work.state.incident_by_channel.contains(c.input.channel);
  ask.roles = roles_of(c.work.state, c.work.config, c.input.person, c.work.now);
  if (const Person* p = find_person(c.work.config, c.input.person)) ask.groups = p->groups;
  if (const auto s = c.command.named.find("for");
      s != c.command.named.end() && find_service(c.work.config, s->second)) {
    ask.service = s->second;
  }
  return ask;
}

Outcome carry_out(Call& c) {
  for (const auto* table : {&incident_handlers(), &reading_handlers(), &admin_handlers()}) {
    const auto it = table->find(c.command.verb);
    if (it != table->end()) return it->second(c);
  }
  return refuse(c, "verb.later", {{"verb", c.command.verb}});
}

Outcome denied(Call& c, const Verdict& v) {
  Entry e = human_entry(c, "command.denied", nullptr);
  e.text = c.command.echo;
  e.data = Value::Map{{"verb", c.command.verb}, {"rule", v.rule}};
  record(c.work, std::move(e));
  return refuse(c, "denied", {{"verb", c.command.verb}, {"rule", v.rule}, {"line", std::to_string(v.line)}});
}

void audit(Call& c, const VerbInfo& verb) {
  if (!verb.writes || c.work.decision.entries.empty()) return;
  for (Entry& e : c.work.decision.entries) {
    if (e.actor == c.actor && e.data.is_map() && !e.data.has("command")) e.data.set("command", c.command.echo);
  }
}

Outcome gate_and_run(Call& c) {
  const VerbInfo* verb = find_verb(c.command.verb);
  if (!verb) return refuse(c, "verb.unknown", {{"verb", plain(c.command.verb)}});
  const Verdict v = decide_policy(c.work.config.policy, ask_for(c));
  if (v.effect == "deny") return denied(c, v);
  if (v.effect != "run") return refuse(c, "gate.later", {{"effect", v.effect}, {"rule", v.rule}});
  if (!verb->ready) return refuse(c, "verb.later", {{"verb", c.command.verb}});
  if (c.command.plan)
    return answer(c, "plan.simple",
                  {{"command", plain(c.command.echo.starts_with("plan ") ? c.command.echo.substr(5) : c.command.echo)},
                   {"rule", v.rule}});
  if (verb->writes && c.input.sent_ms != 0 && c.work.now - c.input.sent_ms > limits::stale_command_ms) {
    return refuse(c, "stale", {{"command", plain(c.input.text)}});
  }
  Outcome o = carry_out(c);
  audit(c, *verb);
  if (o.ok && verb->writes && !c.command.echo.empty())
    o.reply.sections.push_back({"› `" + plain(clip(one_line(c.command.echo), 200)) + "`", {}});
  return o;
}

}  // namespace

Outcome run_command(Work& w, const CommandInput& input) {
  const Person* person = find_person(w.config, input.person);
  Command nothing;
  const Actor actor = actor_of(w.config, input.person, input.is_operator);
  const std::string language = person && !person->language.empty() ? person->language : w.config.language;
  const std::string zone = person && !person->zone.empty() ? person->zone : w.config.zone;
  Call early{w, input, nothing, language, zone, actor};
  if (input.text.size() > limits::command_bytes_max)
    return refuse(early, "too_long", {{"n", std::to_string(limits::command_bytes_max)}});
  const Redaction cleaned = redact(input.text);
  if (!cleaned.types.empty()) return refuse(early, "secret", {{"type", cleaned.types.front()}});
  const std::string text = expand_alias(w.state, actor.id, std::string(trim(input.text)));
  if (text == "?" || text.ends_with(" ?")) return completion(early, text);
  const auto parsed = parse_command(text);
  if (!parsed) return grammar_refusal(early, parsed.error());
  if (parsed->ask) return completion(early, text);
  Call call{w, input, *parsed, language, zone, actor};
  return gate_and_run(call);
}

}  // namespace muster
