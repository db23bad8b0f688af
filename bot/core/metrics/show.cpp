// Series as people read them: short numbers, names, a line of blocks; and what an alert's address says about its query.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "bot/base/text.h"
#include "bot/core/metrics/query.h"

namespace muster {

std::string short_number(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  static constexpr std::array<std::pair<double, const char*>, 7> units = {
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1e-3, ""}, {1e-6, "µ"}, {1e-9, "n"}}};
  const double size = std::fabs(v);
  std::pair<double, const char*> unit = {1, ""};
  if (size != 0) {
    unit = units.back();
    for (const auto& u : units)
      if (size >= u.first * 0.9995) {  // 999.9 rounds to 1000: that is 1k
        unit = u;
        break;
      }
    if (size >= 1e16 || size < 1e-10) unit = {1, ""};
  }
  char text[40];
  const double scale = unit.first == 1e-3 ? 1 : unit.first;
  std::snprintf(text, sizeof text, "%.3g", v / scale);
  return text + std::string(unit.second);
}

std::string series_name(const std::map<std::string, std::string>& labels, const std::vector<std::string>& dropped) {
  std::string inside, name;
  for (const auto& [key, value] : labels) {
    if (key == "__name__")
      name = value;
    else if (std::ranges::find(dropped, key) == dropped.end())
      inside += (inside.empty() ? "" : ", ") + key + "=\"" + clip(one_line(value), 60) + "\"";
  }
  if (inside.empty()) return name;
  return name + "{" + inside + "}";
}

std::string sparkline(const MetricSeries& s, TimeMs start, TimeMs end, std::size_t columns) {
  static constexpr std::array<const char*, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (columns == 0 || end <= start) return {};
  std::vector<double> sum(columns, 0);
  std::vector<int> count(columns, 0);
  for (const MetricPoint& p : s.points) {
    const bool number = std::isfinite(p.value) && std::fabs(p.value) < 1e300;  // their sum stays one, too
    if (!number || p.at_ms < start || p.at_ms > end) continue;
    const auto share = static_cast<double>(p.at_ms - start) / static_cast<double>(end - start);
    const auto at = std::min(columns - 1, static_cast<std::size_t>(share * static_cast<double>(columns)));
    sum[at] += p.value;
    count[at] += 1;
  }
  double low = INFINITY, high = -INFINITY;
  for (std::size_t i = 0; i < columns; ++i) {
    if (count[i] == 0) continue;
    sum[i] /= count[i];
    low = std::min(low, sum[i]), high = std::max(high, sum[i]);
  }
  if (low > high) return {};
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) {
    const double share = high > low ? (sum[i] - low) / (high - low) : 0.5;
    out += count[i] == 0 ? " " : blocks[static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 7.0 + 0.5)];
  }
  return out;
}

std::string short_span(DurationMs span) {
  static constexpr std::array<std::pair<DurationMs, const char*>, 3> units = {
      {{day_ms, "d"}, {hour_ms, "h"}, {minute_ms, "m"}}};
  for (const auto& [unit, letter] : units)
    if (span >= unit && span % unit == 0) return std::to_string(span / unit) + letter;
  return span % second_ms == 0 && span < hour_ms ? std::to_string(span / second_ms) + "s" : format_duration(span);
}

DurationMs graph_step(DurationMs span, int wanted) {
  static constexpr std::array<DurationMs, 15> steps = {second_ms,      5 * second_ms,  10 * second_ms, 15 * second_ms,
                                                       30 * second_ms, minute_ms,      2 * minute_ms,  5 * minute_ms,
                                                       10 * minute_ms, 15 * minute_ms, 30 * minute_ms, hour_ms,
                                                       2 * hour_ms,    6 * hour_ms,    12 * hour_ms};
  for (const DurationMs step : steps)
    if (span / step <= wanted) return step;
  return (span / wanted / day_ms + 1) * day_ms;
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (escaped) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return repair_utf8(out);
}

// Position of the comparison that ends in a number, or npos. Nothing in brackets or quotes counts, and an expression
// with and, or, unless is left whole: there the comparison may belong to one side alone.
std::size_t last_comparison(std::string_view e) {
  int depth = 0;
  char quote = 0;
  std::size_t at = std::string_view::npos;
  for (std::size_t i = 0; i < e.size(); ++i) {
    const char c = e[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (std::string_view("([{").contains(c)) {
      ++depth;
    } else if (std::string_view(")]}").contains(c)) {
      --depth;
    } else if (depth == 0 && std::string_view("<>=!").contains(c)) {
      if (at != std::string_view::npos) return std::string_view::npos;  // a < b < 3: not ours to split
      at = i;
      if (i + 1 < e.size() && e[i + 1] == '=') ++i;
    }
  }
  return depth == 0 && quote == 0 ? at : std::string_view::npos;
}

bool joins_sets(std::string_view expression) {
  std::string word;
  for (const char c : std::string(expression) + " ") {
    const char l = static_cast<char>(c | 0x20);
    if ((l >= 'a' && l <= 'z') || c == '_' || (c >= '0' && c <= '9')) {
      word += l;
      continue;
    }
    if (word == "and" || word == "or" || word == "unless") return true;
    word.clear();
  }
  return false;
}

}  // namespace

std::string expression_of_link(std::string_view url) {
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return {};
  for (const std::string& part : split(url.substr(query + 1, url.find('#', query) - query - 1), '&')) {
    if (!part.starts_with("g0.expr=")) continue;
    const std::string expression = url_decoded(std::string_view(part).substr(8));
    return expression.size() <= metric_expression_bytes_max ? std::string(trim(expression)) : std::string();
  }
  return {};
}

bool split_threshold(std::string_view expression, Threshold& out) {
  const std::size_t at = last_comparison(expression);
  if (at == std::string_view::npos || at == 0 || joins_sets(expression)) return false;
  const std::size_t length = at + 1 < expression.size() && expression[at + 1] == '=' ? 2 : 1;
  const std::string_view comparison = expression.substr(at, length);
  if (comparison == "=" || comparison == "!") return false;
  const std::string_view right = trim(expression.substr(at + length));
  const char* end = right.data() + right.size();
  double limit = 0;
  const auto [rest, error] = std::from_chars(right.data(), end, limit);
  if (error != std::errc() || rest != end || !std::isfinite(limit)) return false;
  out = {std::string(trim(expression.substr(0, at))), std::string(comparison), limit};
  return !out.expression.empty();
}

}  // namespace muster
