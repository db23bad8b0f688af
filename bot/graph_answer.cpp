// `graph`: the question, and series as a message with a picture.
#include "bot/graph_answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/reports/canvas.h"
#include "bot/reports/graph.h"

namespace muster {
namespace {

constexpr int points_wanted = 240;
constexpr std::size_t spark_columns = 24;
constexpr std::size_t lines_shown = 6;

std::string named(const ReadWanted& w, const char* key) {
  const auto it = w.named.find(key);
  return it == w.named.end() ? "" : it->second;
}

std::string what_of(const ReadWanted& w) {
  const std::string alert = named(w, "alert");
  const std::string expression = "`" + plain(clip(one_line(named(w, "expression")), 200)) + "`";
  return alert.empty() ? expression
                       : "*" + alert + "* " + plain(clip(one_line(named(w, "title")), 100)) + " · " + expression;
}

struct Extremes {
  double low = INFINITY, high = -INFINITY, last = NAN;
  std::size_t strange = 0;  // samples that are no number
};

Extremes extremes_of(const MetricSeries& s) {
  Extremes e;
  for (const MetricPoint& p : s.points) {
    if (!std::isfinite(p.value)) {
      ++e.strange;
      continue;
    }
    e.low = std::min(e.low, p.value), e.high = std::max(e.high, p.value);
    e.last = p.value;
  }
  return e;
}

std::string spark_line(const std::string& language, const MetricSeries& s, const MetricQuery& q,
                       const std::string& name) {
  const Extremes e = extremes_of(s);
  const std::string line = sparkline(s, q.start_ms, q.end_ms, spark_columns);
  const std::string shown = name.empty() ? "" : " · " + plain(clip(name, 120));
  if (line.empty()) return "`" + std::string(spark_columns, ' ') + "`" + shown;
  return "`" + line + "` " +
         say(language, "graph.line",
             {{"min", short_number(e.low)}, {"max", short_number(e.high)}, {"last", short_number(e.last)}}) +
         shown;
}

std::vector<std::string> names_of(const std::vector<MetricSeries>& series) {
  std::vector<std::string> names;
  const auto common = common_labels(series);
  for (const MetricSeries& s : series) names.push_back(series_name(s.labels, common));
  return names;
}

std::optional<double> limit_of(const ReadWanted& w) {
  double limit = 0;
  const std::string text = named(w, "limit");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return limit;
}

void add_pictures(Message& m, const ReadWanted& w, const MetricQuery& q, const MetricAnswer& a,
                  const std::vector<std::string>& names) {
  Graph g;
  g.title = named(w, "alert").empty() ? named(w, "expression") : named(w, "alert") + " " + named(w, "title");
  g.subtitle = format_in_zone(q.start_ms, w.zone, "%Y-%m-%d %H:%M") + " - " +
               format_in_zone(q.end_ms, w.zone, "%H:%M %Z") + " | step " + short_span(q.step_ms) + " | " + q.backend;
  g.zone = w.zone;
  g.from_ms = q.start_ms;
  g.to_ms = q.end_ms;
  g.step_ms = q.step_ms;
  g.series = a.series;
  g.names = names;
  g.threshold = limit_of(w);
  const Scene scene = graph_scene(g);
  m.attachments.push_back({"graph.png", "image/png", paint_png(scene)});
  m.attachments.push_back({"graph.svg", "image/svg+xml", paint_svg(scene)});
}

Value points_value(const MetricAnswer& a) {
  Value list = Value::List{};
  for (const MetricSeries& s : a.series) {
    Value labels = Value::Map{}, points = Value::List{};
    for (const auto& [name, value] : s.labels) labels.set(name, value);
    for (const MetricPoint& p : s.points)
      points.push(Value::List{p.at_ms, std::isfinite(p.value) ? Value(p.value) : Value(short_number(p.value))});
    Value item = Value::Map{};
    item.set("labels", std::move(labels));
    item.set("points", std::move(points));
    list.push(std::move(item));
  }
  return list;
}

void add_notes(Message& m, const ReadWanted& w, const MetricQuery& q, const MetricAnswer& a) {
  std::string notes;
  const std::size_t hidden = a.series.size() - std::min(a.series.size(), lines_shown) + a.left_off;
  std::size_t strange = 0;
  for (const MetricSeries& s : a.series) strange += extremes_of(s).strange;
  if (hidden > 0) notes += say(w.language, "graph.more", {{"n", std::to_string(hidden)}}) + "\n";
  if (const auto limit = limit_of(w))
    notes += say(w.language, "graph.limit", {{"comparison", named(w, "comparison")}, {"limit", short_number(*limit)}}) +
             "\n";
  if (strange > 0) notes += say(w.language, "graph.gaps", {{"n", std::to_string(strange)}}) + "\n";
  for (const std::string& text : a.warnings)
    notes += say(w.language, "graph.warning", {{"name", plain(q.backend)}, {"text", plain(text)}}) + "\n";
  if (!notes.empty()) m.sections.push_back({std::string(trim(notes)), {}});
}

}  // namespace

MetricQuery graph_query(const ReadWanted& w, TimeMs now) {
  MetricQuery q;
  q.backend = named(w, "backend");
  q.expression = named(w, "expression");
  DurationMs span = hour_ms;
  const std::string text = named(w, "span_ms");
  std::from_chars(text.data(), text.data() + text.size(), span);
  q.step_ms = graph_step(span, points_wanted);
  q.end_ms = now;
  q.start_ms = q.end_ms - span;
  return q;
}

Outcome graph_outcome(const ReadWanted& w, const MetricQuery& q, const Result<MetricAnswer>& answer) {
  Outcome o;
  const std::string span = short_span(q.end_ms - q.start_ms);
  if (!answer) {
    o.ok = false;
    o.code = "backend";
    o.reply.color = "warning";
    o.reply.text =
        say(w.language, "graph.failed", {{"name", plain(q.backend)}, {"why", plain(answer.error().message)}});
    return o;
  }
  if (answer->type == "string") {
    o.reply.text = say(w.language, "graph.text", {{"text", plain(clip(answer->text, 200))}});
    return o;
  }
  o.json = Value::Map{{"expression", q.expression},  {"backend", q.backend}, {"start", format_utc(q.start_ms)},
                      {"end", format_utc(q.end_ms)}, {"step_ms", q.step_ms}, {"series", points_value(*answer)}};
  if (answer->empty()) {
    o.reply.text = say(w.language, "graph.empty", {{"what", what_of(w)}, {"span", span}, {"name", plain(q.backend)}});
    return o;
  }
  o.reply.text = say(w.language, "graph.head",
                     {{"what", what_of(w)},
                      {"span", span},
                      {"time", format_in_zone(q.end_ms, w.zone, "%H:%M %Z")},
                      {"step", short_span(q.step_ms)},
                      {"name", plain(q.backend)}});
  const auto names = names_of(answer->series);
  std::string lines;
  for (std::size_t i = 0; i < std::min(answer->series.size(), lines_shown); ++i)
    lines += spark_line(w.language, answer->series[i], q, names[i]) + "\n";
  o.reply.sections.push_back({std::string(trim(lines)), {}});
  add_notes(o.reply, w, q, *answer);
  add_pictures(o.reply, w, q, *answer, names);
  return o;
}

}  // namespace muster
