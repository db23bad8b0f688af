// Names and rights.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

constexpr std::size_t aliases_max = 100;  // of one person, or of the team

bool alias_name(std::string_view name) {
  const bool characters = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c & 0x80) != 0;
  });
  return !name.empty() && code_point_count(name) <= 30 && characters && name.front() != '-';
}

bool shadows(const std::string& name) {
  return name == "plan" || name == "incident" ||
         std::ranges::any_of(verbs(), [&](const VerbInfo& v) { return v.verb.substr(0, v.verb.find(' ')) == name; });
}

std::string alias_key(const Call& c, const std::string& name) {
  return (c.command.named.contains("team") ? "*" : c.actor.id) + "/" + name;
}

std::optional<Outcome> alias_target_refused(Call& c, const std::string& target) {
  const auto parsed = parse_command(target);
  if (parsed && !parsed->ask) return {};
  const std::string word = lower_ascii(target.substr(0, target.find(' ')));
  const auto& aliases = c.work.state.aliases;
  if (aliases.contains(c.actor.id + "/" + word) || aliases.contains("*/" + word))
    return refuse(c, "alias.chain", {{"text", plain(target)}});
  return refuse(c, "alias.target", {{"text", plain(target)}});
}

Outcome alias_set(Call& c) {
  if (c.command.args.size() < 2) return refuse(c, "alias.usage");
  const std::string name = c.command.args[0], target = std::string(trim(c.command.args[1]));
  if (!alias_name(name)) return refuse(c, "alias.name");
  if (shadows(name)) return refuse(c, "alias.shadow", {{"name", name}});
  if (auto refused = alias_target_refused(c, target)) return *refused;
  const std::string key = alias_key(c, name), owner = key.substr(0, key.find('/') + 1);
  const auto held = static_cast<std::size_t>(std::ranges::count_if(
      c.work.state.aliases, [&](const auto& a) { return a.first.starts_with(owner) && a.first != key; }));
  if (held >= aliases_max) return refuse(c, "alias.many", {{"n", std::to_string(held)}});
  Entry e = human_entry(c, "alias.set", nullptr);
  e.text = name + " = " + target;
  e.data = Value::Map{{"key", key}, {"command", target}};
  record(c.work, std::move(e));
  return answer(c, "alias.done", {{"name", plain(name)}, {"text", plain(target)}});
}

Outcome alias_list(Call& c) {
  std::string lines;
  const bool only_team = c.command.named.contains("team");
  for (const auto& [key, command] : c.work.state.aliases) {
    const bool mine = key.starts_with(c.actor.id + "/"), team = key.starts_with("*/");
    if ((mine && !only_team) || team)
      lines += "`" + key.substr(key.find('/') + 1) + "` = `" + plain(command) + "`" + (team ? " · team" : "") + "\n";
  }
  Outcome o = answer(c, lines.empty() ? "alias.none" : "alias.list");
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

Outcome alias_remove(Call& c) {
  const std::string name = lower_ascii(first_argument(c.command));
  const std::string key = alias_key(c, name);
  if (!c.work.state.aliases.contains(key)) return refuse(c, "alias.unknown", {{"name", plain(name)}});
  Entry e = human_entry(c, "alias.removed", nullptr);
  e.text = name;
  e.data = Value::Map{{"key", key}};
  record(c.work, std::move(e));
  return answer(c, "alias.removed", {{"name", plain(name)}});
}

// Where a grant holds: the service and the environment, both known, or everywhere.
std::optional<Outcome> scope_refused(Call& c, std::string& service, std::string& environment) {
  service = named_argument(c.command, "on");
  environment = lower_ascii(named_argument(c.command, "in"));
  if (!service.empty()) {
    const Service* s = find_service(c.work.config, service);
    if (!s) return unknown_service(c, service);
    service = s->name;
  }
  const auto known = live_words(c.work.state, c.work.config).environments;
  if (!environment.empty() && std::ranges::find(known, environment) == known.end())
    return unknown_environment(c, environment, known);
  return {};
}

Outcome grant(Call& c) {
  const std::string role = lower_ascii(first_argument(c.command)), who = named_argument(c.command, "to");
  const auto rights = live_words(c.work.state, c.work.config).rights;
  if (role.empty() || who.empty()) return refuse(c, "grant.usage");
  if (std::ranges::find(rights, role) == rights.end())
    return refuse(c, "grant.role_unknown", {{"name", plain(role)}, {"list", plain(join(rights, ", "))}});
  const Person* p = person_meant(c, who);
  if (!p) return unknown_person(c, who);
  const Result<DurationMs> d = parse_duration(named_argument(c.command, "for"));
  if (!d || *d < minute_ms || *d > 30 * day_ms) return refuse(c, "grant.time");
  std::string service, environment;
  if (auto refused = scope_refused(c, service, environment)) return *refused;
  const std::string because = named_argument(c.command, "because");
  if (because.empty()) return refuse(c, "grant.because", {{"command", plain(c.command.echo) + " because …"}});
  const std::string id = "L" + std::to_string(c.work.state.next_lock);
  Entry e = human_entry(c, "grant.given", nullptr);
  e.text = role + " to " + p->id + ": " + because;
  e.data = Value::Map{{"id", id},           {"person", p->id},
                      {"role", role},       {"until_ms", c.work.now + *d},
                      {"service", service}, {"environment", environment},
                      {"reason", because}};
  record(c.work, std::move(e));
  Outcome o =
      answer(c, "grant.done",
             {{"id", id}, {"role", plain(role)}, {"who", plain(p->name)}, {"time", short_time(c, c.work.now + *d)}});
  const std::string scope = service + (service.empty() || environment.empty() ? "" : " ") + environment;
  if (!scope.empty()) o.reply.sections.push_back({say(c.language, "grant.scope", {{"scope", plain(scope)}}), {}});
  return o;
}

// By id, or by role and person ("from @ben" or "to @ben").
Outcome revoke(Call& c) {
  const std::string what = first_argument(c.command);
  const std::string who = named_argument(c.command, c.command.named.contains("from") ? "from" : "to");
  const Person* from = who.empty() ? nullptr : person_meant(c, who);
  if (!who.empty() && !from) return unknown_person(c, who);
  for (const auto& [id, g] : c.work.state.grants) {
    const bool by_role = g.role == lower_ascii(what) && from && g.person == from->id && g.until_ms > c.work.now;
    if (lower_ascii(id) != lower_ascii(what) && !by_role) continue;
    const std::string grant_id = id;
    Entry e = human_entry(c, "grant.revoked", nullptr);
    e.text = g.role + " from " + g.person;
    e.data = Value::Map{{"id", id}, {"reason", named_argument(c.command, "because")}};
    record(c.work, std::move(e));
    return answer(c, "revoke.done", {{"id", grant_id}});
  }
  return refuse(c, "revoke.none", {{"what", plain(what)}});
}

}  // namespace

const std::map<std::string_view, Handler>& admin_handlers() {
  static const std::map<std::string_view, Handler> table = {{"alias set", alias_set},
                                                            {"alias list", alias_list},
                                                            {"alias remove", alias_remove},
                                                            {"grant", grant},
                                                            {"revoke", revoke}};
  return table;
}

}  // namespace muster
