#include "integrations/observability/prometheus.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster::observability {
namespace {

constexpr std::size_t notes_max = 10;  // warnings and infos kept of one answer
constexpr DurationMs points_per_series = 11'000;

std::string seconds(std::int64_t ms) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(ms / 1000), static_cast<long long>(ms % 1000));
  return text;
}

// Prometheus writes numbers as text, so that NaN and the infinities survive.
bool read_number(const Value& v, double& out) {
  if (v.is_number()) return out = v.as_double(), true;
  std::string_view text = v.as_string();
  if (text == "NaN") return out = std::numeric_limits<double>::quiet_NaN(), true;
  if (text == "+Inf" || text == "Inf") return out = std::numeric_limits<double>::infinity(), true;
  if (text == "-Inf") return out = -std::numeric_limits<double>::infinity(), true;
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, out);
  return !text.empty() && rest == end && error == std::errc();
}

bool read_point(const Value& pair, MetricPoint& out) {
  const auto& list = pair.as_list();
  if (list.size() != 2 || !list[0].is_number()) return false;
  const double at = list[0].as_double() * 1000;
  if (!std::isfinite(at) || std::fabs(at) > 1e15) return false;
  out.at_ms = std::llround(at);
  return read_number(list[1], out.value);
}

std::map<std::string, std::string> read_labels(const Value& metric) {
  std::map<std::string, std::string> labels;
  for (const auto& [name, value] : metric.as_map()) {
    if (labels.size() == 64) break;
    labels[clip_bytes(name, 200)] = clip_bytes(value.as_string(), 1000);
  }
  return labels;
}

Failure strange(std::string what) {
  return {"bad_output", "the answer is not what Prometheus says: " + std::move(what), false};
}

// False: no number could be read in it.
bool read_series(const Value& item, MetricSeries& out) {
  out.labels = read_labels(item["metric"]);
  MetricPoint point;
  if (item.has("value")) {
    if (!read_point(item["value"], point)) return false;
    out.points.push_back(point);
  }
  const auto& values = item["values"].as_list();
  // Of too many the newest are kept.
  const std::size_t skip = values.size() > metric_points_max ? values.size() - metric_points_max : 0;
  for (std::size_t i = skip; i < values.size(); ++i) {
    if (!read_point(values[i], point)) return false;
    out.points.push_back(point);
  }
  return true;
}

void read_notes(const Value& list, std::vector<std::string>& out) {
  for (const Value& v : list.as_list())
    if (out.size() < notes_max) out.push_back(clip(one_line(v.as_string()), 200));
}

Answer<MetricAnswer> read_list(const Value& data, MetricAnswer answer) {
  std::size_t histograms = 0;
  for (const Value& item : data["result"].as_list()) {
    const bool histogram =
        !item.has("value") && !item.has("values") && (item.has("histogram") || item.has("histograms"));
    if (histogram) {
      ++histograms;
      continue;
    }
    if (answer.series.size() == metric_series_max) {
      ++answer.left_off;
      continue;
    }
    MetricSeries series;
    if (!read_series(item, series)) return std::unexpected(strange("a sample is no number"));
    answer.series.push_back(std::move(series));
  }
  if (histograms > 0)
    answer.warnings.push_back(std::to_string(histograms) +
                              " series are native histograms and left out; histogram_quantile() makes numbers of them");
  std::ranges::sort(answer.series, {}, &MetricSeries::labels);
  return answer;
}

}  // namespace

Answer<MetricAnswer> parse_metric_data(const Value& data) {
  MetricAnswer answer;
  answer.type = data["resultType"].as_string();
  const Value& result = data["result"];
  if (answer.type == "scalar") {
    MetricSeries one;
    MetricPoint point;
    if (!read_point(result, point)) return std::unexpected(strange("a scalar is no number"));
    one.points.push_back(point);
    answer.series.push_back(std::move(one));
    return answer;
  }
  if (answer.type == "string") {
    if (result.as_list().size() == 2) answer.text = clip_bytes(result.as_list()[1].as_string(), 4000);
    return answer;
  }
  if ((answer.type != "vector" && answer.type != "matrix") || !result.is_list())
    return std::unexpected(strange("resultType is " + clip(one_line(answer.type), 40)));
  return read_list(data, std::move(answer));
}

Answer<MetricAnswer> parse_prometheus(const HttpResult& r) {
  const auto body = parse_json(r.body);
  const bool said_error = body && (*body)["status"].as_string() == "error";
  if (r.status / 100 != 2 || said_error) {
    Failure f = status_failure("the source", r.status, r.body);
    const std::string& type = said_error ? (*body)["errorType"].as_string() : std::string();
    f.may_have_happened = false;  // a question changes nothing
    if (type == "timeout") f.kind = "timeout";
    if (type == "bad_data" || type == "execution") f.kind = "refused";
    return std::unexpected(std::move(f));
  }
  if (!body || !(*body)["data"].is_map()) return std::unexpected(strange("it is no JSON of its API"));
  auto answer = parse_metric_data((*body)["data"]);
  if (!answer) return answer;
  read_notes((*body)["warnings"], answer->warnings);
  read_notes((*body)["infos"], answer->infos);
  return answer;
}

HttpCall prometheus_request(const BackendDef& backend, const MetricQuery& q) {
  const DurationMs timeout = q.timeout_ms > 0 ? q.timeout_ms : backend.timeout;
  const bool range = q.step_ms > 0;
  HttpCall call = call_to(backend, "POST", range ? "/api/v1/query_range" : "/api/v1/query", timeout);
  call.headers["Content-Type"] = "application/x-www-form-urlencoded";
  // The source stops a little before we hang up, so that its own sentence about it arrives.
  const std::string limit = std::to_string(std::max<DurationMs>(timeout * 9 / 10, 100)) + "ms";
  const DurationMs least = (q.end_ms - q.start_ms) / points_per_series + 1;
  call.body = range ? form({{"query", q.expression},
                            {"start", seconds(q.start_ms)},
                            {"end", seconds(q.end_ms)},
                            {"step", seconds(std::max(q.step_ms, least))},
                            {"timeout", limit}})
                    : form({{"query", q.expression},
                            {"time", q.at_ms > 0 ? seconds(q.at_ms) : std::string()},
                            {"timeout", limit},
                            {"limit", std::to_string(metric_series_max + 1)}});
  return call;
}

void query_prometheus(const PrometheusCall& to, const MetricQuery& q, Answered<MetricAnswer> done) {
  if (trim(q.expression).empty()) return done(std::unexpected(Failure{"refused", "the query is empty", false}));
  if (q.expression.size() > metric_expression_bytes_max)
    return done(std::unexpected(Failure{"refused", "the query is longer than 8,000 bytes", false}));
  send(to.client, prometheus_request(to.backend, q), to.backend.name,
       [elsewhere = to.elsewhere, done = std::move(done)](Answer<HttpResult> r) {
         if (!r) return done(std::unexpected(std::move(r.error())));
         parsed<MetricAnswer>(elsewhere, std::move(*r), &parse_prometheus, done);
       });
}

}  // namespace muster::observability
