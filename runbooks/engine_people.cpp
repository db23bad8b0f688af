// What people do with runs: cancel, pause, retry, decide, undo, answer, watch; triggers and the switch.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/changes/plan.h"
#include "bot/core/engine/schedules.h"
#include "runbooks/engine_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

std::unexpected<Refusal> refuse(std::string key, std::map<std::string, std::string> words = {}) {
  return std::unexpected(Refusal{std::move(key), std::move(words)});
}

// The run of a command; over: whether it must be over already.
Decided<Run*> wanted(Work& w, std::string_view id, bool over) {
  Run* run = find_run(w.state, id);
  if (!run) return refuse("run.no_id", {{"id", std::string(id)}});
  if (run->over() && !over) return refuse("run.is_over", {{"id", run->id}, {"status", run->status}});
  if (!run->over() && over) return refuse("run.not_over", {{"id", run->id}});
  return run;
}

const Book& book_or_none(Engine& engine, const Run& run) {
  static const Book none;
  const Book* book = engine.book_of(run);
  return book ? *book : none;
}

Entry said(Entry by, const Run& run) {
  by.incident_id = run.incident;
  return by;
}

// The one step with this id (or path) in this status; without a name the only one.
Decided<std::string> path_of(const Run& run, const std::string& step, std::string_view status, std::string_view verb) {
  std::vector<std::string> found, others;
  for (const auto& [path, s] : run.steps) {
    if (s.status != status || (!verb.empty() && s.verb != verb)) continue;
    if (step.empty() || s.id == step || path == step)
      found.push_back(path);
    else
      others.push_back(s.id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty() && !others.empty())
    return refuse("run.other_step", {{"id", run.id}, {"step", step}, {"list", join(others, ", ")}});
  if (found.empty()) return refuse("run.no_decision", {{"id", run.id}, {"step", step}});
  return refuse("run.which_step", {{"id", run.id}, {"list", join(found, ", ")}});
}

}  // namespace

Decided<void> Engine::cancel_run(Work& w, std::string_view id, bool undo, const std::string& reason, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  const std::string who = by.actor.id, name = (*run)->id;
  Value data = Value::Map{{"cancel_wanted", true}, {"cancelled_by", who}, {"cancel_reason", reason}, {"paused", false}};
  if (undo) data.set("undo_wanted", true);
  if (!reason.empty()) data.set("reason", reason);
  // What never began has nothing to end with: none of its steps comes, not even those that always come last.
  const bool began = (*run)->status != "queued";
  if (!began) {
    data.set("outcome", "cancelled");
    data.set("failure", "The run was cancelled.");
  }
  change_run(t, std::move(data), said(std::move(by), **run),
             name + " cancelled" + (reason.empty() ? "" : ": " + reason));
  if (!began) perform(t, Action{.kind = Action::Kind::finish, .path = {}, .outcome = "cancelled"});
  settle(t);
  return {};
}

Decided<void> Engine::pause_run(Work& w, std::string_view id, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  if ((*run)->paused) return refuse("run.paused_already", {{"id", (*run)->id}});
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  change_run(t, Value::Map{{"paused", true}}, said(std::move(by), **run), (*run)->id + " paused");
  settle(t);
  return {};
}

Decided<void> Engine::resume_run(Work& w, std::string_view id, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  if (!(*run)->paused) return refuse("run.not_paused", {{"id", (*run)->id}});
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  change_run(t, Value::Map{{"paused", false}}, said(std::move(by), **run), (*run)->id + " goes on");
  settle(t);
  return {};
}

Decided<std::string> Engine::retry_run(Work& w, std::string_view id, const std::string& step, bool latest,
                                       const std::string& person, Entry by) {
  Run* run = find_run(w.state, id);
  if (!run) return refuse("run.no_id", {{"id", std::string(id)}});
  if (!run->over()) {
    // The step would be done again as the run knows it: not what was asked for.
    if (latest) return refuse("run.not_latest", {{"id", run->id}});
    auto decided = decide(w, id, step, "retry", std::move(by));
    if (!decided) return std::unexpected(decided.error());
    return run->id;
  }
  // A button of a step that waited once, for example: the whole runbook is not what it offers.
  if (!step.empty()) return refuse("run.no_step_again", {{"id", run->id}, {"step", step}});
  StartWish wish;
  wish.runbook = run->runbook;
  wish.inputs = run->inputs;
  wish.person = person;
  wish.incident = run->incident;
  wish.alert = run->alert;
  wish.platform = run->platform;
  wish.channel = run->channel;
  wish.again_of = run->id;
  if (run->change.is_map()) {
    ChangeWish again = change_wish(run->change.get());  // its plan and its yes are not taken along
    wish.change = to_value(again);
    wish.change.set("direct", run->change.member("direct"));
  }
  if (!latest || run->change.is_map()) wish.pinned = run->pinned;
  wish.by = std::move(by);
  return start_run(w, std::move(wish));
}

namespace {

// A person says that it happened, or that it is well.
Value done_by_word(const StepRun& s) {
  if (is_change(s.verb)) return s.intended;
  if (s.verb == "verify") return Value::Map{{"verdict", "good"}, {"why", s.error}};
  return Value::Map{};
}

}  // namespace

Decided<void> Engine::decide(Work& w, std::string_view id, const std::string& step, std::string_view choice, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  if (t.run.phase == "ask_undo" && (step.empty() || step == "ask_undo")) {
    change_run(t, Value::Map{{"decided", choice}}, said(std::move(by), t.run), t.run.id + ": " + std::string(choice));
    end_step(t, "ask_undo", nullptr, {.status = "succeeded", .result = Value::Map{{"undo", choice == "undo"}}});
    settle(t);
    return {};
  }
  auto path = path_of(t.run, step, "needs_decision", "");
  if (!path) return std::unexpected(path.error());
  const Step* defined = step_at(t.book, t.run, *path);
  const StepRun s = *find_step(t, *path);
  const std::string why = s.error;
  Value data = Value::Map{{"decided", choice}, {"step", s.id}};
  if (choice == "undo") data.set("undo_wanted", true);
  change_run(t, std::move(data), said(std::move(by), t.run), t.run.id + " " + s.id + ": " + std::string(choice));
  if (s.verb == "verify" && (choice == "done" || choice == "fail")) judged_by_word(t, *path, choice == "done");
  if (choice == "retry")
    note_attempt(t, *path,
                 Value::Map{{"status", "waiting"}, {"stage", "retry"}, {"due_ms", w.now}, {"deadline_ms", 0}});
  else if (choice == "done")
    end_step(t, *path, defined, {.status = "succeeded", .result = done_by_word(s)});
  else if (choice == "skip")
    end_step(t, *path, defined, {.status = "skipped"});
  else
    fail_step(t, *path, defined, "lost", why);
  settle(t);
  return {};
}

Decided<void> Engine::undo_run(Work& w, std::string_view id, Entry by) {
  Run* found = find_run(w.state, id);
  if (found && !found->over()) {
    if (found->phase == "ask_undo" || found->status == "needs_decision")
      return decide(w, id, "", "undo", std::move(by));
    return cancel_run(w, id, true, "", std::move(by));
  }
  auto run = wanted(w, id, true);
  if (!run) return std::unexpected(run.error());
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  std::vector<std::string> paths = t.book.main ? undoable(t.book, t.run).paths : std::vector<std::string>();
  std::erase_if(paths, [&](const std::string& p) { return t.run.steps.contains("undo." + p); });
  if (paths.empty()) return refuse("run.nothing_to_undo", {{"id", t.run.id}});
  // As after a failure: what was done is put back, and the outcome says so.
  change_run(t, Value::Map{{"reopened", true}, {"phase", "undo"}, {"outcome", "failed"}, {"cancel_wanted", false}},
             said(std::move(by), t.run), t.run.id + ": undo");
  settle(t);
  return {};
}

Decided<void> Engine::answer(Work& w, std::string_view id, const std::map<std::string, std::string>& fields, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  auto path = path_of(t.run, "", "waiting", "ask");
  if (!path || *path == "ask_undo") return refuse("run.no_form", {{"id", t.run.id}});
  const Step* step = step_at(t.book, t.run, *path);
  if (!step) return refuse("run.no_form", {{"id", t.run.id}});
  Value result = Value::Map{};
  for (const auto& [name, text] : fields)
    if (std::ranges::find(step->form, name, &Input::name) == step->form.end())
      return refuse("run.no_field", {{"name", name}, {"id", t.run.id}});
  for (const Input& field : step->form) {
    const auto given = fields.find(field.name);
    const Value v = given == fields.end() ? field.standard : value_typed(field, given->second);
    if (v.is_null() && field.required) return refuse("run.field_missing", {{"name", field.name}, {"id", t.run.id}});
    if (v.is_null()) continue;
    auto fits = fit_input(field, v);
    if (!fits) return refuse("run.bad_input", {{"name", field.name}, {"why", why_unfit(field, fits.error())}});
    result.set(field.name, std::move(*fits));
  }
  result.set("by", by.actor.id);
  const std::string question = find_step(t, *path)->question;
  const Entry who = by;
  change_run(t, Value::Map{{"answered", *path}}, said(std::move(by), t.run), t.run.id + " answered");
  end_step(t, *path, step, {.status = "succeeded", .result = std::move(result)});
  close_question_of(t, question, "done", who);
  settle(t);
  return {};
}

Decided<void> Engine::watch(Work& w, std::string_view id, const std::string& person, bool on, Entry by) {
  auto run = wanted(w, id, false);
  if (!run) return std::unexpected(run.error());
  const bool watches = std::ranges::find((*run)->watchers, person) != (*run)->watchers.end();
  if (watches == on) return {};
  Turn t{*this, w, **run, book_or_none(*this, **run)};
  change_run(t, Value::Map{{on ? "watch" : "unwatch", person}}, said(std::move(by), **run));
  return {};
}

Decided<void> Engine::arm(Work& w, const std::string& runbook, const std::string& key, Entry by) {
  if (!library_.contains(runbook)) return refuse("run.none", {{"name", runbook}});
  by.kind = "trigger.armed";
  by.text = runbook + (key.empty() ? "" : " " + key) + " armed";
  by.data = Value::Map{{"runbook", runbook}, {"key", key}};
  record(w, std::move(by));
  return {};
}

Decided<void> Engine::disarm(Work& w, const std::string& runbook, const std::string& key, TimeMs until,
                             const std::string& reason, Entry by) {
  by.kind = "trigger.disarmed";
  by.text = runbook + (key.empty() ? "" : " " + key) + " disarmed: " + reason;
  by.data = Value::Map{{"runbook", runbook}, {"key", key}, {"until_ms", until}, {"reason", reason}};
  record(w, std::move(by));
  return {};
}

void Engine::switch_automation(Work& w, bool on, const std::string& environment, const std::string& reason, Entry by) {
  by.kind = "automation.switched";
  by.text = std::string("automation ") + (on ? "on" : "off") + (environment.empty() ? "" : " in " + environment) +
            (reason.empty() ? "" : ": " + reason);
  by.data = Value::Map{{"on", on}, {"environment", environment}, {"reason", reason}};
  record(w, std::move(by));
}

void Engine::drain(Work& w, bool on, const std::string& reason, Entry by) {
  const auto held = w.state.automation.held;
  by.kind = "bot.draining";
  by.text = std::string(on ? "no new runs" : "new runs again") + (reason.empty() ? "" : ": " + reason);
  by.data = Value::Map{{"on", on}, {"reason", reason}};
  record(w, std::move(by));
  if (on) return;
  release_schedules(w);
  for (const auto& [what, alert] : held) release_trigger(w, what.substr(0, what.find(' ')), alert);
}

std::vector<OpenMatter> Engine::open_matters(const State& state, std::string_view only) const {
  std::vector<OpenMatter> open;
  for (const auto& [n, run] : state.runs) {
    if (run.over() || (!only.empty() && run.id != only)) continue;
    for (const auto& [path, s] : run.steps) {
      const bool asks = s.status == "waiting" && (s.effect == "human" || s.stage == "gate");
      if (s.status != "needs_decision" && !asks) continue;
      const std::string kind = s.status == "needs_decision" ? "decision"
                               : path == "ask_undo"         ? "undo"
                               : s.verb == "ask"            ? "form"
                                                            : "approve";
      open.push_back({run.id, path, s.id, kind, s.question});
    }
  }
  return open;
}

}  // namespace muster::runbooks
