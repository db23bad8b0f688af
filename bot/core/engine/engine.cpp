// From a line of chat to an outcome: alias, grammar, gate; and what every decision file shares.
#include "bot/core/engine/engine.h"

#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/privacy.h"

namespace muster {

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
  if (!c.input.schedule.empty()) e.source.system = "muster", e.source.type = "schedule";
  return e;
}

std::string language_of(const State& state, const CoreConfig& config, const std::string& person,
                        const std::string& channel) {
  const Person* p = find_person(config, person);
  for (const std::string& key : {"@" + (p ? p->id : person), "#" + channel})
    if (const auto it = state.languages.find(key); it != state.languages.end()) return it->second;
  return p && !p->language.empty() ? p->language : config.language;
}

std::string channel_language(const Work& w, const std::string& channel) {
  const auto it = w.state.languages.find("#" + channel);
  return it == w.state.languages.end() ? w.config.language : it->second;
}

std::string role_words(std::string_view language, std::string_view role) {
  const std::string key = "role." + std::string(role);
  return has_sentence(key) ? say(language, key) : std::string(role);
}

std::string expand_alias(const State& state, const std::string& person, const std::string& text) {
  const std::size_t space = text.find_first_of(" \n");
  const std::string word = lower_ascii(text.substr(0, space));
  for (const std::string& key : {person + "/" + word, "*/" + word}) {
    const auto it = state.aliases.find(key);
    if (it != state.aliases.end()) return it->second + (space == std::string::npos ? "" : text.substr(space));
  }
  return text;
}

namespace {

// What every answer has: the command as understood in front, the code of a refusal behind.
Outcome finished(const Call& c, Outcome o) {
  o.language = c.language;
  if (o.read && o.reply.text.empty()) return o;  // else the reading stands below it
  if (!o.ok && !o.code.empty() && !o.unknown_word)
    o.reply.sections.push_back({say(c.language, "code.hint", {{"code", o.code}}), {}});
  if (!o.echo.empty()) o.reply.text = "› `" + plain(clip(one_line(o.echo), 200)) + "`\n" + o.reply.text;
  if (o.output.is_private) o.is_private = true;
  return o;
}

Outcome understand(Call& early, const std::string& text) {
  if (text == "?" || text.ends_with(" ?")) return completion(early, text);
  const auto parsed = parse_command(text);
  if (!parsed) return grammar_refusal(early, parsed.error());
  if (parsed->ask) return completion(early, text);
  const Command command = settled(*parsed, early.work.config);
  Call call{early.work, early.input, command, early.language, early.zone, early.actor};
  return gate_and_run(call);
}

}  // namespace

Outcome run_command(Work& w, const CommandInput& given) {
  CommandInput input = given;
  // What is said in a private incident is nothing to name elsewhere, not even by those who are in it.
  if (input.about.channel != input.channel && is_private_channel(w.state, input.about.channel)) input.about = {};
  const PrivateView view(w, input);
  const Person* person = find_person(w.config, input.person);
  const Command nothing;
  // The local operator is nobody of the configuration, and may have chosen a language all the same.
  const std::string speaker = actor_of(w.config, input.person, input.is_operator).id;
  const std::string language = language_of(w.state, w.config, speaker, input.channel);
  const std::string zone = person && !person->zone.empty() ? person->zone : w.config.zone;
  Call early{w, input, nothing, language, zone, actor_of(w.config, input.person, input.is_operator)};
  if (input.text.size() > limits::command_bytes_max)
    return finished(early, refuse(early, "too_long", {{"limit", std::to_string(limits::command_bytes_max)}}));
  const Redaction cleaned = redact(input.text);
  if (!cleaned.types.empty()) return finished(early, refuse(early, "secret", {{"type", cleaned.types.front()}}));
  const std::string named = with_people_named(w.state, input.platform, std::string(trim(input.text)));
  const std::string text = expand_alias(w.state, early.actor.id, named);
  Outcome o = finished(early, understand(early, text));
  // What is read for a plan takes its names as the inputs of a run.
  if (o.read && !view.hidden().empty() && !o.read->what.starts_with("plan ")) o.read->named["hidden"] = view.hidden();
  return o;
}

bool ReadWanted::hides(const std::string& name) const {
  const auto hidden = named.find("hidden");
  return hidden != named.end() && hidden->second.contains("\n" + name + "\n");
}

Outcome::Outcome() = default;
Outcome::Outcome(const Outcome&) = default;
Outcome::Outcome(Outcome&&) noexcept = default;
Outcome& Outcome::operator=(const Outcome&) = default;
Outcome& Outcome::operator=(Outcome&&) noexcept = default;
Outcome::~Outcome() = default;

}  // namespace muster
