#include <algorithm>
#include <charconv>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/observability/logs.h"
#include "integrations/observability/prometheus.h"

namespace muster::observability {
namespace {

std::map<std::string, std::string> labels_of(const Value& stream) {
  std::map<std::string, std::string> labels;
  for (const auto& [name, value] : stream.as_map())
    if (labels.size() < 32) labels[clip_bytes(name, 200)] = clip_bytes(value.as_string(), 500);
  return labels;
}

TimeMs nanoseconds(const std::string& text) {
  std::int64_t ns = 0;
  std::from_chars(text.data(), text.data() + text.size(), ns);
  return ns / 1'000'000;
}

void read_stream(const Value& item, std::vector<LogLine>& out) {
  const auto labels = labels_of(item["stream"]);
  for (const Value& pair : item["values"].as_list()) {
    const auto& both = pair.as_list();
    if (both.size() < 2 || out.size() >= 2 * log_lines_max) continue;
    out.push_back({nanoseconds(both[0].as_string()), clip_bytes(both[1].as_string(), log_line_bytes_max), labels});
  }
}

}  // namespace

HttpCall loki_request(const BackendDef& backend, const LogQuery& q) {
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, log_lines_max);
  // One more than wanted: that is how "there are more" is known.
  return call_to(backend, "GET",
                 "/loki/api/v1/query_range?" + form({{"query", q.query},
                                                     {"start", std::to_string(q.start_ms) + "000000"},
                                                     {"end", std::to_string(q.end_ms) + "000000"},
                                                     {"limit", std::to_string(limit + 1)},
                                                     {"direction", "backward"}}),
                 q.timeout_ms);
}

Answer<LogAnswer> parse_loki(const HttpResult& r) {
  if (r.status / 100 != 2) {
    Failure f = status_failure("Loki", r.status, r.body);
    f.may_have_happened = false;
    return std::unexpected(std::move(f));
  }
  const auto body = parse_json(r.body);
  if (!body || !(*body)["data"].is_map())
    return std::unexpected(Failure{"bad_output", "the answer is not what Loki says", false});
  const Value& data = (*body)["data"];
  LogAnswer answer;
  if (data["resultType"].as_string() != "streams") {
    auto numbers = parse_metric_data(data);
    if (!numbers) return std::unexpected(std::move(numbers.error()));
    answer.numbers = std::move(*numbers);
    return answer;
  }
  for (const Value& item : data["result"].as_list()) read_stream(item, answer.lines);
  std::ranges::stable_sort(answer.lines, std::greater<>(), &LogLine::at_ms);
  answer.total = static_cast<std::int64_t>(answer.lines.size());
  return answer;
}

void query_loki(const LogCall& to, const LogQuery& q, Answered<LogAnswer> done) {
  if (trim(q.query).empty()) return done(std::unexpected(Failure{"refused", "the query is empty", false}));
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, log_lines_max);
  const auto cut = [limit, done = std::move(done)](Answer<LogAnswer> answer) {
    if (answer && answer->lines.size() > limit) {
      answer->lines.resize(limit);
      answer->more = true;
      answer->total = static_cast<std::int64_t>(limit);
    }
    done(std::move(answer));
  };
  send(to.client, loki_request(to.backend, q), to.backend.name, [elsewhere = to.elsewhere, cut](Answer<HttpResult> r) {
    if (!r) return cut(std::unexpected(std::move(r.error())));
    parsed<LogAnswer>(elsewhere, std::move(*r), &parse_loki, cut);
  });
}

Value step_result(const LogAnswer& a) {
  if (a.numbers) return muster::step_result(*a.numbers);
  Value lines = Value::List{}, entries = Value::List{};
  for (const LogLine& l : a.lines) {
    Value labels = Value::Map{};
    for (const auto& [name, value] : l.labels) labels.set(name, value);
    entries.push(Value::Map{{"at", format_utc(l.at_ms)}, {"labels", std::move(labels)}});
    lines.push(l.text);
  }
  Value warnings = Value::List{};
  for (const std::string& w : a.warnings) warnings.push(w);
  return Value::Map{{"state", a.lines.empty() ? "no_data" : "some"},
                    {"count", a.total},
                    {"more", a.more},
                    {"lines", std::move(lines)},
                    {"entries", std::move(entries)},
                    {"warnings", std::move(warnings)}};
}

}  // namespace muster::observability
