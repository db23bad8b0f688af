// Timestamps and durations as the language reads, writes and adds them. Any thread.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "bot/cel/value.h"

namespace muster::cel {

inline constexpr std::int64_t first_second = -62135596800;  // 0001-01-01T00:00:00Z
inline constexpr std::int64_t last_second = 253402300799;   // 9999-12-31T23:59:59Z

std::optional<Timestamp> read_timestamp(std::string_view text);  // RFC 3339, up to nanoseconds
std::optional<Duration> read_duration(std::string_view text);    // 1h30m, -1.5s, 250ms, 100us, 5ns, 0
std::string write_timestamp(Timestamp t);                        // UTC, without needless zeros
std::string write_duration(Duration d);                          // 1.5s

// Empty when the result leaves the range.
std::optional<Timestamp> timestamp_of(std::int64_t seconds, std::int64_t nanos);
std::optional<Timestamp> add(Timestamp t, Duration d);
std::optional<Duration> subtract(Timestamp a, Timestamp b);
std::optional<Duration> add(Duration a, Duration b);
std::optional<Duration> subtract(Duration a, Duration b);

struct CivilTime {
  std::int64_t year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, second = 0;  // month and day from 1
  int weekday = 0;                                           // 0 is Sunday
  int yearday = 0;                                           // from 1
};
// `zone` is UTC, an IANA name or an offset such as +09:00. Empty when there is no such zone.
std::optional<CivilTime> civil_time(Timestamp t, std::string_view zone);

}  // namespace muster::cel
