// Stages of a change: what is out of it is watched, and then it goes on: by itself when it was well, or when a person
// says so. `hold` keeps it where it is. Nothing is sent here; the next step does that.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/metrics/query.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/watch_state.h"

namespace muster::runbooks {
namespace {

bool is_stage(const StepRun& s) {
  return s.verb == "verify" && !s.ended() && !s.arguments["advance"].as_string().empty();
}

std::string stage_path(const Run& run) {
  for (const auto& [path, s] : run.steps)
    if (is_stage(s)) return path;
  return {};
}

std::unexpected<Refusal> no(std::string key, std::map<std::string, std::string> words) {
  return std::unexpected(Refusal{std::move(key), std::move(words)});
}

// The part that is out: of the newest change before the step.
std::string part_before(const Run& run, const std::string& path) {
  std::string part;
  for (const std::string& at : run.order) {
    if (at == path) break;
    const auto it = run.steps.find(at);
    if (it != run.steps.end() && it->second.verb == "deploy") part = it->second.arguments["part"].as_string();
  }
  return part;
}

std::string lock_text(const std::string& lang, const Lock& lock, const CoreConfig& config) {
  return say(
      lang, "stage.locked",
      {{"id", lock.id}, {"who", person_name(config, lock.owner)}, {"reason", plain(clip(one_line(lock.reason), 200))}});
}

// A lock that binds the next stage; a freeze that the plan overrode does not.
const Lock* lock_before(const Turn& t, const Value& with) {
  const Lock* lock = lock_in_the_way(t, "deploy", with);
  if (!lock || !lock->freeze) return lock;
  const Value names = t.run.change.member("overrides");
  return std::ranges::any_of(names.as_list(), [](const Value& v) { return v.as_string() == "freeze"; }) ? nullptr
                                                                                                        : lock;
}

void add_stage_buttons(const std::string& lang, const Run& run, Message& m) {
  m.buttons = {{say(lang, "button.advance"), "advance " + run.id, "primary"},
               {say(lang, "button.hold"), "hold " + run.id, ""},
               {say(lang, "button.put_back"), "cancel " + run.id + " --undo", "danger"}};
}

struct Open {
  Run* run = nullptr;
  const Book* book = nullptr;
  std::string path;
};

Decided<Open> find_open(Engine& engine, Work& w, const std::string& id) {
  Run* run = find_run(w.state, id);
  if (!run) return no("run.no_id", {{"id", id}});
  if (run->over()) return no("run.is_over", {{"id", run->id}, {"status", run->status}});
  const std::string path = stage_path(*run);
  const bool staged = run->change.member("stages").is_list();
  if (path.empty()) return no(staged ? "stage.not_now" : "change.no_stages", {{"id", run->id}});
  const Book* book = engine.book_of(*run);
  if (!book) return no("stage.not_now", {{"id", run->id}});
  return Open{run, book, path};
}

Entry said_of(Entry by, const Run& run) {
  by.incident_id = run.incident;
  return by;
}

void keep(Turn& t, const std::string& path, const Watch& watch) {
  note_attempt(t, path, Value::Map{{"result", to_value(watch)}});
}

}  // namespace

const StepRun* open_stage(const Run& run) {
  const std::string path = stage_path(run);
  return path.empty() ? nullptr : &run.steps.at(path);
}

void tell_stage(Turn& t, const std::string& path) {
  const StepRun s = *find_step(t, path);
  const std::string& advance = s.arguments["advance"].as_string();
  if (advance.empty()) return;
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.text = say_with(lang, advance == "person" ? "stage.begins.asks" : "stage.begins",
                    {{"id", t.run.id},
                     {"part", part_words(lang, part_before(t.run, path))},
                     {"service", plain(s.arguments["service"].as_string())},
                     {"env", plain(s.arguments["env"].as_string())},
                     {"time", short_span(s.deadline_ms - t.w.now)}});
  add_stage_buttons(lang, t.run, m);
  tell_thread(t, "stage-" + s.attempt_id, std::move(m));
}

bool stays_at_stage(Turn& t, const std::string& path, Watch& watch) {
  const StepRun s = *find_step(t, path);
  const std::string& advance = s.arguments["advance"].as_string();
  if (advance.empty()) return false;
  const Lock* lock = lock_before(t, s.arguments);
  if (advance != "person" && !watch.held && !lock) return false;
  if (std::exchange(watch.waits, true)) return true;
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.color = "warning";
  m.text = say(lang, "stage.waits", {{"id", t.run.id}, {"why", lock ? lock_text(lang, *lock, t.w.config) + " " : ""}});
  add_stage_buttons(lang, t.run, m);
  tell_thread(t, "stage-waits-" + s.attempt_id, std::move(m));
  return true;
}

Decided<void> advance_stage(Engine& engine, Work& w, const std::string& id, Entry by) {
  const auto open = find_open(engine, w, id);
  if (!open) return std::unexpected(open.error());
  Turn t{engine, w, *open->run, *open->book};
  const StepRun s = *find_step(t, open->path);
  const Watch watch = watch_from(s.result);
  const std::string lang = channel_language(w, t.run.channel);
  if (t.run.paused) return no("stage.paused", {{"id", t.run.id}});
  if (const Lock* lock = lock_before(t, s.arguments))
    return no("change.refused", {{"why", lock_text(lang, *lock, w.config)}});
  if (const WatchedCheck* bad = doubtful(watch)) return no("stage.doubtful", {{"id", t.run.id}, {"last", bad->last}});
  const std::string who = by.actor.id;
  change_run(t, Value::Map{{"advanced", open->path}}, said_of(std::move(by), t.run), t.run.id + ": next stage");
  note_attempt(t, open->path, Value::Map{{"stage", ""}});  // a look that is out comes too late
  end_step(t, open->path, step_at(t.book, t.run, open->path),
           {.status = "succeeded", .result = Value::Map{{"verdict", "advanced"}, {"by", who}}});
  settle(t);
  return {};
}

Decided<void> hold_stage(Engine& engine, Work& w, const std::string& id, Entry by) {
  const auto open = find_open(engine, w, id);
  if (!open) return std::unexpected(open.error());
  Turn t{engine, w, *open->run, *open->book};
  Watch watch = watch_from(find_step(t, open->path)->result);
  if (std::exchange(watch.held, true)) return no("stage.held_already", {{"id", t.run.id}});
  change_run(t, Value::Map{{"held", open->path}}, said_of(std::move(by), t.run), t.run.id + ": stay at this stage");
  keep(t, open->path, watch);
  settle(t);
  return {};
}

}  // namespace muster::runbooks
