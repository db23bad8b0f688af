// Inside the HTTP server: what accepting and serving share. Loop thread only.
#pragma once
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "integrations/net/http_server.h"

namespace boost::asio {
class io_context;
}

namespace muster {

// One peer. It keeps itself alive while an operation is pending, and is in `connections` while it is open.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  virtual void start() = 0;
  virtual void refuse() = 0;                                          // over the limit: 503 and close
  virtual void sweep(std::chrono::steady_clock::time_point now) = 0;  // deadlines and heartbeats
  virtual void drain() = 0;
  virtual void close() = 0;
  // For how long it has kept a place that it does not use, when it may lose that place to somebody else.
  virtual std::optional<std::chrono::steady_clock::duration> idle_for(
      std::chrono::steady_clock::time_point now) const = 0;
};

struct HttpShared {
  boost::asio::io_context& io;
  HttpHandler handler;
  HttpServerOptions options;
  HttpServerStats stats = {};
  std::unordered_set<HttpConnection*> connections = {};
  bool draining = false;
  // Event streams that leave after this task, and before the answers: a page shows what comes on its stream.
  int flushes_waiting = 0;
  std::function<void()> drained = {};
  std::time_t date_second = 0;
  std::string date_text = {};

  const std::string& date();
  void joined(HttpConnection* connection);
  void left(HttpConnection* connection);
};

std::shared_ptr<HttpConnection> make_connection(std::shared_ptr<HttpShared> shared, int accepted_fd, bool is_v6,
                                                std::string remote);

}  // namespace muster
