#include "runbooks/machine.h"

#include <algorithm>

#include "runbooks/paths.h"
#include "runbooks/walk.h"

namespace muster::runbooks {
namespace {

Action to_phase(std::string phase, std::string outcome, const StepRun* failed, std::string why) {
  Action a;
  a.kind = Action::Kind::phase;
  a.phase = std::move(phase);
  a.outcome = std::move(outcome);
  if (failed) a.failed_step = failed->id;
  a.error = std::move(why);
  return a;
}

Doom doom_of(const Run& run, TimeMs now) {
  if (run.cancel_wanted) return {"cancelled", "The run was cancelled."};
  if (run.deadline_ms != 0 && run.frozen_ms == 0 && run.deadline_ms <= now)
    return {"deadline", "The run took longer than its deadline."};
  return {};
}

std::string outcome_of(const Doom& doom, const StepRun* failed) {
  if (doom.kind == "cancelled") return "cancelled";
  if (failed &&
      (failed->error_kind == "denied" || failed->error_kind == "expired" || failed->error_kind == "cancelled"))
    return failed->error_kind;
  return "failed";
}

// A cancel that came in this phase. What always comes last begins all the same: only what was under way when the wish
// came is stopped, and a second wish stops what is under way then.
Doom cancelled_in(const Run& run, std::string_view phase) {
  if (!run.cancel_wanted || run.cancelled_in != phase) return {};
  return {"cancelled", "The run was cancelled.", phase == "finally" ? run.cancelled_ms : 0};
}

bool all_put_back(const Book& book, const Run& run) {
  return std::ranges::all_of(undoable(book, run).paths, [&run](const std::string& path) {
    const auto it = run.steps.find("undo." + path);
    return it != run.steps.end() && it->second.status == "succeeded";
  });
}

// The steps are over: what follows depends on how.
Action after_failure(const Book& book, const Run& run, const std::string& outcome, const StepRun* failed,
                     const std::string& why) {
  if (outcome == "failed" || outcome == "expired") {
    const bool more = !book.main->on_failure.empty() || run.undo_wanted;
    return to_phase(run.undo_wanted ? "undo" : more ? "on_failure" : "finally", outcome, failed, why);
  }
  if (undoable(book, run).paths.empty()) return to_phase("finally", outcome, failed, why);
  return to_phase(run.undo_wanted ? "undo" : "ask_undo", outcome, failed, why);
}

std::optional<Action> in_steps(const Book& book, const Run& run, TimeMs now) {
  const Doom doom = doom_of(run, now);
  Walk walk(book, run, now);
  const Stand stand = walk.list(book.main->steps, "", doom);
  if (stand == Stand::acted) return walk.action();
  if (stand == Stand::busy) return {};
  if (stand == Stand::ok) return to_phase("finally", "succeeded", nullptr, "");
  if (stand == Stand::stopped) {
    const std::string status = walk.stopped()->result["status"].as_string();
    Action a = status == "failed" ? after_failure(book, run, status, walk.stopped(), "")
                                  : to_phase("finally", status.empty() ? "succeeded" : status, nullptr, "");
    a.result = walk.stopped()->result;
    if (status == "failed") a.error = a.result["reason"].as_string();
    return a;
  }
  const StepRun* failed = walk.failed();
  return after_failure(book, run, outcome_of(doom, failed), failed, doom ? doom.why : failed ? failed->error : "");
}

// What was put back, all or in part, is more worth knowing than that it failed.
std::string after_undo(const Book& book, const Run& run) {
  const Undoable all = undoable(book, run);
  bool failed = false, done = !all.paths.empty() && all.complete;
  for (const std::string& path : all.paths) {
    const auto it = run.steps.find("undo." + path);
    failed = failed || (it != run.steps.end() && it->second.status == "failed");
    done = done && it != run.steps.end() && it->second.status == "succeeded";
  }
  if (failed) return "undo_failed";
  return done && run.outcome != "cancelled" && run.outcome != "denied" ? "undone" : run.outcome;
}

std::optional<Action> in_on_failure(const Book& book, const Run& run, TimeMs now) {
  Walk walk(book, run, now);
  const Doom doom = cancelled_in(run, "on_failure");
  const Stand stand = walk.list(book.main->on_failure, "on_failure.", doom, true);
  if (stand == Stand::acted) return walk.action();
  if (stand == Stand::busy) return {};
  const bool asks = doom && !all_put_back(book, run);
  return to_phase(!asks             ? "finally"
                  : run.undo_wanted ? "undo"
                                    : "ask_undo",
                  asks ? run.outcome : after_undo(book, run), nullptr, "");
}

std::optional<Action> in_ask_undo(const Run& run) {
  const auto it = run.steps.find("ask_undo");
  if (it == run.steps.end()) {
    Action a;
    a.kind = Action::Kind::ask_undo;
    a.path = "ask_undo";
    return a;
  }
  if (!it->second.ended()) return {};
  return to_phase(it->second.result["undo"].as_bool() ? "undo" : "finally", run.outcome, nullptr, "");
}

std::optional<Action> in_undo(const Book& book, const Run& run, TimeMs now) {
  Walk walk(book, run, now);
  const Stand stand = walk.undo_all(undoable(book, run).paths, cancelled_in(run, "undo"));
  if (stand == Stand::acted) return walk.action();
  if (stand == Stand::busy) return {};
  return to_phase("finally", after_undo(book, run), nullptr, "");
}

std::optional<Action> in_finally(const Book& book, const Run& run, TimeMs now) {
  Walk walk(book, run, now);
  const Stand stand = walk.list(book.main->finally, "finally.", cancelled_in(run, "finally"), true);
  if (stand == Stand::acted) return walk.action();
  if (stand == Stand::busy) return {};
  Action a;
  a.kind = Action::Kind::finish;
  a.outcome = run.outcome;
  return a;
}

bool touched(const StepRun& s) {
  if (s.status == "skipped" || s.effect == "group" || s.attempt == 0) return false;
  // Of a change that only looked, or was refused before it was sent, nothing has to be put back.
  return !is_change(s.verb) || !s.before.is_null();
}

}  // namespace

bool is_change(std::string_view verb) {
  return verb == "deploy" || verb == "rollback" || verb == "scale" || verb == "restart";
}

std::string first_stage_of(const Run& run, std::string_view path) {
  const auto here = run.steps.find(std::string(path));
  if (here == run.steps.end() || here->second.verb != "deploy" || is_undo_path(path)) return {};
  const Value& with = here->second.arguments;
  for (const std::string& at : run.order) {
    if (at == path) break;
    const auto it = run.steps.find(at);
    if (it == run.steps.end() || it->second.verb != "deploy" || is_undo_path(at)) continue;
    const Value& other = it->second.arguments;
    const bool same = other["service"] == with["service"] && other["env"] == with["env"] &&
                      other["version"] == with["version"] && !other["part"].as_string().empty();
    if (same) return at;
  }
  return {};
}

std::optional<Action> next_action(const Book& book, const Run& run, TimeMs now) {
  if (run.over() || run.status == "queued" || !book.main) return {};
  if (run.phase == "steps") return in_steps(book, run, now);
  if (run.phase == "on_failure") return in_on_failure(book, run, now);
  if (run.phase == "ask_undo") {
    const auto it = run.steps.find("ask_undo");
    // Nobody answered, or cancelling once more is the answer.
    const bool closed = it != run.steps.end() && (it->second.due_ms <= now || run.cancelled_in == "ask_undo");
    if (closed && !it->second.ended()) {
      Action a;
      a.path = "ask_undo";
      a.status = "succeeded";
      a.result = Value::Map{{"undo", false}};
      return a;
    }
    return in_ask_undo(run);
  }
  if (run.phase == "undo") return in_undo(book, run, now);
  return in_finally(book, run, now);
}

TimeMs next_due(const Run& run, TimeMs now) {
  if (run.over() || run.status == "queued") return 0;
  TimeMs due = 0;
  const auto take = [&due, now](TimeMs t) {
    if (t > now && (due == 0 || t < due)) due = t;
  };
  const bool steps = run.phase == "steps";
  if (steps && run.frozen_ms == 0 && !run.cancel_wanted) take(run.deadline_ms);
  for (const auto& [path, s] : run.steps) {
    if (s.ended()) continue;
    if (!run.paused || s.status != "waiting" || s.effect == "human" || s.verb == "verify") take(s.due_ms);
    take(s.deadline_ms == 0 ? 0 : s.stage == "halt" ? s.deadline_ms + grace_ms : s.deadline_ms);
  }
  return due;
}

Undoable undoable(const Book& book, const Run& run) {
  Undoable found;
  for (auto it = run.order.rbegin(); it != run.order.rend(); ++it) {
    const auto record = run.steps.find(*it);
    if (record == run.steps.end() || is_undo_path(*it) || it->starts_with("on_failure") || it->starts_with("finally"))
      continue;
    const StepRun& s = record->second;
    if (!touched(s)) continue;
    const Step* step = step_at(book, run, *it);
    if (!step) continue;
    const bool lock = s.verb == "lock" && s.status == "succeeded" && s.result.has("taken");
    if (step->undo.kind != Undo::Kind::none || lock)
      found.paths.push_back(*it);
    else if (s.effect == "write" && first_stage_of(run, *it).empty())  // the first stage takes all of them back
      found.complete = false;
  }
  return found;
}

}  // namespace muster::runbooks
