// Series over time as a picture: axes, lines, a dashed threshold, a legend. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bot/core/metrics/query.h"
#include "bot/reports/scene.h"

namespace muster {

inline constexpr std::size_t graph_lines_max = 8;  // drawn; more cannot be told apart

struct Graph {
  std::string title;
  std::string subtitle;  // span, zone, where it is from
  std::string zone = "UTC";
  TimeMs from_ms = 0, to_ms = 0;
  DurationMs step_ms = 0;  // a longer gap between two points is a gap in the line
  std::vector<MetricSeries> series;
  std::vector<std::string> names;   // of the series, in their order
  std::optional<double> threshold;  // a dashed line
};

Scene graph_scene(const Graph& graph);

// Labels that are the same in every series: they say nothing in a legend.
std::vector<std::string> common_labels(const std::vector<MetricSeries>& series);

}  // namespace muster
