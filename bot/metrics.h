// The figures of /metrics in Prometheus' text format.
#pragma once
#include <string>

#include "bot/dispatcher.h"
#include "integrations/net/http_server.h"
#include "storage/store.h"

namespace muster {

struct Figures {
  StoreStats store;
  DispatcherStats dispatcher;
  HttpServerStats http;
  double lag_ms = 0;
  std::size_t streams = 0;
  TimeMs started = 0;
};

std::string metrics_text(const Figures& figures, const State& state);

}  // namespace muster
