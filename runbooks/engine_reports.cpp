// What comes back from the world, and what is done when nothing comes back.
#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/urgent.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"
#include "runbooks/seen.h"

namespace muster::runbooks {
namespace {

using End = AttemptReport::End;
constexpr std::size_t result_bytes_max = 256u << 10;  // the whole is in a file

Retry retry_of(const Step& step, const StepRun& s) {
  if (step.retry) return *step.retry;
  Retry retry;
  if (s.effect == "read") retry.max = 2, retry.delay_ms = 2 * second_ms, retry.factor = 2;
  return retry;
}

// Known to have failed: once more if its author, or its kind, says so.
void failed(Turn& t, const std::string& path, const Step& step, const std::string& kind, const std::string& why) {
  const StepRun& s = *find_step(t, path);
  const Retry retry = retry_of(step, s);
  const bool fits = retry.on.empty() ? kind == "unavailable" || kind == "timeout"
                                     : std::ranges::find(retry.on, kind) != retry.on.end();
  if (!fits || s.attempt > retry.max || t.run.cancel_wanted) return fail_step(t, path, &step, kind, why);
  const double delay = static_cast<double>(retry.delay_ms) * std::pow(retry.factor, s.attempt - 1);
  note_attempt(t, path,
               Value::Map{{"status", "waiting"},
                          {"stage", "retry"},
                          {"error_kind", kind},
                          {"error", why},
                          {"due_ms", t.w.now + static_cast<DurationMs>(std::min(delay, 3.6e6))},
                          {"deadline_ms", 0}});
}

Value intended_of(const StepRun& s) {
  Value v = Value::Map{};
  if (s.verb == "scale") v.set(scale_fact(s.arguments), s.arguments["replicas"]);
  if (s.verb == "deploy") v.set("version", s.arguments["version"]);
  if (s.verb == "rollback") v.set("version", s.arguments.has("to") ? s.arguments["to"] : s.before["previous_version"]);
  return v;
}

// What is there was looked at; now the change itself, if it is still the one that people approved.
void looked(Turn& t, const std::string& path, const Step& step, const AttemptReport& r) {
  if (is_planned(t, path, step)) return planned_looked(t, path, step, r);
  const StepRun& s = *find_step(t, path);
  const Value before = r.result.is_map() ? kept_result(r.result) : Value(Value::Map{});
  if (!is_undo_path(path) && approval_void(t, path, s.arguments, before)) return;
  // What puts a change back is absolute: it moves what the change moved, whatever was put beside it since.
  const bool scaling = s.verb == "scale" && !is_undo_path(path);
  send_change(t, path, step, scaling ? scaled_by(before, s.arguments) : Value(s.arguments), before);
}

Value done_result(const StepRun& s, const Value& reported) {
  Value result = reported.is_map() ? kept_result(reported) : Value(Value::Map{});
  if (!is_change(s.verb)) return result;
  for (const auto& [key, v] : s.intended.as_map())
    if (!result.has(key)) result.set(key, v);
  if (!result.has("previous"))
    result.set("previous", s.before[s.verb == "scale" ? scale_fact(s.arguments) : "version"]);
  return result;
}

void done(Turn& t, const std::string& path, const Step& step, const Value& reported) {
  end_step(t, path, &step, {.status = "succeeded", .result = done_result(*find_step(t, path), reported)});
}

// It was told to stop.
void halted(Turn& t, const std::string& path, const Step& step, const AttemptReport& r) {
  const StepRun s = *find_step(t, path);
  if (r.end == End::done) return done(t, path, step, r.result);
  // Stopped for its time: what it did until then is not known.
  if (s.error_kind == "timeout" && s.effect == "write" && r.end != End::failed) return lost(t, path, step, s.error);
  fail_step(t, path, &step, s.error_kind, s.error);
}

void probed(Turn& t, const std::string& path, const Step& step, const AttemptReport& r) {
  const StepRun s = *find_step(t, path);
  End found = r.end;
  if (step.probe && step.probe->look && !is_undo_path(path) && r.end == End::done) {
    const auto yes = Scope(t.book, t.run, path, t.w.now, &r.result).test(step.probe->applied);
    found = !yes ? End::unknown : *yes ? End::applied : End::not_applied;
  }
  if (found == End::applied) return done(t, path, step, step.probe ? Value() : r.result);
  const bool again = found == End::not_applied && s.lost < lost_max;
  if (!again) return ask_decision(t, path, s.error.empty() ? "It is not known what came of it." : s.error);
  // Nothing has happened: the step begins once more, under a new name.
  note_attempt(
      t, path,
      Value::Map{
          {"status", "waiting"}, {"stage", "retry"}, {"lost", s.lost + 1}, {"due_ms", t.w.now}, {"deadline_ms", 0}});
}

void again_later(Turn& t, const std::string& path, const std::string& why) {
  const StepRun& s = *find_step(t, path);
  note_attempt(t, path,
               Value::Map{{"status", "waiting"},
                          {"stage", "again"},
                          {"lost", s.lost + 1},
                          {"error", why},
                          {"due_ms", t.w.now + (s.lost + 1) * 5 * second_ms},
                          {"deadline_ms", 0}});
}

}  // namespace

Value kept_result(const Value& result) {
  Value clean = redact_value(result);
  if (to_json(clean).size() <= result_bytes_max) return clean;
  Value small = Value::Map{{"truncated", true}};
  for (const auto& [key, v] : clean.as_map())
    if (!v.is_list() && to_json(v).size() < 4096) small.set(key, v);
  return small;
}

void send_change(Turn& t, const std::string& path, const Step& step, const Value& arguments, const Value& before) {
  const DurationMs timeout = timeout_of(step);
  Value noted = before;
  note_alerts_before(t, arguments, noted);
  note_attempt(t, path, Value::Map{{"before", noted}, {"arguments", arguments}});
  note_attempt(t, path,
               Value::Map{{"stage", ""},
                          {"status", "running"},
                          {"intended", intended_of(*find_step(t, path))},
                          {"deadline_ms", timeout > 0 ? t.w.now + timeout : TimeMs{0}}});
  send(t, path, step, AttemptOrder::Mode::begin, "");
}

void ask_decision(Turn& t, const std::string& path, const std::string& why) {
  const StepRun& s = *find_step(t, path);
  if (t.run.cancel_wanted) return fail_step(t, path, nullptr, "cancelled", why);
  note_attempt(t, path,
               Value::Map{{"status", "needs_decision"},
                          {"stage", ""},
                          {"error", why},
                          {"due_ms", t.w.now + decision_ms},
                          {"deadline_ms", 0}});
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.color = "danger";
  m.text = say(lang, "run.decide",
               {{"id", t.run.id},
                {"step", plain(s.id)},
                {"verb", s.verb},
                {"since", format_utc_clock(s.started_ms) + " UTC"},
                {"why", plain(clip(why, 300))}});
  const StepProgress* live = t.engine.progress_of(t.run.id, path);
  const std::string said = last_lines(s.result["output"].as_string());
  const std::string lines = !said.empty() ? said : live ? live->lines : std::string();
  if (!lines.empty()) m.sections.push_back({say(lang, "run.decide.last") + "\n" + plain(lines), {}});
  m.sections.push_back({say(lang, "run.decide.choices", {{"id", t.run.id}, {"step", plain(s.id)}}), {}});
  for (const char* choice : {"retry", "done", "skip", "fail"})
    m.buttons.push_back(
        {say(lang, std::string("run.choice.") + choice), std::string(choice) + " " + t.run.id + " " + s.id, ""});
  tell_thread(t, "decide-" + s.attempt_id, std::move(m));
  make_urgent(t.w);
}

void lost(Turn& t, const std::string& path, const Step& step, const std::string& why) {
  const StepRun s = *find_step(t, path);
  const std::string reason = why.empty() ? "Nobody knows what came of it." : why;
  if (s.effect == "read" || s.effect == "pure") {
    if (s.lost >= lost_max) return failed(t, path, step, "unavailable", reason);
    return again_later(t, path, reason);
  }
  if (s.effect == "idempotent" && s.lost < lost_max) return again_later(t, path, reason);
  const bool own = step.probe.has_value() && !is_undo_path(path);
  if ((own || is_change(s.verb)) && s.stage != "probe") {
    note_attempt(
        t, path,
        Value::Map{{"status", "running"}, {"stage", "probe"}, {"error", reason}, {"deadline_ms", t.w.now + minute_ms}});
    return send(t, path, step, AttemptOrder::Mode::probe, "probe");
  }
  if (step.on_crash == Step::OnCrash::fail) return fail_step(t, path, &step, "lost", reason);
  if (step.on_crash == Step::OnCrash::retry && s.lost < lost_max) {
    note_attempt(t, path,
                 Value::Map{{"status", "waiting"}, {"stage", "retry"}, {"lost", s.lost + 1}, {"due_ms", t.w.now}});
    return;
  }
  ask_decision(t, path, reason);
}

void take_report(Turn& t, const AttemptReport& r) {
  const Step* step = step_at(
      t.book, t.run,
      is_undo_path(r.path) && find_step(t, r.path)->verb != "undo" ? std::string(without_undo(r.path)) : r.path);
  if (!step) step = step_at(t.book, t.run, r.path);
  if (!step) return fail_step(t, r.path, nullptr, "not_found", "The step is not in the runbook.");
  const std::string stage = find_step(t, r.path)->stage;
  const std::string why = redact(clip_bytes(r.error, 2000)).text;
  if (stage == "halt") return halted(t, r.path, *step, r);
  if (stage == "sample") return sampled(t, r.path, *step, r);
  if (stage == "probe") return probed(t, r.path, *step, r);
  if (stage == "look" || stage == "plan") {
    if (r.end == End::done) return looked(t, r.path, *step, r);
    return failed(t, r.path, *step, r.error_kind.empty() ? "unavailable" : r.error_kind, why);
  }
  switch (r.end) {
    case End::done:
    case End::applied:
      return done(t, r.path, *step, r.result);
    case End::failed:
      if (r.error_kind == "not_sent") {  // so nothing has to be put back, and nothing locked
        note_attempt(t, r.path, Value::Map{{"before", Value()}});
        return failed(t, r.path, *step, "refused", why);
      }
      [[fallthrough]];
    case End::halted:
      return failed(t, r.path, *step, r.error_kind.empty() ? "refused" : r.error_kind, why);
    case End::not_applied:  // it was never begun
      return note_attempt(t, r.path, Value::Map{{"status", "waiting"}, {"stage", "retry"}, {"due_ms", t.w.now}});
    case End::unknown:
      if (const Value& said = r.result["output"]; !said.as_string().empty())
        note_attempt(t, r.path, Value::Map{{"result", kept_result(Value::Map{{"output", said}})}});
      return lost(t, r.path, *step, why);
  }
}

namespace {

void resume_step(Turn& t, const std::string& path, const StepRun& s) {
  using Mode = AttemptOrder::Mode;
  const Step* step = step_at(t.book, t.run, without_undo(path));
  if (!step) step = step_at(t.book, t.run, path);
  if (!step) return fail_step(t, path, nullptr, "not_found", "The step is not in the runbook.");
  if (s.stage == "halt") return send(t, path, *step, Mode::halt, "halt");
  if (s.stage == "probe") return send(t, path, *step, Mode::probe, "probe");
  if (s.stage == "sample") return sample(t, path, *step);
  if (s.stage == "look" || s.stage == "plan") return send(t, path, *step, Mode::again, s.stage);
  if (s.verb == "run" || is_change(s.verb)) return send(t, path, *step, Mode::attach, "");
  if (s.effect != "write") return send(t, path, *step, Mode::again, "");
  lost(t, path, *step, "The bot was restarted while it was under way.");
}

}  // namespace

void resume_after_start(Turn& t) {
  bool held = false;
  for (const auto& [path, s] : t.run.steps) held = held || (!s.ended() && s.held_since_ms != 0);
  // Nobody was looking: a condition that must hold begins anew.
  if (held) change_run(t, Value::Map{{"held_anew", true}});
  const auto steps = t.run.steps;
  for (const auto& [path, s] : steps)
    if (!s.ended() && s.status == "running" && s.effect != "group")
      resume_step(t, path, s);
    else if (!s.ended() && s.verb == "verify" && s.stage == "sample")
      resume_verify(t, path);
  t.run.shown_hash.clear();
  check_events(t);
}

}  // namespace muster::runbooks
