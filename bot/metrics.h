// The figures of /metrics in Prometheus' text format. Pure.
#pragma once
#include <string>

#include "bot/dispatcher.h"
#include "integrations/net/http_server.h"

namespace muster {
std::string metrics_text(const StoreStats& store, const DispatcherStats& dispatcher, const HttpServerStats& http,
                         double loop_lag_ms, std::size_t streams, const State& state);
}  // namespace muster
