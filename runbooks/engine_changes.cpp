// The one step of a change run: look, plan, ask for exactly that plan, look again, send. Somebody else's change in
// between makes the yes void: a new plan is shown, and nothing was sent.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/urgent.h"
#include "runbooks/changes.h"
#include "runbooks/paths.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs look_ms = minute_ms;
constexpr int looks_max = 5;  // of a number that does not stand still

void keep(Turn& t, Value change) { change_run(t, Value::Map{{"change", std::move(change)}}); }

// What a step before said, by its id; why it said nothing, when it failed.
Value told_by(const Run& run, std::string_view id) {
  const auto it = std::ranges::find_if(run.steps, [&](const auto& entry) { return entry.second.id == id; });
  if (it == run.steps.end()) return {};
  const StepRun& s = it->second;
  return s.status == "failed" ? Value(Value::Map{{"error", s.error}}) : s.result;
}

Plan plan_of(const Turn& t, const StepRun& s, const Value& seen) {
  PlanInput in{.state = t.w.state,
               .config = t.w.config,
               .now = t.w.now,
               .wish = change_wish(t.run.change.get()),
               .asker = asker_of_run(t.run),
               .run = t.run.id,
               .arguments = s.arguments,
               .seen = seen};
  in.seen.set("source", told_by(t.run, "source"));
  in.seen.set("ci", told_by(t.run, "ci"));
  // The version before is found anew: it was not named.
  if (in.wish.verb == "rollback" && in.wish.version.empty()) in.arguments.set("to", Value());
  return make_plan(in);
}

std::string first_problem(const std::string& lang, const Plan& plan) {
  // It becomes the reason of a failure, which is no markup.
  const auto bare = [](const std::string& text) {
    Message m;
    m.text = text;
    std::string words(trim(plain_text(m)));
    std::erase(words, '`');
    return words;
  };
  for (const Check& c : plan.checks)
    if (c.mark == Check::Mark::failed)
      return bare(sentence(lang, c)) +
             (c.can_override ? " " + bare(say(lang, "change.override_hint", {{"check", c.name}})) : std::string());
  return {};
}

// Why nobody can be asked, or that the policy says no; empty: it may go on.
std::string no_gate(const Turn& t, const std::string& lang, const Verdict& gate) {
  if (gate.effect == "deny") return say(lang, "change.denied", {{"rule", plain(gate.rule)}});
  if (gate.effect != "approve") return {};
  const std::size_t able = approvers_of(t.w.config, gate.approve_group, t.run.person).size();
  if (able >= static_cast<std::size_t>(gate.approvals)) return {};
  return say(lang, "change.nobody",
             {{"n", std::to_string(gate.approvals)},
              {"k", std::to_string(able)},
              {"group", gate.approve_group.empty() ? say(lang, "ask.anybody") : plain(gate.approve_group)}});
}

std::string value_text(const Value& v) { return v.is_string() ? v.as_string() : v.is_null() ? "–" : to_json(v); }

std::string what_changed(const std::string& lang, const Plan& before, const Plan& now) {
  std::vector<std::string> list;
  const auto differ = [&](const Value& was, const Value& is) {
    for (const auto& [key, v] : is.as_map())
      if (was[key] != v && has_sentence("fact." + key))
        list.push_back(say(lang, "ask.changed",
                           {{"what", say(lang, "fact." + key)},
                            {"before", plain(value_text(was[key]))},
                            {"after", plain(value_text(v))}}));
  };
  differ(before.before, now.before);
  if (list.empty()) differ(before.after, now.after);
  if (list.empty() && before.gate.rule != now.gate.rule)
    list.push_back(
        say(lang, "ask.changed",
            {{"what", say(lang, "fact.rule")}, {"before", plain(before.gate.rule)}, {"after", plain(now.gate.rule)}}));
  return list.empty() ? say(lang, "fact.rule") : join(list, "; ");
}

// What the target can was for the plan alone, and an autoscaler is of interest where its minimum is changed.
Value without_plan(const Value& seen, bool minimum) {
  Value state = Value::Map{};
  for (const auto& [key, v] : seen.as_map())
    if (key != "can" && key != "history" && key != "missing" && key != "most_replicas" &&
        (minimum || !key.starts_with("scaler")))
      state.set(key, v);
  return state;
}

Value for_people(const Value& seen) {
  Value shown = Value::Map{};
  for (const char* key : {"version", "part_version", "part_replicas", "replicas", "healthy", "detail"})
    if (seen.has(key)) shown.set(key, seen[key]);
  return shown;
}

Value facts_of(const Plan& plan) {
  Value facts = Value::List{};
  for (const auto& [key, v] : plan.after.as_map())
    facts.push(Value::List{key, value_text(plan.before[key]) + " → " + value_text(v)});
  facts.push(Value::List{"rule", plan.gate.rule + ": " + plan.gate.effect});
  return facts;
}

Entry asked(const Turn& t, const std::string& path, const Plan& plan, const std::string& id, TimeMs expires) {
  const ChangeWish wish = change_wish(t.run.change.get());
  Entry e;
  e.kind = "approval.asked";
  e.incident_id = t.run.incident;
  e.text = id + ": " + wish.command;
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  e.data = Value::Map{{"id", id},
                      {"kind", plan.gate.effect == "confirm" ? "confirm" : "step"},
                      {"person", t.run.person},
                      {"operator", t.run.person == "operator"},
                      {"asked_command", t.run.id + " " + wish.command},
                      {"verb", wish.asked},
                      {"platform", t.run.platform},
                      {"channel", t.run.channel},
                      {"thread", t.run.post},
                      {"post", t.run.post},
                      {"facts", facts_of(plan)},
                      {"rule", plan.gate.rule},
                      {"group", plan.gate.approve_group},
                      {"needed", std::max(1, plan.gate.approvals)},
                      {"expires_ms", expires},
                      {"plan_hash", plan.hash},
                      {"run", t.run.id},
                      {"path", path}};
  return e;
}

// The plan stands in the message of the run; its thread calls those who are needed.
void call_people(Turn& t, const Plan& plan, const std::string& id, TimeMs expires, const std::string& changed) {
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.color = "warning";
  std::vector<std::string> names;
  for (const std::string& who : approvers_of(t.w.config, plan.gate.approve_group, t.run.person))
    if (names.size() < 8) names.push_back(person_name(t.w.config, who));
  const std::string key = plan.gate.effect == "confirm" ? "change.ask.confirm" : "change.ask.approve";
  m.text = say(lang, key,
               {{"id", id},
                {"run", t.run.id},
                {"who", person_name(t.w.config, t.run.person)},
                {"n", std::to_string(std::max(1, plan.gate.approvals))},
                {"names", join(names, ", ")},
                {"time", format_utc_clock(expires) + " UTC"}});
  if (!changed.empty()) m.text = say(lang, "change.void", {{"changed", changed}}) + "\n" + m.text;
  tell_thread(t, "ask-" + t.run.id + "-" + id, std::move(m));
  make_urgent(t.w);
}

void ask(Turn& t, const std::string& path, const Step& step, const Plan& plan, const std::string& changed) {
  const std::string id = "A" + std::to_string(t.w.state.next_question);
  const TimeMs expires = t.w.now + (plan.gate.effect == "confirm" ? confirm_ms : approve_ms);
  record(t.w, asked(t, path, plan, id, expires));
  t.w.decision.timers.push_back({"question:" + id, expires, Value::Map{{"id", id}}});
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"status", "waiting"},
                          {"stage", "gate"},
                          {"question", id},
                          {"arguments", Value::Map{{"service", plan.arguments["service"]},
                                                   {"env", plan.arguments["env"]},
                                                   {"arguments", plan.arguments}}},
                          {"due_ms", 0},
                          {"deadline_ms", 0}});
  call_people(t, plan, id, expires, changed);
  t.run.shown_ms = 0;  // the plan is shown at once
}

// "by +2" is meant from what is there: looked up anew, so that the next plan says the right number.
bool looks_again(Turn& t, const ChangeWish& wish, const Plan& plan) {
  const Value &now = plan.before["replicas"], &to = plan.arguments["replicas"];
  if (t.run.change.member("looked").as_int() >= looks_max || !wish.by || !now.is_int() ||
      now.as_int() + *wish.by == to.as_int())
    return false;
  const auto order = t.run.order;
  for (const std::string& path : order) note_attempt(t, path, Value::Map{{"forget", true}});
  keep(t, Value::Map{{"approved", ""}, {"looked", t.run.change.member("looked").as_int() + 1}});
  return true;
}

}  // namespace

const char* scale_fact(const Value& arguments) { return arguments["minimum"].as_bool() ? "scaler_least" : "replicas"; }

ChangeAsker asker_of_run(const Run& run) {
  return {.person = run.person,
          .channel = run.channel,
          .direct = run.change.member("direct").as_bool(),
          .in_incident = !run.incident.empty(),
          .scheduled = !run.change.member("schedule").as_string().empty()};
}

bool is_planned(const Turn& t, const std::string& path, const Step& step) {
  return t.run.change.is_map() && step.named && step.id == "change" && !is_undo_path(path);
}

void begin_planned(Turn& t, const std::string& path, const Step& step, const Value& arguments) {
  const StepRun* known = find_step(t, path);
  const int attempt = known ? known->attempt + 1 : 1;
  const std::string stage = t.run.change.member("approved").as_string().empty() ? "plan" : "look";
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"verb", step.verb},
                          {"effect", "write"},
                          {"status", "running"},
                          {"stage", stage},
                          {"attempt", attempt},
                          {"attempt_id", t.run.id + "." + path + "-" + std::to_string(attempt)},
                          {"arguments", arguments},
                          {"arguments_hash", to_hex(sha256(to_json(arguments))).substr(0, 16)},
                          {"due_ms", 0},
                          {"error_kind", ""},
                          {"error", ""},
                          {"deadline_ms", t.w.now + look_ms}});
  send(t, path, step, AttemptOrder::Mode::begin, stage);
}

void planned_looked(Turn& t, const std::string& path, const Step& step, const AttemptReport& report) {
  const Value seen = report.result.is_map() ? kept_result(report.result) : Value(Value::Map{});
  const std::string lang = channel_language(t.w, t.run.channel);
  const Plan plan = plan_of(t, *find_step(t, path), seen);
  const ChangeWish wish = change_wish(t.run.change.get());
  const std::string approved = t.run.change.member("approved").as_string();
  const Plan shown = plan_from(t.run.change.member("plan"));
  Value kept = to_value(plan);
  kept.set("seen", for_people(seen));
  const bool same = approved == plan.hash;
  if (looks_again(t, wish, plan)) return;
  keep(t, Value::Map{{"plan", std::move(kept)}, {"approved", same ? approved : ""}});
  if (!plan.possible()) return fail_step(t, path, &step, "denied", first_problem(lang, plan));
  if (const std::string why = no_gate(t, lang, plan.gate); !why.empty())
    return fail_step(t, path, &step, "denied", why);
  if (same || plan.gate.effect == "run") {
    if (const Permit p = capped(t, path, step.verb, plan.arguments); !p.refusal.empty())
      return fail_step(t, path, &step, p.kind, p.refusal);
    return send_change(t, path, step, plan.arguments, without_plan(seen, plan.arguments["minimum"].as_bool()));
  }
  const bool asked_before = !shown.hash.empty() && !shown.gate.effect.empty() && shown.hash != plan.hash;
  ask(t, path, step, plan, asked_before ? what_changed(lang, shown, plan) : std::string());
}

void plan_approved(Turn& t, const std::string& path, const Step& step, const Value& arguments, const Question& q) {
  Value by = Value::List{};
  for (const std::string& id : q.approvers) by.push(id);
  if (q.kind == "confirm") by.push(q.person);
  keep(t, Value::Map{
              {"approved", t.run.change.member("plan")["hash"]}, {"approved_by", std::move(by)}, {"question", q.id}});
  begin_planned(t, path, step, arguments);
}

void begin_next_changes(Turn& t) {
  std::vector<std::string> ids;
  for (const Run* run : waiting_changes(t.w.state)) ids.push_back(run->id);
  for (const std::string& id : ids) {
    Run* next = find_run(t.w.state, id);
    if (!next || next->status != "queued") continue;
    const ChangeWish wish = change_wish(next->change.get());
    if (change_under_way(t.w.state, wish.service, wish.environment, id, wish.verb == "rollback")) continue;
    const Book* book = t.engine.book_of(*next);
    if (!book) continue;
    Turn turn{t.engine, t.w, *next, *book};
    begin_queued(turn);
  }
}

}  // namespace muster::runbooks
