// Prometheus' HTTP API and what speaks like it (Mimir, Thanos, VictoriaMetrics): instant and range queries. Loop
// thread.
#pragma once
#include "bot/core/metrics/query.h"
#include "integrations/observability/call.h"

namespace muster::observability {

struct PrometheusCall {
  const BackendDef& backend;  // used before the call returns only
  HttpClient& client;
  const Elsewhere& elsewhere;
};

// The backend's name and environment are chosen already.
void query_prometheus(const PrometheusCall& call, const MetricQuery& query, Answered<MetricAnswer> done);

HttpCall prometheus_request(const BackendDef& backend, const MetricQuery& query);
Answer<MetricAnswer> parse_prometheus(const HttpResult& result);
// {resultType, result}: Loki's metric queries speak it, too.
Answer<MetricAnswer> parse_metric_data(const Value& data);

}  // namespace muster::observability
