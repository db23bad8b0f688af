// Time is passed in. All times are UTC milliseconds since the epoch.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "bot/base/result.h"

namespace muster {

using TimeMs = std::int64_t;
using DurationMs = std::int64_t;
inline constexpr DurationMs second_ms = 1000;
inline constexpr DurationMs minute_ms = 60 * second_ms;
inline constexpr DurationMs hour_ms = 60 * minute_ms;
inline constexpr DurationMs day_ms = 24 * hour_ms;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimeMs now() const override;
};

// A clock turned by hand, for tests and replay.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(TimeMs start = 0) : now_(start) {}
  TimeMs now() const override { return now_; }
  void set(TimeMs t) { now_ = t; }

 private:
  TimeMs now_;
};

// RFC 3339 and its relatives (protocols/alerts.md 2): 0-9 fractional digits, Z, +09:00, +0000, a space for T,
// trailing " UTC". Go's zero time (year 1) is an error of kind not_found: absent.
Result<TimeMs> parse_time(std::string_view text);
std::string format_utc(TimeMs t);         // 2026-03-17T05:04:40.000Z
std::string format_utc_minute(TimeMs t);  // 2026-03-17 05:04
std::string format_utc_clock(TimeMs t);   // 05:04:40
std::string format_in_zone(TimeMs t, std::string_view zone, std::string_view strftime_format);
bool is_zone(std::string_view zone);  // an IANA name that this machine knows
// Local civil time in a zone to UTC. conflict when it does not exist or exists twice (2.4 rule 7).
Result<TimeMs> from_civil(int year, int month, int day, int hour, int minute, int second, std::string_view zone);
struct Civil {
  int year, month, day, hour, minute, second;
};
Civil to_civil(TimeMs t, std::string_view zone);
std::string format_duration(DurationMs d);                 // "1h 02m 03s", "4m 20s", "10s": whole seconds, floor
Result<DurationMs> parse_duration(std::string_view text);  // 30m, 2h, 1h30m, 90s, 1d

}  // namespace muster
