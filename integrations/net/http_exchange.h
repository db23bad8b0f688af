// What a handler holds of a connection: the right to answer one request, or to write to one stream. Loop thread only.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "integrations/net/http_server.h"

namespace boost::asio {
class io_context;
}

namespace muster {

class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual void answer(HttpResponse response, std::uint64_t request) = 0;  // ignored unless `request` waits for it
  virtual bool stream_send(std::string frame) = 0;                        // false: gone, or too far behind
  virtual void stream_close() = 0;
  virtual bool open() const = 0;
  virtual boost::asio::io_context& io() = 0;
};

// The reply of one request. Forgetting to answer is a bug that the peer must not wait for.
class PendingReply {
 public:
  PendingReply(std::shared_ptr<HttpExchange> exchange, std::uint64_t request);
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;
  ~PendingReply();
  void done() { exchange_ = nullptr; }
  void answer(HttpResponse response);

 private:
  std::shared_ptr<HttpExchange> exchange_;
  std::uint64_t request_;
};

std::shared_ptr<EventStream> make_event_stream(std::weak_ptr<HttpExchange> exchange);

}  // namespace muster
