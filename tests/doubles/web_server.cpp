#include "tests/doubles/web_server.h"

#include <utility>
// Boost 1.74's Beast needs <utility> before it.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "bot/base/text.h"
#include "integrations/net/http_text.h"

namespace muster::doubles {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using Error = boost::system::error_code;

namespace {

constexpr std::size_t body_bytes_max = 128u << 20;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Plain = tcp::socket;
using Secure = beast::ssl_stream<tcp::socket>;

HttpRequest plain_request(const Request& from) {
  HttpRequest to;
  to.method = std::string(from.method_string());
  const std::string target(from.target());
  to.path = percent_decode(target.substr(0, target.find('?')), false);
  to.query = parse_query(target.contains('?') ? target.substr(target.find('?') + 1) : "");
  for (const auto& field : from) to.headers[lower_ascii(std::string(field.name_string()))] = std::string(field.value());
  to.body = from.body();
  return to;
}

Response beast_response(const HttpResponse& from, unsigned version, bool keep) {
  Response to(static_cast<http::status>(from.status), version);
  if (!from.content_type.empty()) to.set(http::field::content_type, from.content_type);
  for (const auto& [name, value] : from.headers) to.set(name, value);
  to.keep_alive(keep);
  to.body() = from.body;
  to.prepare_payload();
  return to;
}

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void send(std::string text) = 0;
  virtual void ping() = 0;
  virtual void close(int code, std::string reason) = 0;
  virtual void cut() = 0;
  virtual void go_deaf() = 0;
};

struct Shared {
  WebHandlers handlers;
  WebServerOptions options;
  std::map<WebPeer, std::weak_ptr<Connection>> peers;
  WebPeer last = 0;
  std::vector<std::shared_ptr<Connection>> deaf;  // they stay open though nothing is read
};

// One accepted connection: requests until one of them upgrades.
template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <class... Args>
  explicit Session(Shared& shared, Args&&... args) : shared_(shared), ws_(std::forward<Args>(args)...) {}

  void start() {
    if constexpr (std::is_same_v<Stream, Secure>) {
      ws_.next_layer().async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Error e) {
        if (!e) self->read_request();
      });
    } else {
      read_request();
    }
  }

  void send(std::string text) override {
    outgoing_.push_back(std::move(text));
    if (outgoing_.size() == 1) write_next();
  }
  void ping() override {
    ws_.async_ping({}, [self = this->shared_from_this()](Error) {});
  }
  void close(int code, std::string reason) override {
    ws_.async_close({static_cast<websocket::close_code>(code), reason}, [self = this->shared_from_this()](Error) {});
  }
  void cut() override {
    Error ignored;
    beast::get_lowest_layer(ws_).close(ignored);
  }
  void go_deaf() override {
    deaf_ = true;
    shared_.deaf.push_back(this->shared_from_this());
  }

 private:
  void read_request() {
    parser_.emplace();
    parser_->body_limit(body_bytes_max);
    http::async_read(ws_.next_layer(), buffer_, *parser_, [self = this->shared_from_this()](Error e, std::size_t) {
      if (!e) self->take(self->parser_->release());
    });
  }

  void take(Request request) {
    const HttpRequest plain = plain_request(request);
    const unsigned version = request.version();
    const bool keep = request.keep_alive();
    if (websocket::is_upgrade(request)) {
      const HttpResponse verdict = shared_.handlers.upgrade ? shared_.handlers.upgrade(plain)
                                                            : HttpResponse{.status = 404, .body = {}, .headers = {}};
      if (verdict.status == 101) return accept(std::move(request), plain);
      return answer(beast_response(verdict, version, false));
    }
    shared_.handlers.request(plain, [self = this->shared_from_this(), version, keep](const HttpResponse& response) {
      if (response.status == 0) return self->cut();  // a fault: the connection ends without an answer
      self->answer(beast_response(response, version, keep));
    });
  }

  void answer(Response response) {
    response_ = std::move(response);
    http::async_write(ws_.next_layer(), response_, [self = this->shared_from_this()](Error e, std::size_t) {
      if (e) return;
      if (self->response_.keep_alive()) return self->read_request();
      self->cut();
    });
  }

  void accept(Request request, const HttpRequest& plain) {
    ws_.read_message_max(shared_.options.message_bytes_max);
    ws_.async_accept(request, [self = this->shared_from_this(), plain](Error e) {
      if (e) return;
      self->id_ = ++self->shared_.last;
      self->shared_.peers[self->id_] = self;
      if (self->shared_.handlers.opened) self->shared_.handlers.opened(self->id_, plain);
      self->read_message();
    });
  }

  void read_message() {
    if (deaf_) return;
    ws_.async_read(message_, [self = this->shared_from_this()](Error e, std::size_t) {
      if (e) return self->gone();
      const std::string text = beast::buffers_to_string(self->message_.data());
      self->message_.consume(self->message_.size());
      // The message that comes after the order to go deaf is not seen by the double either.
      if (self->deaf_) return;
      if (self->shared_.handlers.text) self->shared_.handlers.text(self->id_, text);
      self->read_message();
    });
  }

  void gone() {
    shared_.peers.erase(id_);
    if (shared_.handlers.closed) shared_.handlers.closed(id_);
  }

  void write_next() {
    ws_.text(true);
    ws_.async_write(asio::buffer(outgoing_.front()), [self = this->shared_from_this()](Error e, std::size_t) {
      if (e) return;
      self->outgoing_.pop_front();
      if (!self->outgoing_.empty()) self->write_next();
    });
  }

  Shared& shared_;
  websocket::stream<Stream> ws_;
  beast::flat_buffer buffer_, message_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
  std::deque<std::string> outgoing_;
  WebPeer id_ = 0;
  bool deaf_ = false;
};

class Server final : public WebServer {
 public:
  Server(WebHandlers handlers, WebServerOptions options)
      : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
    shared_.handlers = std::move(handlers);
    shared_.options = std::move(options);
    if (!shared_.options.certificate_pem.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain(asio::buffer(shared_.options.certificate_pem));
      tls_->use_private_key(asio::buffer(shared_.options.key_pem), asio::ssl::context::pem);
    }
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() override {
    io_.stop();
    thread_.join();
    shared_.deaf.clear();  // before the loop that their sockets belong to
  }
  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }
  void post(std::function<void()> task) override { asio::post(io_, std::move(task)); }
  void send(WebPeer peer, std::string text) override {
    with(peer, [text = std::move(text)](Connection& c) { c.send(text); });
  }
  void ping(WebPeer peer) override {
    with(peer, [](Connection& c) { c.ping(); });
  }
  void close(WebPeer peer, int code, std::string reason) override {
    with(peer, [code, reason = std::move(reason)](Connection& c) { c.close(code, reason); });
  }
  void cut(WebPeer peer) override {
    with(peer, [](Connection& c) { c.cut(); });
  }
  void go_deaf(WebPeer peer) override {
    with(peer, [](Connection& c) { c.go_deaf(); });
  }

 private:
  void with(WebPeer peer, std::function<void(Connection&)> act) {
    post([this, peer, act = std::move(act)] {
      const auto it = shared_.peers.find(peer);
      if (it == shared_.peers.end()) return;
      if (const auto connection = it->second.lock()) act(*connection);
    });
  }
  void accept() {
    acceptor_.async_accept([this](Error e, tcp::socket socket) {
      // As servers of the trade do (Go's and Node's by themselves, Envoy and nginx by default): an event is not held
      // back until the one before it is confirmed.
      Error ignored;
      if (!e) socket.set_option(tcp::no_delay(true), ignored);
      if (!e && tls_) std::make_shared<Session<Secure>>(shared_, std::move(socket), *tls_)->start();
      if (!e && !tls_) std::make_shared<Session<Plain>>(shared_, std::move(socket))->start();
      if (e != asio::error::operation_aborted) accept();
    });
  }

  Shared shared_;
  std::optional<asio::ssl::context> tls_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<WebServer> WebServer::listen(WebHandlers handlers, WebServerOptions options) {
  return std::make_unique<Server>(std::move(handlers), std::move(options));
}

}  // namespace muster::doubles
