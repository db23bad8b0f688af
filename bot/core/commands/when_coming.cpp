// Times that lie ahead, in words of the ones that leading_time() reads: a date and a clock.
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

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

std::unexpected<Error> no_coming_time(std::string_view text) {
  return fail(ErrorKind::invalid, "\"" + clip(one_line(text), 60) + "\" is no time that I understand.",
              "Write for example 2026-12-24 18:00, friday 18:00, tomorrow 09:00 or 18:00.");
}

Result<TimeMs> whole(const std::string& text, TimeMs now, std::string_view zone) {
  const auto read = leading_time(text, now, zone);
  if (!read) return std::unexpected(read.error());
  if (!*read || !(*read)->rest.empty()) return no_coming_time(text);
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

namespace {

constexpr std::size_t words_max = 4;  // of a time: "2026-12-24 18:00 CET", "friday 18:00 Asia/Seoul"

std::vector<std::string> words_in_front(std::string_view text) {
  std::vector<std::string> words;
  for (std::string& word : split(one_line(text), ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
    if (words.size() > words_max) break;
  }
  return words;
}

// What stands behind the first n words, as it was typed.
std::string behind(std::string_view text, std::size_t n) {
  for (text = trim(text); n > 0; --n) {
    const auto end = text.find_first_of(" \t");
    text = end == std::string_view::npos ? std::string_view{} : trim(text.substr(end));
  }
  return std::string(text);
}

std::expected<Coming, std::string> read_in(std::string_view text, TimeMs now, std::string_view zone) {
  const auto w = words_in_front(text);
  if (w.size() < 2) return std::unexpected("at.no_time");
  std::size_t used = 2;
  auto length = parse_duration(lower_ascii(w[1]));
  if (!length && w.size() > 2) {  // 90 minutes
    const std::string unit = lower_ascii(w[2]);
    for (const std::string_view name : {"second", "minute", "hour", "day", "week"})
      if (unit == name || unit == std::string(name) + "s" || (name == "minute" && (unit == "min" || unit == "mins")))
        length = parse_duration(w[1] + name[0]), used = 3;
  }
  if (!length || *length <= 0) return std::unexpected("at.no_time");
  return Coming{.at = now + *length, .elapsed = true, .zone = std::string(zone), .rest = behind(text, used)};
}

std::string clock_problem(const Error& error) {
  if (error.kind == ErrorKind::conflict) return error.message.contains("skipped") ? "at.gap" : "at.fold";
  return error.message.contains("more than one zone") ? "at.zone_unclear" : "";
}

}  // namespace

std::expected<Coming, std::string> leading_coming(std::string_view text, TimeMs now, std::string_view zone) {
  if (lower_ascii(text.substr(0, 3)) == "in ") return read_in(text, now, zone);
  auto words = words_in_front(text);
  if (words.size() > 1 && lower_ascii(words[1]) == "at") words.erase(words.begin() + 1);  // "tomorrow at 07:30"
  const std::size_t skipped = behind(text, 1).starts_with("at ") ? 1 : 0;
  // A zone by its own name ends the time.
  const auto zone_word =
      std::ranges::find_if(words, [](const std::string& w) { return w.contains('/') && is_zone(w); });
  const bool named = zone_word != words.end() && zone_word != words.begin();
  const auto front_of = [&](std::size_t n) {
    return join(std::vector<std::string>(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(n)), " ");
  };
  const std::string where = named ? *zone_word : std::string(zone);
  const auto most = named ? static_cast<std::size_t>(zone_word - words.begin()) : std::min(words.size(), words_max);
  for (std::size_t n = most; n > 0; n = named ? 0 : n - 1) {
    const auto at = read_coming(front_of(n), now, where);
    if (const std::string problem = at ? "" : clock_problem(at.error()); !problem.empty())
      return std::unexpected(problem);
    if (!at) continue;
    if (!front_of(n).contains(':')) return std::unexpected("at.no_clock");
    return Coming{.at = *at, .elapsed = false, .zone = where, .rest = behind(text, n + skipped + (named ? 1 : 0))};
  }
  return std::unexpected("at.no_time");
}

Result<TimeMs> coming_time(std::string_view given, TimeMs now, std::string_view zone) {
  const std::string text = one_line(trim(given));
  auto at = read_coming(text, now, zone);
  if (!at && at.error().kind == ErrorKind::invalid) return no_coming_time(text);  // in the words of who said it
  return at;
}

}  // namespace muster
