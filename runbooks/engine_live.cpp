// What is under way says how far it is: a target's own words in the run's message, the last lines of a command in the
// thread. Nothing of it is recorded; a restart begins with what is said next.
#include <algorithm>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/engine_parts.h"
#include "runbooks/seen.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs lines_every_ms = 3 * second_ms;

std::string live_key(std::string_view run, std::string_view path) { return std::string(run) + " " + std::string(path); }

// One message of the thread for one attempt, edited as it goes on.
void tell_lines(Turn& t, const StepRun& s, LiveStep& live, const std::string& lines) {
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.text = say(lang, s.ended() ? "run.output_all" : "run.output", {{"id", t.run.id}, {"step", plain(s.id)}});
  m.sections.push_back({plain(lines), {}});
  if (live.post.empty()) {
    live.post = "out-" + t.w.new_id();
    tell_thread(t, live.post, std::move(m));
  } else {
    t.w.decision.out.push_back(
        {t.w.new_id(), "room:#" + t.run.channel, "edit", Value::Map{{"post_id", live.post}, {"message", to_value(m)}}});
  }
  live.shown_ms = t.w.now;
  live.shown = lines;
}

}  // namespace

void Engine::progressed(Work& w, const StepProgress& p) {
  Run* run = find_run(w.state, p.run);
  const std::string key = live_key(p.run, p.path);
  const auto step = run ? run->steps.find(p.path) : decltype(run->steps.begin()){};
  if (!run || run->over() || step == run->steps.end() || step->second.status != "running" ||
      step->second.attempt_id != p.id) {
    live_.erase(key);
    return;
  }
  LiveStep& live = live_[key];
  if (live.seen.id != p.id) live = {};
  live.seen = p;
  live.seen.line = redact(clip(one_line(p.line), 300)).text;
  live.seen.lines = last_lines(p.lines);
  static const Book none;
  const Book* book = book_of(*run);
  Turn t{*this, w, *run, book ? *book : none};
  const TimeMs since = live.shown_ms == 0 ? step->second.started_ms : live.shown_ms;
  const bool news = !live.seen.lines.empty() && live.seen.lines != live.shown;
  const bool due = w.now - since >= lines_every_ms;
  if (news && due) tell_lines(t, step->second, live, live.seen.lines);
  show(t, false);
  // It may say nothing more: what hangs is what people want to read.
  if (news && !due)
    w.decision.timers.push_back({"lines:" + run->id, since + lines_every_ms, Value::Map{{"run", run->id}}});
}

const StepProgress* Engine::progress_of(std::string_view run, std::string_view path) const {
  const auto it = live_.find(live_key(run, path));
  return it == live_.end() ? nullptr : &it->second.seen;
}

void Engine::live_ended(Work& w, const std::string& run, const std::string& path) {
  const auto it = live_.find(live_key(run, path));
  if (it == live_.end()) return;
  Run* r = find_run(w.state, run);
  const auto step = r ? r->steps.find(path) : decltype(r->steps.begin()){};
  if (r && step != r->steps.end() && step->second.status == "running") return;  // it goes on, by another stage
  LiveStep live = it->second;
  live_.erase(it);
  if (!r || step == r->steps.end() || live.post.empty()) return;
  static const Book none;
  const Book* book = book_of(*r);
  Turn t{*this, w, *r, book ? *book : none};
  const std::string all = last_lines(step->second.result["output"].as_string());
  tell_lines(t, step->second, live, all.empty() ? live.seen.lines : all);
}

}  // namespace muster::runbooks
