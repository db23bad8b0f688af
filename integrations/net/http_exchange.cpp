#include "integrations/net/http_exchange.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "bot/base/log.h"
#include "integrations/net/http_text.h"

namespace muster {
namespace {

class Stream final : public EventStream {
 public:
  explicit Stream(std::weak_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {}
  ~Stream() override { Stream::close(); }
  bool send(const std::string& event, const std::string& data, const std::string& id) override {
    const auto exchange = exchange_.lock();
    return exchange && exchange->stream_send(stream_frame(event, data, id));
  }
  void close() override {
    if (const auto exchange = exchange_.lock()) exchange->stream_close();
    exchange_.reset();
  }

 private:
  std::weak_ptr<HttpExchange> exchange_;
};

}  // namespace

PendingReply::PendingReply(std::shared_ptr<HttpExchange> exchange, std::uint64_t request)
    : exchange_(std::move(exchange)), request_(request) {}

PendingReply::~PendingReply() {
  if (!exchange_ || !exchange_->open()) return;
  log(LogLevel::error, "a request was never answered");
  boost::asio::post(exchange_->io(),
                    [e = exchange_, r = request_] { e->answer(plain_response(500, "internal error\n"), r); });
}

void PendingReply::answer(HttpResponse response) {
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->answer(std::move(response), request_);
}

std::shared_ptr<EventStream> make_event_stream(std::weak_ptr<HttpExchange> exchange) {
  return std::make_shared<Stream>(std::move(exchange));
}

}  // namespace muster
