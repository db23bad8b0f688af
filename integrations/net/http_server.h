// The HTTP server (Boost.Beast). Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bot/base/clock.h"
#include "bot/base/limits.h"
#include "bot/base/result.h"

namespace muster {

class Loop;

struct HttpRequest {
  std::string method;
  std::string path;                            // decoded target without query; invalid escapes are kept as sent
  std::map<std::string, std::string> query;    // decoded; repeated names: one value a line
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;                            // whole, de-chunked
  std::string remote;                          // peer address
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::map<std::string, std::string> headers;
};

// An open server-sent event stream. send() after close is ignored.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual bool send(const std::string& event, const std::string& data,
                    const std::string& id) = 0;  // false: gone or 1 MiB behind (closed)
  virtual void close() = 0;
};

using HttpReply = std::function<void(HttpResponse)>;  // call once, on the loop, now or later

struct HttpHandler {
  std::function<void(HttpRequest, HttpReply)> request;
  // Asked first for GETs that accept text/event-stream; an Error becomes a response (401/404…).
  std::function<Result<void>(const HttpRequest&, std::shared_ptr<EventStream>)> stream;
  // May be empty. Asked with the header alone, before a body of more than 64 KiB or of unknown length is read: an
  // answer ends the matter, so that strangers cannot fill the memory with bodies that are refused anyway.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> turn_away;
  // May be empty: a request with this path was refused by a limit before it was whole.
  std::function<void(const std::string& path, int status)> refused;
};

struct HttpServerStats {
  std::uint64_t requests = 0, rejected = 0, timeouts = 0;
  std::size_t connections = 0;
};

// Defaults for everybody; tests make them small.
struct HttpServerOptions {
  DurationMs header_time_ms = limits::header_time_ms;  // first byte of a request to the end of its header
  DurationMs body_time_ms = limits::body_time_ms;      // end of the header to the end of the body; also a whole answer
  DurationMs idle_time_ms = limits::idle_time_ms;      // between requests of a kept connection
  DurationMs spared_time_ms = 5 * second_ms;           // between requests, before a newcomer may take the place
  DurationMs linger_time_ms = 2 * second_ms;           // after a refusal: let the peer read it before the reset
  DurationMs heartbeat_ms = 15 * second_ms;            // comment line on a silent event stream
  std::size_t header_bytes_max = limits::header_bytes_max;
  std::size_t body_bytes_max = limits::body_bytes_max;
  std::size_t connections_max = limits::connections_max;
  std::size_t stream_bytes_max = 1u << 20;  // waiting for one slow reader
};

// A HEAD is handed to the handler as a GET; the server drops the body.
class HttpServer {
 public:
  // "127.0.0.1:8080"; port 0 picks a free one. conflict: the port is taken (says which flag changes it).
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, const std::string& host_port, HttpHandler handler,
                                                    const HttpServerOptions& options = {});
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::string address() const = 0;             // "127.0.0.1:8080" with the real port
  virtual void drain(std::function<void()> done) = 0;  // stop accepting, finish what is in flight, close
  virtual HttpServerStats stats() const = 0;
};

}  // namespace muster
