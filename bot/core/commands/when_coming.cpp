// Times that lie ahead, in words of the ones that leading_time() reads: a date and a clock.
#include <array>
#include <cstdio>

#include "bot/base/text.h"
#include "bot/core/commands/when.h"

namespace muster {
namespace {

constexpr std::array<std::string_view, 7> weekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                      "friday", "saturday", "sunday"};

std::string date_of(TimeMs t, std::string_view zone) { return format_in_zone(t, zone, "%Y-%m-%d"); }

// Days from today in this zone to the next such weekday; -1: no weekday.
int days_to(std::string_view word, TimeMs now, std::string_view zone) {
  const std::string today = lower_ascii(format_in_zone(now, zone, "%A"));
  int from = -1, to = -1;
  for (int i = 0; i < 7; ++i) {
    const std::string_view day = weekdays[static_cast<std::size_t>(i)];
    if (day == today) from = i;
    if (day == word || (word.size() == 3 && day.starts_with(word))) to = i;
  }
  return from < 0 || to < 0 ? -1 : (to - from + 7) % 7;
}

std::unexpected<Error> no_time(std::string_view text) {
  return fail(ErrorKind::invalid, "\"" + clip(one_line(text), 60) + "\" is no time that I understand.",
              "Write for example 2026-12-24 18:00, friday 18:00, tomorrow 09:00 or 18:00.");
}

Result<TimeMs> whole(const std::string& text, TimeMs now, std::string_view zone) {
  const auto read = leading_time(text, now, zone);
  if (!read) return std::unexpected(read.error());
  if (!*read || !(*read)->rest.empty()) return no_time(text);
  return (*read)->at;
}

// The day in so many days at noon's date, so that no change of the clocks skips one.
std::string day_in(int days, TimeMs now, std::string_view zone) {
  const Civil c = to_civil(now, zone);
  const auto noon = from_civil(c.year, c.month, c.day, 12, 0, 0, zone);
  return date_of((noon ? *noon : now) + days * day_ms, zone);
}

}  // namespace

namespace {

Result<TimeMs> read_coming(const std::string& text, TimeMs now, std::string_view zone) {
  const auto space = text.find(' ');
  const std::string first = lower_ascii(text.substr(0, space));
  const std::string rest = space == std::string::npos ? "" : std::string(trim(text.substr(space)));
  const std::string clock = rest.empty() ? "00:00" : rest;
  int days = first == "today" ? 0 : first == "tomorrow" ? 1 : days_to(first, now, zone);
  if (days >= 0) {
    const auto at = whole(day_in(days, now, zone) + " " + clock, now, zone);
    if (!at || *at > now || days != 0 || first == "today") return at;
    return whole(day_in(7, now, zone) + " " + clock, now, zone);  // this weekday's hour has gone by
  }
  const bool date = first.size() == 10 && first[4] == '-' && first[7] == '-';
  if (date) return whole(first + " " + clock, now, zone);
  if (first.size() > 10 && first[4] == '-') return whole(text, now, zone);
  const auto at = whole(day_in(0, now, zone) + " " + text, now, zone);
  if (!at || *at > now) return at;
  return whole(day_in(1, now, zone) + " " + text, now, zone);
}

}  // namespace

Result<TimeMs> coming_time(std::string_view given, TimeMs now, std::string_view zone) {
  const std::string text = one_line(trim(given));
  auto at = read_coming(text, now, zone);
  if (!at && at.error().kind == ErrorKind::invalid) return no_time(text);  // in the words of who said it
  return at;
}

}  // namespace muster
