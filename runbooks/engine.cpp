// The engine as an extension of the decisions: what comes in finds its run, and the run settles.
#include "runbooks/engine.h"

#include <stdexcept>

#include "bot/base/hash.h"
#include "bot/base/log.h"
#include "runbooks/commands.h"
#include "runbooks/engine_parts.h"

namespace muster::runbooks {
namespace {

constexpr int actions_max = 20'000;  // 100 turns of 100 steps, and then some: beyond it is a bug

// The ids of the runs that are not over; a copy, because settling may begin and end runs.
std::vector<std::string> open_runs(const State& state) {
  std::vector<std::string> ids;
  for (const auto& [n, run] : state.runs)
    if (!run.over()) ids.push_back(run.id);
  return ids;
}

template <class Do>
void with_run(Engine& engine, Work& w, const std::string& id, Do what) {
  Run* run = find_run(w.state, id);
  if (!run || run->over()) return;
  const Book* book = engine.book_of(*run);
  static const Book none;
  Turn t{engine, w, *run, book ? *book : none};
  if (!book) {
    change_run(t, Value::Map{{"failure", "Its definition cannot be read any more."}, {"outcome", "failed"}});
    perform(t, Action{.kind = Action::Kind::finish, .path = {}, .outcome = "failed"});
    return settle(t);
  }
  what(t);
}

}  // namespace

Engine::Engine(Loader loader) : loader_(std::move(loader)) {}
Engine::~Engine() = default;

Engine& engine_of(Work& work) {
  if (auto* engine = dynamic_cast<Engine*>(work.extension)) return *engine;
  throw std::logic_error("there is no engine behind this decision");
}

void Engine::set_library(Library library) {
  library_ = std::move(library);
  broken_.clear();
}
void Engine::remember(const std::string& hash, std::shared_ptr<const Book> book) { books_[hash] = std::move(book); }

const std::map<std::string_view, Handler>& Engine::handlers() const { return handlers_ ? *handlers_ : run_commands(); }

void Engine::offer(const State& state, Live& live) const {
  for (const auto& [name, known] : library_) {
    if (!known.runbook) continue;
    live.runbooks.push_back(name);
    for (const Input& input : known.runbook->inputs) live.keys[name].push_back(input.name + "=");
  }
  for (const OpenMatter& m : open_matters(state)) {
    const Run* run = m.kind == "form" ? find_run(state, m.run) : nullptr;
    const auto book = run && run->pinned ? books_.find(run->pinned->hash) : books_.end();
    if (book == books_.end() || !book->second) continue;
    if (const Step* step = step_at(*book->second, *run, m.path))
      for (const Input& field : step->form) live.keys[run->id].push_back(field.name + "=");
  }
}

const Book* Engine::book_of(const Run& run) {
  if (!run.pinned) return nullptr;
  auto& known = books_[run.pinned->hash];
  if (known) return known->main ? known.get() : nullptr;
  auto book = std::make_shared<Book>();
  if (loader_) {
    book->main = loader_(run.pinned->text, run.pinned->name).runbook;
    for (const auto& [name, text] : run.pinned->called) book->called[name] = loader_(text, name).runbook;
  }
  known = std::move(book);
  return known->main ? known.get() : nullptr;
}

namespace {

void go_on(Turn& t) {
  for (int i = 0; i < actions_max; ++i) {
    const auto action = next_action(t.book, t.run, t.w.now);
    if (!action) break;
    perform(t, *action);
  }
}

void settled(Turn& t) {
  arm_timer(t);
  show(t, t.run.over());
  std::erase_if(t.w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "run" && r.id == t.run.id; });
  t.w.decision.rows.push_back(projection(t.run));
}

// What a start finds. A run that only waits is as it was: its message and its row are on disk, and a thousand edits
// would say nothing.
void found_at_start(Turn& t) {
  const std::size_t before = t.w.decision.entries.size();
  resume_after_start(t);
  go_on(t);
  const bool moved = t.w.decision.entries.size() != before;
  moved ? settled(t) : arm_timer(t);
}

}  // namespace

void settle(Turn& t) {
  go_on(t);
  settled(t);
}

void arm_timer(Turn& t) {
  const TimeMs due = next_due(t.run, t.w.now);
  t.w.decision.timers.push_back({"run:" + t.run.id, due, due == 0 ? Value() : Value(Value::Map{{"run", t.run.id}})});
}

namespace {

void change_phase(Turn& t, const Action& a) {
  Value data = Value::Map{{"phase", a.phase}, {"outcome", a.outcome}};
  if (!a.failed_step.empty()) data.set("failed_step", a.failed_step);
  if (!a.error.empty()) data.set("failure", a.error);
  if (a.result.has("reason")) data.set("reason", a.result["reason"]);
  change_run(t, std::move(data));
}

void finish(Turn& t, const Action& a) {
  Entry e;
  e.kind = "runbook.finished";
  e.incident_id = t.run.incident;
  e.text = t.run.id + " " + t.run.runbook + ": " + a.outcome;
  e.data = Value::Map{{"run_id", t.run.id},
                      {"runbook", t.run.runbook},
                      {"outcome", a.outcome},
                      {"reason", t.run.reason.empty() ? t.run.failure : t.run.reason},
                      {"took_ms", t.w.now - t.run.started_ms}};
  record(t.w, std::move(e));
  run_over(t);
}

void open_group(Turn& t, const Action& a) {
  const DurationMs timeout = a.step->timeout_ms;
  note_attempt(t, a.path,
               Value::Map{{"step", a.step->id},
                          {"verb", a.step->verb},
                          {"effect", "group"},
                          {"status", "running"},
                          {"attempt", 1},
                          {"arguments", a.arguments},
                          {"deadline_ms", timeout > 0 ? t.w.now + timeout : TimeMs{0}}});
}

}  // namespace

void perform(Turn& t, const Action& a) {
  switch (a.kind) {
    case Action::Kind::end:
      return end_step(t, a.path, a.step, {a.status, a.result, a.error_kind, a.error});
    case Action::Kind::open:
      return open_group(t, a);
    case Action::Kind::begin:
      return begin_step(t, a);
    case Action::Kind::sample:
      return sample(t, a.path, *a.step);
    case Action::Kind::halt:
      return halt(t, a);
    case Action::Kind::undo:
      return begin_undo(t, a);
    case Action::Kind::ask_undo:
      return ask_undo(t);
    case Action::Kind::phase:
      return change_phase(t, a);
    case Action::Kind::finish:
      return finish(t, a);
  }
}

bool Engine::timer_rang(Work& w, const Timer& timer) {
  if (timer.id.starts_with("run:")) {
    with_run(*this, w, timer.id.substr(4), settle);
    return true;
  }
  if (timer.id.starts_with("run-event:")) {
    with_run(*this, w, timer.id.substr(10), [](Turn& t) { check_events(t), settle(t); });
    return true;
  }
  if (timer.id.starts_with("show:")) {
    if (Run* run = find_run(w.state, timer.id.substr(5))) {
      static const Book none;
      const Book* book = book_of(*run);
      Turn t{*this, w, *run, book ? *book : none};
      show(t, true);
    }
    return true;
  }
  if (timer.id.starts_with("lines:")) {  // of commands that have said something, and nothing since
    std::vector<StepProgress> seen;
    for (const auto& [key, live] : live_)
      if (live.seen.run == timer.id.substr(6)) seen.push_back(live.seen);
    for (const StepProgress& p : seen) progressed(w, p);
    return true;
  }
  if (timer.id.starts_with("effective:")) return check_effect(w, timer.id.substr(10)), true;
  if (timer.id.starts_with("runbook-stale:")) return stale_rang(*this, w, timer.id.substr(14)), true;
  if (timer.id.starts_with("trigger:")) return trigger_rang(w, timer), true;
  return lock_rang(w, timer);
}

void Engine::attempt_ended(Work& w, const AttemptReport& report) {
  const Run* run = find_run(std::as_const(w.state), report.run);
  const auto step = run ? run->steps.find(report.path) : decltype(run->steps.begin()){};
  // What was told to stop may still end by itself: then this is its word.
  const bool stopping = run && step != run->steps.end() && step->second.stage == "halt" && report.stage.empty();
  const bool out = run && step != run->steps.end() &&
                   (step->second.status == "running" || (step->second.verb == "verify" && report.stage == "sample"));
  const bool wanted = out && !run->over() && report.owner == w.owner && step->second.attempt_id == report.id &&
                      (step->second.stage == report.stage || stopping);
  if (!wanted) {
    // Of an attempt that is over, or of an owner that lost its right: it changes nothing.
    Entry e;
    e.kind = "run.report_refused";
    e.text = "A late report of " + report.id + " was refused.";
    e.data = Value::Map{{"run_id", report.run}, {"path", report.path}, {"attempt_id", report.id}};
    e.data.set("owner", report.owner);
    // Of a look that was given up nothing is lost: it asked, and changed nothing.
    const bool deed = report.stage.empty();
    log(deed ? LogLevel::warn : LogLevel::debug, "a late report was refused",
        {{"attempt", report.id}, {"stage", report.stage}});
    record(w, std::move(e));
    return;
  }
  with_run(*this, w, report.run, [&](Turn& t) { take_report(t, report), settle(t); });
  live_ended(w, report.run, report.path);
}

void Engine::question_closed(Work& w, const Question& question) {
  if (question.run.empty()) return;
  const Question q = question;
  with_run(*this, w, q.run, [&](Turn& t) { answered(t, q), settle(t); });
}

void Engine::clock_moved(Work& w, DurationMs by) {
  for (const std::string& id : open_runs(w.state))
    with_run(*this, w, id, [&](Turn& t) { change_run(t, Value::Map{{"moved_ms", by}}), settle(t); });
}

void Engine::process_started(Work& w) {
  for (const std::string& id : open_runs(w.state)) with_run(*this, w, id, found_at_start);
}

void Engine::incident_changed(Work& w, const std::string& incident) {
  for (const std::string& id : open_runs(w.state)) {
    const Run* run = find_run(std::as_const(w.state), id);
    if (run && run->incident == incident) with_run(*this, w, id, [](Turn& t) { check_events(t), settle(t); });
  }
}

}  // namespace muster::runbooks
