// The one message of a run: what it is, how far it is, what one can do; changed at most once in three seconds, the
// final state always. Detail goes to its thread.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/metrics/query.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs show_every_ms = 3 * second_ms;
constexpr std::size_t lines_max = 24;  // of the checklist; more is summed up

std::string_view mark_of(const StepRun* s) {
  if (!s) return "▫️";
  if (s->status == "succeeded") return "✅";
  if (s->status == "failed" || s->status == "undo_failed") return "❌";
  if (s->status == "skipped") return "⏭️";
  if (s->status == "waiting") return "⏳";
  if (s->status == "needs_decision") return "❓";
  return "🔄";
}

std::string color_of(const Run& run) {
  // What was put back is no success, although all is as before.
  if (run.status == "undone" && run.phase == "over" && !run.failed_step.empty()) return "danger";
  if (run.status == "succeeded" || run.status == "undone" || run.status == "handed_over") return "good";
  if (run.status == "failed" || run.status == "undo_failed" || run.status == "needs_decision") return "danger";
  if (run.over() || run.status == "waiting" || run.status == "paused") return "warning";
  return "";
}

std::string name_in(const Step& step) {
  if (!step.say.empty()) return plain(clip(one_line(step.say), 80));
  return step.named ? step.verb + " " + step.id : step.verb;
}

// Of a step without a name the record has its place; people read what it does.
std::string name_of(const StepRun& s) {
  const std::string& id = s.id;
  const bool placed = !id.empty() && id[0] >= '0' && id[0] <= '9';
  return plain(placed ? s.verb.text() : id);
}

// What is worth a word behind a step.
std::string detail_of(const std::string& lang, const StepRun& s, const StepProgress* live, int tries) {
  if (s.status == "failed") return plain(clip(one_line(s.error), 120));
  if (s.status == "waiting" && !s.question.empty()) return say(lang, "run.waits_for", {{"id", s.question}});
  if (s.status == "waiting" && s.verb == "verify" && (s.result["waits"].as_bool() || s.result["held"].as_bool()))
    return say(lang, "stage.waiting");
  if (s.status == "waiting" && s.verb == "verify" && s.deadline_ms != 0)
    return say(lang, "verify.until", {{"time", format_utc_clock(s.deadline_ms) + " UTC"}});
  // A wait that looks again and again ends when it is as wanted: the next look is no end.
  if (!s.ended() && s.verb == "wait" && s.arguments.has("repeat") && s.deadline_ms != 0) {
    const std::string seen = s.result["value"].is_number() ? short_number(s.result["value"].as_double()) + " · " : "";
    return seen + say(lang, "run.at_latest", {{"time", format_utc_clock(s.deadline_ms) + " UTC"}});
  }
  if (s.status == "waiting" && s.due_ms != 0)
    return say(lang, "run.until", {{"time", format_utc_clock(s.due_ms) + " UTC"}});
  if (s.status == "running" && live && !live->line.empty()) return plain(clip(live->line, 200));
  if (s.status == "running" && tries > 1) return say(lang, "run.try", {{"n", std::to_string(tries)}});
  if (s.status == "needs_decision") {
    const std::string why = plain(clip(one_line(s.error), 120));
    if (s.verb == "verify" && !why.empty()) return why;
    return say(lang, "run.unknown") + (why.empty() ? "" : ": " + why);
  }
  if (s.verb == "verify") return plain(s.result["verdict"].as_string());
  if (s.result["value"].is_double()) return short_number(s.result["value"].as_double());
  if (s.result.has("value")) return plain(clip(to_json(s.result["value"]), 40));
  if (s.result.has("by")) return plain(clip(s.result["by"].as_string(), 40));
  return {};
}

// The first attempt of a change made its plan, and has sent nothing.
int tries_of(const Run& run, const StepRun& s) {
  return run.change.is_map() && s.id == "change" ? s.attempt - 1 : s.attempt;
}

struct List {
  std::string lang;
  const Engine& engine;
  std::vector<std::string> lines;
  void add(const std::string& mark, const std::string& text, const std::string& detail) {
    lines.push_back(mark + " " + text + (detail.empty() ? "" : " · " + detail));
  }
};

void add_steps(List& list, const Run& run, const std::vector<Step>& steps, const std::string& prefix, bool reached) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string path = child_of(prefix, i);
    const auto it = run.steps.find(path);
    const StepRun* s = it == run.steps.end() ? nullptr : &it->second;
    if (!s && reached) continue;
    list.add(std::string(mark_of(s)), name_in(steps[i]),
             s ? detail_of(list.lang, *s, list.engine.progress_of(run.id, path), tries_of(run, *s)) : "");
    if (steps[i].verb == "parallel" || steps[i].verb == "block") add_steps(list, run, steps[i].steps, path + ".", true);
  }
}

std::string checklist(const std::string& lang, const Run& run, const Book& book, const Engine& engine) {
  List list{lang, engine, {}};
  add_steps(list, run, book.main->steps, "", run.phase != "steps");
  for (const std::string& path : run.order)
    if (const auto it = run.steps.find(path);
        it != run.steps.end() && is_undo_path(path) && it->second.effect != "group")
      list.add("↩️", say(lang, "run.undo_of", {{"step", name_of(it->second)}}), std::string(mark_of(&it->second)));
  add_steps(list, run, book.main->on_failure, "on_failure.", true);
  add_steps(list, run, book.main->finally, "finally.", true);
  if (list.lines.size() <= lines_max) return join(list.lines, "\n");
  const std::size_t more = list.lines.size() - lines_max;
  std::vector<std::string> shown(list.lines.end() - static_cast<std::ptrdiff_t>(lines_max), list.lines.end());
  return say(lang, "run.more_steps", {{"n", std::to_string(more)}}) + "\n" + join(shown, "\n");
}

void add_buttons(const std::string& lang, const Run& run, Message& m) {
  if (run.over()) {
    if (run.status != "succeeded") m.buttons.push_back({say(lang, "button.run_again"), "retry " + run.id, ""});
    return;
  }
  if (run.cancel_wanted) return;
  if (const StepRun* stage = open_stage(run)) {
    m.buttons.push_back({say(lang, "button.advance"), "advance " + run.id, "primary"});
    if (!stage->result["held"].as_bool()) m.buttons.push_back({say(lang, "button.hold"), "hold " + run.id, ""});
  }
  if (run.paused)
    m.buttons.push_back({say(lang, "button.resume_run"), "resume " + run.id, "primary"});
  else
    m.buttons.push_back({say(lang, "button.pause_run"), "pause " + run.id, ""});
  m.buttons.push_back({say(lang, "button.cancel_run"), "cancel " + run.id, "danger"});
}

}  // namespace

Message Engine::run_message(const Work& w, const Run& run) {
  const std::string lang = channel_language(w, run.channel);
  Message m;
  m.color = color_of(run);
  const std::string who = run.automatic() ? say(lang, "run.by_itself") : person_name(w.config, run.person);
  const bool change = run.change.is_map();
  m.text = "*" + run.id + "* · " + (change ? change_title(lang, run) : plain(run.runbook)) + " · " +
           say(lang, "run.status." + run.status) + " · " + who;
  if (run.over()) m.text += " · " + took_of(run, w.now);
  const Book* book = book_of(run);
  Section s;
  if (book) s.text = checklist(lang, run, *book, *this);
  std::string inputs;
  for (const auto& [name, v] : run.inputs.as_map())
    inputs += (inputs.empty() ? "" : ", ") + name + "=" + (v.is_string() ? v.as_string() : to_json(v));
  if (!inputs.empty() && !change) s.fields.emplace_back(say(lang, "field.inputs"), plain(clip(one_line(inputs), 200)));
  if (!run.failure.empty()) s.fields.emplace_back(say(lang, "field.failure"), plain(clip(one_line(run.failure), 600)));
  if (!run.reason.empty() && run.reason != run.failure)
    s.fields.emplace_back(say(lang, "field.reason"), plain(clip(one_line(run.reason), 300)));
  m.sections.push_back(std::move(s));
  add_buttons(lang, run, m);
  if (change) add_change(lang, w, run, m);
  return m;
}

void show(Turn& t, bool now) {
  Run& run = t.run;
  if (run.post.empty()) return;
  const Value message = to_value(t.engine.run_message(t.w, run));
  const std::string hash = sha256(to_json(message)).substr(0, 8);
  if (hash == run.shown_hash) return;
  if (!now && run.shown_ms != 0 && t.w.now - run.shown_ms < show_every_ms && t.w.now >= run.shown_ms) {
    t.w.decision.timers.push_back({"show:" + run.id, run.shown_ms + show_every_ms, Value::Map{{"run", run.id}}});
    return;
  }
  const std::string destination = "room:#" + run.channel;
  std::erase_if(t.w.decision.out, [&](const OutMessage& o) {
    return o.destination == destination && o.kind == "edit" && o.body["post_id"].as_string() == run.post;
  });
  bool posted = false;
  for (OutMessage& o : t.w.decision.out)
    if (o.destination == destination && o.kind == "post" && o.body["post_id"].as_string() == run.post) {
      o.body.set("message", message);
      posted = true;
    }
  if (!posted)
    t.w.decision.out.push_back(
        {t.w.new_id(), destination, "edit", Value::Map{{"post_id", run.post}, {"message", message}}});
  run.shown_ms = t.w.now;
  run.shown_hash = hash;
  t.w.decision.timers.push_back({"show:" + run.id, 0, {}});
}

}  // namespace muster::runbooks
