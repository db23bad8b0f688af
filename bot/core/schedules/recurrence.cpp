#include "bot/core/schedules/recurrence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include "bot/base/text.h"
#include "bot/base/zone.h"

namespace muster {

bool names_zone(std::string_view word) {
  return word == "UTC" || (word.contains('/') && word.size() > 4 && is_zone(word));
}

namespace {

using Pieces = std::vector<std::string>;

constexpr std::array<std::string_view, 7> day_names = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> month_names = {"january",   "february", "march",    "april",
                                                          "may",       "june",     "july",     "august",
                                                          "september", "october",  "november", "december"};
constexpr std::size_t field_bytes_max = 120;
constexpr int days_ahead_max = 9 * 366;  // 29 February comes within eight years, also around 2100

std::optional<int> small_number(std::string_view text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || text.size() > 2 || error != std::errc() || end != text.data() + text.size() || n < 0) return {};
  return n;
}

// mon, monday, mondays; jan, january.
template <std::size_t N>
std::optional<int> named(std::string_view word, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i)
    if (word == names[i] || word == names[i].substr(0, 3) || word == std::string(names[i]) + "s")
      return static_cast<int>(i);
  return {};
}

// One field of cron: what values it may take, and by which names.
struct Range {
  int low, high;
  bool months = false, weekdays = false;

  std::optional<int> value(std::string_view word) const {
    if (const auto n = small_number(word)) return *n >= low && *n <= high ? n : std::nullopt;
    if (months)
      if (const auto m = named(word, month_names)) return *m + 1;
    return weekdays ? named(word, day_names) : std::nullopt;
  }
};

struct Span {
  int from, to, step;
};

std::optional<Span> read_span(std::string_view part, const Range& range) {
  Span s{range.low, range.high, 1};
  const auto slash = part.find('/');
  if (slash != std::string_view::npos) {
    const auto step = small_number(part.substr(slash + 1));
    if (!step || *step == 0) return {};
    s.step = *step;
    part = part.substr(0, slash);
  }
  if (part == "*") return s;
  const auto dash = part.find('-');
  const auto from = range.value(part.substr(0, dash));
  if (!from) return {};
  s.from = *from;
  if (dash != std::string_view::npos) {
    const auto to = range.value(part.substr(dash + 1));
    if (!to) return {};
    s.to = range.weekdays && *to < *from ? *to + 7 : *to;  // fri-mon, and mon-sun
    if (s.to < s.from) return {};
  } else if (slash == std::string_view::npos) {
    s.to = s.from;
  }
  return s;
}

template <std::size_t N>
bool read_field(std::string_view field, const Range& range, std::bitset<N>& out) {
  if (field.empty() || field.size() > field_bytes_max) return false;
  for (const std::string& part : split(field, ',')) {
    const auto span = read_span(part, range);
    if (!span) return false;
    for (int n = span->from; n <= span->to; n += span->step) {
      const int value = range.weekdays ? n % 7 : n;
      if (value < 0 || static_cast<std::size_t>(value) >= N) return false;
      out.set(static_cast<std::size_t>(value));
    }
  }
  return out.any();
}

std::optional<Recurrence> read_cron(const Pieces& f) {
  Recurrence r;
  const bool ok = f.size() == 5 && read_field(f[0], {0, 59}, r.minutes) && read_field(f[1], {0, 23}, r.hours) &&
                  read_field(f[2], {1, 31}, r.days) && read_field(f[3], {1, 12, true}, r.months) &&
                  read_field(f[4], {0, 7, false, true}, r.weekdays);
  if (!ok) return {};
  r.any_hour = f[1].starts_with('*');
  r.any_day = f[2] == "*";
  r.any_weekday = f[4] == "*";
  return r;
}

std::optional<DurationMs> unit_of_time(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, DurationMs>, 9> units = {{{"minute", minute_ms},
                                                                             {"minutes", minute_ms},
                                                                             {"min", minute_ms},
                                                                             {"mins", minute_ms},
                                                                             {"hour", hour_ms},
                                                                             {"hours", hour_ms},
                                                                             {"days", day_ms},
                                                                             {"week", 7 * day_ms},
                                                                             {"weeks", 7 * day_ms}}};
  for (const auto& [name, ms] : units)
    if (name == word) return ms;
  return {};
}

// How many words in front are an interval, and how long it is.
std::optional<std::pair<std::size_t, DurationMs>> read_interval(const Pieces& w) {
  if (w.empty()) return {};
  if (const auto d = parse_duration(w[0])) return std::pair{std::size_t{1}, *d};
  if (const auto unit = unit_of_time(w[0])) return std::pair{std::size_t{1}, *unit};
  const auto n = small_number(w[0]);
  const auto unit = w.size() > 1 ? unit_of_time(w[1]) : std::nullopt;
  if (!n || !unit) return {};
  return std::pair{std::size_t{2}, *n * *unit};
}

std::optional<std::string> day_field(std::string_view word) {
  if (word == "day") return "*";
  if (word == "weekday" || word == "weekdays" || word == "workday") return "1-5";
  if (word == "weekend" || word == "weekends") return "0,6";
  for (const std::string& part : split(word, ','))
    for (const std::string& name : split(part, '-'))
      if (!named(name, day_names)) return {};
  return std::string(word);
}

std::optional<Pieces> clock_fields(std::string_view word) {
  const auto parts = split(word, ':');
  if (parts.size() != 2 || parts[1].size() != 2) return {};
  const auto hour = small_number(parts[0]), minute = small_number(parts[1]);
  if (!hour || !minute || *hour > 23 || *minute > 59) return {};
  return Pieces{std::to_string(*minute), std::to_string(*hour)};
}

struct Front {
  std::size_t words = 0;  // how many of them it is
  Recurrence when;
  bool no_clock = false;  // a day without a time
};

Front read_days(const Pieces& w, const std::string& field) {
  const std::size_t at = w.size() > 1 && w[1] == "at" ? 2 : 1;
  const auto clock = w.size() > at ? clock_fields(w[at]) : std::nullopt;
  if (!clock) return {.words = 0, .when = {}, .no_clock = true};
  const auto r = read_cron({(*clock)[0], (*clock)[1], "*", "*", field});
  return r ? Front{.words = at + 1, .when = *r, .no_clock = false} : Front{};
}

Front read_front(const Pieces& w) {
  if (w.empty()) return {};
  if (w.size() >= 5)
    if (const auto cron = read_cron({w.begin(), w.begin() + 5})) return {.words = 5, .when = *cron, .no_clock = false};
  if (const auto days = day_field(w[0])) return read_days(w, *days);
  const auto interval = read_interval(w);
  if (!interval || interval->second <= 0) return {};
  Recurrence r;
  r.interval = interval->second;
  return {.words = interval->first, .when = r, .no_clock = false};
}

// At most `most` words of a text, small, and where each ends.
Pieces front_words(std::string_view text, std::size_t most, std::vector<std::size_t>& ends) {
  Pieces out;
  std::size_t at = 0;
  while (out.size() < most) {
    while (at < text.size() && text[at] == ' ') ++at;
    if (at == text.size()) break;
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.push_back(lower_ascii(text.substr(at, end - at)));
    ends.push_back(at = end);
  }
  return out;
}

bool fits_day(const Recurrence& r, std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  const bool in_month = r.months.test(static_cast<unsigned>(date.month()));
  const bool by_day = r.days.test(static_cast<unsigned>(date.day()));
  const bool by_weekday = r.weekdays.test(std::chrono::weekday(day).c_encoding());
  if (!in_month) return false;
  // As cron has it: where both are said, one of them is enough.
  return r.any_day || r.any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

// The first time of this local day after `after`; 0: none.
TimeMs first_of_day(const Recurrence& r, std::chrono::sys_days day, TimeMs after, std::string_view zone) {
  const std::chrono::year_month_day date(day);
  TimeMs best = 0;
  const auto take = [&](TimeMs t) {
    if (t > after && (best == 0 || t < best)) best = t;
  };
  for (std::size_t hour = 0; hour < 24; ++hour) {
    for (std::size_t minute = 0; r.hours.test(hour) && minute < 60; ++minute) {
      if (!r.minutes.test(minute)) continue;
      const auto m = moments_of(
          {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
           static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(hour), static_cast<int>(minute), 0},
          zone);
      if (!m || (m->kind == Moments::Kind::gap && r.any_hour)) continue;
      take(m->first);
      if (m->kind == Moments::Kind::fold && r.any_hour) take(m->second);
    }
  }
  return best;
}

}  // namespace

std::optional<Recurrence> read_recurrence(std::string_view words) {
  std::vector<std::size_t> ends;
  const Pieces w = front_words(words, 7, ends);
  const Front f = read_front(w);
  return f.words > 0 && f.words == w.size() ? std::optional(f.when) : std::nullopt;
}

std::expected<Every, std::string> leading_recurrence(std::string_view text, std::string_view zone) {
  std::string line(trim(text));
  // Cron between quotes is cron all the same.
  if (line.starts_with('"') || line.starts_with('\'') || line.starts_with('`')) {
    const auto close = line.find(line.front(), 1);
    if (close != std::string::npos) line = line.substr(1, close - 1) + " " + line.substr(close + 1);
  }
  std::vector<std::size_t> ends;
  const Pieces w = front_words(line, 8, ends);
  const Front f = read_front(w);
  if (f.words == 0) return std::unexpected(f.no_clock ? "every.no_clock" : "every.no_time");
  Every e{.when = f.when,
          .words = join(Pieces(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(f.words)), " "),
          .zone = std::string(zone),
          .rest = std::string(trim(std::string_view(line).substr(ends[f.words - 1])))};
  const std::string next = e.rest.substr(0, e.rest.find(' '));
  if (names_zone(next)) {
    e.zone = next;
    e.rest = std::string(trim(std::string_view(e.rest).substr(next.size())));
  }
  return e;
}

TimeMs next_time(const Recurrence& r, TimeMs after, std::string_view zone, TimeMs base) {
  if (r.interval > 0) {
    const std::int64_t gone = after < base ? -1 : (after - base) / r.interval;
    return base + (gone + 1) * r.interval;
  }
  using namespace std::chrono;
  const Civil local = to_civil(after, zone);
  // From the day before: where clocks are put back at midnight, it comes again.
  sys_days date =
      sys_days(year(local.year) / month(static_cast<unsigned>(local.month)) / day(static_cast<unsigned>(local.day))) -
      days(1);
  for (int i = 0; i < days_ahead_max; ++i, date += days(1)) {
    if (!fits_day(r, date)) continue;
    if (const TimeMs t = first_of_day(r, date, after, zone)) return t;
  }
  return 0;
}

DurationMs shortest_gap(const Recurrence& r) {
  if (r.interval > 0) return r.interval;
  std::vector<int> times;
  for (std::size_t hour = 0; hour < 24; ++hour)
    for (std::size_t minute = 0; r.hours.test(hour) && minute < 60; ++minute)
      if (r.minutes.test(minute)) times.push_back(static_cast<int>(hour * 60 + minute));
  if (times.empty()) return day_ms;
  int shortest = times.front() + 24 * 60 - times.back();
  for (std::size_t i = 1; i < times.size(); ++i) shortest = std::min(shortest, times[i] - times[i - 1]);
  return shortest * minute_ms;
}

}  // namespace muster
