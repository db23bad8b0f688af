// Runs as lists, one run, and what its steps left behind.
#include <algorithm>
#include <cstdlib>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/commands.h"
#include "runbooks/machine.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"
#include "runbooks/seen.h"
#include "runbooks/watch_state.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t runs_shown = 50, output_bytes = 6000;

std::string who_of(const Call& c, const Run& run) {
  return run.automatic() ? say(c.language, "run.by_itself") : person_name(c.work.config, run.person);
}

std::string run_line(const Call& c, const Run& run) {
  std::string line = "*" + run.id + "* · " + plain(run.runbook) + " · " + status_of(c, run) + " · " + who_of(c, run) +
                     " · " + short_time(c, run.started_ms);
  if (run.over()) line += " · " + took_of(run, c.work.now);
  if (!run.incident.empty()) line += " · " + run.incident;
  return line;
}

bool about(const Run& run, const std::string& service) {
  return service.empty() || run.runbook == service || std::ranges::any_of(run.inputs.as_map(), [&](const auto& input) {
           return input.second.is_string() && lower_ascii(input.second.as_string()) == service;
         });
}

Outcome runs(Call& c) {
  const std::string service = first_argument(c.command);
  const bool mine = c.command.named.contains("mine"), active = c.command.named.contains("active");
  std::vector<std::string> lines;
  Value::List list;
  for (auto it = c.work.state.runs.rbegin(); it != c.work.state.runs.rend() && lines.size() < runs_shown; ++it) {
    const Run& run = it->second;
    if ((active && run.over()) || (mine && run.person != c.actor.id) || !about(run, service)) continue;
    lines.push_back(run_line(c, run));
    list.push_back(Value::Map{{"id", run.id},
                              {"runbook", run.runbook},
                              {"status", run.status},
                              {"person", run.person},
                              {"started", format_utc(run.started_ms)}});
  }
  Outcome o = lines.empty() ? answer(c, active ? "runs.none_active" : "runs.none")
                            : answer(c, "runs.head", {{"n", std::to_string(lines.size())}});
  if (!lines.empty()) o.reply.sections.push_back({join(lines, "\n"), {}});
  o.json = Value(std::move(list));
  return o;
}

// What is asked of people at the moment, as lines to paste.
void add_open(const Call& c, const Run& run, Outcome& o) {
  std::string lines;
  for (const OpenMatter& m : engine_of(c.work).open_matters(c.work.state, run.id)) {
    const Question* q = find_question(c.work.state, m.question);
    const std::string kind = q && q->kind == "confirm" ? "confirm" : m.kind;
    lines +=
        say(c.language, "run.open." + kind, {{"id", run.id}, {"step", plain(m.step)}, {"question", m.question}}) + "\n";
  }
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
}

Outcome show(Call& c) {
  const std::string id = first_argument(c.command);
  const Run* run = find_run(std::as_const(c.work.state), id);
  if (run) {
    Outcome o;
    o.reply = engine_of(c.work).run_message(c.work, *run);
    add_open(c, *run, o);
    o.json = projection(*run).body;
    return o;
  }
  const Lock* lock = find_lock(c.work.state, canonical_id(id));
  if (!lock && canonical_id(id).starts_with('R')) return refuse(c, "run.no_id", {{"id", plain(id)}});
  if (!lock) return no_such_id(c, id);
  Outcome o = answer(c, "lock.line",
                     {{"id", lock->id},
                      {"what", plain(lock->service + " " + lock->environment)},
                      {"who", person_name(c.work.config, lock->owner)},
                      {"reason", plain(lock->reason)}});
  return o;
}

// While a window is open the step's result is the watch itself: what each check saw last.
std::string watched_lines(const Call& c, const StepRun& s) {
  std::string out;
  for (const WatchedCheck& check : watch_from(s.result).checks) {
    if (check.last.empty()) continue;
    out += (check.kind == "target" ? say(c.language, "verify.target") : check.name) + ": " + check.last + "\n";
  }
  return out;
}

std::string item_text(const Value& item) {
  return clip(one_line(item.is_string() ? item.as_string() : to_json(item)), 60);
}

// Of a for_each every turn has the same steps: which one this was, and for what.
std::string turn_of(const Call& c, const Run& run, const std::string& path) {
  const std::string frame = frame_of(path);
  const auto item = item_of(run, frame);
  if (!item) return {};
  const int n = std::atoi(frame.c_str() + frame.rfind('_') + 1);
  return " · " + say(c.language, "run.turn", {{"n", std::to_string(n + 1)}, {"item", plain(item_text(*item))}});
}

// Its turns are listed with their steps: of the group itself only who failed is news.
std::string failed_turns(const Call& c, const Value& result) {
  std::string out;
  for (const Value& turn : result["results"].as_list())
    if (!turn["ok"].as_bool()) out += item_text(turn["item"]) + ": " + say(c.language, "step.status.failed") + "\n";
  return out;
}

void add_log(const Call& c, const Run& run, const std::string& path, std::string& text) {
  const StepRun& s = run.steps.at(path);
  const StepProgress* live = engine_of(c.work).progress_of(run.id, path);
  const std::string took = s.ended() ? format_duration(std::max<DurationMs>(0, s.ended_ms - s.started_ms)) : "";
  text += "*" + plain(s.id) + "* · " + s.verb + " · " + say(c.language, "step.status." + s.status) +
          (took.empty() ? "" : " · " + took) + turn_of(c, run, path) + "\n";
  if (!s.error.empty()) text += plain(clip(one_line(s.error), 400)) + "\n";
  if (live && s.status == "running")  // so far
    text += plain(clip_bytes(std::string(trim(live->line + "\n" + live->lines)), output_bytes)) + "\n";
  const bool watched = !s.ended() && s.result.has("begun_ms");
  const std::string out = watched                ? watched_lines(c, s)
                          : s.verb == "for_each" ? failed_turns(c, s.result)
                                                 : seen_lines(s.result);
  if (!out.empty()) text += plain(clip_bytes(std::string(trim(out)), output_bytes)) + "\n";
}

Outcome logs(Call& c) {
  const Run* run = find_run(std::as_const(c.work.state), first_argument(c.command));
  if (!run) return no_such_id(c, first_argument(c.command));
  const std::string wanted = c.command.args.size() > 1 ? c.command.args[1] : "";
  std::string text;
  for (const std::string& path : run->order) {
    const auto it = run->steps.find(path);
    if (it == run->steps.end() || (!wanted.empty() && it->second.id != wanted && path != wanted)) continue;
    add_log(c, *run, path, text);
  }
  if (text.empty()) return refuse(c, "run.no_log", {{"id", run->id}, {"step", plain(wanted)}});
  Outcome o = answer(c, "run.log", {{"id", run->id}, {"runbook", plain(run->runbook)}, {"status", status_of(c, *run)}});
  o.reply.sections.push_back({std::string(trim(text)), {}});
  o.json = projection(*run).body;
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& listing_commands() {
  static const std::map<std::string_view, Handler> table = {{"runs", runs}, {"show", show}, {"logs", logs}};
  return table;
}

}  // namespace muster::runbooks
