// A run begins, waits in line, or is refused; and what follows when it is over.
#include <algorithm>
#include <set>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/scope.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

// For people: without inputs and without a key of its own there is only the runbook to name.
std::string shown_key(const Run& draft) { return plain(draft.key == "{}" ? draft.runbook.text() : draft.key); }

std::unexpected<Refusal> not_started(std::string key, std::map<std::string, std::string> words = {}) {
  return std::unexpected(Refusal{std::move(key), std::move(words)});
}

void collect_calls(const std::vector<Step>& steps, std::set<std::string>& names) {
  for (const Step& step : steps) {
    const Field* name = step.verb == "call" ? step.arguments.find("runbook") : nullptr;
    if (name && name->scalar.literal()) names.insert(literal_value(name->scalar).as_string());
    collect_calls(step.steps, names);
  }
}

std::set<std::string> calls_of(const Runbook& book) {
  std::set<std::string> names;
  for (const auto* list : {&book.steps, &book.on_failure, &book.finally}) collect_calls(*list, names);
  return names;
}

Value labels_of(const Alert& a) {
  Value labels = Value::Map{};
  for (const auto& [k, v] : a.labels) labels.set(k, v);
  return labels;
}

Value facts_about(const State& state, const std::string& alert, const std::string& incident) {
  Value facts = Value::Map{};
  if (const Alert* a = find_alert(state, alert)) {
    facts.set("alert", Value::Map{{"id", a->id},
                                  {"title", a->title},
                                  {"status", a->status},
                                  {"severity", a->severity},
                                  {"starts", format_utc(a->starts_ms)},
                                  {"episode", a->episode},
                                  {"labels", labels_of(*a)}});
  }
  if (const Incident* i = public_incident(state, incident)) {
    Value services = Value::List{};
    for (const std::string& s : i->services) services.push(s);
    facts.set("incident", Value::Map{{"id", i->id},
                                     {"title", i->title},
                                     {"severity", i->severity},
                                     {"status", i->status},
                                     {"services", services},
                                     {"service", i->services.empty() ? "" : i->services.front()},
                                     {"channel", i->channel}});
  }
  return facts;
}

// alert.labels.service -> the value there, or null.
Value at_path(const Value& facts, const std::string& path) {
  const Value* v = &facts;
  for (const std::string& part : split(path, '.')) v = &(*v)[part];
  return *v;
}

Decided<Value> inputs_for(const Runbook& book, const Value& given, const Value& facts) {
  Value inputs = Value::Map{};
  std::vector<std::string> missing;
  for (const auto& [name, v] : given.as_map())
    if (std::ranges::find(book.inputs, name, &Input::name) == book.inputs.end())
      return not_started("run.no_input", {{"name", name}, {"runbook", book.name}});
  for (const Input& input : book.inputs) {
    Value v = given[input.name];
    if (v.is_null() && !input.from.empty()) v = at_path(facts, input.from);
    if (v.is_null()) v = input.standard;
    if (v.is_null()) {
      if (input.required) missing.push_back(input.name);
      continue;
    }
    auto fits = fit_input(input, v);
    if (!fits) return not_started("run.bad_input", {{"name", input.name}, {"why", why_unfit(input, fits.error())}});
    inputs.set(input.name, std::move(*fits));
  }
  if (missing.empty()) return inputs;
  return not_started("run.missing",
                     {{"list", join(missing, ", ")}, {"runbook", book.name}, {"first", missing.front()}});
}

struct Others {
  const Run *busy = nullptr, *waits = nullptr, *last = nullptr;
  int in_window = 0;
};

Others others_of(const State& state, const std::string& runbook, const std::string& key, TimeMs since) {
  Others o;
  for (const auto& [n, run] : state.runs) {
    if (run.runbook != runbook || run.key != key) continue;
    if (!run.over()) (run.status == "queued" ? o.waits : o.busy) = &run;
    if (run.over() && (!o.last || run.ended_ms > o.last->ended_ms)) o.last = &run;
    if (run.started_ms > since) ++o.in_window;
  }
  return o;
}

Decided<void> may_start_by_itself(const Work& w, const Runbook& book, const std::string& key, const Others& others) {
  if (const Disarmed* d = disarmed(w.state, book.name, key, w.now))
    return not_started("run.disarmed", {{"why", d->reason}});
  if (const std::string why = automation_off(w.state, ""); !why.empty())
    return not_started("run.automation_off", {{"why", why}});
  const Guard& g = book.guard;
  if (others.last && w.now - others.last->ended_ms < g.cooldown_ms)
    return not_started("run.cooldown", {{"id", others.last->id},
                                        {"until_ms", std::to_string(others.last->ended_ms + g.cooldown_ms)},
                                        {"time", format_utc_clock(others.last->ended_ms + g.cooldown_ms) + " UTC"}});
  if (others.in_window >= g.max_runs)
    return not_started("run.max_runs",
                       {{"n", std::to_string(g.max_runs)}, {"time", format_duration(g.max_runs_in_ms)}});
  return {};
}

std::int64_t count_steps(const std::vector<Step>& steps) {
  std::int64_t n = 0;
  for (const Step& s : steps) n += 1 + count_steps(s.steps);
  return n;
}

void record_start(Work& w, const StartWish& wish, const PinnedRunbook& pinned, const Runbook& book, Run draft) {
  if (!w.state.pinned.contains(pinned.hash)) {
    Value called = Value::Map{};
    for (const auto& [name, text] : pinned.called) called.set(name, text);
    Entry p;
    p.kind = "runbook.pinned";
    p.text = pinned.name;
    p.data = Value::Map{{"hash", pinned.hash}, {"name", pinned.name}, {"text", pinned.text}, {"called", called}};
    record(w, std::move(p));
  }
  Entry e = wish.by;
  const std::string reason = e.data["reason"].as_string();  // as the person gave it
  e.kind = "runbook.started";
  e.incident_id = wish.incident;
  e.text = draft.id + " " + book.name + (draft.key.empty() ? "" : " (" + draft.key + ")");
  e.data = Value::Map{{"run_id", draft.id},
                      {"runbook", book.name},
                      {"hash", pinned.hash},
                      {"policy_hash", w.config.policy_hash},
                      {"person", wish.person},
                      {"trigger", wish.trigger},
                      {"inputs", draft.inputs},
                      {"facts", draft.facts},
                      {"alert", wish.alert},
                      {"platform", wish.platform},
                      {"channel", draft.channel},
                      {"thread", wish.thread},
                      {"post", "run-" + draft.id},
                      {"key", draft.key},
                      {"again_of", wish.again_of},
                      {"status", draft.status},
                      {"change", wish.change},
                      {"deadline_ms", draft.deadline_ms},
                      {"steps_total", count_steps(book.steps)}};
  if (!reason.empty()) e.data.set("reason", reason);
  record(w, std::move(e));
}

}  // namespace

std::string key_of(const Book& book, const Run& run, TimeMs now) {
  if (book.main->guard.key) {
    const auto v = Scope(book, run, "0", now).key(*book.main->guard.key);
    if (v) return clip_bytes(*v, 300);
  }
  return clip_bytes(to_json(run.inputs), 300);
}

// The text of the runbook and of everything it can call: edits change no run that has begun.
Decided<std::shared_ptr<const PinnedRunbook>> Engine::pin(const Runbook& book) const {
  auto pinned = std::make_shared<PinnedRunbook>();
  pinned->name = book.name;
  pinned->text = book.text;
  std::set<std::string> open = calls_of(book);
  while (!open.empty()) {
    const std::string name = *open.begin();
    open.erase(open.begin());
    if (pinned->called.contains(name) || name == book.name) continue;
    const auto it = library_.find(name);
    if (it == library_.end() || !it->second.runbook) return not_started("run.none", {{"name", name}});
    pinned->called[name] = it->second.runbook->text;
    open.merge(calls_of(*it->second.runbook));
  }
  std::string all = book.name + "\n" + book.text;
  for (const auto& [name, text] : pinned->called) all += "\n" + name + "\n" + text;
  pinned->hash = to_hex(sha256(all));
  return pinned;
}

std::string Engine::hash_of(std::string_view runbook) const {
  const auto it = library_.find(runbook);
  if (it == library_.end() || !it->second.runbook) return {};
  const auto pinned = pin(*it->second.runbook);
  return pinned ? (*pinned)->hash : std::string();
}

namespace {

constexpr std::size_t line_max = 20;  // changes that wait for one another; more are a mistake

// What has to be answered before it goes on; empty: nothing.
std::string awaited_by(const State& state, const std::string& run) {
  for (const auto& [n, q] : state.questions)
    if (q.run == run && q.open()) return q.id;
  return {};
}

// Changes stand in line by place, whatever they do there.
Decided<Others> others_there(const State& state, const Value& wish) {
  const std::string &service = wish["service"].as_string(), &env = wish["env"].as_string();
  Others o;
  o.busy = change_under_way(state, service, env, {}, wish["verb"].as_string() == "rollback");
  if (!o.busy) return o;
  const std::string question = awaited_by(state, o.busy->id);
  const std::map<std::string, std::string> words{
      {"id", o.busy->id}, {"runbook", o.busy->runbook}, {"service", service}, {"env", env}, {"question", question}};
  if (!wish["queue"].as_bool())
    return not_started(o.busy->status == "needs_decision" ? "change.busy.lost"
                       : question.empty()                 ? "change.busy"
                                                          : "change.busy.asked",
                       words);
  if (waiting_changes(state, env).size() >= line_max) return not_started("change.line_full", words);
  return o;
}

}  // namespace

Decided<std::string> Engine::start_run(Work& w, StartWish wish) {
  if (w.state.automation.draining) return not_started("run.draining");
  std::shared_ptr<const PinnedRunbook> pinned = wish.pinned;
  if (!pinned) {
    const auto it = library_.find(wish.runbook);
    if (it == library_.end() || !it->second.runbook) return not_started("run.none", {{"name", wish.runbook}});
    auto made = pin(*it->second.runbook);
    if (!made) return std::unexpected(made.error());
    pinned = std::move(*made);
  }
  Run draft;
  draft.pinned = pinned;
  const Book* book = book_of(draft);
  if (!book) return not_started("run.none", {{"name", wish.runbook}});
  draft.id = "R" + std::to_string(w.state.next_run);
  draft.runbook = book->main->name;
  draft.person = wish.person;
  draft.incident = wish.incident;
  draft.alert = wish.alert;
  draft.channel = wish.channel.empty() ? "muster" : wish.channel;
  draft.facts = facts_about(w.state, wish.alert, wish.incident);
  auto inputs = inputs_for(*book->main, wish.inputs, draft.facts);
  if (!inputs) return std::unexpected(inputs.error());
  draft.inputs = std::move(*inputs);
  draft.key = key_of(*book, draft, w.now);
  const Guard& guard = book->main->guard;
  const bool change = wish.change.is_map();
  const auto found = change
                         ? others_there(w.state, wish.change)
                         : Decided<Others>(others_of(w.state, draft.runbook, draft.key, w.now - guard.max_runs_in_ms));
  if (!found) return std::unexpected(found.error());
  const Others others = *found;
  if (others.busy && guard.on_busy == "skip" && !change)
    return not_started("run.busy", {{"id", others.busy->id}, {"key", shown_key(draft)}});
  const bool replaces = guard.on_busy == "replace" && !change;
  if (others.waits && !replaces) return not_started("run.busy", {{"id", others.waits->id}, {"key", shown_key(draft)}});
  if (draft.automatic())
    if (auto may = may_start_by_itself(w, *book->main, draft.key, others); !may) return std::unexpected(may.error());
  // Last, because a storm of alerts is refused before by what costs nothing. A change brings steps of our own.
  if (!change)
    if (auto fine = without_mistakes(w.config, *book, pinned->hash,
                                     wish.language.empty() ? channel_language(w, draft.channel) : wish.language);
        !fine)
      return std::unexpected(fine.error());
  draft.status = others.busy ? "queued" : "running";
  draft.deadline_ms = guard.deadline_ms > 0 && !others.busy ? w.now + guard.deadline_ms : 0;
  const std::string busy = others.busy ? others.busy->id : "";
  // One that still waits for its turn first: two may not stand in line.
  if (others.waits) static_cast<void>(cancel_run(w, others.waits->id, false, "replaced by " + draft.id, {}));
  record_start(w, wish, *pinned, *book->main, draft);
  Run& run = *find_run(w.state, draft.id);
  Turn t{*this, w, run, *book};
  post(w, run.channel, run.post, run_message(w, run), run.thread);
  run.shown_ms = w.now;
  if (!busy.empty() && replaces) static_cast<void>(cancel_run(w, busy, false, "replaced by " + run.id, {}));
  settle(t);
  return draft.id;
}

void begin_queued(Turn& t) {
  change_run(t, Value::Map{{"status", "running"},
                           {"started_ms", t.w.now},
                           {"deadline_ms", t.book.main->guard.deadline_ms > 0 ? t.w.now + t.book.main->guard.deadline_ms
                                                                              : TimeMs{0}}});
  settle(t);
}

namespace {

void tell_watchers(Turn& t) {
  const std::string lang = channel_language(t.w, t.run.channel);
  for (const std::string& id : t.run.watchers) {
    const Person* p = find_person(t.w.config, id);
    if (!p) continue;
    Message m;
    m.text =
        say(lang, "run.ended",
            {{"id", t.run.id}, {"runbook", plain(t.run.runbook)}, {"status", say(lang, "run.status." + t.run.status)}});
    m.color = t.run.status == "succeeded" ? "good" : "warning";
    post(t.w, t.run.channel, "watch-" + t.run.id + "-" + p->id, m, {}, p->id);
    t.w.decision.out.back().body.set("direct", true);  // it was asked for so that nobody has to look
  }
}

// Another one is still at this subject: of two that ended, the first does not begin the next.
bool still_busy(const State& state, const Run& ended) {
  return std::ranges::any_of(state.runs, [&](const auto& entry) {
    const Run& r = entry.second;
    return !r.over() && r.status != "queued" && r.runbook == ended.runbook && r.key == ended.key;
  });
}

bool may_have_helped(const std::string& status) {
  return status == "succeeded" || status == "failed" || status == "undone" || status == "undo_failed";
}

// With the step where it failed (a refusal needs none), when its author has given it a name.
std::string why_of(const Run& run) {
  const std::string why = run.failure.empty() ? run.reason.text() : run.failure.text();
  const std::string step = run.failed_step;
  const bool named = !step.empty() && (step[0] < '0' || step[0] > '9') && !run.change.is_map();
  return named && !run.failure.empty() && may_have_helped(run.status) ? step + ": " + why : why;
}

}  // namespace

void run_over(Turn& t) {
  tell_watchers(t);
  proved(t);
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.text = say(lang, "run.final",
               {{"id", t.run.id},
                {"status", say(lang, "run.status." + t.run.status)},
                {"took", took_of(t.run, t.w.now)},
                {"summary", summary_of(t.run)}});
  const std::string why = why_of(t.run);
  if (!why.empty()) m.sections.push_back({plain(clip(why, 600)), {}});
  m.color = t.run.status == "succeeded" ? "good" : "warning";
  tell_thread(t, "run-" + t.run.id + "-final-" + std::to_string(t.w.now), std::move(m));
  if (t.run.automatic() && !t.run.alert.empty() && may_have_helped(t.run.status) && t.book.main)
    t.w.decision.timers.push_back(
        {"effective:" + t.run.id, t.w.now + t.book.main->guard.check_after_ms, Value::Map{{"run", t.run.id}}});
  begin_next_changes(t);
  if (still_busy(t.w.state, t.run)) return;
  // The next in line.
  for (auto& [n, other] : t.w.state.runs) {
    if (other.status != "queued" || other.change.is_map() || other.runbook != t.run.runbook || other.key != t.run.key)
      continue;
    const Book* book = t.engine.book_of(other);
    if (!book) continue;
    Turn next{t.engine, t.w, other, *book};
    return begin_queued(next);
  }
}

}  // namespace muster::runbooks
