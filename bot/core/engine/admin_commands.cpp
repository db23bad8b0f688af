// Names and rights.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

Outcome alias_set(Call& c) {
  const std::string_view rest = trim(c.command.rest);
  const std::size_t equals = rest.find('=');
  const std::string name = lower_ascii(trim(rest.substr(0, equals)));
  std::string target = equals == std::string_view::npos ? "" : std::string(trim(rest.substr(equals + 1)));
  const bool team = c.command.named.contains("team");
  if (const auto flag = target.find("--team"); flag != std::string::npos) target.erase(flag, 6);
  target = std::string(trim(target));
  if (name.empty() || target.empty() || name.find(' ') != std::string::npos) return refuse(c, "alias.usage");
  const bool shadows = std::ranges::any_of(
      verbs(), [&](const VerbInfo& v) { return std::string(v.verb).substr(0, v.verb.find(' ')) == name; });
  if (shadows) return refuse(c, "alias.shadow", {{"name", name}});
  const auto parsed = parse_command(target);
  if (!parsed) return refuse(c, "alias.target", {{"text", plain(target)}});
  if (team && !is_owner(c))
    return refuse(c, "denied", {{"verb", "alias set --team"}, {"rule", "owner"}, {"line", "–"}});
  Entry e = human_entry(c, "alias.set", nullptr);
  e.text = name + " = " + target;
  e.data = Value::Map{{"key", (team ? "*" : c.actor.id) + "/" + name}, {"command", target}};
  record(c.work, std::move(e));
  return answer(c, "alias.done", {{"name", plain(name)}, {"text", plain(target)}});
}

Outcome alias_list(Call& c) {
  std::string lines;
  for (const auto& [key, command] : c.work.state.aliases) {
    const bool mine = key.starts_with(c.actor.id + "/"), team = key.starts_with("*/");
    if (mine || team)
      lines += "`" + key.substr(key.find('/') + 1) + "` = `" + plain(command) + "`" + (team ? " · team" : "") + "\n";
  }
  Outcome o = answer(c, lines.empty() ? "alias.none" : "alias.list");
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

Outcome alias_remove(Call& c) {
  const std::string name = c.command.args.empty() ? "" : lower_ascii(c.command.args.front());
  std::string key = c.actor.id + "/" + name;
  if (!c.work.state.aliases.contains(key) && is_owner(c)) key = "*/" + name;
  if (!c.work.state.aliases.contains(key)) return refuse(c, "alias.unknown", {{"name", plain(name)}});
  Entry e = human_entry(c, "alias.removed", nullptr);
  e.text = name;
  e.data = Value::Map{{"key", key}};
  record(c.work, std::move(e));
  return answer(c, "alias.removed", {{"name", plain(name)}});
}

Outcome grant(Call& c) {
  const auto value = [&](const char* key) {
    const auto it = c.command.named.find(key);
    return it == c.command.named.end() ? std::string() : it->second;
  };
  const std::string role = c.command.args.empty() ? "" : c.command.args.front();
  const std::string who = value("to").empty() && c.command.args.size() > 1 ? c.command.args[1] : value("to");
  const Person* p = find_person(c.work.config, who);
  if (role.empty()) return refuse(c, "grant.usage");
  if (!p) return refuse(c, "person.unknown", {{"name", plain(who)}});
  const Result<DurationMs> d = parse_duration(value("for"));
  if (!d || *d < minute_ms || *d > 30 * day_ms) return refuse(c, "grant.time");
  const std::string id = "L" + std::to_string(c.work.state.next_lock);
  Entry e = human_entry(c, "grant.given", nullptr);
  e.text = role + " to " + p->id;
  e.data = Value::Map{{"id", id}, {"person", p->id}, {"role", lower_ascii(role)}, {"until_ms", c.work.now + *d}};
  record(c.work, std::move(e));
  return answer(c, "grant.done",
                {{"id", id}, {"role", plain(role)}, {"who", plain(p->name)}, {"time", short_time(c, c.work.now + *d)}});
}

Outcome revoke(Call& c) {
  const std::string what = c.command.args.empty() ? "" : c.command.args.front();
  const auto named = c.command.named.contains("from") ? c.command.named.find("from") : c.command.named.find("to");
  const Person* from = named == c.command.named.end() ? nullptr : find_person(c.work.config, named->second);
  if (!from && c.command.args.size() > 1) from = find_person(c.work.config, c.command.args[1]);
  for (const auto& [id, g] : c.work.state.grants) {
    const bool by_role = g.role == lower_ascii(what) && from && g.person == from->id;
    if (lower_ascii(id) != lower_ascii(what) && !by_role) continue;
    Entry e = human_entry(c, "grant.revoked", nullptr);
    e.text = g.role + " from " + g.person;
    e.data = Value::Map{{"id", id}};
    record(c.work, std::move(e));
    return answer(c, "revoke.done", {{"id", plain(what)}});
  }
  return refuse(c, "unknown.id", {{"id", plain(what)}});
}

Outcome roles(Call& c) {
  std::string lines;
  for (const Person& p : c.work.config.people) {
    const auto held = roles_of(c.work.state, c.work.config, p.id, c.work.now);
    if (!held.empty()) lines += plain(p.name) + ": " + plain(join(held, ", ")) + "\n";
  }
  for (const auto& [id, g] : c.work.state.grants) {
    if (g.until_ms > c.work.now)
      lines += id + " " + g.role + " · " + g.person + " · " + short_time(c, g.until_ms) + "\n";
  }
  Outcome o = answer(c, lines.empty() ? "roles.none" : "roles.head");
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& admin_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"alias set", alias_set}, {"alias list", alias_list}, {"alias remove", alias_remove},
      {"grant", grant},         {"revoke", revoke},         {"roles", roles}};
  return table;
}

}  // namespace muster
