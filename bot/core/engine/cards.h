// The messages that show alerts: one card each on a quiet day, one counting card for a storm. Internal to the engine.
#pragma once
#include <string>

#include "bot/core/engine/engine.h"

namespace muster {

namespace limits {
inline constexpr int alert_cards_per_minute = 20;      // in one channel; more is a storm and is counted
inline constexpr DurationMs storm_refresh_ms = 5'000;  // how often a counting card changes
inline constexpr int alert_incidents_max = 10;         // opened by alerts in ten minutes; further groups join one
inline constexpr DurationMs alert_incidents_ms = 10 * minute_ms;
}  // namespace limits

struct CardPlace {
  std::string post_id, channel;
  bool storm() const { return post_id.starts_with("storm-"); }
};

// Where the alert that is about to be recorded will be shown; counts it towards the channel's minute.
CardPlace next_card(Work& work, const std::string& channel, const std::string& wanted_id);
// Posts, or edits in place when it `stood` there before. A counting card is brought up to date a little later, and
// with it the summary of its incident.
void show_card(Work& work, const Alert& alert, bool stood);
void show_counted(Work& work, const CardPlace& card);  // the counting card of alerts that belong to no incident
void card_timer_rang(Work& work, const Timer& timer);
Message alert_message(const Work& work, const Alert& alert);

// What an alert.firing entry about a known alert carries.
Value firing_data(const Alert& alert, const std::string& card, const std::string& card_channel);

// Reminders of due updates.
void arm_reminder(Work& work, const Incident& incident);  // at next_update_ms, or none
void reminder_rang(Work& work, const Timer& timer);
// The wall clock was set by so much: a wait for others of a group stays as long as it was; set back, an update that was
// promised for an hour that is to come is due then, whatever was said before.
void clock_was_set(Work& work, DurationMs by);
TimeMs next_update_for(const Work& work, const std::string& severity, const std::string& status);  // 0: none

// Names that begin with __ are for machines (so it is in Prometheus): they tell alerts apart and are not shown.
bool internal_label(std::string_view name);

}  // namespace muster
