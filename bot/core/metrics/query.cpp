#include "bot/core/metrics/query.h"

#include <algorithm>
#include <cmath>

#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

Value texts(const std::vector<std::string>& list) {
  Value out = Value::List{};
  for (const std::string& text : list) out.push(text);
  return out;
}

std::string number_text(double v) {
  if (std::isnan(v)) return "NaN";
  return std::isinf(v) ? (v > 0 ? "+Inf" : "-Inf") : short_number(v);
}

constexpr std::size_t series_with_points_max = 10;  // of a step: results are kept in the journal

Value series_value(const MetricSeries& s, bool with_points) {
  Value labels = Value::Map{};
  for (const auto& [name, value] : s.labels) labels.set(name, value);
  Value out = Value::Map{};
  out.set("labels", std::move(labels));
  if (s.points.empty()) return out;
  const MetricPoint& last = s.points.back();
  if (std::isfinite(last.value)) out.set("value", last.value);
  out.set("text", number_text(last.value));
  out.set("at_ms", last.at_ms);
  if (s.points.size() == 1 || !with_points) return out;
  Value points = Value::List{};
  for (const MetricPoint& p : s.points)
    if (std::isfinite(p.value)) points.push(Value::List{static_cast<double>(p.at_ms) / 1000, p.value});
  out.set("points", std::move(points));
  return out;
}

// One sample may be a number, or something no condition should compare.
std::string state_of(const MetricAnswer& a) {
  if (a.type == "string") return "text";
  if (a.empty()) return "no_data";
  if (a.series.size() > 1 || a.left_off > 0) return "many";
  if (a.series.front().points.empty()) return "no_data";
  const double value = a.series.front().points.back().value;
  if (std::isnan(value)) return "not_a_number";
  return std::isinf(value) ? "infinite" : "one";
}

}  // namespace

Value step_result(const MetricAnswer& a) {
  const std::string state = state_of(a);
  Value out = Value::Map{{"state", state}, {"type", a.type}};
  if (state == "one") out.set("value", a.series.front().points.back().value);
  if (a.type == "string") out.set("text", a.text);
  Value list = Value::List{};
  for (const MetricSeries& s : a.series) list.push(series_value(s, list.as_list().size() < series_with_points_max));
  out.set("series", std::move(list));
  out.set("warnings", texts(a.warnings));
  out.set("infos", texts(a.infos));
  out.set("left_off", static_cast<std::int64_t>(a.left_off));
  return out;
}

namespace {

bool knows(const Backend& b, std::string_view environment) {
  return environment.empty() || b.environments.empty() ||
         std::ranges::find(b.environments, lower_ascii(environment)) != b.environments.end();
}

}  // namespace

BackendChoice choose_backend(const CoreConfig& config, std::string_view kind, std::string_view name,
                             std::string_view environment) {
  std::vector<const Backend*> fit;
  BackendChoice choice;
  bool any = false;
  for (const Backend& b : config.backends) {
    if (b.kind != kind) continue;
    any = true;
    choice.names += (choice.names.empty() ? "" : ", ") + b.name;
    if (name.empty() ? knows(b, environment) : lower_ascii(b.name) == lower_ascii(name)) fit.push_back(&b);
  }
  // One that was made for this environment comes before one that knows all of them.
  if (name.empty() && !environment.empty() && fit.size() > 1)
    std::erase_if(fit, [](const Backend* b) { return b->environments.empty(); });
  if (fit.size() == 1)
    choice.backend = fit.front();
  else if (!any)
    choice.problem = "backend.none";
  else if (!fit.empty())
    choice.problem = "backend.several";
  else
    choice.problem = name.empty() ? "backend.environment" : "backend.unknown";
  return choice;
}

std::string choice_refused(std::string_view language, const BackendChoice& choice, std::string_view kind,
                           std::string_view asked) {
  return say(
      language, choice.problem,
      {{"kind", std::string(kind)}, {"names", plain(choice.names)}, {"asked", plain(clip(one_line(asked), 60))}});
}

}  // namespace muster
