// at, every, schedule: storing a command for later, listing what is stored, dropping it.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/changes/plan.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/when.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/schedules.h"
#include "bot/core/schedules/recurrence.h"

namespace muster {
namespace {

constexpr int times_shown = 3;

// What makes no sense without the person there, or at another time than now.
bool is_for_now(std::string_view verb) {
  static const std::set<std::string_view> those = {"at",      "every",    "schedule cancel",
                                                   "yes",     "no",       "approve",
                                                   "deny",    "withdraw", "answer",
                                                   "more",    "link me",  "unlink",
                                                   "pin",     "mute",     "break-glass",
                                                   "try",     "done",     "skip",
                                                   "fail",    "language", "help",
                                                   "explain", "whoami",   "schedule"};
  return those.contains(verb);
}

// Refused because of its words, not because of how things stand now: that would be no better later.
bool is_wrong(std::string_view code) {
  static const std::set<std::string_view> codes = {"usage",
                                                   "unknown-command",
                                                   "unknown-id",
                                                   "unknown-service",
                                                   "unknown-environment",
                                                   "unknown-person",
                                                   "unknown-role",
                                                   "unknown-severity",
                                                   "empty",
                                                   "need-reason",
                                                   "which-incident",
                                                   "no-backend",
                                                   "time",
                                                   "alias",
                                                   "not-yet",
                                                   "denied",
                                                   "secret",
                                                   "unsatisfiable",
                                                   "unclosed",
                                                   "too-long"};
  return codes.contains(code);
}

std::optional<Outcome> too_many(Call& c) {
  int mine = 0, all = 0;
  for (const auto& [n, t] : c.work.state.schedules) {
    if (!t.open()) continue;
    ++all;
    mine += t.person == c.actor.id ? 1 : 0;
  }
  if (mine >= schedules_of_one_max) return refuse(c, "schedule.many_mine", {{"n", std::to_string(mine)}});
  if (all >= schedules_max) return refuse(c, "schedule.many", {{"n", std::to_string(all)}});
  return {};
}

// The command to be stored, parsed and settled; or why it is none.
std::expected<Command, Outcome> command_in(Call& c, const std::string& text) {
  if (text.empty()) return std::unexpected(refuse(c, "schedule.no_command", {{"verb", c.command.verb}}));
  const auto parsed = parse_command(expand_alias(c.work.state, c.actor.id, text));
  if (!parsed) {
    Outcome o = grammar_refusal(c, parsed.error());
    o.unknown_word = false;  // "at 18:00" was understood
    return std::unexpected(std::move(o));
  }
  const VerbInfo* verb = find_verb(parsed->verb);
  if (parsed->ask || !verb || is_for_now(parsed->verb))
    return std::unexpected(refuse(c, "schedule.not_this", {{"verb", plain(clip(one_line(text), 60))}}));
  if (!verb->ready) return std::unexpected(not_yet(c, *verb));
  return settled(*parsed, c.work.config);
}

std::string times_text(const Call& c, const Schedule& t) {
  const auto rule = read_recurrence(t.every);
  if (!rule) return short_time(c, t.next_ms);
  std::vector<std::string> times;
  for (TimeMs at = t.next_ms; at != 0 && times.size() < times_shown; at = next_time(*rule, at, t.zone, t.base_ms))
    times.push_back(short_time(c, at));
  return join(times, ", ");
}

void record_made(Call& c, const Schedule& t) {
  Entry e = human_entry(c, "schedule.made", nullptr);
  e.text = t.id + ": " + t.command;
  e.data = Value::Map{{"id", t.id},
                      {"repeats", t.repeats},
                      {"every", t.every},
                      {"person", t.person},
                      {"operator", t.is_operator},
                      {"standing", t.standing},
                      {"asked_command", t.command},
                      {"verb", t.verb},
                      {"writes", t.writes},
                      {"platform", t.platform},
                      {"channel", t.channel},
                      {"direct", t.direct},
                      {"zone", t.zone},
                      {"elapsed", t.elapsed},
                      {"next_ms", t.next_ms}};
  record(c.work, std::move(e));
  c.work.decision.timers.push_back({std::string(schedule_timer_prefix) + t.id, t.next_ms, Value::Map{{"id", t.id}}});
}

// What it would meet if its time were now.
void add_gates(Outcome& o, Call& inner, const Verdict& v, const std::optional<Outcome>& tried) {
  const bool planned = is_change_command(inner.command.verb);
  Section s = gates_now(inner, v, planned && tried && tried->ok ? std::nullopt : tried);
  s.text = say(inner.language, "schedule.now", {{"what", s.text}});
  o.reply.sections.push_back(std::move(s));
  if (planned) o.reply.sections.push_back({say(inner.language, "schedule.planned"), {}});
  const Automation& a = inner.work.state.automation;
  const std::string environment = ask_for(inner, asker_of(inner), inner.command).environment;
  const std::string off = automation_off(inner.work.state, environment);
  const VerbInfo* verb = find_verb(inner.command.verb);
  if (!off.empty() && verb && verb->writes)
    o.reply.sections.push_back({say(inner.language, "schedule.off_now", {{"why", plain(off)}}), {}});
  if (a.draining && begins_runs(inner.command.verb))
    o.reply.sections.push_back({say(inner.language, "schedule.draining_now"), {}});
}

Outcome stored(Call& c, Call& inner, const Schedule& t, const Verdict& v, const std::optional<Outcome>& tried) {
  Outcome o = answer(c, t.repeats ? "schedule.every" : "schedule.at",
                     {{"id", t.id},
                      {"rhythm", plain(rhythm_words(c.language, t))},
                      {"time", short_time(c, t.next_ms)},
                      {"wait", format_duration(t.next_ms - c.work.now)}});
  add_gates(o, inner, v, tried);
  if (t.repeats)
    o.reply.sections.push_back(
        {say(c.language, "schedule.next", {{"times", times_text(c, t)}, {"zone", plain(t.zone)}}), {}});
  o.reply.sections.push_back({say(c.language, "schedule.drop", {{"id", t.id}}), {}});
  o.reply.buttons.push_back({say(c.language, "button.unschedule"), "schedule cancel " + t.id, ""});
  o.json = Value::Map{{"id", t.id}, {"command", t.command}, {"next", format_utc(t.next_ms)}, {"zone", t.zone}};
  return o;
}

std::optional<Outcome> nobody_to_approve(Call& c, const Verdict& v) {
  if (v.effect != "approve") return {};
  const std::size_t able = approvers_of(c.work.config, v.approve_group, c.actor.id).size();
  const auto needed = static_cast<std::size_t>(std::max(1, v.approvals));
  if (able >= needed) return {};
  const std::string group = v.approve_group.empty() ? say(c.language, "ask.anybody") : plain(v.approve_group);
  return refuse(
      c, "ask.nobody",
      {{"verb", c.command.verb}, {"n", std::to_string(needed)}, {"group", group}, {"k", std::to_string(able)}});
}

// Looked at as if its time were now, then stored.
Outcome keep(Call& c, Schedule t, const std::string& text) {
  if (auto full = too_many(c)) return *full;
  const auto command = command_in(c, text);
  if (!command) return command.error();
  t.id = "T" + std::to_string(c.work.state.next_schedule);
  CommandInput input = c.input;
  input.schedule = t.id;
  input.sent_ms = 0;
  Call inner{c.work, input, *command, c.language, c.zone, c.actor};
  const Verdict v = verdict_of(inner, asker_of(inner), *command);
  if (v.effect == "deny") return denied(inner, v);
  if (auto nobody = nobody_to_approve(inner, v)) return *nobody;
  const auto tried = rehearsal(inner);
  if (tried && !tried->ok && is_wrong(tried->code)) return *tried;
  t.person = c.actor.id;
  t.is_operator = c.input.is_operator;
  t.standing = c.input.standing;
  t.command = command->echo;
  t.verb = command->verb;
  t.writes = find_verb(command->verb)->writes && !command->plan;
  t.platform = c.input.platform == "cli" ? "room" : c.input.platform;
  t.channel = c.input.channel.empty() ? "muster" : c.input.channel;
  t.direct = c.input.direct;
  t.made_ms = t.base_ms = c.work.now;
  record_made(c, t);
  return stored(c, inner, t, v, tried);
}

Outcome at(Call& c) {
  const std::string text = first_argument(c.command), shown = plain(clip(one_line(text), 60));
  const auto when = leading_coming(text, c.work.now, c.zone);
  if (!when) return refuse(c, when.error(), {{"text", shown}});
  if (when->at <= c.work.now)
    return refuse(c, "at.past", {{"time", short_time(c, when->at)}, {"ago", format_duration(c.work.now - when->at)}});
  if (when->at > c.work.now + schedule_ahead_max) return refuse(c, "at.far", {{"time", short_time(c, when->at)}});
  Schedule t;
  t.zone = when->zone;
  t.elapsed = when->elapsed;
  t.next_ms = when->at;
  return keep(c, std::move(t), when->rest);
}

Outcome every(Call& c) {
  const std::string text = first_argument(c.command), shown = plain(clip(one_line(text), 60));
  const auto when = leading_recurrence(text, c.zone);
  if (!when) return refuse(c, when.error(), {{"text", shown}});
  if (shortest_gap(when->when) < schedule_gap_min)
    return refuse(c, "every.often", {{"n", std::to_string(schedule_gap_min / minute_ms)}});
  if (when->when.interval > schedule_ahead_max) return refuse(c, "every.never", {{"text", plain(when->words)}});
  Schedule t;
  t.repeats = true;
  t.every = when->words;
  t.zone = when->zone;
  t.elapsed = when->when.interval > 0;
  t.next_ms = next_time(when->when, c.work.now, t.zone, c.work.now);
  if (t.next_ms == 0) return refuse(c, "every.never", {{"text", plain(when->words)}});
  return keep(c, std::move(t), when->rest);
}

Value schedule_value(const Schedule& t) {
  return Value::Map{{"id", t.id},           {"person", t.person},
                    {"command", t.command}, {"every", t.every},
                    {"zone", t.zone},       {"status", t.status},
                    {"result", t.result},   {"next", t.next_ms ? Value(format_utc(t.next_ms)) : Value()}};
}

Outcome schedule(Call& c) {
  const std::string what = first_argument(c.command);  // as one says it: `schedule list`, `schedule mine`
  const bool all = what == "all" || c.command.named.contains("all");
  const bool mine = what == "mine" || c.command.named.contains("mine");
  std::vector<const Schedule*> shown;
  for (const auto& [n, t] : c.work.state.schedules)
    if ((all || t.open()) && (!mine || t.person == c.actor.id)) shown.push_back(&t);
  // What comes next comes first; what is over, last.
  std::ranges::stable_sort(shown, [](const Schedule* a, const Schedule* b) {
    return std::pair(!a->open(), a->next_ms) < std::pair(!b->open(), b->next_ms);
  });
  std::string lines;
  Value::List list;
  for (const Schedule* t : shown) {
    lines += schedule_line(c, *t) + "\n";
    list.push_back(schedule_value(*t));
  }
  Outcome o =
      shown.empty() ? answer(c, "schedule.none") : answer(c, "schedule.head", {{"n", std::to_string(shown.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

Outcome cancel(Call& c) {
  const Schedule* t = find_schedule(std::as_const(c.work.state), first_argument(c.command));
  if (!t) return refuse(c, "schedule.no_id", {{"id", plain(clip(first_argument(c.command), 40))}});
  if (!t->open())
    return refuse(c, "schedule.over", {{"id", t->id}, {"status", say(c.language, "schedule.status." + t->status)}});
  const Schedule was = *t;
  Entry e = human_entry(c, "schedule.ended", nullptr);
  e.text = was.id + " cancelled: " + was.command;
  e.data = Value::Map{{"id", was.id}, {"status", "cancelled"}, {"reason", named_argument(c.command, "because")}};
  record(c.work, std::move(e));
  c.work.decision.timers.push_back({std::string(schedule_timer_prefix) + was.id, 0, {}});
  Outcome o = answer(c, "schedule.cancelled", {{"id", was.id}, {"command", plain(clip(one_line(was.command), 200))}});
  if (was.person != c.actor.id)
    o.reply.sections.push_back(
        {say(c.language, "schedule.was_of", {{"who", person_name(c.work.config, was.person)}}), {}});
  return o;
}

}  // namespace

std::string rhythm_words(std::string_view language, const Schedule& t) {
  return t.repeats ? "every " + t.every : say(language, "schedule.once");
}

std::string schedule_line(const Call& c, const Schedule& t) {
  std::string line = "*" + t.id + "* · " +
                     (t.open() ? short_time(c, t.next_ms) : say(c.language, "schedule.status." + t.status)) + " · " +
                     plain(rhythm_words(c.language, t)) + " · " + person_name(c.work.config, t.person) + " · `" +
                     plain(clip(one_line(t.command), 120)) + "`";
  if (t.status == "held") line += " · " + say(c.language, "schedule.status.held");
  if (t.last_ms != 0 && t.repeats)
    line +=
        " · " + say(c.language, "schedule.last",
                    {{"result", say(c.language, "schedule.result." + t.result)}, {"time", short_time(c, t.last_ms)}});
  return line;
}

Outcome show_schedule(Call& c, const Schedule& t) {
  Outcome o;
  o.reply.text = schedule_line(c, t);
  Section s;
  s.fields.emplace_back(say(c.language, "field.command"), "`" + plain(clip(one_line(t.command), 300)) + "`");
  if (t.open())
    s.fields.emplace_back(say(c.language, "field.next"), t.repeats ? times_text(c, t) : short_time(c, t.next_ms));
  s.fields.emplace_back(say(c.language, "field.zone"), plain(t.zone));
  s.fields.emplace_back(say(c.language, "field.channel"), "#" + plain(t.channel));
  s.fields.emplace_back(say(c.language, "field.fired"), std::to_string(t.fired));
  if (!t.reason.empty()) s.fields.emplace_back(say(c.language, "field.because"), plain(clip(one_line(t.reason), 300)));
  if (const Run* run = run_of(c.work.state, t)) s.fields.emplace_back(say(c.language, "field.runs"), run->id);
  o.reply.sections.push_back(std::move(s));
  if (t.open()) o.reply.buttons.push_back({say(c.language, "button.unschedule"), "schedule cancel " + t.id, ""});
  o.json = schedule_value(t);
  return o;
}

Outcome explain_schedule(Call& c, const Schedule& t) {
  const std::string key =
      t.open() && t.status != "held" ? t.repeats ? "explain.every" : "explain.at" : "explain.schedule." + t.status;
  return answer(c, key,
                {{"id", t.id},
                 {"who", person_name(c.work.config, t.person)},
                 {"made", short_time(c, t.made_ms)},
                 {"time", short_time(c, t.next_ms)},
                 {"rhythm", plain(rhythm_words(c.language, t))},
                 {"zone", plain(t.zone)},
                 {"command", plain(clip(one_line(t.command), 200))},
                 {"again", plain(clip(one_line(line_again(t)), 300))},
                 {"last", short_time(c, t.last_ms)},
                 {"by", t.ended_by.empty() ? "–" : person_name(c.work.config, t.ended_by)},
                 {"why", t.reason.empty() ? "–" : plain(clip(one_line(t.reason), 300))}});
}

const std::map<std::string_view, Handler>& schedule_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"at", at}, {"every", every}, {"schedule", schedule}, {"schedule cancel", cancel}};
  return table;
}

}  // namespace muster
