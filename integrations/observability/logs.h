// Lines of logs from Loki (query_range) and Elasticsearch or OpenSearch (search): the newest first, bounded. Loop
// thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bot/core/metrics/query.h"
#include "integrations/observability/call.h"

namespace muster::observability {

inline constexpr std::size_t log_lines_max = 500;
inline constexpr std::size_t log_line_bytes_max = 4'000;

struct LogQuery {
  std::string query;  // LogQL, or what a query_string of Elasticsearch takes
  TimeMs start_ms = 0, end_ms = 0;
  std::size_t limit = 100;
  DurationMs timeout_ms = 0;  // 0: as configured
};

struct LogLine {
  TimeMs at_ms = 0;
  std::string text;
  std::map<std::string, std::string> labels;
};

struct LogAnswer {
  std::vector<LogLine> lines;  // the newest first
  std::int64_t total = 0;      // that matched; at least, when `more`
  bool more = false;           // lines were left off
  std::vector<std::string> warnings;
  std::optional<MetricAnswer> numbers;  // of a LogQL that counts
};

struct LogCall {
  const BackendDef& backend;
  HttpClient& client;
  const Elsewhere& elsewhere;
};

void query_loki(const LogCall& call, const LogQuery& query, Answered<LogAnswer> done);           // loki.cpp
void query_elasticsearch(const LogCall& call, const LogQuery& query, Answered<LogAnswer> done);  // elasticsearch.cpp

HttpCall loki_request(const BackendDef& backend, const LogQuery& query);
HttpCall elasticsearch_request(const BackendDef& backend, const LogQuery& query);
Answer<LogAnswer> parse_loki(const HttpResult& result);
Answer<LogAnswer> parse_elasticsearch(const HttpResult& result);

// What a step reads: {state: some|no_data|…, count, more, lines: [text], entries: [{at, labels}], warnings}.
Value step_result(const LogAnswer& answer);

}  // namespace muster::observability
