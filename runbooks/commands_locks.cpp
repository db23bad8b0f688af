// Locks of a service in an environment and freezes, as commands: they bind people and automation alike.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/when.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/commands.h"

namespace muster::runbooks {
namespace {

Outcome failed(Call& c, const Error& error) {
  const std::string_view between = error.message.ends_with('.') ? " " : "; ";
  Outcome o = refuse(c, "lock.refused", {{"why", plain(error.message + std::string(between) + error.next_step)}});
  return o;
}

std::string line_of(const Call& c, const Lock& lock) {
  std::string line = say(c.language, lock.freeze ? "lock.line_freeze" : "lock.line",
                         {{"id", lock.id},
                          {"what", plain(lock.freeze ? lock.environment : lock.service + " in " + lock.environment)},
                          {"who", person_name(c.work.config, lock.owner)},
                          {"reason", plain(lock.reason)}});
  line += " · " + format_duration(std::max<DurationMs>(0, c.work.now - lock.since_ms));
  if (lock.from_ms > c.work.now) line += " · " + say(c.language, "lock.from", {{"time", short_time(c, lock.from_ms)}});
  if (lock.until_ms) line += " · " + say(c.language, "run.until", {{"time", short_time(c, lock.until_ms)}});
  return line;
}

// Somebody else's: whose, and what to type to take it all the same.
Outcome not_yours(Call& c, const Lock& lock) {
  return refuse(c, "lock.not_yours",
                {{"line", line_of(c, lock)},
                 {"command", plain("unlock " + lock.service + " in " + lock.environment + " --steal because …")}});
}

// Runs that come to nothing, or no further, while it stands.
std::string waiting_for(const Call& c, const Lock& lock) {
  std::vector<std::string> ids;
  for (const auto& [n, run] : c.work.state.runs) {
    const Value change = run.change.get();
    if (run.over() || !change.is_map() || run.id == lock.owner) continue;
    if ((!lock.freeze && run.person == lock.owner) || lets_back(lock, change["verb"].as_string())) continue;
    if (lock_binds(lock, change["service"].as_string(), change["env"].as_string(), c.work.now))
      ids.push_back("*" + run.id + "* " + person_name(c.work.config, run.person));
  }
  return ids.empty()
             ? std::string()
             : " · " + say(c.language, "lock.waits", {{"n", std::to_string(ids.size())}, {"list", join(ids, ", ")}});
}

// The service and the environment of the command, known ones only; the refusal otherwise.
std::optional<Outcome> unknown_place(Call& c, const std::string& service, const std::string& environment) {
  if (service != "*" && !find_service(c.work.config, service)) return unknown_service(c, service);
  const auto known = live_words(c.work.state, c.work.config).environments;
  if (environment == "*" || std::ranges::find(known, environment) != known.end()) return {};
  if (!environment.empty()) return unknown_environment(c, environment, known);
  return refuse(c, "lock.where", {{"list", plain(join(known, ", "))}});
}

// Of what begins at `from` (0: now).
Result<TimeMs> end_of(const Call& c, TimeMs from) {
  const std::string text = named_argument(c.command, "for");
  if (text.empty()) return TimeMs{0};
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  if (*span <= 0) return fail(ErrorKind::invalid, "no time at all", "");
  return (from == 0 ? c.work.now : from) + *span;
}

// "from … until …" in the zone of who says it; what is missing is open.
std::optional<Outcome> bad_span(Call& c, LockWish& wish) {
  for (const auto& [key, to] : {std::pair{"from", &wish.from_ms}, {"until", &wish.until_ms}}) {
    const std::string text = named_argument(c.command, key);
    if (text.empty()) continue;
    const TimeMs after = *key == 'u' && wish.from_ms != 0 ? wish.from_ms : c.work.now;
    const auto at = coming_time(text, after, c.zone.empty() ? "UTC" : c.zone);
    if (!at) return failed(c, at.error());
    *to = *at;
  }
  if (wish.until_ms != 0 && wish.until_ms <= std::max(wish.from_ms, c.work.now)) return refuse(c, "freeze.backwards");
  return {};
}

Outcome take(Call& c, bool freeze) {
  LockWish wish;
  wish.freeze = freeze;
  wish.service = freeze ? "*" : first_argument(c.command);
  wish.environment = freeze ? first_argument(c.command) : named_argument(c.command, "in");
  if (auto wrong = unknown_place(c, wish.service, wish.environment)) return *wrong;
  if (because(c).empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  if (c.command.named.contains("for") && c.command.named.contains("until")) return refuse(c, "lock.two_ends");
  if (auto wrong = bad_span(c, wish)) return *wrong;
  const auto until = end_of(c, wish.from_ms);
  if (!until) return refuse(c, "duration.bad", {{"text", plain(named_argument(c.command, "for"))}});
  if (*until != 0) wish.until_ms = *until;
  wish.owner = me(c);
  wish.reason = because(c);
  wish.channel = c.input.channel;
  wish.by = by(c);
  const Lock* stood = freeze ? nullptr : lock_of(c.work.state, wish.service, wish.environment, c.work.now);
  if (!stood && !freeze)
    stood = lock_against(c.work.state, wish.service, wish.environment, wish.owner, "rollback", c.work.now);
  if (stood && stood->owner != wish.owner) return not_yours(c, *stood);
  const auto id = take_lock(c.work, std::move(wish));
  if (!id) return failed(c, id.error());
  const Lock& lock = *find_lock(c.work.state, *id);
  Outcome o = answer(c, "lock.taken", {{"line", line_of(c, lock)}});
  o.json = Value::Map{{"id", *id}};
  return o;
}

Outcome lock(Call& c) { return take(c, false); }
Outcome freeze(Call& c) { return take(c, true); }

Outcome unlock(Call& c) {
  const std::string service = first_argument(c.command), environment = named_argument(c.command, "in");
  if (auto wrong = unknown_place(c, service, environment)) return *wrong;
  const Lock* lock = lock_of(c.work.state, service, environment, c.work.now);
  if (!lock) return refuse(c, "lock.none", {{"what", plain(service + " in " + environment)}});
  const bool steal = c.command.named.contains("steal");
  if (steal && because(c).empty())
    return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  if (!steal && lock->owner != me(c)) return not_yours(c, *lock);
  const std::string id = lock->id;
  if (auto done = release_lock(c.work, *lock, me(c), steal, by(c), because(c)); !done) return failed(c, done.error());
  return answer(c, "lock.released", {{"id", id}, {"what", plain(service + " in " + environment)}});
}

Outcome relock(Call& c) {
  const Lock* lock = find_lock(c.work.state, first_argument(c.command));
  if (!lock) return refuse(c, "lock.no_id", {{"id", plain(first_argument(c.command))}});
  if (because(c).empty() && !c.command.named.contains("for"))
    return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  const auto until = end_of(c, std::max(lock->from_ms, c.work.now));
  if (!until) return refuse(c, "duration.bad", {{"text", plain(named_argument(c.command, "for"))}});
  if (lock->owner != me(c) && !lock->freeze) return not_yours(c, *lock);
  const std::string id = lock->id;
  const TimeMs end = c.command.named.contains("for") ? *until : lock->until_ms;
  if (auto done = change_lock(c.work, *lock, me(c), because(c), end, by(c)); !done) return failed(c, done.error());
  return answer(c, "lock.taken", {{"line", line_of(c, *find_lock(c.work.state, id))}});
}

Outcome unfreeze(Call& c) {
  const Lock* lock = find_lock(c.work.state, first_argument(c.command));
  if (!lock) return refuse(c, "lock.no_id", {{"id", plain(first_argument(c.command))}});
  if (!lock->freeze)
    return refuse(
        c, "lock.no_freeze",
        {{"line", line_of(c, *lock)}, {"command", plain("unlock " + lock->service + " in " + lock->environment)}});
  if (because(c).empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  const std::string id = lock->id, what = lock->environment;
  if (auto done = release_lock(c.work, *lock, me(c), false, by(c), because(c)); !done) return failed(c, done.error());
  return answer(c, "lock.released", {{"id", id}, {"what", plain(what)}});
}

Outcome locks(Call& c) {
  const std::string environment = first_argument(c.command);
  std::vector<std::string> lines;
  Value::List list;
  for (const auto& [n, lock] : c.work.state.locks) {
    if (!environment.empty() && lock.environment != environment && lock.environment != "*") continue;
    lines.push_back(line_of(c, lock) + waiting_for(c, lock));
    list.push_back(Value::Map{{"id", lock.id},
                              {"service", lock.service},
                              {"environment", lock.environment},
                              {"owner", lock.owner},
                              {"freeze", lock.freeze},
                              {"reason", lock.reason}});
  }
  Outcome o = answer(c, lines.empty() ? "locks.none" : "locks.head", {{"n", std::to_string(lines.size())}});
  if (!lines.empty()) o.reply.sections.push_back({join(lines, "\n"), {}});
  o.json = Value(std::move(list));
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& lock_commands() {
  static const std::map<std::string_view, Handler> table = {{"lock", lock},     {"unlock", unlock},
                                                            {"relock", relock}, {"locks", locks},
                                                            {"freeze", freeze}, {"unfreeze", unfreeze}};
  return table;
}

}  // namespace muster::runbooks
