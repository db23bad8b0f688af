#include "integrations/net/http_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "bot/base/log.h"
#include "integrations/net/http_connection.h"
#include "integrations/net/http_text.h"
#include "integrations/net/loop.h"

namespace muster {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string& HttpShared::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[40];
    date_text.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    date_second = now;
  }
  return date_text;
}

void HttpShared::joined(HttpConnection* connection) {
  connections.insert(connection);
  stats.connections = connections.size();
}

void HttpShared::left(HttpConnection* connection) {
  connections.erase(connection);
  stats.connections = connections.size();
  if (connections.empty() && drained) asio::post(io, std::exchange(drained, nullptr));
}

namespace {

constexpr std::size_t refused_max = 64;    // over the limit: told 503; beyond these: just closed
constexpr milliseconds accept_pause{100};  // out of descriptors: do not spin

// Accepts, and looks at all deadlines a few times per period: cheaper than a timer per request.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(asio::io_context& io, HttpHandler handler, const HttpServerOptions& options)
      : shared_(new HttpShared{.io = io, .handler = std::move(handler), .options = options}),
        listener_(io),
        sweeper_(io),
        pause_(io) {
    const auto& o = options;
    const DurationMs shortest =
        std::min({o.header_time_ms, o.body_time_ms, o.idle_time_ms, o.linger_time_ms, o.heartbeat_ms});
    period_ = milliseconds(std::clamp<DurationMs>(shortest / 4, 5, second_ms));
  }

  error_code open(const HostPort& where);
  void accept();
  void drain(std::function<void()> done);
  void shut();
  tcp::endpoint endpoint() const {
    error_code ignored;
    return listener_.local_endpoint(ignored);
  }
  const HttpServerStats& stats() const { return shared_->stats; }

 private:
  void accepted(tcp::socket socket);
  void make_room();
  void sweep();

  std::shared_ptr<HttpShared> shared_;
  tcp::acceptor listener_;
  asio::steady_timer sweeper_, pause_;
  milliseconds period_{1000};
  bool sweeping_ = false;
};

error_code Acceptor::open(const HostPort& where) {
  error_code ec;
  const auto address = asio::ip::make_address(where.host, ec);
  if (ec) return ec;
  const tcp::endpoint endpoint(address, where.port);
  if (listener_.open(endpoint.protocol(), ec)) return ec;
  listener_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (listener_.bind(endpoint, ec)) return ec;
  listener_.listen(asio::socket_base::max_listen_connections, ec);
  return ec;
}

void Acceptor::accept() {
  listener_.async_accept([self = shared_from_this()](const error_code& ec, tcp::socket socket) {
    if (!self->listener_.is_open()) return;
    if (ec) {
      log(LogLevel::warn, "cannot accept a connection", {{"error", ec.message()}});
      self->pause_.expires_after(accept_pause);
      self->pause_.async_wait([self](const error_code& stopped) {
        if (!stopped && self->listener_.is_open()) self->accept();
      });
      return;
    }
    self->accepted(std::move(socket));
    self->accept();
  });
}

void Acceptor::accepted(tcp::socket socket) {
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  const std::size_t most = shared_->options.connections_max;
  if (shared_->connections.size() >= most) make_room();
  const std::size_t open = shared_->connections.size();
  if (open >= most + refused_max) {
    ++shared_->stats.rejected;
    return;
  }
  const int fd = socket.release(ec);
  if (ec) return;
  const auto connection = make_connection(shared_, fd, peer.protocol() == tcp::v6(), peer.address().to_string());
  if (open >= most) {
    connection->refuse();
  } else {
    connection->start();
  }
  if (!sweeping_) sweep();
}

// Full: whoever has kept a place unused for the longest time gives way, so that peers who say nothing, or never end
// what they say, do not shut out the others.
void Acceptor::make_room() {
  const auto now = steady_clock::now();
  HttpConnection* slowest = nullptr;
  auto longest = steady_clock::duration::min();
  for (HttpConnection* c : shared_->connections) {
    const auto idle = c->idle_for(now);
    if (!idle || *idle <= longest) continue;
    slowest = c;
    longest = *idle;
  }
  if (!slowest) return;
  ++shared_->stats.timeouts;
  slowest->close();
}

void Acceptor::sweep() {
  sweeping_ = !shared_->connections.empty();
  if (!sweeping_) return;
  sweeper_.expires_after(period_);
  sweeper_.async_wait([self = shared_from_this()](const error_code& ec) {
    if (ec) return;
    const auto now = steady_clock::now();
    // A copy: a connection that closes leaves the set. Each is checked again, one may take another along.
    const std::vector<HttpConnection*> all(self->shared_->connections.begin(), self->shared_->connections.end());
    for (HttpConnection* connection : all) {
      if (self->shared_->connections.contains(connection)) connection->sweep(now);
    }
    self->sweep();
  });
}

void Acceptor::drain(std::function<void()> done) {
  error_code ignored;
  listener_.close(ignored);
  shared_->draining = true;
  const std::vector<HttpConnection*> all(shared_->connections.begin(), shared_->connections.end());
  for (HttpConnection* connection : all) {
    if (shared_->connections.contains(connection)) connection->drain();
  }
  if (shared_->connections.empty()) return asio::post(shared_->io, std::move(done));
  shared_->drained = std::move(done);
}

void Acceptor::shut() {
  error_code ignored;
  listener_.close(ignored);
  sweeper_.cancel(ignored);
  pause_.cancel(ignored);
  shared_->drained = nullptr;
  while (!shared_->connections.empty()) (*shared_->connections.begin())->close();
  shared_->handler = {};
}

class Server final : public HttpServer {
 public:
  explicit Server(std::shared_ptr<Acceptor> acceptor)
      : acceptor_(std::move(acceptor)), endpoint_(acceptor_->endpoint()) {}
  ~Server() override { acceptor_->shut(); }

  std::uint16_t port() const override { return endpoint_.port(); }
  std::string address() const override {
    const std::string host = endpoint_.address().to_string();
    return (endpoint_.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port());
  }
  void drain(std::function<void()> done) override { acceptor_->drain(std::move(done)); }
  HttpServerStats stats() const override { return acceptor_->stats(); }

 private:
  std::shared_ptr<Acceptor> acceptor_;
  tcp::endpoint endpoint_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, const std::string& host_port, HttpHandler handler,
                                                       const HttpServerOptions& options) {
  const Result<HostPort> where = parse_host_port(host_port);
  if (!where) return std::unexpected(where.error());
  auto& io = *static_cast<asio::io_context*>(loop.io_context());
  const auto acceptor = std::make_shared<Acceptor>(io, std::move(handler), options);
  const error_code ec = acceptor->open(*where);
  if (ec == asio::error::address_in_use) {
    return fail(
        ErrorKind::conflict, "the address " + host_port + " is taken by another program",
        "Choose another with --listen HOST:PORT (or MUSTER_LISTEN in the environment); port 0 picks a free one.");
  }
  if (ec) {
    return fail(ErrorKind::invalid, "cannot listen on " + host_port + ": " + ec.message(),
                "Name an address of this machine with --listen HOST:PORT, for example --listen 127.0.0.1:8080.");
  }
  acceptor->accept();
  return std::make_unique<Server>(acceptor);
}

}  // namespace muster
