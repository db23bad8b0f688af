#include "bot/base/clock.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "bot/base/zone.h"

namespace muster {
namespace {

using Millis = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

constexpr std::int64_t latest_ms = 253402300799999;  // 9999-12-31T23:59:59.999Z

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a time from left to right; `ok` stays false once something did not fit.
struct Reader {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    int n = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest.size() || !is_digit(rest[i])) return refuse();
      n = n * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return n;
  }
  bool take(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest.front()) == any_of.npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) {
    if (!take(any_of)) ok = false;
  }
  int refuse() {
    ok = false;
    return 0;
  }
};

// Zero to nine digits after the point, cut to milliseconds.
int fraction_ms(Reader& in) {
  if (!in.take(".")) return 0;
  int ms = 0, scale = 100;
  std::size_t count = 0;
  while (count < in.rest.size() && is_digit(in.rest[count])) {
    ms += (in.rest[count] - '0') * scale;
    scale /= 10;
    ++count;
  }
  if (count > 9) return in.refuse();
  in.rest.remove_prefix(count);
  return ms;
}

// Z, +09:00, +0900, +09, " UTC", or nothing, which senders mean as UTC. In milliseconds east of UTC.
std::int64_t offset_ms(Reader& in) {
  while (in.take(" ")) {
  }
  if (in.rest.empty() || in.rest == "UTC" || in.rest == "GMT") {
    in.rest = {};
    return 0;
  }
  if (in.take("Zz")) return 0;
  const bool west = in.rest.front() == '-';
  in.expect("+-");
  const int hours = in.digits(2);
  const bool colon = in.take(":");
  const int minutes = colon || !in.rest.empty() ? in.digits(2) : 0;
  if (hours > 23 || minutes > 59) return in.refuse();
  return (west ? -1 : 1) * (hours * hour_ms + minutes * minute_ms);
}

TimeMs utc_ms(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::sys_days days = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                                     std::chrono::day(static_cast<unsigned>(day));
  return days.time_since_epoch().count() * day_ms + hour * hour_ms + minute * minute_ms + second * second_ms;
}

bool is_date(int year, int month, int day) {
  return month > 0 && day > 0 &&
         std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
             .ok();
}

std::unexpected<Error> no_time(std::string_view text) {
  return fail(ErrorKind::invalid, "not a time: \"" + std::string(text.substr(0, 40)) + "\"",
              "write it as 2026-03-17T05:04:40Z or 2026-03-17T14:04:40+09:00");
}

// Epoch seconds or milliseconds, told apart by size: no alert is from before 1973 or after 5138.
Result<TimeMs> parse_epoch(std::string_view text) {
  double n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(n >= 0)) return no_time(text);
  const double ms = n < 1e11 ? n * 1000 : n;
  if (ms > static_cast<double>(latest_ms)) return no_time(text);
  return static_cast<TimeMs>(n < 1e11 ? std::round(ms) : std::floor(ms));
}

// Names come from people: nothing that cctz would take for a path or a scheme reaches it.
bool load_zone(std::string_view name, cctz::time_zone& zone) {
  if (name.empty() || name.size() > 48 || name.find("..") != name.npos) return false;
  if (name.front() < 'A' || name.front() > 'Z') return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !is_digit(c) && std::string_view("_+-/").find(c) == std::string_view::npos) return false;
  }
  return cctz::load_time_zone(std::string(name), &zone);
}

struct Utc {
  std::chrono::year_month_day date;
  int hour, minute, second, ms;
};

Utc split_utc(TimeMs t) {
  const auto days = std::chrono::floor<std::chrono::days>(Millis(std::chrono::milliseconds(t)));
  const auto rest = static_cast<int>(t - days.time_since_epoch().count() * day_ms);
  return {std::chrono::year_month_day(std::chrono::sys_days(days.time_since_epoch())), rest / 3'600'000,
          rest / 60'000 % 60, rest / 1000 % 60, rest % 1000};
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 80> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return std::string(buffer.data(), static_cast<std::size_t>(std::max(n, 0)));
}

DurationMs unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return second_ms;
  if (unit == "m") return minute_ms;
  if (unit == "h") return hour_ms;
  if (unit == "d") return day_ms;
  if (unit == "w") return 7 * day_ms;
  return 0;
}

}  // namespace

TimeMs SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<TimeMs> parse_time(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() > 4 && text.find_first_not_of("0123456789.") == text.npos) return parse_epoch(text);
  Reader in{text};
  const int year = in.digits(4);
  in.expect("-");
  const int month = in.digits(2);
  in.expect("-");
  const int day = in.digits(2);
  in.expect("Tt ");
  const int hour = in.digits(2);
  in.expect(":");
  const int minute = in.digits(2);
  const int second = in.take(":") ? in.digits(2) : 0;
  const int ms = fraction_ms(in);
  const std::int64_t east = in.ok ? offset_ms(in) : 0;
  // A leap second counts as the first of the next minute.
  if (!in.ok || !in.rest.empty() || hour > 23 || minute > 59 || second > 60 || !is_date(year, month, day)) {
    return no_time(text);
  }
  if (year <= 1) return fail(ErrorKind::not_found, "the time is not set");
  return utc_ms(year, month, day, hour, minute, second) + ms - east;
}

std::string format_utc(TimeMs t) {
  const Utc u = split_utc(t);
  return formatted("%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(u.date.year()),
                   static_cast<unsigned>(u.date.month()), static_cast<unsigned>(u.date.day()), u.hour, u.minute,
                   u.second, u.ms);
}

std::string format_utc_minute(TimeMs t) {
  const Utc u = split_utc(t);
  return formatted("%04d-%02u-%02u %02d:%02d", static_cast<int>(u.date.year()), static_cast<unsigned>(u.date.month()),
                   static_cast<unsigned>(u.date.day()), u.hour, u.minute);
}

std::string format_utc_clock(TimeMs t) {
  // Every row of a report has one: no splitting of dates, no format to be read.
  const std::int64_t s = ((t % day_ms) + day_ms) % day_ms / second_ms;
  std::string out = "00:00:00";
  const auto put = [&out](std::size_t at, std::int64_t n) {
    out[at] = static_cast<char>('0' + n / 10);
    out[at + 1] = static_cast<char>('0' + n % 10);
  };
  put(0, s / 3600);
  put(3, s / 60 % 60);
  put(6, s % 60);
  return out;
}

std::string format_in_zone(TimeMs t, std::string_view zone, std::string_view strftime_format) {
  cctz::time_zone tz = cctz::utc_time_zone();
  load_zone(zone, tz);  // an unknown zone prints as UTC
  return cctz::format(std::string(strftime_format), Millis(std::chrono::milliseconds(t)), tz);
}

bool is_zone(std::string_view zone) {
  cctz::time_zone tz;
  return load_zone(zone, tz);
}

Result<TimeMs> from_civil(int year, int month, int day, int hour, int minute, int second, std::string_view zone) {
  if (year < 1 || year > 9999 || !is_date(year, month, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59) {
    return fail(ErrorKind::invalid, "there is no such date or time");
  }
  cctz::time_zone tz;
  if (!load_zone(zone, tz)) {
    return fail(ErrorKind::invalid, "unknown time zone \"" + std::string(zone.substr(0, 48)) + "\"",
                "use an IANA name such as Asia/Seoul or UTC");
  }
  const auto found = tz.lookup(cctz::civil_second(year, month, day, hour, minute, second));
  if (found.kind == cctz::time_zone::civil_lookup::UNIQUE) return found.pre.time_since_epoch().count() * second_ms;
  const bool skipped = found.kind == cctz::time_zone::civil_lookup::SKIPPED;
  return fail(ErrorKind::conflict,
              formatted("%02d:%02d does not tell one moment in ", hour, minute) + std::string(zone) +
                  (skipped ? ": the clocks skipped it that day" : ": the clocks showed it twice that day"),
              "give the offset, such as +02:00, or the time in UTC");
}

std::optional<Moments> moments_of(const Civil& c, std::string_view zone) {
  const bool date = c.year >= 1 && c.year <= 9999 && is_date(c.year, c.month, c.day);
  const bool clock = c.hour >= 0 && c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.second >= 0 && c.second < 60;
  cctz::time_zone tz;
  if (!date || !clock || !load_zone(zone, tz)) return {};
  const auto ms = [](auto moment) { return static_cast<TimeMs>(moment.time_since_epoch().count()) * second_ms; };
  const auto found = tz.lookup(cctz::civil_second(c.year, c.month, c.day, c.hour, c.minute, c.second));
  if (found.kind == cctz::time_zone::civil_lookup::SKIPPED)
    return Moments{.kind = Moments::Kind::gap, .first = ms(found.trans), .second = 0};
  if (found.kind == cctz::time_zone::civil_lookup::REPEATED)
    return Moments{.kind = Moments::Kind::fold, .first = ms(found.pre), .second = ms(found.post)};
  return Moments{.kind = Moments::Kind::one, .first = ms(found.pre), .second = 0};
}

Civil to_civil(TimeMs t, std::string_view zone) {
  cctz::time_zone tz = cctz::utc_time_zone();
  load_zone(zone, tz);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(Millis(std::chrono::milliseconds(t)));
  const cctz::civil_second c = cctz::convert(seconds, tz);
  return {static_cast<int>(c.year()), c.month(), c.day(), c.hour(), c.minute(), c.second()};
}

std::string format_duration(DurationMs d) {
  if (d < 0) return "-" + format_duration(-d);
  const auto seconds = static_cast<long long>(d / second_ms);
  if (seconds >= 3600) return formatted("%lldh %02lldm %02llds", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (seconds >= 60) return formatted("%lldm %02llds", seconds / 60, seconds % 60);
  return formatted("%llds", seconds);
}

Result<DurationMs> parse_duration(std::string_view text) {
  const auto refused = [&] {
    return fail(ErrorKind::invalid, "not a duration: \"" + std::string(text.substr(0, 40)) + "\"",
                "write it like 90s, 30m, 2h, 1h30m or 1d");
  };
  constexpr DurationMs longest = 3660 * day_ms;
  DurationMs total = 0, last_unit = longest;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    std::int64_t n = 0;
    const auto [digits_end, error] = std::from_chars(at, end, n);
    if (error != std::errc() || n < 0 || !is_digit(*at)) return refused();
    const char* unit_end = digits_end;
    while (unit_end != end && !is_digit(*unit_end)) ++unit_end;
    const DurationMs unit = unit_ms(std::string_view(digits_end, static_cast<std::size_t>(unit_end - digits_end)));
    // Units go from large to small, each once: "30m1h" is more likely a slip than a duration.
    if (unit == 0 || unit >= last_unit || n > longest / unit) return refused();
    total += n * unit;
    last_unit = unit;
    at = unit_end;
  }
  if (text.empty() || total > longest) return refused();
  return total;
}

}  // namespace muster
