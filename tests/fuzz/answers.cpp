// What the systems beside the bot answer: whatever comes, it is an answer or a sentence, bounded, never a crash. The
// first byte chooses the reader. Addresses of steps and an alert's query come from outside, too.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "integrations/observability/alertmanager.h"
#include "integrations/observability/http_step.h"
#include "integrations/observability/logs.h"
#include "integrations/observability/prometheus.h"

using namespace muster;
using namespace muster::observability;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void metrics(const HttpResult& result) {
  const auto answer = parse_prometheus(result);
  if (!answer) return expect(!answer.error().message.empty());
  expect(answer->series.size() <= metric_series_max);
  const Value step = step_result(*answer);
  expect(step.has("value") == (step["state"].as_string() == "one"));
  for (const MetricSeries& s : answer->series) expect(sparkline(s, 0, hour_ms, 24).size() <= 24 * 3);
}

void texts(std::string_view text) {
  expect(expression_of_link(text).size() <= metric_expression_bytes_max);
  Threshold t;
  if (split_threshold(text, t)) expect(!t.expression.empty());
  const auto url = parse_url(text);
  if (url) expect(!url->host.empty() && url->path.starts_with('/') && url->port > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const HttpResult result{data[0] & 0x80 ? 400 : 200, std::string(bytes), {}};
  switch (data[0] % 5) {
    case 0:
      metrics(result);
      break;
    case 1:
      if (const auto logs = parse_loki(result)) step_result(*logs);
      break;
    case 2:
      if (const auto logs = parse_elasticsearch(result)) expect(logs->lines.size() <= log_lines_max);
      break;
    case 3:
      static_cast<void>(parse_silences(result));
      break;
    default:
      texts(bytes);
  }
  return 0;
}
