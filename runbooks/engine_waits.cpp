// Waits: looking again and again until a condition holds, and events.
#include <algorithm>

#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"

namespace muster::runbooks {
namespace {

DurationMs duration_in(const Value& arguments, std::string_view key, DurationMs standard) {
  const auto d = parse_duration(arguments[key].as_string());
  return d ? *d : standard;
}

// The step whose look is repeated: of that name, in a frame this one can see.
std::string path_of_id(const Turn& t, const std::string& id, const std::string& from) {
  const std::string frame = frame_of(from);
  std::string best;
  for (const std::string& path : t.run.order) {
    const auto it = t.run.steps.find(path);
    if (it != t.run.steps.end() && it->second.id == id && !is_undo_path(path) && frame.starts_with(frame_of(path)))
      best = path;
  }
  return best;
}

// `seen`: what was looked at last; people read its value while they wait.
void wait_more(Turn& t, const std::string& path, TimeMs due, TimeMs held_since, const Value& seen = {}) {
  Value data = Value::Map{{"status", "waiting"}, {"stage", ""}, {"due_ms", due}, {"held_since_ms", held_since}};
  if (seen["value"].is_number()) data.set("result", Value::Map{{"value", seen["value"]}});
  note_attempt(t, path, std::move(data));
}

bool event_happened(const Turn& t, const std::string& event) {
  if (event == "alert_resolved") {
    const Alert* a = find_alert(std::as_const(t.w.state), t.run.alert);
    return a && a->status == "resolved";
  }
  const Incident* i = find_incident(std::as_const(t.w.state), t.run.incident);
  if (!i) return false;
  if (event == "incident_acknowledged") return i->acknowledged_ms != 0;
  if (event == "incident_mitigated") return i->mitigated_ms != 0 || !i->open();
  return event == "incident_resolved" && !i->open();
}

bool lock_free(const Turn& t, const Value& arguments) {
  const auto& env = arguments["lock"].as_string();
  return !lock_against(t.w.state, "*", env, t.run.id, "deploy", t.w.now);
}

}  // namespace

void check_events(Turn& t) {
  const auto steps = t.run.steps;
  for (const auto& [path, s] : steps) {
    if (s.status == "waiting" && s.verb == "verify" && s.stage != "retry") watch_alerts(t, path);
    if (s.status != "waiting" || s.verb != "wait" || !s.stage.empty()) continue;
    const bool event = s.arguments.has("event") && event_happened(t, s.arguments["event"].as_string());
    const bool lock = s.arguments.has("lock") && lock_free(t, s.arguments);
    if (event || lock) end_step(t, path, step_at(t.book, t.run, path), {.status = "succeeded"});
  }
}

void sample(Turn& t, const std::string& path, const Step& step) {
  if (step.verb == "verify") return look_after(t, path, step);
  const StepRun s = *find_step(t, path);
  if (s.arguments.has("lock")) {
    wait_more(t, path, t.w.now + 15 * second_ms, 0);
    return check_events(t);
  }
  const std::string source = path_of_id(t, s.arguments["repeat"].as_string(), path);
  const Step* look = source.empty() ? nullptr : step_at(t.book, t.run, source);
  if (!look) return fail_step(t, path, &step, "not_found", "The step to repeat has not run.");
  const StepRun& before = t.run.steps.at(source);
  const int n = s.attempt + (s.stage == "sample" ? 0 : 1);
  note_attempt(t, path,
               Value::Map{{"status", "running"},
                          {"stage", "sample"},
                          {"attempt", n},
                          {"attempt_id", t.run.id + "." + path + "-" + std::to_string(n)}});
  AttemptOrder order;
  order.run = t.run.id;
  order.path = path;
  order.attempt = n;
  order.id = find_step(t, path)->attempt_id;
  order.stage = "sample";
  order.verb = look->verb;
  order.effect = "read";
  order.arguments = before.arguments;
  order.deadline_ms = t.w.now + (timeout_of(*look) > 0 ? timeout_of(*look) : minute_ms);
  send_out(t, std::move(order));
}

namespace {

void no_data(Turn& t, const std::string& path, const Step& step, const std::string& why) {
  const StepRun s = *find_step(t, path);
  const std::string& rule = s.arguments["no_data"].as_string();
  if (rule == "keep_waiting") return wait_more(t, path, t.w.now + duration_in(s.arguments, "every", 15 * second_ms), 0);
  if (rule == "ask") return ask_decision(t, path, why);
  fail_step(t, path, &step, "bad_output", why);
}

}  // namespace

void sampled(Turn& t, const std::string& path, const Step& step, const AttemptReport& r) {
  if (step.verb == "verify") return looked_after(t, path, step, r);
  const StepRun s = *find_step(t, path);
  if (r.end != AttemptReport::End::done || !step.until)
    return no_data(t, path, step, r.error.empty() ? "There was no answer." : r.error);
  const auto yes = Scope(t.book, t.run, path, t.w.now, &r.result).test(*step.until);
  if (!yes) return no_data(t, path, step, yes.error().message);
  const DurationMs every = std::max<DurationMs>(second_ms, duration_in(s.arguments, "every", 15 * second_ms));
  const DurationMs hold = duration_in(s.arguments, "hold", 0);
  if (!*yes) return wait_more(t, path, t.w.now + every, 0, r.result);
  const TimeMs since = s.held_since_ms == 0 ? t.w.now : s.held_since_ms;
  if (t.w.now - since >= hold) return end_step(t, path, &step, {.status = "succeeded", .result = r.result});
  wait_more(t, path, std::min(t.w.now + every, since + hold), since, r.result);
}

}  // namespace muster::runbooks
