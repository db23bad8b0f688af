// break-glass: in an emergency one person gets, for a short time and in front of everybody, the right to change
// production without an approval. The owners are called, and the record says why.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/calling.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

constexpr DurationMs longest = 4 * hour_ms;
constexpr const char* glass_role = "glass";  // rules of the policy name it as role:glass

const Incident* incident_here(const Call& c) {
  const auto it = c.work.state.incident_by_channel.find(c.input.channel);
  return it == c.work.state.incident_by_channel.end() ? nullptr : &c.work.state.incidents.at(it->second);
}

void call_owners(Call& c, const std::string& id, const std::string& because, TimeMs until) {
  const CoreConfig& config = c.work.config;
  const std::string lang = channel_language(c.work, "muster");
  const auto text = say(lang, "glass.broken",
                        {{"who", plain(c.actor.display)},
                         {"id", id},
                         {"reason", plain(because)},
                         {"time", format_utc_minute(until) + " UTC"}});
  std::vector<const Person*> owners;
  for (const Person& p : config.people)
    if (std::ranges::find(p.roles, "owner") != p.roles.end() && p.id != c.actor.id) owners.push_back(&p);
  call_people(c.work, "muster", "glass-" + id, owners, text);
}

Outcome break_glass(Call& c) {
  const Result<DurationMs> d = parse_duration(named_argument(c.command, "for"));
  if (!d || *d < minute_ms || *d > longest) return refuse(c, "glass.time");
  const std::string because = one_line(named_argument(c.command, "because"));
  if (because.empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  const Person* p = find_person(c.work.config, c.actor.id);
  if (!p) return refuse(c, "glass.operator");
  const std::string id = "L" + std::to_string(c.work.state.next_lock);
  const TimeMs until = c.work.now + *d;
  Entry e = human_entry(c, "grant.given", incident_here(c));
  e.text = std::string("break-glass by ") + p->id + ": " + because;
  e.pinned = true;
  e.data = Value::Map{{"id", id},      {"person", p->id},   {"role", glass_role}, {"until_ms", until},
                      {"service", ""}, {"environment", ""}, {"reason", because},  {"break_glass", true}};
  record(c.work, std::move(e));
  call_owners(c, id, because, until);
  return answer(c, "glass.done", {{"id", id}, {"time", short_time(c, until)}});
}

}  // namespace

const std::map<std::string_view, Handler>& glass_handlers() {
  static const std::map<std::string_view, Handler> table = {{"break-glass", break_glass}};
  return table;
}

}  // namespace muster
