#include "integrations/net/http_connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/net/http_exchange.h"
#include "integrations/net/http_text.h"

namespace muster {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t read_bytes = 4u << 10;  // most requests fit into one read
constexpr std::size_t body_read_bytes = 64u << 10;
constexpr std::size_t unparsed_bytes_max = 96u << 10;  // only an endless chunk header leaves this much

constexpr DurationMs drain_time_ms = 500;  // for the rest of a request that a stop interrupts; then to take the answer

constexpr std::size_t unasked_bytes_max = 64u << 10;  // a longer body is read only of somebody who may send it

// A small state machine: read a request, hand it over, write the answer, again.
class Connection final : public HttpConnection, public HttpExchange, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<HttpShared> server, tcp::socket socket, std::string remote)
      : server_(std::move(server)), socket_(std::move(socket)), remote_(std::move(remote)) {
    server_->joined(this);
  }
  ~Connection() override { Connection::close(); }

  void start() override { next_request(); }
  void refuse() override;
  void sweep(steady_clock::time_point now) override;
  void drain() override;
  void close() override;
  std::optional<steady_clock::duration> idle_for(steady_clock::time_point now) const override;
  void answer(HttpResponse response, std::uint64_t request) override;
  bool stream_send(std::string frame) override;
  void stream_close() override;
  bool open() const override { return state_ != State::closed; }
  asio::io_context& io() override { return server_->io; }

 private:
  enum class State { idle, header, body, handling, writing, streaming, lingering, closed };

  void next_request();
  void read_more();
  void parse();
  bool parse_some(error_code& ec);
  bool header_complete();
  bool well_framed();
  bool turned_away();
  void refuse_parse(error_code ec);
  void dispatch();
  HttpRequest take_request();
  bool try_stream(const HttpRequest& request);
  void write(HttpResponse response, bool keep);
  void written(const error_code& ec);
  void linger();
  void discard();
  void flush_stream();
  void enter(State state, DurationMs time) {
    state_ = state;
    since_ = steady_clock::now();
    deadline_ = since_ + milliseconds(time);
  }

  std::shared_ptr<HttpShared> server_;
  tcp::socket socket_;
  std::string remote_;
  State state_ = State::idle;
  steady_clock::time_point since_, deadline_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::uint64_t request_ = 0;  // counts requests, so that a late second answer meets nothing
  bool head_only_ = false, keep_ = false, old_version_ = false;
  std::string out_head_, out_body_;
  std::string stream_waiting_, stream_writing_;
  bool stream_ending_ = false, stream_flushing_ = false;
};

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  error_code ignored;
  socket_.close(ignored);
  server_->left(this);
}

void Connection::next_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_->options.header_bytes_max));
  parser_->body_limit(server_->options.body_bytes_max);
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > body_read_bytes) buffer_.shrink_to_fit();
    enter(State::idle, server_->options.idle_time_ms);
    read_more();
  } else {
    enter(State::header, server_->options.header_time_ms);
    parse();
  }
}

void Connection::read_more() {
  if (buffer_.size() > unparsed_bytes_max) return refuse_parse(http::error::buffer_overflow);
  const auto space = buffer_.prepare(state_ == State::body ? body_read_bytes : read_bytes);
  socket_.async_read_some(space, [self = shared_from_this()](const error_code& ec, std::size_t n) {
    if (!self->open() || self->state_ == State::writing) return;  // a stop has answered meanwhile
    if (ec) return self->close();
    self->buffer_.commit(n);
    if (self->state_ == State::idle) self->enter(State::header, self->server_->options.header_time_ms);
    self->parse();
  });
}

bool Connection::parse_some(error_code& ec) {
  buffer_.consume(parser_->put(buffer_.data(), ec));
  return !ec;
}

void Connection::parse() {
  error_code ec;
  while (!parser_->is_done()) {
    // Not eager until the header is there: an unwanted body must be refused before it is read.
    parser_->eager(state_ == State::body);
    const bool fed = buffer_.size() > 0 && parse_some(ec);
    if (ec && ec != http::error::need_more) return refuse_parse(ec);
    if (state_ == State::header && parser_->is_header_done()) {
      if (!header_complete()) return;
      continue;
    }
    if (!fed || buffer_.size() == 0) break;
  }
  if (parser_->is_done()) return dispatch();
  read_more();
}

// RFC 9112, 3.2 and 6.3: a 1.1 request names one host, and a coded body is one whose end can be seen.
bool Connection::well_framed() {
  const auto& message = parser_->get();
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) return false;
  return message.count(http::field::transfer_encoding) == 0 || parser_->chunked();
}

bool Connection::turned_away() {
  const auto length = parser_->content_length();
  const bool unknown = parser_->chunked();
  if (!server_->handler.turn_away || (!unknown && (!length || *length <= unasked_bytes_max))) return false;
  head_only_ = false;
  std::optional<HttpResponse> refusal = server_->handler.turn_away(take_request());
  if (!refusal) return false;
  ++server_->stats.rejected;
  write(std::move(*refusal), false);
  return true;
}

// False: answered already, the rest of the request is not wanted.
bool Connection::header_complete() {
  if (!well_framed()) return refuse_parse(http::error::bad_field), false;
  if (turned_away()) return false;
  enter(State::body, server_->options.body_time_ms);
  if (parser_->is_done() || buffer_.size() > 0) return true;
  const auto& fields = parser_->get();
  if (fields.version() < 11 || !beast::iequals(fields[http::field::expect], "100-continue")) return true;
  // Twenty-five bytes into an empty send buffer: written at once or, on a hopeless peer, not at all.
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(go_on), ignored);
  return true;
}

void Connection::refuse_parse(error_code ec) {
  HttpResponse response = plain_response(400, "bad request\n");
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    response = plain_response(431, "the header is too long\n");
  } else if (ec == http::error::body_limit) {
    response = plain_response(413, "the body is too long\n");
  }
  ++server_->stats.rejected;
  head_only_ = false;
  if (server_->handler.refused && response.status == 413) {  // then the request line at least is known
    const std::string_view target(parser_->get().target().data(), parser_->get().target().size());
    server_->handler.refused(percent_decode(target.substr(0, target.find('?')), false), response.status);
  }
  write(std::move(response), false);
}

HttpRequest Connection::take_request() {
  auto& message = parser_->get();
  HttpRequest request;
  request.method = std::string(message.method_string());
  if (head_only_) request.method = "GET";
  for (const auto& field : message) {
    const std::string_view name(field.name_string().data(), field.name_string().size());
    const std::string_view value(field.value().data(), field.value().size());
    std::string& slot = request.headers[lower_ascii(name)];
    if (!slot.empty()) slot += ", ";
    slot += value;
  }
  put_target(request, {message.target().data(), message.target().size()});
  request.body = std::move(message.body());
  request.remote = remote_;
  return request;
}

void Connection::dispatch() {
  const auto& message = parser_->get();
  head_only_ = message.method() == http::verb::head;
  keep_ = message.keep_alive();
  old_version_ = message.version() < 11;
  state_ = State::handling;
  ++server_->stats.requests;
  const std::uint64_t number = ++request_;
  // Made before the handler runs, so that it outlives a handler that throws.
  const auto pending = std::make_shared<PendingReply>(shared_from_this(), number);
  try {
    HttpRequest request = take_request();
    if (try_stream(request)) return pending->done();
    server_->handler.request(std::move(request), [pending](HttpResponse r) { pending->answer(std::move(r)); });
  } catch (const std::exception& e) {
    log(LogLevel::error, "an HTTP handler failed", {{"error", e.what()}});
    pending->answer(plain_response(500, "internal error\n"));
  }
}

// True when the request was taken as an event stream, opened or refused.
bool Connection::try_stream(const HttpRequest& request) {
  if (!server_->handler.stream || request.method != "GET" || head_only_) return false;
  const auto accept = request.headers.find("accept");
  if (accept == request.headers.end() || accept->second.find("text/event-stream") == std::string::npos) return false;
  if (server_->draining) {
    answer(busy_response("shutting down\n"), request_);
    return true;
  }
  stream_waiting_ = stream_head();
  stream_ending_ = false;
  const std::shared_ptr<EventStream> stream = make_event_stream(weak_from_this());
  const Result<void> taken = server_->handler.stream(request, stream);
  if (!open()) return true;
  if (!taken) {
    stream->close();
    stream_waiting_.clear();
    answer(response_of(taken.error()), request_);
    return true;
  }
  enter(State::streaming, server_->options.heartbeat_ms);
  discard();
  flush_stream();
  return true;
}

void Connection::answer(HttpResponse response, std::uint64_t request) {
  if (state_ != State::handling || request != request_) return;
  if (server_->flushes_waiting == 0) return write(std::move(response), keep_ && !server_->draining);
  asio::post(io(), [self = shared_from_this(), answer = std::move(response), request]() mutable {
    self->answer(std::move(answer), request);
  });
}

void Connection::write(HttpResponse response, bool keep) {
  enter(State::writing, server_->options.body_time_ms);
  keep_ = keep;
  out_head_.clear();
  const KeepAlive spoken = !keep ? KeepAlive::close : old_version_ ? KeepAlive::spoken : KeepAlive::implied;
  append_head(out_head_, response, server_->date(), spoken);
  out_body_.clear();
  if (!head_only_ && status_has_body(response.status)) out_body_ = std::move(response.body);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(out_head_), asio::buffer(out_body_)};
  asio::async_write(socket_, parts,
                    [self = shared_from_this()](const error_code& ec, std::size_t) { self->written(ec); });
}

void Connection::written(const error_code& ec) {
  if (!open()) return;
  if (ec) return close();
  if (out_body_.capacity() > body_read_bytes) out_body_ = {};
  if (keep_ && !server_->draining) return next_request();
  linger();
}

// Closing with unread bytes would reset the connection and could take the answer with it.
void Connection::linger() {
  enter(State::lingering, server_->draining ? drain_time_ms : server_->options.linger_time_ms);
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  parser_.reset();
  buffer_.consume(buffer_.size());
  discard();
}

void Connection::discard() {
  buffer_.consume(buffer_.size());
  socket_.async_read_some(buffer_.prepare(read_bytes), [self = shared_from_this()](const error_code& ec, std::size_t) {
    if (!self->open()) return;
    if (ec) return self->close();
    self->discard();
  });
}

void Connection::refuse() {
  ++server_->stats.rejected;
  write(busy_response("too many connections\n"), false);
}

bool Connection::stream_send(std::string frame) {
  if ((state_ != State::streaming && state_ != State::handling) || stream_ending_) return false;
  if (stream_waiting_.size() + stream_writing_.size() + frame.size() > server_->options.stream_bytes_max) {
    close();
    return false;
  }
  stream_waiting_ += frame;
  // Not at once: what else this task publishes (the words of a person and the answer) leaves in the same packet.
  if (!stream_writing_.empty() || std::exchange(stream_flushing_, true)) return true;
  ++server_->flushes_waiting;
  asio::post(io(), [self = shared_from_this()] {
    self->stream_flushing_ = false;
    --self->server_->flushes_waiting;
    self->flush_stream();
  });
  return true;
}

void Connection::stream_close() {
  if (state_ != State::streaming && state_ != State::handling) return;
  stream_ending_ = true;
  flush_stream();
}

void Connection::flush_stream() {
  if (state_ != State::streaming || !stream_writing_.empty()) return;
  if (stream_waiting_.empty()) {
    if (!stream_ending_) return;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    return enter(State::lingering, server_->options.linger_time_ms);  // discard() is already reading
  }
  stream_writing_ = std::exchange(stream_waiting_, {});
  enter(State::streaming, server_->options.body_time_ms);
  asio::async_write(socket_, asio::buffer(stream_writing_),
                    [self = shared_from_this()](const error_code& ec, std::size_t) {
                      if (!self->open()) return;
                      if (ec) return self->close();
                      self->stream_writing_.clear();
                      self->enter(State::streaming, self->server_->options.heartbeat_ms);
                      self->flush_stream();
                    });
}

void Connection::sweep(steady_clock::time_point now) {
  if (state_ == State::handling || now < deadline_) return;
  if (state_ == State::streaming && stream_writing_.empty()) return void(stream_send(": still here\n\n"));
  const bool half_sent = state_ == State::header || state_ == State::body;
  if (half_sent && server_->draining) {
    error_code ignored;
    socket_.cancel(ignored);  // the read that waits for the rest
    return write(busy_response("shutting down\n"), false);
  }
  if (state_ != State::idle && state_ != State::lingering) ++server_->stats.timeouts;
  close();
}

// Owed: the rest of a request. Spared for a while: who has asked before and may ask again in a moment.
std::optional<steady_clock::duration> Connection::idle_for(steady_clock::time_point now) const {
  const bool owes = state_ == State::header || state_ == State::body || (state_ == State::idle && request_ == 0);
  const bool rests = state_ == State::idle && now - since_ >= milliseconds(server_->options.spared_time_ms);
  return owes || rests ? std::optional(now - since_) : std::nullopt;
}

void Connection::drain() {
  if (state_ == State::streaming) return stream_close();
  error_code ec;
  // A request that has arrived but was not read yet is in flight too.
  if (state_ == State::idle && socket_.available(ec) == 0) return close();
  // What is half sent may still arrive, but a peer that stopped in the middle must not hold up the stop.
  deadline_ = std::min(deadline_, steady_clock::now() + milliseconds(drain_time_ms));
}

}  // namespace

std::shared_ptr<HttpConnection> make_connection(std::shared_ptr<HttpShared> shared, int accepted_fd, bool is_v6,
                                                std::string remote) {
  tcp::socket socket(shared->io, is_v6 ? tcp::v6() : tcp::v4(), accepted_fd);
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  return std::make_shared<Connection>(std::move(shared), std::move(socket), std::move(remote));
}

}  // namespace muster
