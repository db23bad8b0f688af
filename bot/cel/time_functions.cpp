// The parts of timestamps and durations, and our own age(), fixed().
#include <array>

#include "bot/base/text.h"
#include "bot/cel/escapes.h"
#include "bot/cel/functions.h"
#include "bot/cel/time.h"

namespace muster::cel {
namespace {

using Args = std::span<const Val>;

template <class Part>
Val part(Args args, Part read) {
  const std::string_view zone = args.size() > 1 ? args[1].as_chars() : "UTC";
  const auto civil = civil_time(args[0].as_timestamp(), zone);
  if (civil) return static_cast<std::int64_t>(read(*civil));
  return Val::failure("there is no time zone \"" + clip(one_line(zone), 60) + "\"");
}

// The standard counts months, days of the month and days of the year from 0; only getDate counts from 1.
Val year(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.year; });
}
Val month(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.month - 1; });
}
Val date(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.day; });
}
Val day_of_month(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.day - 1; });
}
Val day_of_week(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.weekday; });
}
Val day_of_year(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.yearday - 1; });
}
Val hours(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.hour; });
}
Val minutes(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.minute; });
}
Val seconds(Budget&, Args args) {
  return part(args, [](const CivilTime& c) { return c.second; });
}
Val milliseconds(Budget&, Args args) {
  const std::int32_t ms = args[0].as_timestamp().nanos / 1'000'000;
  return part(args, [ms](const CivilTime&) { return ms; });
}

constexpr std::int64_t second_ns = 1'000'000'000;
Val whole_hours(Budget&, Args args) { return args[0].as_duration().nanos / (3600 * second_ns); }
Val whole_minutes(Budget&, Args args) { return args[0].as_duration().nanos / (60 * second_ns); }
Val whole_seconds(Budget&, Args args) { return args[0].as_duration().nanos / second_ns; }
Val rest_milliseconds(Budget&, Args args) { return args[0].as_duration().nanos / 1'000'000 % 1000; }

Val age_of(Budget& budget, Timestamp t) {
  if (!budget.now) return Val::failure("the present time is not known here");
  const auto age = subtract(*budget.now, t);
  return age ? Val(*age) : Val::failure("overflow: the age does not fit a duration (292 years)");
}

Val age(Budget& budget, Args args) { return age_of(budget, args[0].as_timestamp()); }

// Data from outside has its times as text.
Val age_of_text(Budget& budget, Args args) {
  const auto t = read_timestamp(args[0].as_chars());
  if (t) return age_of(budget, *t);
  return Val::failure("type conversion error: \"" + clip(one_line(args[0].as_chars()), 60) + "\" is no timestamp");
}

Val fixed_double(double d, const Val& digits) {
  const std::int64_t n = digits.as_int();
  if (n < 0 || n > 20) return Val::failure("fixed() shows 0 to 20 digits, not " + std::to_string(n));
  return Val::text(fixed_text(d, static_cast<int>(n)));
}
Val fixed(Budget&, Args args) { return fixed_double(args[0].as_double(), args[1]); }
Val fixed_int(Budget&, Args args) { return fixed_double(static_cast<double>(args[0].as_int()), args[1]); }
Val fixed_uint(Budget&, Args args) { return fixed_double(static_cast<double>(args[0].as_uint()), args[1]); }

constexpr std::array ours = {
    Definition{"age(timestamp) -> duration", age},        Definition{"age(string) -> duration", age_of_text},
    Definition{"fixed(double, int) -> string", fixed},    Definition{"fixed(int, int) -> string", fixed_int},
    Definition{"fixed(uint, int) -> string", fixed_uint},
};

constexpr std::array time_definitions = {
    Definition{"timestamp:getFullYear() -> int", year},
    Definition{"timestamp:getFullYear(string) -> int", year},
    Definition{"timestamp:getMonth() -> int", month},
    Definition{"timestamp:getMonth(string) -> int", month},
    Definition{"timestamp:getDate() -> int", date},
    Definition{"timestamp:getDate(string) -> int", date},
    Definition{"timestamp:getDayOfMonth() -> int", day_of_month},
    Definition{"timestamp:getDayOfMonth(string) -> int", day_of_month},
    Definition{"timestamp:getDayOfWeek() -> int", day_of_week},
    Definition{"timestamp:getDayOfWeek(string) -> int", day_of_week},
    Definition{"timestamp:getDayOfYear() -> int", day_of_year},
    Definition{"timestamp:getDayOfYear(string) -> int", day_of_year},
    Definition{"timestamp:getHours() -> int", hours},
    Definition{"timestamp:getHours(string) -> int", hours},
    Definition{"timestamp:getMinutes() -> int", minutes},
    Definition{"timestamp:getMinutes(string) -> int", minutes},
    Definition{"timestamp:getSeconds() -> int", seconds},
    Definition{"timestamp:getSeconds(string) -> int", seconds},
    Definition{"timestamp:getMilliseconds() -> int", milliseconds},
    Definition{"timestamp:getMilliseconds(string) -> int", milliseconds},
    Definition{"duration:getHours() -> int", whole_hours},
    Definition{"duration:getMinutes() -> int", whole_minutes},
    Definition{"duration:getSeconds() -> int", whole_seconds},
    Definition{"duration:getMilliseconds() -> int", rest_milliseconds},
};

}  // namespace

std::span<const Definition> time_functions() { return time_definitions; }
std::span<const Definition> our_functions() { return ours; }

}  // namespace muster::cel
