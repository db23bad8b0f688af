// When something comes again: every so long, or at times of the clock of a zone, written in words or as the five
// fields of cron. Any thread.
#pragma once
#include <bitset>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/clock.h"

namespace muster {

struct Recurrence {
  DurationMs interval = 0;  // 0: by the clock
  std::bitset<60> minutes{};
  std::bitset<24> hours{};
  std::bitset<32> days{};
  std::bitset<13> months{};
  std::bitset<7> weekdays{};  // 0: sunday
  bool any_hour = false, any_day = false, any_weekday = false;
};

// "15m", "2 hours", "hour", "weekday at 09:00", "mon,thu 18:30", "day at 06:00", "0 9 * * mon-fri"; nothing else.
std::optional<Recurrence> read_recurrence(std::string_view words);

struct Every {
  Recurrence when;
  std::string words;  // as read_recurrence() reads them, small letters
  std::string zone;   // named behind the time, else the one that was given
  std::string rest;   // the command
};
// The recurrence in front of a text. The error is the key of a sentence: every.no_time, every.no_clock, every.never.
std::expected<Every, std::string> leading_recurrence(std::string_view text, std::string_view zone);

// The first time after `after`; `base` is a moment of an interval. A local time that a change of the clocks leaves out
// moves to the first moment behind the gap; one that comes twice counts once, the first time. Times of every hour
// follow the moments instead: none in a gap, both in a fold. 0: never within nine years.
TimeMs next_time(const Recurrence& when, TimeMs after, std::string_view zone, TimeMs base);
DurationMs shortest_gap(const Recurrence& when);  // between two times, as far as the clock alone tells

// "Europe/Berlin", "UTC": a zone by its own name, as one word.
bool names_zone(std::string_view word);

}  // namespace muster
