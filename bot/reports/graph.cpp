#include "bot/reports/graph.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bot/base/text.h"

namespace muster {
namespace {

constexpr int plot_width = 960;
constexpr double plot_left = 96, plot_right = 940, plot_top = 80, plot_height = 260, legend_row = 26;
constexpr double bottom = plot_top + plot_height;

constexpr Rgb ink = {0x1D, 0x1F, 0x24}, faint = {0x6B, 0x70, 0x7B}, grid = {0xE3, 0xE5, 0xEA},
              alarm = {0xC0, 0x2D, 0x2D};
constexpr std::array<Rgb, graph_lines_max> palette = {
    Rgb{0x1F, 0x6F, 0xC4}, Rgb{0xD9, 0x7A, 0x0B}, Rgb{0x2E, 0x8B, 0x57}, Rgb{0x8E, 0x44, 0xAD},
    Rgb{0xB0, 0x3A, 0x5B}, Rgb{0x0E, 0x8A, 0x8A}, Rgb{0x7A, 0x5C, 0x2E}, Rgb{0x55, 0x5B, 0x6E}};

struct Axis {
  double low = 0, high = 1, step = 1;
};

// 1, 2 or 5 times a power of ten, so that about four lines fit.
double nice_step(double span) {
  const double rough = span / 4, power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

Axis axis_of(const Graph& g) {
  double low = INFINITY, high = -INFINITY;
  const auto take = [&](double v) { low = std::min(low, v), high = std::max(high, v); };
  for (std::size_t i = 0; i < g.series.size() && i < graph_lines_max; ++i)
    for (const MetricPoint& p : g.series[i].points)
      if (std::isfinite(p.value) && std::fabs(p.value) < 1e300) take(p.value);
  if (g.threshold && std::fabs(*g.threshold) < 1e300) take(*g.threshold);
  if (low > high || std::max(std::fabs(low), std::fabs(high)) < 1e-290) return low > high ? Axis{} : Axis{0, 1, 0.5};
  // Zero belongs to the picture when it is near: a small wave must not look like a storm.
  if (low > 0 && low < high * 0.7) low = 0;
  if (high < 0 && high > low * 0.7) high = 0;
  if (high - low < std::max(std::fabs(high), std::fabs(low)) * 1e-6) {
    const double pad = high == 0 ? 1 : std::fabs(high) * 0.5;
    low = high > 0 ? std::min(0.0, low) : low - pad;
    high += pad;
  }
  Axis a;
  a.step = nice_step(high - low);
  a.low = std::floor(low / a.step + 1e-9) * a.step;
  a.high = std::ceil(high / a.step - 1e-9) * a.step;
  return a;
}

double x_of(const Graph& g, TimeMs t) {
  const double span = static_cast<double>(std::max<TimeMs>(g.to_ms - g.from_ms, 1));
  return plot_left + (plot_right - plot_left) * std::clamp(static_cast<double>(t - g.from_ms) / span, 0.0, 1.0);
}

double y_of(const Axis& a, double v) {
  return bottom - plot_height * std::clamp((v - a.low) / (a.high - a.low), 0.0, 1.0);
}

DurationMs time_step(DurationMs span) {
  static constexpr std::array<DurationMs, 15> steps = {10 * second_ms, 30 * second_ms, minute_ms,      2 * minute_ms,
                                                       5 * minute_ms,  10 * minute_ms, 15 * minute_ms, 30 * minute_ms,
                                                       hour_ms,        2 * hour_ms,    3 * hour_ms,    6 * hour_ms,
                                                       12 * hour_ms,   day_ms,         2 * day_ms};
  for (const DurationMs s : steps)
    if (span / s <= 7) return s;
  return (span / (7 * day_ms) + 1) * day_ms;
}

void add_grid(Scene& s, const Graph& g, const Axis& a) {
  const int lines = static_cast<int>(std::lround((a.high - a.low) / a.step));
  for (int i = 0; i <= std::min(lines, 12); ++i) {
    double v = a.low + i * a.step;
    if (std::fabs(v) < a.step * 1e-6) v = 0;
    const double y = y_of(a, v);
    s.boxes.push_back({plot_left, y - 1, plot_right - plot_left, 1, grid});
    s.texts.push_back({plot_left - 12, y + 7, SceneText::Anchor::right, faint, short_number(v)});
  }
  const DurationMs span = g.to_ms - g.from_ms, step = time_step(span);
  const char* format = step >= day_ms           ? "%m-%d"
                       : span > day_ms          ? "%m-%d %Hh"
                       : span <= 10 * minute_ms ? "%H:%M:%S"
                                                : "%H:%M";
  for (TimeMs t = (g.from_ms / step + 1) * step; t <= g.to_ms; t += step) {
    const double x = x_of(g, t);
    s.boxes.push_back({x, plot_top, 1, plot_height, grid});
    if (x < plot_left + 30 || x > plot_right - 30) continue;
    s.texts.push_back({x, bottom + 24, SceneText::Anchor::middle, faint, format_in_zone(t, g.zone, format)});
  }
}

// A line is broken where the source had nothing; a point that stands alone is a dot.
void add_line(Scene& s, const Graph& g, const Axis& a, const MetricSeries& series, Rgb color) {
  SceneStroke stroke{{}, 2.4, color, false};
  const auto end = [&] {
    if (stroke.points.size() == 1) stroke.width = 5;
    if (!stroke.points.empty()) s.strokes.push_back(stroke);
    stroke.points.clear();
    stroke.width = 2.4;
  };
  TimeMs before = 0;
  for (const MetricPoint& p : series.points) {
    const bool gap = !stroke.points.empty() && g.step_ms > 0 && p.at_ms - before > g.step_ms * 3 / 2;
    if (gap || !std::isfinite(p.value)) end();
    if (std::isfinite(p.value)) stroke.points.push_back({x_of(g, p.at_ms), y_of(a, p.value)});
    before = p.at_ms;
  }
  end();
}

void add_text(Scene& s, double x, double baseline, Rgb color, const std::string& text, double room) {
  const auto most = static_cast<std::size_t>(std::max(4.0, room / character_width));
  s.texts.push_back({x, baseline, SceneText::Anchor::left, color, clip(one_line(text), most)});
}

}  // namespace

std::vector<std::string> common_labels(const std::vector<MetricSeries>& series) {
  std::vector<std::string> out;
  if (series.size() < 2) return out;
  for (const auto& [name, value] : series.front().labels) {
    const bool same = std::ranges::all_of(series, [&](const MetricSeries& s) {
      const auto it = s.labels.find(name);
      return it != s.labels.end() && it->second == value;
    });
    if (same) out.push_back(name);
  }
  return out;
}

Scene graph_scene(const Graph& g) {
  Scene s;
  const std::size_t shown = std::min(g.series.size(), graph_lines_max);
  s.width = plot_width;
  s.height = static_cast<int>(bottom + 44 + legend_row * static_cast<double>(shown));
  s.label = g.title;
  add_text(s, 20, 26, ink, g.title, plot_width - 40);
  add_text(s, 20, 50, faint, g.subtitle, plot_width - 40);
  const Axis a = axis_of(g);
  add_grid(s, g, a);
  if (g.threshold && std::fabs(*g.threshold) < 1e300) {
    const double y = y_of(a, *g.threshold);
    s.strokes.push_back({{{plot_left, y}, {plot_right, y}}, 2, alarm, true});
  }
  for (std::size_t i = shown; i-- > 0;) add_line(s, g, a, g.series[i], palette[i]);
  for (std::size_t i = 0; i < shown; ++i) {
    const double y = bottom + 54 + legend_row * static_cast<double>(i);
    s.boxes.push_back({20, y - 9, 24, 4, palette[i]});
    add_text(s, 56, y, ink, i < g.names.size() ? g.names[i] : "", plot_width - 76);
  }
  return s;
}

}  // namespace muster
