// The part of the dispatcher that lets another room take part in decisions: what entries mean to it, how attempts
// ended, and a wall clock that was set.
#include <chrono>
#include <set>

#include "bot/base/log.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/listed.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/schedules.h"
#include "bot/dispatcher.h"

namespace muster {
namespace {

constexpr DurationMs clock_step_ms = 5 * second_ms;  // less is a tick that came late, or a clock that is being slewed

TimeMs steady_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// By what was recorded, so that every way in counts: webhooks, timers, commands. Its own entries are not looked at
// again.
void Dispatcher::extend(Work& w) const {
  if (!extension_) return;
  std::vector<std::string> alerts;
  std::set<std::string> seen, incidents;
  for (const Entry& e : w.decision.entries) {
    const bool alert = e.kind == "alert.firing" || e.kind == "alert.resolved";
    if (alert && seen.insert(e.data["alert_id"].as_string()).second) alerts.push_back(e.data["alert_id"].as_string());
    if (e.kind == list_kind) {
      add_listed(alerts, e);  // new alerts, each once
      seen.insert(alerts.end() - static_cast<std::ptrdiff_t>(e.data["alerts"].as_list().size()), alerts.end());
    }
    if (e.kind.starts_with("incident.") || e.kind == "alert.acknowledged") incidents.insert(e.incident_id);
  }
  if (!alerts.empty()) extension_->alerts_changed(w, alerts);
  for (const std::string& id : incidents)
    if (public_incident(w.state, id)) extension_->incident_changed(w, id);  // no runbook begins by itself about others
}

void Dispatcher::decide(std::function<void(Work&)> what, std::function<void(Result<void>)> done) {
  const auto decide = [what = std::move(what)](Work& w, Commit&) { what(w); };
  take({.decide = decide, .done = std::move(done), .applied = {}, .again = {}, .key = {}});
}

void Dispatcher::attempt_ended(AttemptReport report, std::function<void()> recorded) {
  const auto decide = [r = std::move(report)](Work& w, Commit&) { w.extension->attempt_ended(w, r); };
  take({.decide = decide, .done = {}, .applied = std::move(recorded), .again = Task::Again::always, .key = {}});
}

void Dispatcher::watch_clock() {
  const TimeMs wall = clock_.now(), steady = steady_now();
  const DurationMs moved = (wall - wall_then_) - (steady - steady_then_);
  const bool first = steady_then_ == 0;
  wall_then_ = wall;
  steady_then_ = steady;
  // A clock that is turned by hand has no step.
  if (first || !extension_ || dynamic_cast<const SystemClock*>(&clock_) == nullptr) return;
  if (moved < clock_step_ms && moved > -clock_step_ms) return;
  log(LogLevel::warn, "the wall clock was set", {{"by_ms", std::to_string(moved)}});
  outbox_.clock_was_set(moved);
  if (clock_set_) clock_set_(moved);
  take({.decide =
            [this, moved](Work& w, Commit&) {
              for (Timer& t : timers_.of_a_length()) {
                t.due_ms += moved;
                w.decision.timers.push_back(std::move(t));
              }
              clock_was_set(w, moved);
              w.extension->clock_moved(w, moved);
              schedules_moved(w, moved);
            },
        .done = {},
        .applied = {},
        .again = Task::Again::always,
        .key = {}});
}

// The command, what it records, its answer and the end of the timer are one commit: it is given once or not at all.
void Dispatcher::ring_schedule(const Timer& t) {
  const auto reading = std::make_shared<std::optional<Fired>>();
  const auto event_of = [](const Fired& f) {
    ChatEvent e;
    e.platform = f.input.platform;
    e.id = f.input.source_id;
    e.user = f.user;
    return e;
  };
  const auto with_head = [](Outcome o, const std::string& head) {
    o.reply.text = head + (o.reply.text.empty() ? "" : "\n" + o.reply.text);
    return o;
  };
  const auto ring = [this, t, reading, event_of, with_head](Work& w, Commit& c) {
    reading->reset();
    c.timers_fired.push_back(t.id);
    auto fired = schedule_rang(w, t);
    if (!fired) return;
    if (fired->outcome.read)
      *reading = std::move(fired);
    else
      answer_in_chat(event_of(*fired), fired->input, with_head(fired->outcome, fired->head), w);
  };
  const auto applied = [this, reading, event_of, with_head] {
    if (!*reading || !reader_) return;
    const Fired fired = **reading;
    reader_(*fired.outcome.read, fired.input, [this, fired, event_of, with_head](Outcome read) {
      const auto decide = [this, fired, event_of, with_head, read = std::move(read)](Work& w, Commit&) {
        Outcome o = with_head(read_outcome(read, fired.outcome), fired.head);
        answer_in_chat(event_of(fired), fired.input, std::move(o), w);
      };
      take({.decide = decide, .done = {}, .applied = {}, .again = {}, .key = {}});
    });
  };
  // When it is not recorded, the timer is on disk still and rings again after the reload.
  take({.decide = ring, .done = {}, .applied = applied, .again = Task::Again::never, .key = {}});
}

}  // namespace muster
