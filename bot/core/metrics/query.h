// Questions about metrics as the core and runbooks know them: an expression goes in, series come out. Who answers is
// the caller's affair (Prometheus and what speaks like it). Values; any thread, callbacks on the loop.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/base/value.h"
#include "bot/core/config.h"

namespace muster {

inline constexpr std::size_t metric_series_max = 200;   // kept of one answer
inline constexpr std::size_t metric_points_max = 2000;  // of one series, kept
inline constexpr std::size_t metric_expression_bytes_max = 8'000;

struct MetricQuery {
  std::string backend;      // by name; empty: the one that knows the environment
  std::string environment;  // empty: any
  std::string expression;
  TimeMs at_ms = 0;                 // instant; 0: now, as the source has it
  TimeMs start_ms = 0, end_ms = 0;  // a range when step_ms is set
  DurationMs step_ms = 0;
  DurationMs timeout_ms = 0;  // 0: as configured
};

struct MetricPoint {
  TimeMs at_ms = 0;
  double value = 0;  // may be NaN or infinite
};

struct MetricSeries {
  std::map<std::string, std::string> labels;
  std::vector<MetricPoint> points;  // in the order of time
};

struct MetricAnswer {
  std::string type;  // scalar, vector, matrix, string
  std::vector<MetricSeries> series;
  std::string text;  // of a string
  std::vector<std::string> warnings, infos;
  std::size_t left_off = 0;  // series beyond the limit
  bool empty() const { return series.empty() && type != "string"; }
};

class MetricSource {
 public:
  using Done = std::function<void(Result<MetricAnswer>)>;
  virtual ~MetricSource() = default;
  virtual void query(MetricQuery query, Done done) = 0;
};

// What a runbook step reads of an instant answer:
//   state   one, many, no_data, not_a_number, infinite, text
//   value   the number, only when state is "one": a condition over an absent value is an error, never "0"
//   series  [{labels, value, text, points}]: the last value, only where it is a finite number; points [seconds, value]
//           of a query over a time, those that are numbers
//   type, warnings, infos, left_off
Value step_result(const MetricAnswer& answer);

// A number as people read it: 1234.5 -> "1.23k", 0.00012 -> "120µ"; NaN and infinities by name.
std::string short_number(double value);
// {job="api", instance="a"} without __name__, which stands before; `dropped` labels are left out.
std::string series_name(const std::map<std::string, std::string>& labels, const std::vector<std::string>& dropped = {});
// "▁▂▃▅▇" of at most `columns` characters; gaps are spaces. Empty when no point is a number.
std::string sparkline(const MetricSeries& series, TimeMs start_ms, TimeMs end_ms, std::size_t columns);
std::string short_span(DurationMs span);  // as people type it: 90s, 30m, 6h, 2d
// A step that gives about `wanted` points and is a length people know.
DurationMs graph_step(DurationMs span, int wanted);

// The expression of an alert's generator address (Prometheus: …/graph?g0.expr=…); empty: none.
std::string expression_of_link(std::string_view url);
// "rate(x[5m]) > 5" -> "rate(x[5m])" and 5: an alert's expression has points only while it fires, its left side always.
struct Threshold {
  std::string expression, comparison;
  double limit = 0;
};
bool split_threshold(std::string_view expression, Threshold& out);

// The one backend of this kind that is meant: by name, else by environment, else the only one.
struct BackendChoice {
  const Backend* backend = nullptr;
  std::string problem;  // backend.none, backend.unknown, backend.environment, backend.several: a key of the catalogue
  std::string names;    // of those there are
};
BackendChoice choose_backend(const CoreConfig& config, std::string_view kind, std::string_view name,
                             std::string_view environment);
// Why there is none, and what to write instead.
std::string choice_refused(std::string_view language, const BackendChoice& choice, std::string_view kind,
                           std::string_view asked);

}  // namespace muster
