// The time of a stored command has come: it runs by the same gate as a typed one, as its owner, once; or it is left
// out, held or offered, and that is said.
#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/changes/plan.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/schedules.h"
#include "bot/core/schedules/recurrence.h"

namespace muster {
namespace {

struct Ringing {
  Work& w;
  const Schedule t;  // as it was
  TimeMs due = 0;
  CommandInput input;
  std::string language, zone, user;
};

const Person* owner_of(const Ringing& r) { return find_person(r.w.config, r.t.person); }

// As everywhere else people are called: each platform knows its own.
std::string handle_there(const Person* p) { return !p ? "" : p->handles.empty() ? p->id : p->handles.front().name; }

Ringing ringing_of(Work& w, const Schedule& t) {
  Ringing r{.w = w, .t = t, .due = t.next_ms, .input = {}, .language = {}, .zone = {}, .user = {}};
  r.language = language_of(w.state, w.config, t.person, t.channel);
  const Person* p = owner_of(r);
  r.zone = p && !p->zone.empty() ? p->zone : w.config.zone;
  r.user = handle_there(p);
  r.input.person = t.is_operator && t.person == "operator" ? "" : t.person;
  r.input.is_operator = t.is_operator;
  r.input.platform = t.platform;
  r.input.channel = t.channel;
  r.input.source_id = t.id + "-" + std::to_string(r.due);
  r.input.text = t.command;
  r.input.direct = t.direct;
  r.input.standing = t.standing;
  r.input.schedule = t.id;
  return r;
}

std::string clock_of(const Ringing& r, TimeMs t) {
  const std::string utc = format_utc_minute(t) + " UTC";
  return r.zone.empty() || r.zone == "UTC" ? utc : utc + " (" + format_in_zone(t, r.zone, "%H:%M %Z") + ")";
}

TimeMs next_of(const Ringing& r) {
  const auto rule = r.t.repeats ? read_recurrence(r.t.every) : std::nullopt;
  return rule ? next_time(*rule, std::max(r.w.now, r.due), r.t.zone, r.t.base_ms) : 0;
}

struct Became {
  std::string result;  // ok, asked, refused, late, busy, held
  std::string status;  // of the schedule, when it does not wait for its next time
  std::string reason = {}, question = {};
  int failures = -1;  // in a row; -1: as many as before
  bool ran = false;
  std::string counted = {};  // the last run whose end was looked at; empty: as before
};

void note_ring(const Ringing& r, const Became& b) {
  const TimeMs next = b.status.empty() ? next_of(r) : b.status == "held" ? r.due : 0;
  Entry e;
  e.kind = "schedule.fired";
  e.origin = "human";
  e.actor = actor_of(r.w.config, r.t.person, r.t.is_operator);
  e.source = {.system = "muster", .type = "schedule", .id = r.input.source_id, .channel = r.t.channel, .permalink = {}};
  e.text = r.t.id + " " + b.result + ": " + r.t.command;
  e.data = Value::Map{{"id", r.t.id},
                      {"due_ms", r.due},
                      {"result", b.result},
                      {"reason", b.reason},
                      {"next_ms", next},
                      {"status", b.status.empty() ? "waiting" : b.status},
                      {"failures", b.failures < 0 ? r.t.failures : b.failures},
                      {"ran", b.ran},
                      {"question", b.question},
                      {"counted", b.counted.empty() ? r.t.counted : b.counted},
                      {"command", r.t.command}};
  record(r.w, std::move(e));
  if (b.status != "held" && next != 0)
    r.w.decision.timers.push_back({std::string(schedule_timer_prefix) + r.t.id, next, Value::Map{{"id", r.t.id}}});
}

// Whom it is for, and why now: the first line.
std::string head_of(const Ringing& r) {
  const std::string who = r.user.empty() ? person_name(r.w.config, r.t.person) : "@" + r.user;
  const Schedule* now = find_schedule(std::as_const(r.w.state), r.t.id);
  const bool again = now && now->open() && now->repeats;
  std::string head = say(r.language, again ? "schedule.rings_every" : "schedule.rings",
                         {{"who", who},
                          {"id", r.t.id},
                          {"rhythm", plain(rhythm_words(r.language, r.t))},
                          {"next", again ? clock_of(r, now->next_ms) : ""}});
  if (r.w.now - r.due > limits::stale_command_ms)
    head += " " + say(r.language, "schedule.is_late",
                      {{"time", clock_of(r, r.due)}, {"late", format_duration(r.w.now - r.due)}});
  return head;
}

Fired told(const Ringing& r, std::string_view key, Words words) {
  Outcome o;
  o.ok = false;
  o.language = r.language;
  o.reply.text = say(r.language, key, words);
  o.reply.color = "warning";
  return {.input = r.input, .user = r.user, .head = head_of(r), .outcome = std::move(o)};
}

// Ready to paste, and to press.
Fired offered(const Ringing& r, std::string_view key, Words words) {
  Fired f = told(r, key, words);
  f.outcome.reply.sections.push_back(
      {say(r.language, "schedule.paste", {{"command", plain(clip(one_line(r.t.command), 300))}}), {}});
  f.outcome.reply.buttons.push_back({say(r.language, "button.again"), r.t.command, ""});
  return f;
}

Fired suspended(const Ringing& r, const std::string& result, const std::string& why, int failures, bool ran) {
  note_ring(r, {.result = result, .status = "suspended", .reason = why, .failures = failures, .ran = ran});
  return told(r, "schedule.suspended",
              {{"id", r.t.id}, {"why", plain(clip(one_line(why), 300))}, {"again", plain(clip(line_again(r.t), 300))}});
}

std::string environment_of(const Ringing& r) {
  const auto parsed = parse_command(r.t.command);
  if (!parsed) return {};
  const Command command = settled(*parsed, r.w.config);
  const Call c{r.w, r.input, command, r.language, r.zone, actor_of(r.w.config, r.t.person, r.t.is_operator)};
  return ask_for(c, asker_of(c), command).environment;
}

// Nothing new may begin, or nothing may be changed without a person.
bool stopped(const Ringing& r, std::optional<Fired>& said) {
  const Automation& a = r.w.state.automation;
  const bool before = r.t.result == "held";  // said last time
  if (a.draining && begins_runs(r.t.verb)) {
    note_ring(r, {.result = "held", .status = r.t.repeats ? "" : "held", .reason = "drain"});
    if (!before) said = told(r, r.t.repeats ? "schedule.held_every" : "schedule.held", {{"id", r.t.id}});
    return true;
  }
  if (!r.t.writes) return false;
  const std::string why = automation_off(r.w.state, environment_of(r));
  if (why.empty()) return false;
  note_ring(r, {.result = "held", .status = r.t.repeats ? "" : "offered", .reason = "automation is off: " + why});
  if (!before) said = offered(r, "schedule.off", {{"id", r.t.id}, {"why", plain(clip(one_line(why), 200))}});
  return true;
}

bool too_late(const Ringing& r, std::optional<Fired>& said) {
  const DurationMs late = r.w.now - r.due;
  const bool write = r.t.writes && late > limits::stale_command_ms;
  const bool read = !r.t.writes && !r.t.repeats && late > schedule_read_late_max;
  if (!write && !read) return false;
  note_ring(r, {.result = "late", .status = r.t.repeats ? "" : "offered", .reason = format_duration(late) + " late"});
  said = offered(r, "schedule.too_late", {{"id", r.t.id}});
  return true;
}

// The last time is still going: a run, or a question that waits.
bool still_going(const Ringing& r, std::optional<Fired>& said) {
  if (!r.t.repeats) return false;
  const Run* run = run_of(r.w.state, r.t);
  const Question* q = find_question(std::as_const(r.w.state), r.t.question);
  std::string id = run && !run->over() ? run->id : "";
  if (id.empty() && q && q->open() && q->expires_ms > r.w.now) id = q->id;
  if (id.empty()) return false;
  const bool before = r.t.result == "busy";
  note_ring(r, {.result = "busy", .status = {}, .reason = id, .question = r.t.question});
  if (!before) said = told(r, "schedule.busy", {{"id", r.t.id}, {"what", id}});
  return true;
}

// How often it failed in a row before this time: what it began counts when it is over.
int failures_before(const Ringing& r) {
  const Run* run = run_of(r.w.state, r.t);
  if (!run || !run->over() || run->id == r.t.counted) return r.t.failures;
  if (run->status == "succeeded") return 0;
  return run->status == "failed" || run->status == "undo_failed" ? r.t.failures + 1 : r.t.failures;
}

std::string first_of(const Decision& d, std::size_t from, const std::string& kind, const char* key) {
  for (std::size_t i = from; i < d.entries.size(); ++i)
    if (d.entries[i].kind == kind) return d.entries[i].data[key].as_string();
  return {};
}

Fired given(const Ringing& r, int before) {
  const std::size_t from = r.w.decision.entries.size();
  const Run* last = run_of(r.w.state, r.t);
  const std::string counted = last ? last->id : "";
  Outcome o = run_command(r.w, r.input);
  const std::string question = first_of(r.w.decision, from, "approval.asked", "id");
  const std::string run = first_of(r.w.decision, from, "runbook.started", "run_id");
  const bool no_right = !o.ok && (o.code == "denied" || o.code == "stranger");
  Became b{.result = !o.ok ? "refused" : !question.empty() ? "asked" : "ok", .status = r.t.repeats ? "" : "done"};
  b.ran = true;
  b.question = question;
  b.counted = counted;
  b.failures = o.ok ? (run.empty() ? 0 : before) : before + 1;
  if (!o.ok) b.reason = clip(one_line(plain_text(o.reply)), 300);
  if (!o.ok && !r.t.repeats) b.status = "refused";
  if (r.t.repeats && (no_right || b.failures >= schedule_failures_max)) {
    Fired f = suspended(r, b.result, b.reason, b.failures, true);
    f.outcome.reply.sections.insert(f.outcome.reply.sections.begin(), {o.reply.text, {}});
    return f;
  }
  note_ring(r, b);
  return {.input = r.input, .user = r.user, .head = head_of(r), .outcome = std::move(o)};
}

}  // namespace

bool begins_runs(std::string_view verb) { return is_change_command(verb) || verb == "run" || verb == "retry"; }

std::string line_again(const Schedule& t) { return t.repeats ? "every " + t.every + " " + t.command : t.command; }

const Run* run_of(const State& state, const Schedule& t) {
  for (auto it = state.runs.rbegin(); it != state.runs.rend(); ++it)
    if (it->second.trigger == t.id || it->second.change.member("schedule").as_string() == t.id) return &it->second;
  return nullptr;
}

std::optional<Fired> schedule_rang(Work& w, const Timer& timer) {
  const Schedule* t = find_schedule(std::as_const(w.state), timer.id.substr(schedule_timer_prefix.size()));
  if (!t || !t->open() || t->next_ms == 0 || t->next_ms > w.now) return {};
  const Ringing r = ringing_of(w, *t);
  if (!owner_of(r) && !r.t.is_operator)
    return suspended(r, "refused", say("en", "schedule.owner_gone", {{"who", r.t.person}}), r.t.failures, false);
  std::optional<Fired> said;
  if (stopped(r, said) || still_going(r, said) || too_late(r, said)) return said;
  const int before = failures_before(r);
  if (r.t.repeats && before >= schedule_failures_max) {
    const Run* run = run_of(w.state, r.t);
    return suspended(r, "refused", run ? run->id + " " + run->status : "", before, false);
  }
  return given(r, before);
}

void schedules_moved(Work& w, DurationMs by) {
  std::vector<Schedule> moved;
  for (const auto& [n, t] : w.state.schedules)
    if (t.open() && t.elapsed && t.next_ms != 0) moved.push_back(t);
  for (const Schedule& t : moved) {
    Entry e;
    e.kind = "schedule.moved";
    e.text = t.id + ": the wall clock was set";
    e.data = Value::Map{{"id", t.id}, {"next_ms", t.next_ms + by}, {"base_ms", t.base_ms + by}, {"moved_ms", by}};
    record(w, std::move(e));
    w.decision.timers.push_back({std::string(schedule_timer_prefix) + t.id, t.next_ms + by, Value::Map{{"id", t.id}}});
  }
}

void release_schedules(Work& w) {
  for (const auto& [n, t] : w.state.schedules)
    if (t.status == "held")
      w.decision.timers.push_back(
          {std::string(schedule_timer_prefix) + t.id, std::max<TimeMs>(t.next_ms, 1), Value::Map{{"id", t.id}}});
}

}  // namespace muster
