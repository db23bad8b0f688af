#include "tests/doubles/kubernetes/server.h"

#include <utility>
// Boost 1.74's Beast needs <utility> before it.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <future>
#include <map>
#include <optional>
#include <thread>

#include "bot/base/base64.h"
#include "bot/base/text.h"
#include "integrations/net/http_text.h"

namespace muster::doubles {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Error = boost::system::error_code;

namespace {

constexpr auto controllers_every = std::chrono::milliseconds(20);
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Secure = beast::ssl_stream<tcp::socket>;

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void line(std::string text) = 0;
  virtual void finish() = 0;
};

struct Shared {
  KubernetesCore& core;
  std::map<std::uint64_t, std::weak_ptr<Connection>> streams;
  std::uint64_t last = 0;
};

HttpRequest plain_request(const Request& from) {
  HttpRequest to;
  to.method = std::string(from.method_string());
  const std::string target(from.target());
  to.path = percent_decode(target.substr(0, target.find('?')), false);
  to.query = parse_query(target.contains('?') ? target.substr(target.find('?') + 1) : "");
  for (const auto& field : from) to.headers[lower_ascii(std::string(field.name_string()))] = std::string(field.value());
  to.headers.erase("x-client-certificate");  // only a handshake says that
  to.body = from.body();
  return to;
}

template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <class... Args>
  explicit Session(Shared& shared, Args&&... args) : shared_(shared), stream_(std::forward<Args>(args)...) {}
  void start() {
    if constexpr (std::is_same_v<Stream, Secure>) {
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Error e) {
        if (!e) self->read();
      });
    } else {
      read();
    }
  }
  // One chunk.
  void line(std::string text) override {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    push(size + text + "\r\n");
  }
  void finish() override { push("0\r\n\r\n"); }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(64u << 20);
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](Error e, std::size_t) {
      if (!e) self->take(self->parser_->release());
    });
  }
  bool showed_certificate() {
    if constexpr (std::is_same_v<Stream, Secure>) {
      X509* certificate = SSL_get1_peer_certificate(stream_.native_handle());
      const bool shown = certificate != nullptr;
      X509_free(certificate);
      return shown;
    }
    return false;
  }
  void take(Request request) {
    HttpRequest plain = plain_request(request);
    if (showed_certificate()) plain.headers["x-client-certificate"] = "verified";
    if (!KubernetesCore::is_watch(plain)) return answer(shared_.core.request(plain), request);
    id_ = ++shared_.last;
    shared_.streams[id_] = this->shared_from_this();
    push("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", true);
    const auto refused = shared_.core.watch(id_, plain);
    if (refused) {
      outgoing_.clear();
      shared_.streams.erase(id_);
      return answer(*refused, request);
    }
    streaming_ = true;
    if (outgoing_.size() >= 1) write_next();
    listen_for_end();
  }
  void answer(const HttpResponse& from, const Request& request) {
    if (from.status == 0) return cut();
    response_ = Response(static_cast<http::status>(from.status), request.version());
    response_.set(http::field::content_type, from.content_type);
    for (const auto& [name, value] : from.headers) response_.set(name, value);
    response_.keep_alive(request.keep_alive());
    response_.body() = from.body;
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = this->shared_from_this()](Error e, std::size_t) {
      if (!e && self->response_.keep_alive()) return self->read();
      self->cut();
    });
  }
  // While a watch is open the peer has nothing to say: what comes is its end.
  void listen_for_end() {
    stream_.async_read_some(asio::buffer(&byte_, 1), [self = this->shared_from_this()](Error, std::size_t) {
      self->shared_.core.closed(self->id_);
      self->shared_.streams.erase(self->id_);
      self->cut();
    });
  }
  void push(std::string bytes, bool wait = false) {
    outgoing_.push_back(std::move(bytes));
    if (!wait && streaming_ && outgoing_.size() == 1) write_next();
  }
  void write_next() {
    asio::async_write(stream_, asio::buffer(outgoing_.front()),
                      [self = this->shared_from_this()](Error e, std::size_t) {
                        if (e || self->outgoing_.empty()) return;
                        self->outgoing_.pop_front();
                        if (!self->outgoing_.empty()) self->write_next();
                      });
  }
  void cut() {
    Error ignored;
    beast::get_lowest_layer(stream_).close(ignored);
  }

  Shared& shared_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
  std::deque<std::string> outgoing_;
  std::uint64_t id_ = 0;
  bool streaming_ = false;
  char byte_ = 0;
};

}  // namespace

struct KubernetesServer::Impl {
  KubernetesCore core;
  Shared shared{core, {}, 0};
  std::optional<asio::ssl::context> tls;
  asio::io_context io{1};
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  asio::steady_timer controllers{io};
  std::thread thread;

  Impl(const Clock& clock, KubernetesOptions options, const KubernetesServerOptions& web)
      : core(clock, std::move(options)) {
    core.connect_wire(
        {.send = [this](std::uint64_t id, std::string text) { with(id, &Connection::line, std::move(text)); },
         .end = [this](std::uint64_t id) { with(id, &Connection::finish); }});
    if (!web.certificate_pem.empty()) secure(web);
    accept();
    run_controllers();
    thread = std::thread([this] { io.run(); });
  }
  ~Impl() {
    io.stop();
    thread.join();
  }
  void secure(const KubernetesServerOptions& web) {
    tls.emplace(asio::ssl::context::tls_server);
    tls->use_certificate_chain(asio::buffer(web.certificate_pem));
    tls->use_private_key(asio::buffer(web.key_pem), asio::ssl::context::pem);
    if (web.client_authority_pem.empty()) return;
    tls->add_certificate_authority(asio::buffer(web.client_authority_pem));
    tls->set_verify_mode(asio::ssl::verify_peer);
  }
  template <class Act, class... Args>
  void with(std::uint64_t id, Act act, Args... args) {
    const auto it = shared.streams.find(id);
    if (it == shared.streams.end()) return;
    if (const auto connection = it->second.lock()) ((*connection).*act)(std::move(args)...);
  }
  void accept() {
    acceptor.async_accept([this](Error e, tcp::socket socket) {
      if (!e && tls) std::make_shared<Session<Secure>>(shared, std::move(socket), *tls)->start();
      if (!e && !tls) std::make_shared<Session<tcp::socket>>(shared, std::move(socket))->start();
      if (e != asio::error::operation_aborted) accept();
    });
  }
  void run_controllers() {
    core.tick();
    controllers.expires_after(controllers_every);
    controllers.async_wait([this](Error e) {
      if (!e) run_controllers();
    });
  }
};

KubernetesServer::KubernetesServer(const Clock& clock, KubernetesOptions options, KubernetesServerOptions web)
    : impl_(std::make_unique<Impl>(clock, std::move(options), web)) {}
KubernetesServer::~KubernetesServer() = default;

std::uint16_t KubernetesServer::port() const { return impl_->acceptor.local_endpoint().port(); }
std::string KubernetesServer::url() const {
  return (impl_->tls ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port());
}

void KubernetesServer::on(const std::function<void(KubernetesCore&)>& task) {
  std::promise<void> done;
  asio::post(impl_->io, [&] {
    task(impl_->core);
    done.set_value();
  });
  done.get_future().wait();
}

std::string kubeconfig(const std::string& url, const std::string& token, const std::string& authority_pem) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: prod\n"
         "contexts:\n- name: prod\n  context: {cluster: here, user: bot, namespace: prod}\n"
         "clusters:\n- name: here\n  cluster: {server: \"" +
         url + "\", certificate-authority-data: " + to_base64(authority_pem) +
         "}\nusers:\n- name: bot\n  user: {token: " + token + "}\n";
}

}  // namespace muster::doubles
