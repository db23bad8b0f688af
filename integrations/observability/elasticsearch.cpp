#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/observability/logs.h"

namespace muster::observability {
namespace {

// The names under which log shippers put the line itself.
std::string line_of(const Value& source) {
  for (const char* key : {"message", "log", "msg", "event"})
    if (!source[key].as_string().empty()) return source[key].as_string();
  return to_json(source);
}

LogLine read_hit(const Value& hit) {
  const Value& source = hit["_source"];
  LogLine line;
  const std::string& at = source["@timestamp"].as_string();
  line.at_ms = at.empty() ? source["@timestamp"].as_int() : parse_time(at).value_or(0);
  line.text = clip_bytes(line_of(source), log_line_bytes_max);
  line.labels["_index"] = clip_bytes(hit["_index"].as_string(), 200);
  for (const auto& [name, value] : source.as_map()) {
    if (line.labels.size() == 16) break;
    if (value.is_string() && name != "@timestamp" && value.as_string() != line.text)
      line.labels[clip_bytes(name, 200)] = clip_bytes(value.as_string(), 500);
  }
  return line;
}

void read_doubts(const Value& body, LogAnswer& answer) {
  if (body["timed_out"].as_bool()) answer.warnings.emplace_back("the search timed out: what is shown is a part");
  if (const std::int64_t failed = body["_shards"]["failed"].as_int(); failed > 0)
    answer.warnings.push_back(std::to_string(failed) + " shards failed: what is shown is a part");
}

}  // namespace

HttpCall elasticsearch_request(const BackendDef& backend, const LogQuery& q) {
  const std::size_t limit = std::clamp<std::size_t>(q.limit, 1, log_lines_max);
  const std::string index = backend.index.empty() ? "_all" : url_encoded(backend.index);
  HttpCall call = call_to(backend, "POST", "/" + index + "/_search", q.timeout_ms);
  call.headers["Content-Type"] = "application/json";
  const Value range = Value::Map{
      {"range",
       Value::Map{{"@timestamp", Value::Map{{"gte", q.start_ms}, {"lte", q.end_ms}, {"format", "epoch_millis"}}}}}};
  const Value text = Value::Map{{"query_string", Value::Map{{"query", q.query}, {"allow_leading_wildcard", false}}}};
  call.body =
      to_json(Value::Map{{"size", static_cast<std::int64_t>(limit)},
                         {"sort", Value::List{Value::Map{{"@timestamp", "desc"}}}},
                         {"query", Value::Map{{"bool", Value::Map{{"filter", Value::List{range, text}}}}}},
                         {"track_total_hits", 10'000},
                         {"timeout", std::to_string(std::max<DurationMs>(call.timeout_ms * 9 / 10, 100)) + "ms"}});
  return call;
}

Answer<LogAnswer> parse_elasticsearch(const HttpResult& r) {
  if (r.status / 100 != 2) {
    Failure f = status_failure("Elasticsearch", r.status, r.body);
    f.may_have_happened = false;
    return std::unexpected(std::move(f));
  }
  const auto body = parse_json(r.body);
  if (!body || !(*body)["hits"].is_map())
    return std::unexpected(Failure{"bad_output", "the answer is not what Elasticsearch says", false});
  LogAnswer answer;
  const Value& hits = (*body)["hits"];
  for (const Value& hit : hits["hits"].as_list())
    if (answer.lines.size() < log_lines_max) answer.lines.push_back(read_hit(hit));
  const Value& total = hits["total"];
  answer.total = total.is_map() ? total["value"].as_int() : total.as_int();
  answer.more = answer.total > static_cast<std::int64_t>(answer.lines.size()) || total["relation"].as_string() == "gte";
  read_doubts(*body, answer);
  return answer;
}

void query_elasticsearch(const LogCall& to, const LogQuery& q, Answered<LogAnswer> done) {
  if (trim(q.query).empty()) return done(std::unexpected(Failure{"refused", "the query is empty", false}));
  send(to.client, elasticsearch_request(to.backend, q), to.backend.name,
       [elsewhere = to.elsewhere, done = std::move(done)](Answer<HttpResult> r) {
         if (!r) return done(std::unexpected(std::move(r.error())));
         parsed<LogAnswer>(elsewhere, std::move(*r), &parse_elasticsearch, done);
       });
}

}  // namespace muster::observability
