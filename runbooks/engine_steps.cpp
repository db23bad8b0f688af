// How a step begins, goes out, is stopped and ends.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/core/changes/health.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs halt_ms = 10 * second_ms;  // TERM, then KILL

Entry entry_of(const Turn& t, const char* kind, std::string text) {
  Entry e;
  e.kind = kind;
  e.text = std::move(text);
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  return e;
}

std::string outcome_word(const std::string& status) { return status == "succeeded" ? "done" : status; }

bool in_decision(std::string_view verb) {
  return verb == "set" || verb == "stop" || verb == "message" || verb == "page" || verb == "incident" ||
         verb == "lock" || verb == "approve" || verb == "ask" || verb == "wait" || verb == "verify";
}

}  // namespace

StepRun* find_step(Turn& t, std::string_view path) {
  const auto it = t.run.steps.find(std::string(path));
  return it == t.run.steps.end() ? nullptr : &it->second;
}

void note_attempt(Turn& t, const std::string& path, Value data) {
  Entry e = entry_of(t, "run.attempt", {});
  data.set("run_id", t.run.id);
  data.set("path", path);
  e.data = std::move(data);
  record(t.w, std::move(e));
}

void change_run(Turn& t, Value data, Entry by, std::string text) {
  if (by.kind.empty() && by.actor.id == "muster") by = entry_of(t, "run.changed", {});
  by.kind = "run.changed";
  by.text = std::move(text);
  data.set("run_id", t.run.id);
  by.data = std::move(data);
  record(t.w, std::move(by));
}

void end_step(Turn& t, const std::string& path, const Step* step, Ending ending) {
  const StepRun* known = find_step(t, path);
  const std::string id = known && !known->id.empty() ? known->id : step ? step->id : path;
  Entry e = entry_of(t, "runbook.step", t.run.id + " " + id + ": " + outcome_word(ending.status));
  e.incident_id = t.run.incident;
  e.data = Value::Map{{"run_id", t.run.id},
                      {"runbook", t.run.runbook},
                      {"path", path},
                      {"step", id},
                      {"index", static_cast<std::int64_t>(t.run.order.size() + (known ? 0 : 1))},
                      {"status", ending.status},
                      {"outcome", outcome_word(ending.status)},
                      {"result", std::move(ending.result)}};
  if (!known && step) {
    e.data.set("verb", step->verb);
    e.data.set("effect", name_of(step->effect));
  }
  if (!ending.error.empty() || !ending.error_kind.empty()) {
    e.data.set("error_kind", ending.error_kind);
    e.data.set("error", ending.error);
    e.text += ", " + ending.error;
  }
  record(t.w, std::move(e));
}

void fail_step(Turn& t, const std::string& path, const Step* step, const std::string& kind, const std::string& why) {
  end_step(t, path, step, {.status = "failed", .error_kind = kind, .error = why});
}

DurationMs timeout_of(const Step& step) {
  if (step.timeout_ms > 0) return step.timeout_ms;
  const Verb* verb = find_verb(step.verb);
  return verb ? verb->timeout_ms : 0;
}

void send_out(Turn& t, AttemptOrder order) {
  order.owner = t.w.owner;
  t.w.decision.attempts.push_back(std::move(order));
}

// The order goes out after its intent is on disk.
void send(Turn& t, const std::string& path, const Step& step, AttemptOrder::Mode mode, const std::string& stage) {
  StepRun& s = *find_step(t, path);
  AttemptOrder order;
  order.mode = mode;
  order.run = t.run.id;
  order.path = path;
  order.attempt = s.attempt;
  order.id = s.attempt_id;
  order.stage = stage;
  order.verb = s.verb;
  order.effect = s.effect;
  order.arguments = s.arguments;
  order.before = s.before;
  order.intended = s.intended;
  order.deadline_ms = s.deadline_ms;
  if (stage == "probe" && step.probe && step.probe->look && !is_undo_path(path)) {
    order.mode = AttemptOrder::Mode::begin;
    order.verb = step.probe->look->verb;
    order.effect = "read";
    auto arguments = Scope(t.book, t.run, path, t.w.now).arguments(*step.probe->look);
    if (!arguments) return ask_decision(t, path, arguments.error().message);
    order.arguments = std::move(*arguments);
  }
  send_out(t, std::move(order));
}

namespace {

std::string attempt_id(const Turn& t, const std::string& path, int attempt) {
  return t.run.id + "." + path + "-" + std::to_string(attempt);
}

// The intent of an attempt: it is on disk before anything happens.
void intend(Turn& t, const std::string& path, const Step& step, const Value& arguments, const std::string& verb,
            Effect effect, const std::string& stage) {
  const StepRun* known = find_step(t, path);
  // Tried again with the same key: nobody knows what came of it, and once more does no harm.
  const bool same = known && known->stage == "again";
  const int attempt = known ? known->attempt + (same ? 0 : 1) : 1;
  const DurationMs timeout = timeout_of(step);
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"verb", verb},
                          {"effect", name_of(effect)},
                          {"status", "running"},
                          {"stage", stage},
                          {"attempt", attempt},
                          {"attempt_id", attempt_id(t, path, attempt)},
                          {"owner", t.w.owner},
                          {"arguments", arguments},
                          {"arguments_hash", to_hex(sha256(to_json(arguments))).substr(0, 16)},
                          {"due_ms", 0},
                          {"error_kind", ""},
                          {"error", ""},
                          {"deadline_ms", timeout > 0 ? t.w.now + timeout : TimeMs{0}}});
  send(t, path, step, same ? AttemptOrder::Mode::again : AttemptOrder::Mode::begin, stage);
}

void begin_wait(Turn& t, const Action& a) {
  const Value& with = a.arguments;
  const DurationMs timeout = timeout_of(*a.step);
  TimeMs due = t.w.now, deadline = timeout > 0 ? t.w.now + timeout : 0;
  std::string problem;
  if (with.has("for")) {
    const auto d = parse_duration(with["for"].as_string());
    d ? static_cast<void>(due = t.w.now + *d) : static_cast<void>(problem = d.error().message);
    deadline = 0;
  } else if (with.has("at")) {
    const auto at = parse_time(with["at"].as_string());
    at ? static_cast<void>(due = *at) : static_cast<void>(problem = at.error().message);
    deadline = 0;
  } else if (with.has("event")) {
    due = 0;
  }
  if (!problem.empty()) return fail_step(t, a.path, a.step, "expression", problem);
  note_attempt(t, a.path,
               Value::Map{{"step", a.step->id},
                          {"verb", "wait"},
                          {"effect", "read"},
                          {"status", "waiting"},
                          {"attempt", 1},
                          {"arguments", with},
                          {"due_ms", due},
                          {"deadline_ms", deadline}});
  check_events(t);
}

void begin_here(Turn& t, const Action& a) {
  const std::string& verb = a.step->verb;
  // What people read holds no secret; nothing here is sent anywhere else.
  if (has_secret(a.arguments)) {
    Action clean = a;
    clean.arguments = masked(a.arguments);
    return begin_here(t, clean);
  }
  if (verb == "set" || verb == "stop")
    return end_step(t, a.path, a.step, {.status = "succeeded", .result = a.arguments});
  if (verb == "message") return do_message(t, a.path, *a.step, a.arguments);
  if (verb == "page") return do_page(t, a.path, *a.step, a.arguments);
  if (verb == "incident") return do_incident(t, a.path, *a.step, a.arguments);
  if (verb == "lock") return do_lock(t, a.path, *a.step, a.arguments);
  if (verb == "approve") return ask_approval(t, a.path, *a.step, a.arguments, {});
  if (verb == "ask") return ask_form(t, a.path, *a.step, a.arguments);
  if (verb == "verify") return begin_verify(t, a);
  begin_wait(t, a);
}

}  // namespace

void begin_step(Turn& t, const Action& a) {
  const Step& step = *a.step;
  const bool undo = is_undo_path(a.path);
  const StepRun* known = find_step(t, a.path);
  if (undo && known && is_change(known->verb)) {  // the next try of what puts a change back
    const StepRun s = *known;
    return intend(t, a.path, step, s.arguments, s.verb, Effect::write, "look");
  }
  if (in_decision(step.verb)) return begin_here(t, a);
  if (is_planned(t, a.path, step)) return begin_planned(t, a.path, step, a.arguments);
  const bool change = is_change(step.verb);
  const bool allowed = known && known->question.starts_with('A') && known->stage == "gate";
  if (step.effect == Effect::write && !undo && !allowed && !(known && known->stage == "again")) {
    const Permit may = permit(t, a.path, step, a.arguments);
    if (!may.refusal.empty()) return fail_step(t, a.path, &step, may.kind, may.refusal);
    if (may.approvals > 0 || may.confirm)
      return ask_approval(
          t, a.path, step,
          Value::Map{{"by", may.group}, {"count", may.approvals}, {"confirm", may.confirm}, {"arguments", a.arguments}},
          "gate");
  }
  if (step.effect == Effect::write && !undo && approval_void(t, a.path, a.arguments, {})) return;
  intend(t, a.path, step, a.arguments, step.verb, step.effect, change ? "look" : "");
}

void halt(Turn& t, const Action& a) {
  const StepRun s = *find_step(t, a.path);
  const auto over = [&] { fail_step(t, a.path, a.step, a.error_kind, a.error); };
  if (s.status == "waiting") {
    over();
    close_question_of(t, s.question, a.error_kind == "expired" ? "expired" : "withdrawn");
    return;
  }
  const bool harmless =
      s.effect == "read" || s.stage == "look" || s.stage == "plan" || s.stage == "probe" || s.stage == "sample";
  if (harmless) {
    send(t, a.path, *a.step, AttemptOrder::Mode::halt, "halt");
    return over();
  }
  if (s.stage == "halt") {  // it was told, and nothing came back
    if (a.error_kind == "timeout" || s.error_kind == "timeout") return lost(t, a.path, *a.step, s.error);
    return over();
  }
  note_attempt(
      t, a.path,
      Value::Map{
          {"stage", "halt"}, {"error_kind", a.error_kind}, {"error", a.error}, {"deadline_ms", t.w.now + halt_ms}});
  send(t, a.path, *a.step, AttemptOrder::Mode::halt, "halt");
}

namespace {

// The verb and arguments that put a change back, absolute, from what was there before.
Value inverse_of(const Turn& t, const StepRun& s, std::string& verb, std::string& problem) {
  Value back = Value::Map{{"service", s.arguments["service"]}, {"env", s.arguments["env"]}};
  verb = s.verb;
  if (s.verb == "scale") {
    const Value& was = s.before[scale_fact(s.arguments)];
    if (!was.is_int()) problem = "It is not known how many replicas there were.";
    back.set("replicas", was);
    if (s.arguments["minimum"].as_bool()) back.set("minimum", true);
  } else if (s.verb == "deploy" || s.verb == "rollback") {
    // By the fast path of its target, and absolute: to the version that was there.
    verb = "rollback";
    const std::string& before = s.before["version"].as_string();
    if (before.empty()) problem = "It is not known which version was there.";
    if (!before.empty() && before == s.intended["version"].as_string())
      problem = before + " was there before already: there is nothing to go back to.";
    const std::string& is = s.intended["version"].as_string();
    const HealthRule rule = health_rule(t.w.config, s.arguments["service"].as_string(), s.arguments["env"].as_string());
    if (is_one_way(rule, is)) problem = "There is no way back from " + is + " (health rule " + rule.name + ").";
    back.set("to", before);
  }
  return back;
}

}  // namespace

void begin_undo(Turn& t, const Action& a) {
  const StepRun s = *find_step(t, a.target);
  if (s.verb == "lock") {
    const Lock* lock = find_lock(t.w.state, s.result["id"].as_string());
    if (lock && lock->owner == s.result["holder"].as_string())
      static_cast<void>(release_lock(t.w, *lock, lock->owner, false, entry_of(t, "", {}), "undo"));
    return end_step(t, a.path, a.step, {.status = "succeeded"});
  }
  if (a.step->undo.kind == Undo::Kind::steps)
    return note_attempt(t, a.path,
                        Value::Map{{"step", s.id}, {"verb", "undo"}, {"effect", "group"}, {"status", "running"}});
  std::string verb, problem;
  const Value back = inverse_of(t, s, verb, problem);
  note_attempt(t, a.path, Value::Map{{"step", s.id}, {"verb", verb}, {"effect", "write"}, {"status", "running"}});
  if (!problem.empty()) return fail_step(t, a.path, a.step, "not_found", problem);
  if (s.verb == "restart") return end_step(t, a.path, a.step, {.status = "succeeded"});  // nothing to put back
  intend(t, a.path, *a.step, back, verb, Effect::write, "look");
}

}  // namespace muster::runbooks
