// Watching a service after a change: looks that are repeated until a window is over, alerts that begin meanwhile, and
// the verdict: good, bad, or a person is asked. The window's end is absolute and kept in the record, so that a restart
// goes on where it was; time in which nobody looked is counted and said.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/changes/health.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/urgent.h"
#include "bot/core/metrics/query.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/verify_looks.h"
#include "runbooks/watch_state.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs window_standard_ms = 5 * minute_ms;
constexpr DurationMs every_standard_ms = 15 * second_ms;
constexpr int last_looks = 5;                       // after the window, while the last one was bad
constexpr DurationMs one_look_ms = 35 * second_ms;  // a look without any answer is over then

DurationMs time_in(const Value& with, std::string_view key, DurationMs standard) {
  const auto d = parse_duration(with[key].as_string());
  return d ? *d : standard;
}

bool flag_in(const Value& with, std::string_view key) { return with[key].is_null() || with[key].as_bool(); }

AlertWatch alerts_of(const Value& with) {
  AlertWatch watch{.service = with["service"].as_string(), .environment = with["env"].as_string(), .matchers = {}};
  if (!with["matchers"].as_string().empty()) watch.matchers = {with["matchers"].as_string()};
  return watch;
}

// The path of the change of this run that the step looks after: the newest one of that place; empty: none.
std::string change_before(const Turn& t, const Value& with, const std::string& path) {
  std::string found;
  for (const std::string& at : t.run.order) {
    const auto it = t.run.steps.find(at);
    if (it == t.run.steps.end() || at == path || is_undo_path(at)) continue;
    const StepRun& s = it->second;
    const bool same = s.arguments["service"] == with["service"] && s.arguments["env"] == with["env"];
    if (is_change(s.verb) && same && !s.before.is_null()) found = at;
  }
  return found;
}

WatchedCheck check_of(const Value& row, const std::string& kind, std::int64_t at, DurationMs every, TimeMs now) {
  WatchedCheck c;
  c.kind = kind;
  c.at = at;
  c.name = row["name"].as_string();
  if (c.name.empty()) c.name = clip(one_line(row[kind == "http" ? "url" : "query"].as_string()), 80);
  c.every_ms = std::max<DurationMs>(second_ms, time_in(row, "every", every));
  c.allowed = row["failures"].as_int(1);
  c.next_ms = now;
  return c;
}

std::vector<WatchedCheck> checks_of(const Value& with, TimeMs now) {
  const DurationMs every = std::max<DurationMs>(second_ms, time_in(with, "every", every_standard_ms));
  std::vector<WatchedCheck> checks;
  if (flag_in(with, "target")) {
    checks.push_back(check_of(with, "target", 0, every, now));
    checks.back().name = "target";
  }
  for (const char* kind : {"http", "promql"}) {
    std::int64_t at = 0;
    for (const Value& row : with[kind].as_list()) checks.push_back(check_of(row, kind, at++, every, now));
  }
  return checks;
}

Watch watch_for(const Turn& t, const Value& with, const std::string& path) {
  Watch w;
  w.since_ms = w.begun_ms = t.w.now;
  w.checks = checks_of(with, t.w.now);
  const auto found = t.run.steps.find(change_before(t, with, path));
  if (found == t.run.steps.end()) return w;
  const StepRun* change = &found->second;
  w.since_ms = change->before["at_ms"].as_int(change->started_ms);
  const bool versioned = change->verb == "deploy" || change->verb == "rollback";
  if (versioned) w.version = change->result["version"].as_string();
  if (change->verb == "scale" && !change->arguments["minimum"].as_bool())
    w.replicas = change->arguments["replicas"].as_int(-1);
  for (const Value& id : change->before["firing"].as_list()) w.before.push_back(id.as_string());
  return w;
}

DurationMs window_of(const StepRun& s) { return time_in(s.arguments, "for", window_standard_ms); }

void keep_watch(Turn& t, const std::string& path, const Watch& watch, Value data) {
  data.set("result", to_value(watch));
  note_attempt(t, path, std::move(data));
}

// --- words
std::string span_text(DurationMs span) { return span % minute_ms == 0 ? short_span(span) : format_duration(span); }

std::string words_for(const Turn& t) { return channel_language(t.w, t.run.channel); }

std::map<std::string, std::string> place_words(const Turn& t, const Value& with) {
  return {{"id", t.run.id}, {"service", plain(with["service"].as_string())}, {"env", plain(with["env"].as_string())}};
}

std::string check_name(const std::string& lang, const WatchedCheck& c) {
  return c.kind == "target" ? say(lang, "verify.target") : c.name;
}

std::string names_seen(const std::string& lang, const Watch& watch, bool alerts) {
  std::vector<std::string> names;
  for (const WatchedCheck& c : watch.checks)
    if (c.seen > 0) names.push_back(plain(check_name(lang, c) + (c.counted ? ": " + c.last : "")));
  if (alerts) names.push_back(say(lang, "verify.alerts"));
  return join(names, ", ");
}

Value seen_summary(const Watch& watch, const std::string& verdict, const std::string& why, DurationMs window) {
  Value checks = Value::List{};
  for (const WatchedCheck& c : watch.checks)
    checks.push(
        Value::Map{{"kind", c.kind}, {"name", c.name}, {"seen", c.seen}, {"missed", c.missed}, {"last", c.last}});
  Value v = Value::Map{{"verdict", verdict},
                       {"why", why},
                       {"watched", span_text(std::max<DurationMs>(0, window - watch.unwatched_ms))},
                       {"not_watched", span_text(watch.unwatched_ms)}};
  v.set("checks", std::move(checks));
  return v;
}

void tell_verdict(Turn& t, const std::string& path, const std::string& key, std::map<std::string, std::string> words,
                  const std::string& color) {
  Message m;
  m.color = color;
  m.text = say_with(words_for(t), key, words);
  tell_thread(t, "verdict-" + t.run.id + "-" + path + "-" + std::to_string(t.w.now), std::move(m));
}

// --- verdicts
// On the record of the change itself: figures are made of it.
void note_verdict(Turn& t, const std::string& path, const std::string& verdict, const std::string& why) {
  const StepRun s = *find_step(t, path);
  std::string change = change_before(t, s.arguments, path);
  if (change.empty()) return;
  if (const std::string first = first_stage_of(t.run, change); !first.empty()) change = first;
  Entry e;
  e.kind = "change.judged";
  e.incident_id = t.run.incident;
  e.services = {s.arguments["service"].as_string()};
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  e.text = t.run.id + "." + change + ": " + verdict + (why.empty() ? "" : ", " + why);
  e.data = Value::Map{{"change", t.run.id + "." + change}, {"verdict", verdict}, {"why", why}};
  record(t.w, std::move(e));
}

void ask_verdict(Turn& t, const std::string& path, const std::string& key, const std::string& why) {
  const StepRun s = *find_step(t, path);
  if (t.run.cancel_wanted) return fail_step(t, path, nullptr, "cancelled", why);
  note_verdict(t, path, "ask", why);
  note_attempt(t, path,
               Value::Map{{"status", "needs_decision"},
                          {"stage", ""},
                          {"error", why},
                          {"due_ms", t.w.now + decision_ms},
                          {"deadline_ms", 0}});
  const std::string lang = words_for(t);
  auto words = place_words(t, s.arguments);
  words["why"] = plain(clip(why, 500));
  words["step"] = plain(s.id);
  Message m;
  m.color = "danger";
  m.text = say_with(lang, key, words);
  m.sections.push_back({say_with(lang, "verify.choices", words), {}});
  const std::string about = " " + t.run.id + " " + s.id;
  m.buttons = {{say(lang, "verify.button.good"), "done" + about, ""},
               {say(lang, "verify.button.bad"), "fail" + about, "danger"},
               {say(lang, "verify.button.again"), "retry" + about, ""}};
  tell_thread(t, "decide-" + s.attempt_id, std::move(m));
  make_urgent(t.w);
}

void is_bad(Turn& t, const std::string& path, const Step& step, const Watch& watch, const std::string& why) {
  const StepRun s = *find_step(t, path);
  const std::string& rule = s.arguments["on_bad"].as_string();
  if (rule == "ask") return ask_verdict(t, path, "verify.bad.ask", why);
  note_verdict(t, path, "bad", why);
  auto words = place_words(t, s.arguments);
  words["why"] = plain(clip(why, 500));
  tell_verdict(t, path, "verify.bad", words, "danger");
  if (rule != "continue") return fail_step(t, path, &step, "unhealthy", why);
  end_step(t, path, &step, {.status = "succeeded", .result = seen_summary(watch, "bad", why, window_of(s))});
}

void nobody_knows(Turn& t, const std::string& path, const Step& step, const Watch& watch, const std::string& why) {
  const StepRun s = *find_step(t, path);
  const std::string& rule = s.arguments["no_data"].as_string();
  if (rule != "fail" && rule != "continue") return ask_verdict(t, path, "verify.unknown.ask", why);
  auto words = place_words(t, s.arguments);
  words["why"] = plain(clip(why, 500));
  tell_verdict(t, path, "verify.unknown", words, "warning");
  if (rule == "fail") return fail_step(t, path, &step, "bad_output", why);
  end_step(t, path, &step, {.status = "succeeded", .result = seen_summary(watch, "unknown", why, window_of(s))});
}

void is_well(Turn& t, const std::string& path, const Step& step, const Watch& watch) {
  note_verdict(t, path, "good", "");
  const StepRun s = *find_step(t, path);
  const std::string lang = words_for(t);
  const DurationMs window = window_of(s);
  auto words = place_words(t, s.arguments);
  words["time"] = span_text(std::max<DurationMs>(0, window - watch.unwatched_ms));
  words["what"] = names_seen(lang, watch, flag_in(s.arguments, "alerts"));
  const std::string gap =
      watch.unwatched_ms > 0 ? " " + say(lang, "verify.gap", {{"time", span_text(watch.unwatched_ms)}}) : "";
  Message m;
  m.color = "good";
  m.text = say_with(lang, "verify.good", words) + gap;
  tell_thread(t, "verdict-" + t.run.id + "-" + path + "-" + std::to_string(t.w.now), std::move(m));
  end_step(t, path, &step, {.status = "succeeded", .result = seen_summary(watch, "good", "", window)});
}

std::string why_unknown(const Turn& t, const Watch& watch, DurationMs window) {
  const std::string lang = words_for(t);
  std::vector<std::string> why;
  if (!watched_enough(watch, window))
    why.push_back(say(lang, "verify.gap.long", {{"time", span_text(watch.unwatched_ms)}, {"all", span_text(window)}}));
  for (const WatchedCheck* c : unseen(watch))
    why.push_back(say(lang,
                      c->mute        ? "verify.mute"
                      : c->counted   ? "verify.miscounted"
                      : c->seen == 0 ? "verify.unseen"
                                     : "verify.seldom",
                      {{"name", check_name(lang, *c)},
                       {"seen", std::to_string(c->seen)},
                       {"of", std::to_string(c->seen + c->missed)},
                       {"last", c->last}}));
  if (const WatchedCheck* c = doubtful(watch))
    why.push_back(say(lang, "verify.doubt", {{"name", check_name(lang, *c)}, {"last", c->last}}));
  if (watch.checks.empty()) why.push_back(say(lang, "verify.nothing"));
  return join(why, " ");
}

std::string alert_names(const Turn& t, const std::vector<std::string>& ids) {
  std::vector<std::string> names;
  for (const std::string& id : ids)
    if (const Alert* a = find_alert(std::as_const(t.w.state), id)) names.push_back(id + " " + one_line(a->title));
  if (names.size() > 5) {
    const std::size_t more = names.size() - 5;
    names.resize(5);
    names.push_back("+" + std::to_string(more));
  }
  return join(names, ", ");
}

// What is shown of the place has to be what was seen there last. Most looks find what the change had left: that is in
// the record already, and is not kept a second time.
void keep_found(const Turn& t, const std::string& path, const Value& with, const Value& answer, Watch& watch) {
  if (!answer.is_map() || answer.has("error")) return;
  const auto change = t.run.steps.find(change_before(t, with, path));
  Value found = Value::Map{};
  bool other = false;
  for (const char* fact : {"version", "part_version", "part_replicas", "replicas", "healthy", "detail"}) {
    if (!answer[fact].is_null()) found.set(fact, answer[fact]);
    other = other || change == t.run.steps.end() || change->second.result[fact] != answer[fact];
  }
  watch.found = other ? std::move(found) : Value();
}

// True: alerts decided it.
bool judged_by_alerts(Turn& t, const std::string& path, const Step& step, const Watch& watch) {
  const Value with = find_step(t, path)->arguments;
  if (!flag_in(with, "alerts")) return false;
  const auto ids = newly_firing(t.w.state, t.w.config, alerts_of(with), watch.since_ms, watch.before);
  if (ids.empty()) return false;
  const std::string lang = words_for(t);
  is_bad(t, path, step, watch, say(lang, "verify.alert", {{"alerts", alert_names(t, ids)}}));
  return true;
}

TimeMs next_look(const Watch& watch, TimeMs end) {
  TimeMs next = end;
  for (const WatchedCheck& c : watch.checks) next = std::min(next, c.next_ms);
  return next;
}

void judge(Turn& t, const std::string& path, const Step& step, Watch watch) {
  const StepRun s = *find_step(t, path);
  const std::string lang = words_for(t);
  if (judged_by_alerts(t, path, step, watch)) return;
  if (const WatchedCheck* c = failing(watch))
    return is_bad(t, path, step, watch,
                  say(lang, c->kind == "target" ? "verify.failing.target" : "verify.failing",
                      {{"name", check_name(lang, *c)}, {"last", c->last}, {"n", std::to_string(c->row)}}));
  const DurationMs window = window_of(s);
  TimeMs end = s.deadline_ms;
  // Its last look was bad and is still forgiven: another one decides, or a few of them.
  const WatchedCheck* doubt = doubtful(watch);
  if (doubt && t.w.now >= end && ++watch.extra <= last_looks) end = t.w.now + doubt->every_ms;
  if (t.w.now < end)
    return keep_watch(
        t, path, watch,
        Value::Map{{"status", "waiting"}, {"stage", ""}, {"due_ms", std::max(t.w.now + 1, next_look(watch, end))}});
  if (doubt || !anything_seen(watch) || !watched_enough(watch, window) || !unseen(watch).empty())
    return nobody_knows(t, path, step, watch, why_unknown(t, watch, window));
  if (stays_at_stage(t, path, watch)) {
    const TimeMs due = std::max(t.w.now + second_ms, next_look(watch, t.w.now + minute_ms));
    return keep_watch(t, path, watch, Value::Map{{"status", "waiting"}, {"stage", ""}, {"due_ms", due}});
  }
  is_well(t, path, step, watch);
}

}  // namespace

void note_alerts_before(const Turn& t, const Value& arguments, Value& before) {
  Value firing = Value::List{};
  for (const std::string& id : firing_now(t.w.state, t.w.config, alerts_of(arguments))) firing.push(id);
  before.set("at_ms", t.w.now);
  if (!firing.as_list().empty()) before.set("firing", std::move(firing));
}

void begin_verify(Turn& t, const Action& a) {
  const DurationMs window = time_in(a.arguments, "for", window_standard_ms);
  keep_watch(t, a.path, watch_for(t, a.arguments, a.path),
             Value::Map{{"step", a.step->id},
                        {"verb", "verify"},
                        {"effect", "read"},
                        {"status", "waiting"},
                        {"stage", ""},
                        {"attempt", 1},
                        {"attempt_id", t.run.id + "." + a.path + "-1"},
                        {"arguments", a.arguments},
                        {"error_kind", ""},
                        {"error", ""},
                        {"due_ms", t.w.now},
                        {"deadline_ms", t.w.now + window}});
  tell_stage(t, a.path);
}

void look_after(Turn& t, const std::string& path, const Step& step) {
  const StepRun s = *find_step(t, path);
  Watch watch = watch_from(s.result);
  for (WatchedCheck& c : watch.checks)
    if (c.asked) take(c, {});  // no answer came at all
  account(watch, t.w.now, s.deadline_ms);
  if (judged_by_alerts(t, path, step, watch)) return;
  AttemptOrder order;
  order.arguments = order_of(s.arguments, watch, t.w.now, t.w.now >= s.deadline_ms);
  const bool any = std::ranges::any_of(watch.checks, [](const WatchedCheck& c) { return c.asked; });
  if (!any) return judge(t, path, step, std::move(watch));
  const int n = s.attempt + 1;
  const std::string id = t.run.id + "." + path + "-" + std::to_string(n);
  keep_watch(t, path, watch,
             Value::Map{{"stage", "sample"}, {"attempt", n}, {"attempt_id", id}, {"due_ms", t.w.now + one_look_ms}});
  order.run = t.run.id;
  order.path = path;
  order.attempt = n;
  order.id = id;
  order.stage = "sample";
  order.verb = "verify";
  order.effect = "read";
  order.deadline_ms = t.w.now + one_look_ms - 5 * second_ms;
  send_out(t, std::move(order));
}

void looked_after(Turn& t, const std::string& path, const Step& step, const AttemptReport& r) {
  const StepRun s = *find_step(t, path);
  Watch watch = watch_from(s.result);
  // A rehearsal knows the verdict beforehand.
  if (const std::string& verdict = r.result["verdict"].as_string(); !verdict.empty()) {
    const std::string& why = r.result["why"].as_string();
    if (verdict == "good") return is_well(t, path, step, watch);
    return verdict == "bad" ? is_bad(t, path, step, watch, why) : nobody_knows(t, path, step, watch, why);
  }
  take_answers(words_for(t), s.arguments, r.result, watch, t.w.now);
  keep_found(t, path, s.arguments, r.result["target"], watch);
  if (const std::string other = foreign_version(watch, r.result); !other.empty()) {
    const std::string lang = words_for(t);
    return ask_verdict(t, path, "verify.unknown.ask",
                       say(lang, "verify.foreign", {{"version", clip(one_line(other), 100)}, {"ours", watch.version}}));
  }
  judge(t, path, step, std::move(watch));
}

void watch_alerts(Turn& t, const std::string& path) {
  const StepRun s = *find_step(t, path);
  const Step* step = step_at(t.book, t.run, path);
  if (step) static_cast<void>(judged_by_alerts(t, path, *step, watch_from(s.result)));
}

void judged_by_word(Turn& t, const std::string& path, bool good) { note_verdict(t, path, good ? "good" : "bad", ""); }

void resume_verify(Turn& t, const std::string& path) {
  Watch watch = watch_from(find_step(t, path)->result);
  for (WatchedCheck& c : watch.checks)
    if (c.asked) c.asked = false, c.next_ms = t.w.now;
  keep_watch(t, path, watch, Value::Map{{"stage", ""}, {"due_ms", t.w.now}});
}

}  // namespace muster::runbooks
