#include "bot/reports/svg.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <vector>

#include "bot/base/text.h"

namespace muster {
namespace {

constexpr double left = 150, right = 1090, top = 34, lane_height = 64, width = 1110;

std::string fixed(double x) {  // one decimal, so that files compare equal
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", x);
  return buffer;
}

double x_of(const Chart& c, TimeMs t) {
  const double share = static_cast<double>(t - c.from) / static_cast<double>(c.to - c.from);
  return left + std::clamp(share, 0.0, 1.0) * (right - left);
}

double y_of(int lane) { return top + lane * lane_height; }

std::string attr(const char* name, double v) { return std::string(" ") + name + "=\"" + fixed(v) + "\""; }

std::string text_at(double x, double y, const char* style, std::string_view text) {
  return "<text class=\"" + std::string(style) + "\"" + attr("x", x) + attr("y", y) + ">" + escape_html(text) +
         "</text>";
}

DurationMs tick_step(DurationMs span) {
  static constexpr std::array<DurationMs, 12> steps = {minute_ms,      2 * minute_ms,  5 * minute_ms, 10 * minute_ms,
                                                       15 * minute_ms, 30 * minute_ms, hour_ms,       2 * hour_ms,
                                                       4 * hour_ms,    6 * hour_ms,    12 * hour_ms,  day_ms};
  for (const DurationMs s : steps) {
    if (span / s <= 10) return s;
  }
  return (span / day_ms / 10 + 1) * day_ms;
}

void put_ticks(std::string& out, const Chart& c, double bottom) {
  const DurationMs step = tick_step(c.to - c.from);
  for (TimeMs t = (c.from / step + 1) * step; t < c.to; t += step) {
    const double x = x_of(c, t);
    out += "<line class=\"tick\"" + attr("x1", x) + attr("y1", top) + attr("x2", x) + attr("y2", bottom) + "/>";
    out +=
        text_at(x, top - 10, "axis", step >= day_ms ? format_utc(t).substr(0, 10) : format_utc_clock(t).substr(0, 5));
  }
}

// About how wide a label is drawn: wide scripts and emoji take two columns.
double text_width(std::string_view text) {
  double w = 0;
  for (const char ch : text) {
    const auto byte = static_cast<unsigned char>(ch);
    if (byte < 0x80) w += 5.9;
    if (byte >= 0xC0) w += byte >= 0xE1 ? 10.5 : 6.5;
  }
  return w;
}

// Bars of a lane stand in up to three rows, first come first placed. What finds no room is told below.
class Rows {
 public:
  std::optional<int> place(int lane, double from, double to) {
    auto& ends = ends_[static_cast<std::size_t>(lane) % ends_.size()];
    for (std::size_t row = 0; row < ends.size(); ++row) {
      if (ends[row] > from) continue;
      ends[row] = to;
      return static_cast<int>(row);
    }
    return std::nullopt;
  }

 private:
  std::array<std::array<double, 3>, 16> ends_{};
};

constexpr std::size_t legend_max = 12;

// One bar: its label inside, or beside it when it is longer than the bar.
void put_bar(std::string& out, const ChartBar& b, double x, double w, Rows& rows, std::vector<std::string>& legend) {
  const std::string label = clip(one_line(b.label), 32);
  const bool inside = text_width(label) + 8 <= w;
  const double end = inside ? x + w : x + w + 4 + text_width(label);
  const std::optional<int> row = rows.place(b.lane, x, end);
  if (!row) {  // drawn over another bar it would hide both; its mark stays, and its words go below
    legend.push_back(format_utc_clock(b.from).substr(0, 5) + "–" + format_utc_clock(b.to).substr(0, 5) + " " + b.label);
    return;
  }
  const double y = y_of(b.lane) + 4 + 14 * *row;
  out += "<rect class=\"" + b.tone + "\"" + attr("x", x) + attr("y", y) + attr("width", w) +
         " height=\"12\" rx=\"3\"><title>" + escape_html(b.label) + "</title></rect>";
  const bool left_of = !inside && end > width;
  const double at = inside ? x + 4 : left_of ? std::max(left, x - 4 - text_width(label)) : x + w + 4;
  out += text_at(at, y + 9.8, inside ? "label" : "beside", label);
}

void put_bars(std::string& out, const Chart& c, double bottom, std::vector<std::string>& legend) {
  Rows rows;
  std::vector<ChartBar> bars = c.bars;
  std::ranges::stable_sort(bars, {}, &ChartBar::from);
  for (const ChartBar& b : bars) {
    const double x = x_of(c, b.from), w = std::max(2.0, x_of(c, b.to) - x);
    if (b.tone != "impact") {
      put_bar(out, b, x, w, rows, legend);
      continue;
    }
    out += "<rect class=\"impact\"" + attr("x", x) + attr("y", top) + attr("width", w) + attr("height", bottom - top) +
           "><title>" + escape_html(b.label) + "</title></rect>";
  }
}

void put_legend(std::string& out, const std::vector<std::string>& legend, double bottom) {
  for (std::size_t i = 0; i < legend.size() && i < legend_max; ++i) {
    const double x = left + 320 * static_cast<double>(i % 3), y = bottom + 18 + 15 * static_cast<double>(i / 3);
    out += text_at(x, y, "beside", clip(one_line(legend[i]), 44));
  }
}

std::string shape(const ChartMark& m, double x, double y) {
  const std::string title = "><title>" + escape_html(format_utc_clock(m.at) + " " + m.label) + "</title>";
  const auto polygon = [&](std::string_view name, std::initializer_list<std::pair<double, double>> points) {
    std::string s = "<polygon class=\"" + std::string(name) + "\" points=\"";
    for (const auto& [dx, dy] : points) s += fixed(x + dx) + "," + fixed(y + dy) + " ";
    s.back() = '"';
    return s + title + "</polygon>";
  };
  switch (m.shape) {
    case MarkShape::circle:
      return "<circle class=\"human\"" + attr("cx", x) + attr("cy", y) + " r=\"5\"" + title + "</circle>";
    case MarkShape::ring:
      return "<circle class=\"ring\"" + attr("cx", x) + attr("cy", y) + " r=\"5\"" + title + "</circle>";
    case MarkShape::square:
      return polygon("auto", {{-4.5, -4.5}, {4.5, -4.5}, {4.5, 4.5}, {-4.5, 4.5}});
    case MarkShape::triangle:
      return polygon("warn", {{0, -6}, {5.5, 5}, {-5.5, 5}});
    case MarkShape::diamond:
      return polygon("decide", {{0, -7}, {7, 0}, {0, 7}, {-7, 0}});
  }
  return {};
}

constexpr std::string_view style =
    "<style>.chart text{font:12px system-ui,\"Noto Sans CJK KR\",sans-serif;fill:#1d2730}.chart "
    ".axis{text-anchor:middle;"
    "fill:#5b6975;font-size:11px}.chart .lane{font-weight:600}.chart .label{font-size:10.5px;fill:#10171c}.chart "
    ".beside{font-size:10.5px}.chart "
    ".tick{stroke:#dde3e8}"
    ".chart .rule{stroke:#c8d1d9}.chart .impact{fill:#d9480f;opacity:.12}.chart .alert{fill:#f0b429}.chart .severity"
    "{fill:#f2a98b}.chart .role{fill:#a5c8f0}.chart .deploy{fill:#b9d9a5}.chart .severity,.chart "
    ".role{stroke:#fff}.chart .change{stroke:#4c7a2e}.chart .bad{"
    "stroke-dasharray:5 4;stroke:#c92a2a}.chart .human{fill:#1864ab}.chart .auto{fill:#5b6975}.chart "
    ".warn{fill:#c05600}"
    ".chart .decide{fill:#862e9c}.chart .ring{fill:none;stroke:#1864ab;stroke-width:2}@media "
    "(prefers-color-scheme:dark)"
    "{.chart text{fill:#dfe6ec}.chart .axis{fill:#9fb0bd}.chart .label{fill:#10171c}.chart .tick{stroke:#2b3640}.chart "
    ".rule{stroke:#3a4853}.chart .human{fill:#74b8f5}.chart .ring{stroke:#74b8f5}.chart .auto{fill:#aab8c3}.chart .warn"
    "{fill:#ffa94d}.chart .decide{fill:#da9df0}.chart .impact{opacity:.25}.chart .severity,.chart "
    ".role{stroke:#141b20}}</style>";

}  // namespace

std::string to_svg(const Chart& c) {
  if (c.to <= c.from || c.lanes.empty()) return {};
  const double bottom = top + lane_height * static_cast<double>(c.lanes.size());
  std::vector<std::string> legend;
  std::string bars;
  put_bars(bars, c, bottom, legend);
  const double lines = static_cast<double>((std::min(legend.size(), legend_max) + 2) / 3);
  std::string out = "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " +
                    fixed(width) + " " + fixed(bottom + 8 + 15 * lines) + "\"><title>" + escape_html(c.title) +
                    "</title><desc>" + escape_html(c.description) + "</desc>" + std::string(style);
  put_ticks(out, c, bottom);
  for (std::size_t i = 0; i < c.lanes.size(); ++i) {
    const double y = y_of(static_cast<int>(i));
    out += "<line class=\"rule\" x1=\"0\"" + attr("y1", y) + attr("x2", width) + attr("y2", y) + "/>";
    out += text_at(4, y + 24, "lane", c.lanes[i]);
  }
  out += bars;
  for (const ChartLine& l : c.lines) {
    if (l.at < c.from || l.at > c.to) continue;
    const double x = x_of(c, l.at);
    out += "<line class=\"change" + std::string(l.failed ? " bad" : "") + "\"" + attr("x1", x) + attr("y1", top) +
           attr("x2", x) + attr("y2", bottom) + "><title>" + escape_html(l.label) + "</title></line>";
  }
  for (const ChartMark& m : c.marks) out += shape(m, x_of(c, m.at), y_of(m.lane) + 55);
  put_legend(out, legend, bottom);
  return out + "</svg>";
}

}  // namespace muster
