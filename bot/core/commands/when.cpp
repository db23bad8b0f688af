#include "bot/core/commands/when.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "bot/base/text.h"

namespace muster {
namespace {

using Found = Result<std::optional<When>>;

struct Abbreviation {
  std::string_view name;
  int minutes;
};
// Only names with one common reading.
constexpr Abbreviation abbreviations[] = {{"utc", 0},    {"gmt", 0},    {"z", 0},      {"kst", 540},  {"jst", 540},
                                          {"cet", 60},   {"cest", 120}, {"eet", 120},  {"eest", 180}, {"wet", 0},
                                          {"west", 60},  {"est", -300}, {"edt", -240}, {"cdt", -300}, {"mst", -420},
                                          {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"msk", 180},  {"aest", 600},
                                          {"aedt", 660}, {"sgt", 480},  {"hkt", 480},  {"nzst", 720}, {"nzdt", 780}};

std::optional<int> number(std::string_view text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text[0] == '-') return {};
  return n;
}

// A cursor over words; what is left is the text of the note.
struct WordsLeft {
  std::string_view text;

  std::string_view peek() const {
    const auto t = trim(text);
    return t.substr(0, t.find_first_of(" \t\n"));
  }
  void pop() {
    const auto t = trim(text);
    text = trim(t.substr(peek().size()));
  }
};

std::string_view without_tail(std::string_view word, std::string_view characters) {
  const auto last = word.find_last_not_of(characters);
  return last == std::string_view::npos ? std::string_view{} : word.substr(0, last + 1);
}

struct ClockTime {
  int hour = 0, minute = 0, second = 0;
  bool seconds = false;
  std::optional<int> offset;  // minutes, when glued on: 14:02Z, 14:02+09:00
  std::string zone;           // when said by its IANA name
};

std::optional<int> offset_minutes(std::string_view text) {
  const auto lower = lower_ascii(text);
  for (const auto& a : abbreviations)
    if (a.name == lower) return a.minutes;
  if (lower.size() < 3 || (lower[0] != '+' && lower[0] != '-')) return {};
  std::string digits;
  for (const char c : lower.substr(1))
    if (c != ':') digits += c;
  const auto n = number(digits);
  if (!n || (digits.size() != 2 && digits.size() != 4)) return {};
  const int minutes = digits.size() == 2 ? *n * 60 : *n / 100 * 60 + *n % 100;
  if (minutes > 14 * 60) return {};
  return lower[0] == '-' ? -minutes : minutes;
}

enum class Reading { no, yes, bad };

// 14:02, 14:02:30, 9:05; "bad" when it is written as a time and is none.
Reading read_clock(std::string_view word, ClockTime& out) {
  word = without_tail(word, ",;");
  if (word.ends_with(':')) word.remove_suffix(1);
  const auto zone = word.find_first_not_of("0123456789:");
  if (zone != std::string_view::npos) {
    out.offset = offset_minutes(word.substr(zone));
    if (!out.offset) return Reading::no;
    word = word.substr(0, zone);
  }
  const auto parts = split(word, ':');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].size() > 2) return Reading::no;
  std::array<int, 3> n{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = number(parts[i]);
    if (!value || (i > 0 && parts[i].size() != 2)) return Reading::no;
    n[i] = *value;
  }
  out.hour = n[0], out.minute = n[1], out.second = n[2], out.seconds = parts.size() == 3;
  return n[0] < 24 && n[1] < 60 && n[2] < 60 ? Reading::yes : Reading::bad;
}

struct Date {
  int year = 0, month = 0, day = 0;
};

std::optional<Date> read_date(std::string_view word) {
  const auto parts = split(without_tail(word, ",;"), '-');
  if (parts.size() != 3 || parts[0].size() != 4 || parts[1].size() != 2 || parts[2].size() != 2) return {};
  const auto y = number(parts[0]), m = number(parts[1]), d = number(parts[2]);
  if (!y || !m || !d) return {};
  return Date{*y, *m, *d};
}

Date day_of(TimeMs now, std::optional<int> offset, std::string_view zone, int days_back) {
  const auto local = offset ? to_civil(now + *offset * minute_ms, "UTC") : to_civil(now, zone);
  // Counting days on the calendar, not hours: a day of a clock change has 23 or 25 of them.
  const auto noon = from_civil(local.year, local.month, local.day, 12, 0, 0, "UTC");
  const auto day = to_civil((noon ? *noon : now) - days_back * day_ms, "UTC");
  return {day.year, day.month, day.day};
}

std::string_view zone_of(const ClockTime& t, std::string_view writers) { return t.zone.empty() ? writers : t.zone; }

Result<TimeMs> instant(const Date& d, const ClockTime& t, std::string_view zone) {
  const auto at = from_civil(d.year, d.month, d.day, t.hour, t.minute, t.second, t.offset ? "UTC" : zone_of(t, zone));
  if (!at || !t.offset) return at;
  return *at - *t.offset * minute_ms;
}

bool valid_date(const Date& d) {
  const auto noon = from_civil(d.year, d.month, d.day, 12, 0, 0, "UTC");
  if (!noon) return false;
  const auto back = to_civil(*noon, "UTC");
  return back.year == d.year && back.month == d.month && back.day == d.day;
}

std::unexpected<Error> no_time(std::string_view word) {
  return fail(ErrorKind::invalid, "“" + std::string(word) + "” is no time",
              "Write for example 14:02 or 2026-03-17 05:04.");
}

// The latest such time not in the future. A clock change on the candidate's own day is refused, not skipped.
Result<TimeMs> latest(const ClockTime& t, TimeMs now, std::string_view zone) {
  const auto today = instant(day_of(now, t.offset, zone_of(t, zone), 0), t, zone);
  if (!today || *today <= now) return today;
  return instant(day_of(now, t.offset, zone_of(t, zone), 1), t, zone);
}

When finish(TimeMs at, bool seconds, const WordsLeft& words) {
  return {at, seconds ? second_ms : minute_ms, std::string(trim(words.text))};
}

std::optional<DurationMs> unit_of(std::string_view word) {
  const auto w = lower_ascii(word);
  for (auto u : {"s", "sec", "secs", "second", "seconds"})
    if (w == u) return second_ms;
  for (auto u : {"m", "min", "mins", "minute", "minutes"})
    if (w == u) return minute_ms;
  for (auto u : {"h", "hr", "hrs", "hour", "hours"})
    if (w == u) return hour_ms;
  for (auto u : {"d", "day", "days"})
    if (w == u) return day_ms;
  return {};
}

// "10 min ago", "10m ago", "2 hours ago", "1h30m ago", "an hour ago".
std::optional<When> read_ago(WordsLeft words, TimeMs now) {
  const auto first = lower_ascii(words.peek());
  words.pop();
  const bool one = first == "a" || first == "an";
  const auto count = one ? std::optional(1) : number(first);
  std::optional<DurationMs> length, unit;
  if (count) {
    unit = unit_of(words.peek());
    if (!unit || *count > 1'000'000) return {};
    length = *unit * *count;
    words.pop();
  } else if (!first.empty() && first[0] >= '0' && first[0] <= '9') {
    if (const auto d = parse_duration(first)) length = *d, unit = first.ends_with('s') ? second_ms : minute_ms;
  }
  const auto ago = lower_ascii(without_tail(words.peek(), ",:;"));
  if (!length || ago != "ago") return {};
  words.pop();
  return When{now - *length, std::min(*unit, minute_ms), std::string(trim(words.text))};
}

// After the clock: an abbreviation, offset or IANA name as a word of its own. IST is India, Israel or Ireland: refused.
Result<void> take_zone(WordsLeft& words, ClockTime& time) {
  if (time.offset) return {};
  const auto word = without_tail(words.peek(), ",;:");
  for (auto unclear : {"IST", "BST", "CST", "AST"})
    if (word == unclear)
      return fail(ErrorKind::invalid, std::string(word) + " names more than one zone",
                  "write an offset, for example +05:30");
  if (word.contains('/') && is_zone(word)) {
    time.zone = word;
    words.pop();
    return {};
  }
  const auto offset = offset_minutes(word);
  if (!offset || lower_ascii(word) == "z") return {};
  time.offset = offset;
  words.pop();
  return {};
}

Found read_with_date(WordsLeft words, const Date& date, std::string_view zone) {
  const auto day = words.peek();
  words.pop();
  ClockTime time;
  const auto reading = read_clock(words.peek(), time);
  if (reading == Reading::bad) return no_time(words.peek());
  if (reading == Reading::no) return std::optional<When>{};  // a bare date is no moment
  if (!valid_date(date)) return no_time(day);
  words.pop();
  if (auto ok = take_zone(words, time); !ok) return std::unexpected(ok.error());
  const auto at = instant(date, time, zone);
  if (!at) return std::unexpected(at.error());
  return finish(*at, time.seconds, words);
}

Found read_relative_day(WordsLeft words, TimeMs now, std::string_view zone) {
  const int back = lower_ascii(words.peek()) == "yesterday" ? 1 : 0;
  // Which day it is depends on the zone that may follow the clock, so look ahead.
  WordsLeft ahead = words;
  ahead.pop();
  if (lower_ascii(ahead.peek()) == "at") {
    ahead.pop();
    words.text = ahead.text;
  } else {
    words.pop();
  }
  ClockTime time;
  const auto reading = read_clock(words.peek(), time);
  if (reading == Reading::bad) return no_time(words.peek());
  if (reading == Reading::no) return std::optional<When>{};
  words.pop();
  if (auto ok = take_zone(words, time); !ok) return std::unexpected(ok.error());
  const auto at = instant(day_of(now, time.offset, zone_of(time, zone), back), time, zone);
  if (!at) return std::unexpected(at.error());
  return finish(*at, time.seconds, words);
}

Found read_clock_only(WordsLeft words, TimeMs now, std::string_view zone, bool said_at) {
  ClockTime time;
  const auto word = words.peek();
  const auto reading = read_clock(word, time);
  if (reading == Reading::no || (reading == Reading::bad && !said_at)) return std::optional<When>{};
  if (reading == Reading::bad) return no_time(word);
  words.pop();
  if (auto ok = take_zone(words, time); !ok) return std::unexpected(ok.error());
  const auto at = latest(time, now, zone);
  if (!at) return std::unexpected(at.error());
  return finish(*at, time.seconds, words);
}

// 2026-03-17T05:04:40+09:00 as one word; without an offset it is a date and a clock in the writer's zone.
Found read_rfc3339(WordsLeft words, std::string_view zone) {
  const auto word = without_tail(words.peek(), ",;");
  ClockTime time;
  const auto date = read_date(word.substr(0, 10));
  if (!date) return std::optional<When>{};
  words.pop();
  if (read_clock(word.substr(11), time) != Reading::yes) {
    const auto at = parse_time(word);  // fractions
    if (!at || !valid_date(*date)) return no_time(word);
    return finish(*at, true, words);
  }
  if (!valid_date(*date)) return no_time(word);
  if (auto ok = take_zone(words, time); !ok) return std::unexpected(ok.error());
  const auto at = instant(*date, time, zone);
  if (!at) return std::unexpected(at.error());
  return finish(*at, time.seconds, words);
}

}  // namespace

Result<std::optional<When>> leading_time(std::string_view text, TimeMs now, std::string_view zone) {
  WordsLeft words{trim(text)};
  const bool said_at = lower_ascii(words.peek()) == "at";
  if (said_at) words.pop();
  const auto first = words.peek();
  const auto lower = lower_ascii(first);
  if (first.empty()) return std::optional<When>{};
  if (auto ago = read_ago(words, now)) return ago;
  if (lower == "yesterday" || lower == "today") return read_relative_day(words, now, zone);
  if (const auto date = read_date(first)) return read_with_date(words, *date, zone);
  if (first.size() > 11 && (first[10] == 'T' || first[10] == 't')) return read_rfc3339(words, zone);
  return read_clock_only(words, now, zone, said_at);
}

}  // namespace muster
