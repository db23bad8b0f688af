// Reminders of due updates: three in a row, then one line that is kept current until somebody writes an update.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"

namespace muster {
namespace {

constexpr int loud_reminders = 3;

DurationMs interval_of(const Work& w, const std::string& severity, const std::string& status) {
  const SeverityRule* rule = find_severity(w.config, severity);
  if (!rule || rule->update_every <= 0 || status == "reported" || status == "canceled") return 0;
  return status == "mitigated" ? 2 * rule->update_every : rule->update_every;
}

}  // namespace

TimeMs next_update_for(const Work& w, const std::string& severity, const std::string& status) {
  const DurationMs every = interval_of(w, severity, status);
  return every == 0 ? 0 : w.now + every;
}

void arm_reminder(Work& w, const Incident& i) {
  w.decision.timers.push_back(
      {"update-due:" + i.id, i.open() ? i.next_update_ms : 0, Value::Map{{"incident", i.id}, {"said", 0}}});
}

void clock_was_set(Work& w, DurationMs by) {
  for (auto& [key, group] : w.state.waiting) group.due_ms += by;
  for (auto& [n, a] : w.state.alerts)
    if (a.silent_ms != 0) a.silent_ms += by;
  if (by > 0) return;
  for (const auto& [n, i] : w.state.incidents)
    if (i.open() && i.next_update_ms > w.now) arm_reminder(w, i);
}

void reminder_rang(Work& w, const Timer& timer) {
  const Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  if (!i || !i->open() || i->next_update_ms == 0 || i->next_update_ms > w.now) return;
  const int said = static_cast<int>(timer.body["said"].as_int());
  const std::string due = format_utc_clock(i->next_update_ms).substr(0, 5);
  const std::string late = format_duration(w.now - i->next_update_ms);
  Entry e;
  e.kind = "reminder.sent";
  e.incident_id = i->id;
  e.text = say("en", "reminder.update", {{"id", i->id}, {"time", due}});
  e.data = Value::Map{{"topic", "update"}, {"due", format_utc(i->next_update_ms)}};
  record(w, std::move(e));
  const bool loud = said < loud_reminders;
  const std::string text = say(w.config.language, loud ? "reminder.update" : "reminder.late",
                               {{"id", i->id}, {"time", due}, {"late", late}});
  const Message m{.text = text, .sections = {}, .buttons = {}, .color = "warning"};
  const std::string quiet_post = timer.id + "-late-" + std::to_string(i->next_update_ms);
  if (said <= loud_reminders) {
    post(w, i->channel, loud ? timer.id + "-" + std::to_string(w.now) : quiet_post, m);
  } else {
    w.decision.out.push_back(
        {w.new_id(), "room:#" + i->channel, "edit", Value::Map{{"post_id", quiet_post}, {"message", to_value(m)}}});
  }
  const DurationMs every = interval_of(w, i->severity, i->status);
  w.decision.timers.push_back(
      {timer.id, w.now + (every > 0 ? every : hour_ms), Value::Map{{"incident", i->id}, {"said", said + 1}}});
}

}  // namespace muster
