// deploy, promote, rollback, scale, restart; the line of those that wait. Each starts a run, whose plan and gate stand
// in its message; what can be said at once is said at once.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/changes/wish.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/changes.h"
#include "runbooks/commands.h"

namespace muster::runbooks {
namespace {

Outcome refused_wish(Call& c, const WishProblem& why) {
  if (why.key == "service.unknown") return unknown_service(c, why.words.at("name"));
  return refused(c, Refusal{why.key, why.words});
}

ChangeAsker asker(const Call& c) {
  return {.person = me(c),
          .channel = c.input.channel,
          .direct = c.input.direct,
          .in_incident = c.work.state.incident_by_channel.contains(c.input.channel),
          .scheduled = !c.input.schedule.empty()};
}

// A gate that nobody can open is said before anybody waits for it.
std::optional<Outcome> nobody_can(Call& c, const ChangeWish& wish) {
  const Verdict v = change_verdict(c.work.state, c.work.config, wish, asker(c), change_inputs(wish), c.work.now);
  if (v.effect != "approve") return {};
  const std::size_t able = approvers_of(c.work.config, v.approve_group, me(c)).size();
  const auto needed = static_cast<std::size_t>(std::max(1, v.approvals));
  if (able >= needed) return {};
  Outcome o = refuse(c, "change.nobody",
                     {{"n", std::to_string(needed)},
                      {"k", std::to_string(able)},
                      {"group", v.approve_group.empty() ? say(c.language, "ask.anybody") : plain(v.approve_group)}});
  return o;
}

std::optional<Outcome> no_override(Call& c, const ChangeWish& wish) {
  static const std::vector<std::string> known = {"freeze", "order", "ci", "stages"};
  for (const std::string& check : wish.overrides) {
    if (std::ranges::find(known, check) == known.end())
      return refuse(c, "change.override_unknown", {{"check", plain(check)}, {"list", join(known, ", ")}});
    if (!may_override(c.work.state, c.work.config, wish, asker(c), check, c.work.now))
      return refuse(c, "change.override_denied", {{"check", plain(check)}, {"who", who_may_grant(c)}});
  }
  return {};
}

// Locks, freezes and the order of environments need no look at the target.
std::optional<Outcome> in_the_way(Call& c, const ChangeWish& wish) {
  PlanInput in{.state = c.work.state,
               .config = c.work.config,
               .now = c.work.now,
               .wish = wish,
               .asker = asker(c),
               .run = {},
               .arguments = wish.version.empty() ? Value(Value::Map{}) : change_inputs(wish),
               .seen = {}};
  for (const Check& check : standing_checks(in)) {
    const bool later = check.name == "busy" || (check.name == "order" && !wish.from.empty());
    if (check.mark != Check::Mark::failed || later) continue;
    Outcome o = refuse(c, "change.refused", {{"why", sentence(c.language, check)}});
    if (check.can_override)
      o.reply.sections.push_back({say(c.language, "change.override_hint", {{"check", check.name}}), {}});
    return o;
  }
  return {};
}

StartWish start_of(const Call& c, const ChangeWish& wish) {
  StartWish start;
  start.runbook = wish.asked;
  start.inputs = change_inputs(wish);
  start.person = me(c);
  start.platform = c.input.platform == "cli" ? "room" : c.input.platform;
  start.channel = c.input.channel;
  const auto& incidents = c.work.state.incident_by_channel;
  if (const auto it = incidents.find(c.input.channel); it != incidents.end())
    start.incident = c.work.state.incidents.at(it->second).id;
  start.pinned = change_book(wish, c.work.config);
  start.change = to_value(wish);
  start.change.set("direct", c.input.direct);
  if (!c.input.schedule.empty()) start.change.set("schedule", c.input.schedule);
  start.by = human_entry(c, {}, nullptr);
  return start;
}

Outcome planned(Call& c, const ChangeWish& wish) {
  Outcome o;
  o.read = ReadWanted{.what = "plan change",
                      .incident = {},
                      .args = {wish.command},
                      .named = {},
                      .language = c.language,
                      .zone = c.zone};
  return o;
}

Outcome change(Call& c) {
  const auto wish = wish_of(c.command, c.work.config, c.work.state);
  if (!wish) return refused_wish(c, wish.error());
  if (auto no = no_override(c, *wish)) return *no;
  if (c.command.plan) return planned(c, *wish);
  if (auto no = in_the_way(c, *wish)) return *no;
  if (auto no = nobody_can(c, *wish)) return *no;
  const auto id = engine_of(c.work).start_run(c.work, start_of(c, *wish));
  if (!id) return refused(c, id.error());
  const Run& run = *find_run(std::as_const(c.work.state), *id);
  Outcome o = answer(c, run.status == "queued" ? "change.queued" : "change.started",
                     {{"id", *id},
                      {"service", plain(wish->service)},
                      {"env", plain(wish->environment)},
                      {"channel", plain(run.channel)}});
  o.json = Value::Map{{"id", *id}, {"status", run.status}};
  return o;
}

Outcome steered(Call& c, const Decided<void>& done, std::string_view key) {
  if (!done) return refused(c, done.error());
  const Run& run = *find_run(std::as_const(c.work.state), first_argument(c.command));
  Outcome o = answer(c, key, {{"id", run.id}, {"status", status_of(c, run)}});
  o.json = Value::Map{{"id", run.id}, {"status", run.status}};
  return o;
}

Outcome advance(Call& c) {
  return steered(c, advance_stage(engine_of(c.work), c.work, first_argument(c.command), by(c)), "stage.did.advance");
}

Outcome hold(Call& c) {
  return steered(c, hold_stage(engine_of(c.work), c.work, first_argument(c.command), by(c)), "stage.did.hold");
}

std::string queue_line(const Call& c, const Run& run) {
  return "*" + run.id + "* · " + change_title(c.language, run) + " · " + status_of(c, run) + " · " +
         person_name(c.work.config, run.person) + " · " + short_time(c, run.started_ms);
}

Outcome queue(Call& c) {
  const std::string env = lower_ascii(first_argument(c.command));
  std::vector<std::string> lines;
  Value::List list;
  const auto add = [&](const Run& run) {
    lines.push_back(queue_line(c, run));
    list.push_back(Value::Map{{"id", run.id}, {"status", run.status}, {"command", run.change.member("command")}});
  };
  for (const auto& [n, run] : c.work.state.runs)
    if (run.change.is_map() && !run.over() && run.status != "queued" &&
        (env.empty() || run.change.member("env").as_string() == env))
      add(run);
  for (const Run* run : waiting_changes(c.work.state, env)) add(*run);
  Outcome o = answer(c, lines.empty() ? "queue.none" : "queue.head", {{"n", std::to_string(lines.size())}});
  if (!lines.empty()) o.reply.sections.push_back({join(lines, "\n"), {}});
  o.json = Value(std::move(list));
  return o;
}

// One that stands in the line; anything else is no matter of the line.
const Run* waiting_run(Call& c, std::optional<Outcome>& no) {
  const Run* run = find_run(std::as_const(c.work.state), first_argument(c.command));
  if (!run) no = no_such_id(c, first_argument(c.command));
  if (run && (run->status != "queued" || !run->change.is_map()))
    no = refuse(c, "queue.not_waiting", {{"id", run->id}, {"status", status_of(c, *run)}});
  return run;
}

Outcome queue_drop(Call& c) {
  std::optional<Outcome> no;
  const Run* run = waiting_run(c, no);
  if (no) return *no;
  const std::string id = run->id;
  const auto done = engine_of(c.work).cancel_run(c.work, id, false, named_argument(c.command, "because"),
                                                 human_entry(c, {}, nullptr));
  return done ? answer(c, "queue.dropped", {{"id", id}}) : refused(c, done.error());
}

Outcome queue_first(Call& c) {
  std::optional<Outcome> no;
  const Run* run = waiting_run(c, no);
  if (no) return *no;
  const std::string id = run->id;
  std::int64_t rank = 0;
  for (const Run* other : waiting_changes(c.work.state)) rank = std::min(rank, other->change.member("rank").as_int());
  Entry e = human_entry(c, "run.changed", nullptr);
  e.text = id + " comes first";
  e.data = Value::Map{{"run_id", id}, {"change", Value::Map{{"rank", rank - 1}}}};
  record(c.work, std::move(e));
  return answer(c, "queue.first", {{"id", id}});
}

}  // namespace

const std::map<std::string_view, Handler>& change_commands() {
  static const std::map<std::string_view, Handler> table = {
      {"deploy", change},         {"promote", change},         {"rollback", change}, {"scale", change},
      {"restart", change},        {"advance", advance},        {"hold", hold},       {"queue", queue},
      {"queue drop", queue_drop}, {"queue first", queue_first}};
  return table;
}

}  // namespace muster::runbooks
