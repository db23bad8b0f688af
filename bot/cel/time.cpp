#include "bot/cel/time.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>

namespace muster::cel {
namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from left to right; `ok` stays false once something did not fit.
struct Reader {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    int n = 0;
    if (rest.size() < count) return refuse();
    for (const char c : rest.substr(0, count)) {
      if (!is_digit(c)) return refuse();
      n = n * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return n;
  }
  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) ok = false;
  }
  int refuse() {
    ok = false;
    return 0;
  }
};

// One to nine digits of a second as nanoseconds.
std::int32_t fraction_ns(Reader& in) {
  std::int32_t ns = 0;
  std::size_t count = 0;
  while (count < in.rest.size() && is_digit(in.rest[count])) {
    if (count >= 9) return in.refuse();
    ns = ns * 10 + (in.rest[count++] - '0');
  }
  if (count == 0) return in.refuse();
  in.rest.remove_prefix(count);
  for (; count < 9; ++count) ns *= 10;
  return ns;
}

// Seconds east of UTC: Z, +09:00, -02:30.
std::int64_t offset_seconds(Reader& in) {
  if (in.take('Z') || in.take('z')) return 0;
  const bool west = in.rest.starts_with('-');
  if (!west && !in.rest.starts_with('+')) return in.refuse();
  in.rest.remove_prefix(1);
  const int hours = in.digits(2);
  in.expect(':');
  const int minutes = in.digits(2);
  if (hours > 23 || minutes > 59) return in.refuse();
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return west ? -offset : offset;
}

// The Unix second of a civil time in UTC; refuses a 30th of February.
std::int64_t utc_seconds(Reader& in) {
  const int year = in.digits(4);
  in.expect('-');
  const int month = in.digits(2);
  in.expect('-');
  const int day = in.digits(2);
  if (!in.take('T')) in.expect('t');
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  in.expect(':');
  const int second = in.digits(2);
  if (!in.ok || hour > 23 || minute > 59 || second > 59) return in.refuse();
  const cctz::civil_second civil(year, month, day, hour, minute, second);
  if (civil.month() != month || civil.day() != day) return in.refuse();
  return civil - cctz::civil_second(1970, 1, 1);
}

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
// The longer name first: "ms" begins like "m".
constexpr std::array<Unit, 8> units = {Unit{"ns", 1},
                                       Unit{"us", 1000},
                                       Unit{"µs", 1000},
                                       Unit{"μs", 1000},
                                       Unit{"ms", 1'000'000},
                                       Unit{"s", nanos_per_second},
                                       Unit{"m", 60 * nanos_per_second},
                                       Unit{"h", 3600 * nanos_per_second}};

__extension__ typedef __int128 Wide;  // sums that cannot overflow
constexpr Wide wide_max = std::numeric_limits<std::int64_t>::max();

// Digits before and after a point, then a unit: 1.5h. The sum stays below 2^63.
std::optional<Wide> read_part(std::string_view& rest) {
  Wide whole = 0, fraction = 0, scale = 1;
  std::size_t i = 0;
  bool point = false, any = false;
  for (; i < rest.size() && (is_digit(rest[i]) || (rest[i] == '.' && !point)); ++i) {
    if (rest[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (point && scale < 1'000'000'000'000) {
      fraction = fraction * 10 + (rest[i] - '0');
      scale *= 10;
    } else if (!point) {
      whole = whole * 10 + (rest[i] - '0');
      if (whole > wide_max) return std::nullopt;
    }
  }
  rest.remove_prefix(i);
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return rest.starts_with(u.name); });
  if (!any || unit == units.end()) return std::nullopt;
  rest.remove_prefix(unit->name.size());
  return whole * unit->ns + fraction * unit->ns / scale;
}

std::optional<Duration> narrow(Wide ns) {
  if (ns > wide_max || ns < -wide_max - 1) return std::nullopt;
  return Duration{static_cast<std::int64_t>(ns)};
}

std::string fraction_text(std::int64_t ns) {
  if (ns == 0) return {};
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, ".%09d", static_cast<int>(ns));
  std::string text = buffer;
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// "+09:00", "-02:30" and "02:00" as seconds east.
std::optional<std::int64_t> fixed_offset(std::string_view zone) {
  const bool west = zone.starts_with('-');
  if (west || zone.starts_with('+')) zone.remove_prefix(1);
  Reader in{zone};
  const int hours = in.digits(2);
  in.expect(':');
  const int minutes = in.digits(2);
  if (!in.ok || !in.rest.empty() || hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return west ? -offset : offset;
}

// Zone names come from outside and become file names below: nothing but the characters of real ones.
bool is_zone_name(std::string_view name) {
  constexpr std::string_view other = "_+-/";
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.starts_with("localtime")) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || other.find(c) != other.npos;
  });
}

std::optional<cctz::time_zone> named_zone(std::string_view name) {
  cctz::time_zone zone;
  if (!is_zone_name(name) || !cctz::load_time_zone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

std::optional<cctz::civil_second> civil_second(Timestamp t, std::string_view zone) {
  if (zone == "UTC") return cctz::civil_second(1970, 1, 1) + t.seconds;
  if (const auto offset = fixed_offset(zone)) return cctz::civil_second(1970, 1, 1) + (t.seconds + *offset);
  const auto named = named_zone(zone);
  if (!named) return std::nullopt;
  return cctz::convert(cctz::time_point<cctz::seconds>(cctz::seconds(t.seconds)), *named);
}

}  // namespace

std::optional<Timestamp> timestamp_of(std::int64_t seconds, std::int64_t nanos) {
  if (seconds < first_second - 10 || seconds > last_second + 10) return std::nullopt;  // keeps the sums small
  std::int64_t carry = nanos / nanos_per_second, rest = nanos % nanos_per_second;
  if (rest < 0) rest += nanos_per_second, --carry;
  seconds += carry;
  if (seconds < first_second || seconds > last_second) return std::nullopt;
  return Timestamp{seconds, static_cast<std::int32_t>(rest)};
}

std::optional<Timestamp> read_timestamp(std::string_view text) {
  Reader in{text};
  const std::int64_t civil = utc_seconds(in);
  const std::int32_t nanos = in.ok && in.take('.') ? fraction_ns(in) : 0;
  const std::int64_t offset = in.ok ? offset_seconds(in) : 0;
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  return timestamp_of(civil - offset, nanos);
}

std::optional<Duration> read_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Duration{};
  if (text.empty() || text.size() > 200) return std::nullopt;
  Wide sum = 0;
  while (!text.empty()) {
    const auto part = read_part(text);
    if (!part) return std::nullopt;
    sum += *part;
    if (sum > wide_max + 1) return std::nullopt;
  }
  return narrow(negative ? -sum : sum);
}

std::string write_timestamp(Timestamp t) {
  const cctz::civil_second c = cctz::civil_second(1970, 1, 1) + t.seconds;
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d", static_cast<int>(c.year()), c.month(), c.day(),
                c.hour(), c.minute(), c.second());
  return buffer + fraction_text(t.nanos) + "Z";
}

std::string write_duration(Duration d) {
  const auto ns = static_cast<Wide>(d.nanos);
  const auto size = static_cast<std::uint64_t>(ns < 0 ? -ns : ns);
  return (ns < 0 ? "-" : "") + std::to_string(size / nanos_per_second) +
         fraction_text(static_cast<std::int64_t>(size % nanos_per_second)) + "s";
}

std::optional<Timestamp> add(Timestamp t, Duration d) {
  const std::int64_t seconds = t.seconds + d.nanos / nanos_per_second;
  const std::int64_t nanos = t.nanos + d.nanos % nanos_per_second;
  return timestamp_of(seconds, nanos);
}

std::optional<Duration> subtract(Timestamp a, Timestamp b) {
  return narrow(static_cast<Wide>(a.seconds - b.seconds) * nanos_per_second + (a.nanos - b.nanos));
}

std::optional<Duration> add(Duration a, Duration b) {
  return narrow(static_cast<Wide>(a.nanos) + static_cast<Wide>(b.nanos));
}

std::optional<Duration> subtract(Duration a, Duration b) {
  return narrow(static_cast<Wide>(a.nanos) - static_cast<Wide>(b.nanos));
}

std::optional<CivilTime> civil_time(Timestamp t, std::string_view zone) {
  const auto c = civil_second(t, zone);
  if (!c) return std::nullopt;
  const int monday_first = static_cast<int>(cctz::get_weekday(cctz::civil_day(*c)));
  return CivilTime{c->year(),
                   c->month(),
                   c->day(),
                   c->hour(),
                   c->minute(),
                   c->second(),
                   (monday_first + 1) % 7,
                   cctz::get_yearday(cctz::civil_day(*c))};
}

}  // namespace muster::cel
