#include "runbooks/walk.h"

#include <algorithm>

#include "bot/core/metrics/query.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"

namespace muster::runbooks {
namespace {

// With what was known last: why it was tried again, or what a wait saw.
std::string too_long(const Step& step, const StepRun& r) {
  if (r.stage == "look" || r.stage == "plan")
    return "The target did not say in time what is there; nothing was changed.";
  std::string text = "It took too long";
  if (step.timeout_ms > 0) text += " (more than " + short_span(step.timeout_ms) + ")";
  if (step.verb == "wait" && r.result["value"].is_number())
    return text + "; its last value was " + short_number(r.result["value"].as_double()) + ".";
  const std::string before = r.error;
  return before.empty() ? text + "." : text + "; before that: " + before;
}

}  // namespace

const StepRun* Walk::record(const std::string& path) const {
  const auto it = run_.steps.find(path);
  return it == run_.steps.end() ? nullptr : &it->second;
}

Stand Walk::act(Action action) {
  action_ = std::move(action);
  return Stand::acted;
}

Stand Walk::end(const Step& step, const std::string& path, Value result) {
  Action a;
  a.path = path;
  a.step = &step;
  a.status = "succeeded";
  a.result = std::move(result);
  return act(std::move(a));
}

Stand Walk::end_failed(const Step& step, const std::string& path, const std::string& kind, const std::string& why) {
  Action a;
  a.path = path;
  a.step = &step;
  a.status = "failed";
  a.error_kind = kind;
  a.error = why;
  return act(std::move(a));
}

// Of a group that failed: the step in it that did, by whose error it ended; a called runbook counts as one step.
const StepRun& Walk::innermost(const std::string& path, const StepRun& group) const {
  if (group.effect != "group" || group.verb == "call") return group;
  for (const std::string& at : run_.order) {
    const StepRun* r = record(at);
    if (!r || r->status != "failed" || r->error != group.error || (r->effect == "group" && r->verb != "call")) continue;
    const bool inside = at.starts_with(path + ".") || at.starts_with(path + "_");
    if (inside && at.find("c.", path.size()) == at.npos) return *r;
  }
  return group;
}

// One after the other. `all`: what failed stops nothing (on_failure, finally).
Stand Walk::list(const std::vector<Step>& steps, const std::string& prefix, const Doom& doom, bool all) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Stand stand = visit(steps[i], child_of(prefix, i), doom);
    if (stand == Stand::ok || (all && stand == Stand::failed)) continue;
    return stand;
  }
  return Stand::ok;
}

Stand Walk::visit(const Step& step, const std::string& path, const Doom& wanted) {
  const StepRun* r = record(path);
  const bool spared = wanted.began_before != 0 && (!r || r->started_ms >= wanted.began_before);
  const Doom doom = spared ? Doom{} : wanted;
  if (!r) {
    if (doom) return Stand::failed;
    if (!starts_ || run_.paused) return Stand::busy;
    return open(step, path);
  }
  if (r->ended()) {
    const bool handed_over = step.verb == "verify" && r->result["status"].as_string() == "handed_over";
    if ((step.verb == "stop" && r->status == "succeeded") || handed_over) {
      stopped_ = r;
      return Stand::stopped;
    }
    if (r->status != "failed" || (step.continue_on_error && !doom)) return Stand::ok;
    if (!failed_) failed_ = &innermost(path, *r);
    return Stand::failed;
  }
  return step.effect == Effect::group ? group(step, path, *r, doom) : leaf(step, path, *r, doom);
}

Stand Walk::open(const Step& step, const std::string& path) {
  const Scope scope(book_, run_, path, now_);
  if (step.condition) {
    const auto yes = scope.test(*step.condition);
    if (!yes) return end_failed(step, path, "expression", yes.error().message);
    if (!*yes) {
      Action a;
      a.path = path;
      a.step = &step;
      a.status = "skipped";
      return act(std::move(a));
    }
  }
  Action a;
  a.kind = step.effect == Effect::group ? Action::Kind::open : Action::Kind::begin;
  a.path = path;
  a.step = &step;
  auto arguments = scope.arguments(step);
  if (!arguments) return end_failed(step, path, "expression", arguments.error().message);
  a.arguments = std::move(*arguments);
  return step.effect == Effect::group ? open_loop(std::move(a), step) : act(std::move(a));
}

// The items are counted and a called runbook is found before the group begins.
Stand Walk::open_loop(Action a, const Step& step) {
  const std::string path = a.path;
  if (step.verb == "for_each") {
    const Value& items = a.arguments["in"];
    if (!items.is_list()) return end_failed(step, path, "expression", "for_each needs a list.");
    if (items.as_list().size() > for_each_items_max)
      return end_failed(step, path, "too_large", "for_each takes at most 100 items.");
  }
  if (step.verb == "call") {
    const std::string& name = a.arguments["runbook"].as_string();
    const std::string frame = frame_of(path);
    if (!book_.called.contains(name)) return end_failed(step, path, "not_found", "There is no runbook " + name + ".");
    const auto parts = components(frame);
    if (std::ranges::count_if(parts, [](const std::string& p) { return is_call(p); }) >= call_depth_max)
      return end_failed(step, path, "too_large", "Runbooks call each other too deep.");
  }
  return act(std::move(a));
}

Stand Walk::leaf(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  if (r.status == "needs_decision") {
    if (doom.kind == "cancelled") return end_failed(step, path, doom.kind, doom.why);
    if (step.verb == "verify" && r.due_ms != 0 && r.due_ms <= now_) return hand_over(step, path, r);
    if (r.due_ms != 0 && r.due_ms <= now_)
      return end_failed(step, path, "timeout", "Nobody decided what became of it.");
    return Stand::busy;
  }
  if (step.verb == "verify" && r.status == "waiting" && r.stage != "retry") return watched(step, path, r, doom);
  const bool late = r.deadline_ms != 0 && r.deadline_ms <= now_;
  if (r.status == "waiting") {
    if (doom || late || (r.due_ms != 0 && r.due_ms <= now_)) {
      if (!doom && !late) return waiting(step, path, r);
      Action a;
      a.kind = Action::Kind::halt;
      a.path = path;
      a.step = &step;
      a.error_kind = doom ? doom.kind : step.effect == Effect::human ? "expired" : "timeout";
      a.error = doom ? doom.why : step.effect == Effect::human ? "Nobody answered in time." : too_long(step, r);
      return act(std::move(a));
    }
    return Stand::busy;
  }
  // Its attempt is out. What must end is told once, and gets a moment to say how it ended.
  const bool told = r.stage == "halt";
  if ((doom && !told) || (late && (!told || r.deadline_ms + grace_ms <= now_))) {
    Action a;
    a.kind = Action::Kind::halt;
    a.path = path;
    a.step = &step;
    a.error_kind = doom ? doom.kind : "timeout";
    a.error = doom ? doom.why : too_long(step, r);
    return act(std::move(a));
  }
  return Stand::busy;
}

// A service that is watched: pausing the run does not close the eyes, and the end of its window is no time-out.
Stand Walk::watched(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  Action a;
  a.path = path;
  a.step = &step;
  if (doom) {
    a.kind = Action::Kind::halt;
    a.error_kind = doom.kind;
    a.error = doom.why;
    return act(std::move(a));
  }
  if (r.due_ms == 0 || r.due_ms > now_) return Stand::busy;
  a.kind = Action::Kind::sample;
  return act(std::move(a));
}

// Nobody said whether it is well: nothing is put back on a guess, and nothing is called good.
Stand Walk::hand_over(const Step& step, const std::string& path, const StepRun& r) {
  Action a;
  a.path = path;
  a.step = &step;
  a.status = "skipped";
  a.result = Value::Map{{"verdict", "unknown"}, {"status", "handed_over"}, {"reason", r.error}};
  return act(std::move(a));
}

// Its time has come.
Stand Walk::waiting(const Step& step, const std::string& path, const StepRun& r) {
  if (run_.paused) return Stand::busy;
  Action a;
  a.path = path;
  a.step = &step;
  a.arguments = r.arguments;
  if (r.stage == "retry") {
    a.kind = Action::Kind::begin;
    return act(std::move(a));
  }
  if (step.verb != "wait") return end_failed(step, path, "expired", "Nobody answered in time.");
  if (r.arguments.has("repeat") || r.arguments.has("lock")) {
    a.kind = Action::Kind::sample;
    return act(std::move(a));
  }
  return end(step, path);
}

Stand Walk::group(const Step& step, const std::string& path, const StepRun& r, const Doom& outer) {
  Doom doom = outer;
  if (!doom && r.deadline_ms != 0 && r.deadline_ms <= now_) doom = {"timeout", "The group took too long."};
  Stand stand = Stand::ok;
  if (step.verb == "parallel")
    stand = parallel(step, path, r, doom);
  else if (step.verb == "for_each")
    stand = loop(step, path, r, doom);
  else if (step.verb == "call")
    stand = called(step, path, r, doom);
  else if (step.verb == "undo")
    stand = undo_group(step, path, r, doom);
  else
    stand = list(step.steps, path + ".", doom);
  if (stand == Stand::failed && step.verb != "undo") {
    const StepRun* why = failed_;
    const std::string kind = doom ? doom.kind : why ? why->error_kind : "failed";
    return end_failed(step, path, kind, doom ? doom.why : why ? why->error : "");
  }
  if (stand == Stand::ok && step.verb == "block") return end(step, path);
  return stand;
}

Stand Walk::parallel(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  const std::int64_t limit = r.arguments["limit"].as_int(0);
  const bool could_start = starts_;
  std::int64_t out = 0;
  bool any_failed = false;
  Stand stopped = Stand::ok;
  for (std::size_t i = 0; i < step.steps.size(); ++i) {
    starts_ = could_start && (limit <= 0 || out < limit);
    const std::string child = child_of(path + ".", i);
    const Stand stand = visit(step.steps[i], child, doom);
    if (stand == Stand::acted) return starts_ = could_start, stand;
    if (stand == Stand::busy && record(child)) ++out;
    any_failed = any_failed || stand == Stand::failed;
    if (stand == Stand::stopped) stopped = stand;
  }
  starts_ = could_start;
  bool waits = false;
  for (std::size_t i = 0; i < step.steps.size(); ++i) {
    const StepRun* child = record(child_of(path + ".", i));
    waits = waits || (child ? !child->ended() : !doom);
  }
  if (waits) return Stand::busy;
  if (any_failed) return Stand::failed;
  return stopped == Stand::ok ? end(step, path) : stopped;
}

Stand Walk::loop(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  const auto& items = r.arguments["in"].as_list();
  const std::int64_t limit = std::max<std::int64_t>(1, r.arguments["limit"].as_int(1));
  const std::int64_t most = r.arguments["max_failures"].as_int(0);
  const bool could_start = starts_;
  std::int64_t out = 0, failures = 0;
  bool all = true;
  Value results = Value::List{};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string prefix = path + "_" + std::to_string(i) + ".";
    const bool begun = record(prefix + "0") != nullptr;
    if (!begun && (out >= limit || failures > most)) {
      all = all && failures > most;
      continue;
    }
    const StepRun* before = failed_;
    const Stand stand = list(step.steps, prefix, doom);
    if (stand == Stand::acted) return stand;
    if (stand == Stand::busy) all = false, ++out;
    if (stand == Stand::failed) ++failures;
    if (stand == Stand::failed && failures <= most && !doom) failed_ = before;
    results.push(Value::Map{{"item", items[i]}, {"ok", stand == Stand::ok || stand == Stand::stopped}});
  }
  starts_ = could_start;
  if (!all) return Stand::busy;
  if (doom || failures > most) return Stand::failed;
  return end(step, path, Value::Map{{"results", results}, {"failures", failures}});
}

Stand Walk::called(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  const auto it = book_.called.find(r.arguments["runbook"].as_string());
  if (it == book_.called.end()) return end_failed(step, path, "not_found", "The called runbook is gone.");
  const Runbook& book = *it->second;
  const std::string prefix = path + "c.";
  const Stand steps = list(book.steps, prefix, doom);
  if (steps == Stand::busy || steps == Stand::acted) return steps;
  const StepRun* stop = steps == Stand::stopped ? stopped_ : nullptr;
  const StepRun* why = failed_;
  stopped_ = nullptr;
  const bool bad = steps == Stand::failed || (stop && stop->result["status"].as_string() == "failed");
  if (bad && doom.kind != "cancelled") {
    const Stand after = list(book.on_failure, prefix + "on_failure.", {}, true);
    if (after == Stand::busy || after == Stand::acted) return after;
  }
  const Stand last = list(book.finally, prefix + "finally.", {}, true);
  if (last == Stand::busy || last == Stand::acted) return last;
  failed_ = why;
  if (bad && stop) return end_failed(step, path, "failed", stop->result["reason"].as_string());
  if (bad) return Stand::failed;
  auto outputs = Scope(book_, run_, prefix + "outputs", now_).outputs();
  if (!outputs) return end_failed(step, path, "expression", outputs.error().message);
  return end(step, path, std::move(*outputs));
}

Stand Walk::undo_one(const std::string& target, const Doom& doom) {
  const std::string path = "undo." + target;
  const StepRun* r = record(path);
  const Step* step = step_at(book_, run_, target);
  if (!step) return Stand::ok;
  if (!r) {
    if (doom) return Stand::failed;
    if (run_.paused) return Stand::busy;
    Action a;
    a.kind = Action::Kind::undo;
    a.path = path;
    a.target = target;
    a.step = step;
    return act(std::move(a));
  }
  if (r->ended()) return r->status == "succeeded" ? Stand::ok : Stand::failed;
  if (r->effect != "group") return leaf(*step, path, *r, doom);
  const StepRun* before = failed_;
  const Stand stand = list(step->undo.steps, path + ".", doom);
  if (stand == Stand::ok) return end(*step, path);
  if (stand != Stand::failed) return stand;
  const std::string why = failed_ ? failed_->error : "";
  failed_ = before;
  return end_failed(*step, path, "failed", why);
}

// Newest first, one at a time; one that fails keeps no other from being put back.
Stand Walk::undo_all(const std::vector<std::string>& targets, const Doom& doom) {
  bool failed = false;
  for (const std::string& target : targets) {
    const Stand stand = undo_one(target, doom);
    if (stand == Stand::busy || stand == Stand::acted) return stand;
    failed = failed || stand == Stand::failed;
  }
  return failed ? Stand::failed : Stand::ok;
}

Stand Walk::undo_group(const Step& step, const std::string& path, const StepRun& r, const Doom& doom) {
  const Value& wanted = r.arguments["steps"];
  std::vector<std::string> targets;
  const std::string call = call_of(frame_of(path));
  for (const std::string& target : undoable(book_, run_).paths) {
    if (call_of(frame_of(target)) != call && !frame_of(target).starts_with(call)) continue;
    const std::string& id = run_.steps.at(target).id;
    const bool named = std::ranges::any_of(wanted.as_list(), [&](const Value& v) { return v.as_string() == id; });
    if (wanted.as_string() == "all" || wanted.as_string() == id || named) targets.push_back(target);
  }
  const Stand stand = undo_all(targets, doom);
  if (stand == Stand::busy || stand == Stand::acted) return stand;
  if (stand == Stand::failed) return end_failed(step, path, "failed", "Not everything could be put back.");
  return end(step, path);
}

}  // namespace muster::runbooks
