// Times as people type them at the start of a note. Any thread; the present is passed in.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "bot/base/result.h"

namespace muster {

struct When {
  TimeMs at = 0;
  std::int64_t precision_ms = 0;  // 1000 when seconds were given, else a minute (or the unit of "ago")
  std::string rest;               // text after the time
};

// "at 14:02 …", "14:02 …", "10 min ago …", "yesterday 23:50 KST …", "2026-03-17 05:04 …", RFC 3339. No value when
// the text does not start with a time. Errors: a time that does not exist or exists twice in the zone, or one that
// is no time at all ("at 25:00"). An explicit offset or abbreviation wins over `zone`; without a date the latest
// such time not in the future is meant.
Result<std::optional<When>> leading_time(std::string_view text, TimeMs now, std::string_view zone);

// A time to come, the whole text: "18:00", "tomorrow 09:00", "friday 18:00", "2026-12-24 18:00 CET", "2026-12-24",
// RFC 3339. Without a date the next such time is meant.
Result<TimeMs> coming_time(std::string_view text, TimeMs now, std::string_view zone);

// A time to come in front of a command: the above, also "in 2h", "in 90 minutes", and a zone by its own name behind the
// clock ("tomorrow 07:30 Asia/Seoul"). It may lie in the past, when a date says so.
struct Coming {
  TimeMs at = 0;
  bool elapsed = false;  // a length of time from now
  std::string zone;      // whose clock it is told by
  std::string rest;      // the command
};
// The error is the key of a sentence: at.no_time, at.no_clock (a day alone), at.gap, at.fold, at.zone_unclear.
std::expected<Coming, std::string> leading_coming(std::string_view text, TimeMs now, std::string_view zone);

}  // namespace muster
