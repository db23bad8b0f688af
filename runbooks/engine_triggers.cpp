// What alerts set in motion: suggestions, automatic runs, and whether they helped.
#include <algorithm>
#include <set>
#include <string_view>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/engine_parts.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs busy_again_ms = minute_ms;

bool fits(const Trigger& trigger, const Labels& labels) { return matches(trigger.matchers, labels); }

std::string timer_of(const std::string& runbook, const std::string& about) {
  return "trigger:" + runbook + ":" + to_hex(sha256(about)).substr(0, 16);
}

void look_again(Work& w, const std::string& runbook, const std::string& about, const std::string& alert, TimeMs due) {
  w.decision.timers.push_back(
      {timer_of(runbook, about), due, Value::Map{{"runbook", runbook}, {"alert", alert}, {"about", about}}});
}

void suggest(Work& w, const Runbook& book, const Alert& alert, const std::string& why) {
  const Incident* i = find_incident(std::as_const(w.state), alert.incident);
  if (!i || !i->open() || w.state.automation.suggested.contains(book.name + " " + i->id)) return;
  Entry e;
  e.kind = "runbook.suggested";
  e.incident_id = i->id;
  e.text = book.name;
  e.data = Value::Map{{"runbook", book.name}, {"about", i->id}, {"alert", alert.id}};
  record(w, std::move(e));
  const std::string lang = channel_language(w, i->channel);
  Message m;
  m.text =
      say(lang, "run.suggest",
          {{"runbook", plain(book.name)}, {"summary", plain(clip(one_line(book.summary), 160))}, {"alert", alert.id}});
  if (!why.empty()) m.sections.push_back({plain(clip(why, 300)), {}});
  m.buttons.push_back({say(lang, "button.run"), "run " + book.name + " alert=" + alert.id, "primary"});
  post(w, i->channel, "suggest-" + book.name + "-" + i->id, m);
}

// A step of the run watches a service to which this alert matters.
bool watches(const Work& w, const Run& run, const std::string& id) {
  for (const auto& [path, s] : run.steps) {
    if (s.verb != "verify" || s.status != "waiting") continue;
    const Alert* alert = find_alert(std::as_const(w.state), id);
    return alert && alert->status == "firing" && alert->starts_ms >= s.result["since_ms"].as_int();
  }
  return false;
}

Entry trigger_entry(const Work& w) {
  Entry e;
  e.actor = {.type = "bot", .id = "automation", .handle = w.config.bot_handle, .display = "automation"};
  return e;
}

// Said once for an alert, however many copies of it come.
void hold(Work& w, const Runbook& book, const Alert& alert) {
  if (w.state.automation.held.contains(book.name + " " + alert.id)) return;
  Entry e = trigger_entry(w);
  e.kind = "trigger.held";
  e.incident_id = alert.incident;
  e.text = book.name + " for " + alert.id + ": no new runs are taken";
  e.data = Value::Map{{"runbook", book.name}, {"alert", alert.id}};
  record(w, std::move(e));
  const Incident* i = find_incident(std::as_const(w.state), alert.incident);
  const std::string channel = i && !i->channel.empty() ? i->channel : w.config.alerts_channel;
  Message m;
  m.text = say(channel_language(w, channel), "run.held", {{"runbook", plain(book.name)}, {"alert", alert.id}});
  m.color = "warning";
  post(w, channel, "held-" + book.name + "-" + alert.id, m);
}

void start_by_itself(Engine& engine, Work& w, const Runbook& book, const Trigger& trigger, const Alert& alert) {
  StartWish wish;
  wish.runbook = book.name;
  wish.inputs = Value::Map{};
  wish.person = "automation";
  wish.alert = alert.id;
  wish.incident = alert.incident;
  const Incident* i = find_incident(std::as_const(w.state), alert.incident);
  wish.channel = i && !i->channel.empty() ? i->channel : w.config.alerts_channel;
  wish.trigger = trigger.text;
  wish.by = trigger_entry(w);
  const auto started = engine.start_run(w, std::move(wish));
  if (started) return;
  const Refusal& r = started.error();
  const auto word = [&r](const char* name) {
    const auto it = r.words.find(name);
    return it == r.words.end() ? std::string() : it->second;
  };
  // Still firing when the quiet time is over: then it is tried again, once however many copies fire.
  if (r.key == "run.cooldown")
    return look_again(w, book.name, "cooldown " + word("id"), alert.id, std::stoll(word("until_ms")));
  if (r.key == "run.busy") return;
  if (r.key == "run.draining") return hold(w, book, alert);
  suggest(w, book, alert, say_with(channel_language(w, alert.card_channel()), r.key, r.words));
}

}  // namespace

void release_trigger(Work& w, const std::string& runbook, const std::string& alert) {
  look_again(w, runbook, "held " + alert, alert, w.now);
}

void check_trigger(Engine& engine, Work& w, const Runbook& book, const Trigger& trigger, const std::string& id) {
  const Alert* alert = find_alert(std::as_const(w.state), id);
  if (!alert || alert->status != "firing" || !fits(trigger, alert->labels)) return;
  const TimeMs since = alert->starts_ms == 0 ? w.now : std::min(alert->starts_ms, w.now);
  if (w.now - since < trigger.firing_for_ms)
    return look_again(w, book.name, "firing " + id, id, since + trigger.firing_for_ms);
  if (trigger.automatic)
    start_by_itself(engine, w, book, trigger, *alert);
  else
    suggest(w, book, *alert, {});
}

namespace {

// What the triggers of the library ask about, made once for all alerts of a decision.
struct Asked {
  struct One {
    const Runbook* book;
    const Trigger* trigger;
  };
  std::vector<One> triggers;
  std::set<std::string_view> names;  // of labels: nearly always one or two of an alert's ten
  // Labels that no trigger fits, by their places in the pool: alerts of one delivery mostly have the same.
  std::set<std::vector<const Pair*>> unfit;
};

Asked asked_by(const Library& library) {
  Asked asked;
  for (const auto& [name, known] : library) {
    if (!known.runbook) continue;
    for (const Trigger& trigger : known.runbook->triggers) {
      asked.triggers.push_back({known.runbook.get(), &trigger});
      for (const Matcher& m : trigger.matchers) asked.names.insert(m.name);
    }
  }
  return asked;
}

void check_triggers(Engine& engine, Work& w, const std::string& id, Asked& asked) {
  const Alert* alert = find_alert(std::as_const(w.state), id);
  if (!alert || alert->status != "firing") return;
  std::vector<const Pair*> wanted;
  for (const Pair& p : alert->labels)
    if (asked.names.contains(p.first)) wanted.push_back(&p);
  if (asked.unfit.contains(wanted)) return;
  Labels labels;
  for (const Pair* p : wanted) labels.append(p->first, p->second);
  bool fit = false;
  for (const auto& [book, trigger] : asked.triggers) {
    if (!fits(*trigger, labels)) continue;
    fit = true;
    check_trigger(engine, w, *book, *trigger, id);
  }
  if (!fit) asked.unfit.insert(std::move(wanted));
}

}  // namespace

void Engine::alerts_changed(Work& w, const std::vector<std::string>& alerts) {
  Asked asked = asked_by(library_);
  for (const std::string& id : alerts) {
    check_triggers(*this, w, id, asked);
    if (w.state.runs.empty()) continue;
    std::vector<std::string> waiting;
    for (const auto& [n, run] : w.state.runs)
      if (!run.over() && (run.alert == id || watches(w, run, id))) waiting.push_back(run.id);
    for (const std::string& run : waiting) timer_rang(w, {"run-event:" + run, 0, {}});
  }
}

void Engine::trigger_rang(Work& w, const Timer& timer) {
  const auto it = library_.find(timer.body["runbook"].as_string());
  if (it == library_.end() || !it->second.runbook) return;
  for (const Trigger& trigger : it->second.runbook->triggers)
    check_trigger(*this, w, *it->second.runbook, trigger, timer.body["alert"].as_string());
}

void Engine::check_effect(Work& w, const std::string& id) {
  const Run* run = find_run(std::as_const(w.state), id);
  if (!run || !run->over() || !run->effective.empty()) return;
  const Alert* alert = find_alert(std::as_const(w.state), run->alert);
  const bool helped = !alert || alert->status != "firing";
  const Run ended = *run;
  Entry e = trigger_entry(w);
  e.kind = "run.checked";
  e.incident_id = ended.incident;
  e.text = ended.id + (helped ? " helped" : " did not help: the alert still fires");
  e.data = Value::Map{{"run_id", ended.id}, {"effective", helped}};
  record(w, std::move(e));
  const Book* book = book_of(ended);
  if (helped || !book) return;
  const auto in_vain = w.state.automation.in_vain.find(ended.runbook + " " + ended.key);
  const int n = in_vain == w.state.automation.in_vain.end() ? 0 : in_vain->second;
  if (n < book->main->guard.disarm_after) {
    const TimeMs quiet = ended.ended_ms + book->main->guard.cooldown_ms;
    return look_again(w, ended.runbook, "again " + ended.id, ended.alert, std::max(w.now + busy_again_ms, quiet));
  }
  const std::string reason = std::to_string(n) + " runs in a row did not help, the last was " + ended.id;
  static_cast<void>(disarm(w, ended.runbook, ended.key, 0, reason, trigger_entry(w)));
  const std::string lang = channel_language(w, ended.channel);
  page_people(
      w, ended.channel, "disarmed-" + ended.id, book->main->owner,
      say(lang, "run.disarmed_now",
          {{"runbook", plain(ended.runbook)}, {"key", plain(ended.key)}, {"n", std::to_string(n)}, {"id", ended.id}}));
}

}  // namespace muster::runbooks
