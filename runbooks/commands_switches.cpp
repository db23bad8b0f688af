// What runs by itself and what may not: triggers, the switch, and no new runs before an upgrade.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"
#include "runbooks/commands.h"

namespace muster::runbooks {
namespace {

Outcome arm(Call& c) {
  const std::string name = first_argument(c.command), key = c.command.args.size() > 1 ? c.command.args[1] : "";
  if (because(c).empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  if (!known_book(c, name)) return no_book(c, name);
  if (auto done = engine_of(c.work).arm(c.work, name, key, by(c)); !done) return refused(c, done.error());
  return answer(c, "books.armed", {{"name", plain(name)}, {"key", plain(key.empty() ? "*" : key)}});
}

// A key that no run has had may still come; more often it is a typing mistake, and then nothing is held back.
void note_unseen(const Call& c, const std::string& name, const std::string& key, Outcome& o) {
  constexpr std::size_t most = 8;
  std::set<std::string> seen;
  for (const auto& [n, run] : c.work.state.runs)
    if (run.runbook == name) seen.insert(run.key);
  if (key.empty() || seen.contains(key)) return;
  std::vector<std::string> some(seen.begin(), seen.end());
  if (some.size() > most) some.resize(most), some.emplace_back("…");
  o.reply.sections.push_back({say(c.language, seen.empty() ? "books.key_no_runs" : "books.key_unseen",
                                  {{"name", plain(name)}, {"key", plain(key)}, {"list", plain(join(some, ", "))}}),
                              {}});
}

Outcome disarm(Call& c) {
  const std::string name = first_argument(c.command), key = c.command.args.size() > 1 ? c.command.args[1] : "";
  if (because(c).empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  if (!known_book(c, name)) return no_book(c, name);
  TimeMs until = 0;
  if (const std::string text = named_argument(c.command, "for"); !text.empty()) {
    const auto time = parse_duration(text);
    if (!time) return refuse(c, "duration.bad", {{"text", plain(text)}});
    until = c.work.now + *time;
  }
  if (auto done = engine_of(c.work).disarm(c.work, name, key, until, because(c), by(c)); !done)
    return refused(c, done.error());
  Outcome o = answer(c, until ? "books.disarmed_until" : "books.disarmed",
                     {{"name", plain(name)}, {"key", plain(key.empty() ? "*" : key)}, {"time", short_time(c, until)}});
  note_unseen(c, name, key, o);
  return o;
}

Outcome automation_state(Call& c) {
  const auto& off = c.work.state.automation.off;
  Outcome o = answer(c, off.empty() ? "automation.is_on" : "automation.is_off");
  std::string lines;
  for (const auto& [environment, why] : off)
    lines +=
        plain(environment == "*" ? say(c.language, "automation.everywhere") : environment) + ": " + plain(why) + "\n";
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

// A switch for a place that does not exist would leave the one that was meant as it is. What is off can be let on.
std::optional<Outcome> unknown_switch(Call& c, const std::string& environment) {
  const auto known = live_words(c.work.state, c.work.config).environments;
  const bool there = environment.empty() || environment == "*" || c.work.state.automation.off.contains(environment) ||
                     std::ranges::find(known, environment) != known.end();
  return there ? std::nullopt : std::optional(unknown_environment(c, environment, known));
}

// Of the clock: their place is looked up as it is when their time comes.
bool binds(const Call& c, const Schedule& t) {
  const auto parsed = parse_command(t.command);
  if (!t.open() || !t.writes || !parsed) return false;
  const Command command = settled(*parsed, c.work.config);
  const Call later{c.work, c.input, command, c.language, c.zone, c.actor};
  return !automation_off(c.work.state, ask_for(later, asker_of(later), command).environment).empty();
}

Outcome automation(Call& c) {
  const std::string which = first_argument(c.command), environment = named_argument(c.command, "in");
  if (which.empty()) return automation_state(c);
  if (auto unknown = unknown_switch(c, environment)) return *unknown;
  if (because(c).empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  engine_of(c.work).switch_automation(c.work, which == "on", environment, because(c), by(c));
  const std::string where = environment.empty() ? say(c.language, "automation.everywhere") : environment;
  if (const std::string why = automation_off(c.work.state, environment); which == "on" && !why.empty())
    return answer(c, "automation.still_off", {{"where", plain(where)}, {"why", plain(why)}});
  Outcome o = answer(c, which == "on" ? "automation.on" : "automation.off", {{"where", plain(where)}});
  const auto bound = std::ranges::count_if(c.work.state.schedules, [&](const auto& t) { return binds(c, t.second); });
  if (which != "on" && bound > 0)
    o.reply.sections.push_back({say(c.language, "automation.schedules", {{"n", std::to_string(bound)}}), {}});
  return o;
}

std::size_t held_count(const State& state) {
  std::size_t n = state.automation.held.size();
  for (const auto& [number, t] : state.schedules) n += t.status == "held" ? 1 : 0;
  return n;
}

Outcome drain(Call& c) {
  const bool on = c.command.verb == "drain";
  if (c.work.state.automation.draining == on) return refuse(c, on ? "drain.already" : "drain.not");
  const std::size_t held = held_count(c.work.state);
  engine_of(c.work).drain(c.work, on, because(c), by(c));
  if (!on && held > 0) return answer(c, "drain.off_held", {{"n", std::to_string(held)}});
  int open = 0;
  for (const auto& [n, run] : c.work.state.runs) open += run.over() ? 0 : 1;
  return answer(c, on ? "drain.on" : "drain.off", {{"n", std::to_string(open)}});
}

}  // namespace

const std::map<std::string_view, Handler>& switch_commands() {
  static const std::map<std::string_view, Handler> table = {{"runbook arm", arm},
                                                            {"runbook disarm", disarm},
                                                            {"automation", automation},
                                                            {"drain", drain},
                                                            {"undrain", drain}};
  return table;
}

}  // namespace muster::runbooks
