#include "bot/core/runs/run.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "bot/core/engine/state.h"

namespace muster {
namespace {

void take(const Value& d, std::string_view key, std::string& to) {
  if (d.has(key)) to = d[key].as_string();
}
void take(const Value& d, std::string_view key, TimeMs& to) {
  if (d.has(key)) to = d[key].as_int();
}
void take(const Value& d, std::string_view key, bool& to) {
  if (d.has(key)) to = d[key].as_bool();
}
void take(const Value& d, std::string_view key, int& to) {
  if (d.has(key)) to = static_cast<int>(d[key].as_int());
}
void take(const Value& d, std::string_view key, Value& to) {
  if (d.has(key)) to = d[key];
}
// What other runs have too is kept once.
void take(KeptPool& kept, const Value& d, std::string_view key, Word& to) {
  if (d.has(key)) to = kept.word(d[key].as_string());
}
void take(KeptPool& kept, const Value& d, std::string_view key, KeptValue& to) {
  if (d.has(key)) to = kept.value(d[key]);
}

// A member that says nothing reads as one that is not there, and there are many of them for as long as a run is kept.
Value without_empty(const Value& v) {
  if (v.is_list()) {
    Value list = Value::List{};
    for (const Value& item : v.as_list()) list.push(without_empty(item));
    return list;
  }
  if (!v.is_map()) return v;
  Value::Map map;
  for (const auto& [key, member] : v.as_map()) {
    Value kept = without_empty(member);
    const bool says = kept.is_string() ? !kept.as_string().empty()
                      : kept.is_list() ? !kept.as_list().empty()
                      : kept.is_map()  ? !kept.as_map().empty()
                                       : !kept.is_null();
    if (says) map[key] = std::move(kept);
  }
  return map;
}

// What a run is as a whole follows from its steps; nothing can be "running" that nobody runs.
void derive_status(KeptPool& kept, Run& r) {
  if (r.over() || r.status == "queued") return;
  bool decides = false, runs = false, waits = false;
  for (const auto& [path, s] : r.steps) {
    if (s.effect == "group") continue;
    decides = decides || s.status == "needs_decision";
    runs = runs || s.status == "running";
    waits = waits || s.status == "waiting";
  }
  const char* status = decides    ? "needs_decision"
                       : runs     ? "running"
                       : r.paused ? "paused"
                       : waits    ? "waiting"
                                  : "running";
  if (r.status != status) r.status = kept.word(status);
}

// The deadline of the whole stands still while nobody knows what happened.
void freeze(Run& r, TimeMs at) {
  const bool decides = r.status == "needs_decision";
  if (decides && r.frozen_ms == 0) r.frozen_ms = at;
  if (decides || r.frozen_ms == 0) return;
  if (r.deadline_ms != 0) r.deadline_ms += std::max<DurationMs>(0, at - r.frozen_ms);
  r.frozen_ms = 0;
}

void apply_pinned(State& s, const Entry& e) {
  auto pinned = std::make_shared<PinnedRunbook>();
  pinned->hash = e.data["hash"].as_string();
  pinned->name = e.data["name"].as_string();
  pinned->text = e.data["text"].as_string();
  for (const auto& [name, text] : e.data["called"].as_map()) pinned->called[name] = text.as_string();
  s.pinned[pinned->hash] = std::move(pinned);
}

void apply_started(State& s, const Entry& e) {
  const Value& d = e.data;
  const int n = run_number(d["run_id"].as_string());
  if (n == 0 || !d.has("hash")) return;  // an imported fact about somebody else's run: it is timeline, not our state
  Run& r = s.runs[n];
  r = {};
  KeptPool& kept = s.kept;
  r.id = "R" + std::to_string(n);
  r.status = kept.word("running");
  r.phase = kept.word("steps");
  take(kept, d, "runbook", r.runbook);
  if (const auto it = s.pinned.find(d["hash"].as_string()); it != s.pinned.end()) r.pinned = it->second;
  take(kept, d, "policy_hash", r.policy_hash);
  take(kept, d, "person", r.person);
  take(kept, d, "trigger", r.trigger);
  take(d, "inputs", r.inputs);
  take(kept, d, "facts", r.facts);
  take(kept, d, "alert", r.alert);
  take(kept, d, "platform", r.platform);
  take(kept, d, "channel", r.channel);
  take(kept, d, "thread", r.thread);
  take(d, "post", r.post);
  take(d, "key", r.key);
  take(kept, d, "again_of", r.again_of);
  if (d.has("change")) r.change = without_empty(d["change"]);
  take(kept, d, "status", r.status);
  take(d, "deadline_ms", r.deadline_ms);
  r.incident = kept.word(e.incident_id);
  r.started_ms = e.occurred_ms;
  s.next_run = std::max(s.next_run, n + 1);
}

void take_step(KeptPool& kept, StepRun& step, const Value& d) {
  take(kept, d, "step", step.id);
  take(kept, d, "verb", step.verb);
  take(kept, d, "effect", step.effect);
  take(kept, d, "status", step.status);
  take(kept, d, "stage", step.stage);
  take(d, "attempt", step.attempt);
  take(d, "lost", step.lost);
  if (d.has("attempt_id")) step.attempt_id = d["attempt_id"].as_string();  // of this attempt alone
  take(kept, d, "arguments", step.arguments);
  take(kept, d, "before", step.before);
  take(kept, d, "intended", step.intended);
  take(kept, d, "result", step.result);
  take(kept, d, "error_kind", step.error_kind);
  take(kept, d, "error", step.error);
  take(d, "due_ms", step.due_ms);
  take(d, "deadline_ms", step.deadline_ms);
  take(d, "held_since_ms", step.held_since_ms);
  take(kept, d, "question", step.question);
}

void apply_attempt(KeptPool& kept, Run& r, const Entry& e) {
  const std::string& path = e.data["path"].as_string();
  // The step begins anew: an approval that became void, or a step that waits for one again.
  if (e.data["forget"].as_bool()) {
    r.steps.erase(path);
    return;
  }
  const bool first = !r.steps.contains(path);
  StepRun& step = r.steps[path];
  if (first) {
    step.started_ms = e.occurred_ms;
    std::erase(r.order, path);
    r.order.push_back(path);
  }
  take_step(kept, step, e.data);
}

void apply_step(KeptPool& kept, Run& r, const Entry& e) {
  apply_attempt(kept, r, e);
  StepRun& step = r.steps[e.data["path"].as_string()];
  step.stage.clear();
  step.due_ms = step.deadline_ms = 0;
  step.ended_ms = e.occurred_ms;
  if (e.data["error"].is_null()) step.error.clear(), step.error_kind.clear();
}

void move_times(Run& r, DurationMs by) {
  if (by <= 0) return;  // set back: what is absolute comes later, which is no shorter wait
  const auto move = [by](TimeMs& t) {
    if (t != 0) t += by;
  };
  move(r.deadline_ms);
  move(r.frozen_ms);
  for (auto& [path, s] : r.steps) {
    if (s.ended()) continue;
    move(s.due_ms);
    move(s.deadline_ms);
    move(s.held_since_ms);
  }
}

void apply_changed(KeptPool& kept, Run& r, const Entry& e) {
  const Value& d = e.data;
  take(kept, d, "status", r.status);
  take(kept, d, "phase", r.phase);
  take(kept, d, "outcome", r.outcome);
  take(kept, d, "failure", r.failure);
  take(kept, d, "failed_step", r.failed_step);
  take(kept, d, "reason", r.reason);
  take(d, "cancel_wanted", r.cancel_wanted);
  if (d["cancel_wanted"].as_bool()) r.cancelled_ms = e.occurred_ms, r.cancelled_in = r.phase;
  take(d, "undo_wanted", r.undo_wanted);
  take(kept, d, "cancelled_by", r.cancelled_by);
  take(kept, d, "cancel_reason", r.cancel_reason);
  take(d, "paused", r.paused);
  take(d, "post", r.post);
  take(d, "started_ms", r.started_ms);
  take(d, "deadline_ms", r.deadline_ms);
  if (d.has("change")) {
    Value change = r.change.get();
    for (const auto& [key, v] : d["change"].as_map()) change.set(key, v);
    r.change = without_empty(change);
  }
  if (d.has("reopened")) r.ended_ms = 0, r.status = kept.word("running");
  if (d.has("moved_ms")) move_times(r, d["moved_ms"].as_int());
  if (d.has("held_anew"))
    for (auto& [path, s] : r.steps) s.held_since_ms = 0;
  if (d.has("watch")) r.watchers.push_back(d["watch"].as_string());
  if (d.has("unwatch")) std::erase(r.watchers, d["unwatch"].as_string());
}

void apply_checked(State& s, Run& r, bool effective) {
  r.effective = effective ? "yes" : "no";
  const std::string what = r.runbook + " " + r.key;
  if (effective)
    s.automation.in_vain.erase(what);
  else
    ++s.automation.in_vain[what];
}

void finish(KeptPool& kept, Run& r, const Entry& e) {
  r.status = r.outcome = kept.word(e.data["outcome"].as_string());
  r.phase = kept.word("over");
  r.ended_ms = e.occurred_ms;
}

}  // namespace

bool is_final(std::string_view status) {
  constexpr std::string_view finals[] = {"succeeded", "failed",  "undone",    "undo_failed",
                                         "denied",    "expired", "cancelled", "handed_over"};
  return std::ranges::find(finals, status) != std::end(finals);
}

bool apply_run(State& s, const Entry& e) {
  const bool ours = e.kind.starts_with("run.") || e.kind.starts_with("runbook.");
  if (!ours || e.kind == "runbook.suggested" || e.kind == "runbook.planned") return false;
  if (e.kind == "runbook.pinned") return apply_pinned(s, e), true;
  if (e.kind == "runbook.started") return apply_started(s, e), true;
  Run* r = find_run(s, e.data["run_id"].as_string());
  if (!r) return true;
  if (e.kind == "run.attempt")
    apply_attempt(s.kept, *r, e);
  else if (e.kind == "runbook.step" && e.data.has("path"))
    apply_step(s.kept, *r, e);
  else if (e.kind == "run.changed")
    apply_changed(s.kept, *r, e);
  else if (e.kind == "run.checked")
    apply_checked(s, *r, e.data["effective"].as_bool());
  else if (e.kind == "runbook.finished" && e.data.has("took_ms"))
    finish(s.kept, *r, e);
  derive_status(s.kept, *r);
  freeze(*r, e.occurred_ms);
  return true;
}

int run_number(std::string_view id) {
  if (id.size() < 2 || (id[0] != 'R' && id[0] != 'r')) return 0;
  int n = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), n);
  return error == std::errc() && end == id.data() + id.size() && n > 0 ? n : 0;
}

Run* find_run(State& s, std::string_view id) {
  const auto it = s.runs.find(run_number(id));
  return it == s.runs.end() ? nullptr : &it->second;
}

const Run* find_run(const State& s, std::string_view id) { return find_run(const_cast<State&>(s), id); }

ProjectionRow projection(const Run& r) {
  Value steps = Value::List{};
  for (const std::string& path : r.order) {
    const auto it = r.steps.find(path);
    if (it == r.steps.end()) continue;
    const StepRun& s = it->second;
    steps.push(Value::Map{{"path", path}, {"step", s.id}, {"verb", s.verb}, {"status", s.status}, {"error", s.error}});
  }
  Value body = Value::Map{{"runbook", r.runbook},
                          {"status", r.status},
                          {"person", r.person},
                          {"incident", r.incident},
                          {"alert", r.alert},
                          {"key", r.key},
                          {"started_ms", r.started_ms},
                          {"ended_ms", r.ended_ms},
                          {"deadline_ms", r.deadline_ms},
                          {"phase", r.phase},
                          {"failed_step", r.failed_step}};
  body.set("inputs", r.inputs);
  if (!r.change.is_null()) body.set("change", r.change.get());
  body.set("steps", std::move(steps));
  return {"run", r.id, std::move(body)};
}

}  // namespace muster
