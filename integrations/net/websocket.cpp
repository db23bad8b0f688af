// The traps of websocketpp 0.8.2 are handled here, once: no host name check, no own deadline over all steps, no
// watchdog, messages of 32 MB, logs to standard streams, handlers that outlive their owner.
#include "integrations/net/websocket.h"

#include <algorithm>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_client.hpp>

#include "bot/base/log.h"
#include "integrations/net/authorities.h"
#include "integrations/net/http_text.h"
#include "integrations/net/loop.h"

namespace muster {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace wspp = websocketpp;

namespace {

constexpr DurationMs drain_check_ms = second_ms;  // how often an abandoned connection is looked after

TimeMs steady_now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

bool is_clean(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

struct Proxy {
  std::string url, user, password;
};

Proxy proxy_of(const std::string& text) {
  const std::size_t scheme = text.find("://"), at = text.rfind('@');
  if (scheme == text.npos || at == text.npos || at < scheme) return {text, {}, {}};
  const std::string who = text.substr(scheme + 3, at - scheme - 3);
  const std::size_t colon = std::min(who.find(':'), who.size());
  // As libcurl reads the same setting: what an address cannot hold is percent-encoded.
  return {text.substr(0, scheme + 3) + text.substr(at + 1), percent_decode(who.substr(0, colon), false),
          colon < who.size() ? percent_decode(who.substr(colon + 1), false) : ""};
}

std::string host_of(const std::string& url) {
  const auto parsed = wspp::uri(url);
  std::string host = parsed.get_valid() ? parsed.get_host() : std::string();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

void believe_the_system(ssl::context& context, boost::system::error_code& error) {
  const Authorities system = system_authorities();
  if (!system.file.empty()) context.load_verify_file(system.file, error);
  if (!system.folder.empty() && !error) context.add_verify_path(system.folder, error);
  if (system.file.empty() && system.folder.empty()) context.set_default_verify_paths(error);
}

// Nobody is looked at after the handshake (renegotiation is switched off): a file of authorities need not stay in
// memory, a megabyte for each connection, as long as that lasts.
void forget_authorities(ssl::context& context) {
  if (X509_STORE* nobody = X509_STORE_new()) SSL_CTX_set_cert_store(context.native_handle(), nobody);
}

// One connection. It keeps itself alive (through its timer's handler) until websocketpp has called back for the last
// time, because the library's handlers refer to the endpoint inside.
template <class Config>
class Session final : public std::enable_shared_from_this<Session<Config>> {
 public:
  using Client = wspp::client<Config>;
  using Connection = typename Client::connection_ptr;

  Session(Loop& loop, WebSocketOptions options, WebSocketHandler handler)
      : loop_(loop),
        options_(std::move(options)),
        handler_(std::move(handler)),
        timer_(*static_cast<asio::io_context*>(loop.io_context())),
        heartbeat_(options_.ping_every_ms, options_.ping_answer_ms, options_.silence_ms, 0) {}

  void start();
  Result<void> send(const std::string& text);
  void close(int code, const std::string& reason);
  void abandon();

 private:
  void prepare_client();
  Result<void> prepare_connection();
  std::shared_ptr<ssl::context> make_tls();
  bool certificate_ok(bool so_far, ssl::verify_context& context);
  void on_open();
  void on_end();
  void wake();
  void arm(TimeMs due);
  void look();
  void watch();
  void cut(std::string why);
  void report(WebSocketEnd end);
  WebSocketEnd failed_end() const;

  Loop& loop_;
  WebSocketOptions options_;
  WebSocketHandler handler_;
  asio::steady_timer timer_;
  Heartbeat heartbeat_;
  Client client_;
  Connection connection_;
  std::weak_ptr<ssl::context> tls_;
  std::string certificate_fault_, cut_why_;
  TimeMs deadline_ = 0;  // of connecting or closing; 0: none
  bool open_ = false, closing_ = false, opened_ = false, reported_ = false, ended_ = false;
};

template <class Config>
void Session<Config>::prepare_client() {
  client_.clear_access_channels(wspp::log::alevel::all);
  client_.clear_error_channels(wspp::log::elevel::all);
  wspp::lib::error_code error;
  client_.init_asio(static_cast<asio::io_context*>(loop_.io_context()), error);
  client_.set_user_agent("muster");
  client_.set_max_message_size(options_.message_bytes_max);
  // 0 switches websocketpp's own timers off: one deadline over all steps is ours.
  client_.set_open_handshake_timeout(0);
  client_.set_close_handshake_timeout(0);
  client_.set_pong_timeout(0);
  client_.set_open_handler([this](wspp::connection_hdl) { on_open(); });
  client_.set_fail_handler([this](wspp::connection_hdl) { on_end(); });
  client_.set_close_handler([this](wspp::connection_hdl) { on_end(); });
  client_.set_pong_handler([this](wspp::connection_hdl, const std::string&) { heartbeat_.pong(steady_now()); });
  client_.set_ping_handler([this](wspp::connection_hdl, const std::string&) {
    heartbeat_.heard(steady_now());
    return true;  // the library answers
  });
  client_.set_message_handler([this](wspp::connection_hdl, typename Client::message_ptr message) {
    heartbeat_.heard(steady_now());
    if (reported_ || message->get_opcode() != wspp::frame::opcode::text) return;
    const auto take = handler_.text;  // it may destroy its websocket while it runs
    if (take) take(message->get_payload());
  });
  if constexpr (std::is_same_v<Config, wspp::config::asio_tls_client>) {
    client_.set_tls_init_handler([this](wspp::connection_hdl) { return make_tls(); });
  }
}

template <class Config>
std::shared_ptr<ssl::context> Session<Config>::make_tls() {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code error;
  tls_ = context;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  if (options_.ca_file.empty())
    believe_the_system(*context, error);
  else
    context->load_verify_file(options_.ca_file, error);
  if (error) certificate_fault_ = "the CA file " + options_.ca_file + " cannot be read";
  context->set_verify_mode(ssl::verify_peer, error);
  context->set_verify_callback(
      [this](bool so_far, ssl::verify_context& verify) { return certificate_ok(so_far, verify); }, error);
  return context;
}

template <class Config>
bool Session<Config>::certificate_ok(bool so_far, ssl::verify_context& context) {
  if (!so_far) {
    const int code = X509_STORE_CTX_get_error(context.native_handle());
    if (certificate_fault_.empty()) certificate_fault_ = X509_verify_cert_error_string(code);
    return false;
  }
  if (ssl::host_name_verification(host_of(options_.url))(so_far, context)) return true;
  certificate_fault_ = "the certificate is not for " + host_of(options_.url);
  return false;
}

template <class Config>
Result<void> Session<Config>::prepare_connection() {
  wspp::lib::error_code error;
  connection_ = client_.get_connection(options_.url, error);
  if (error || !connection_) return fail(ErrorKind::invalid, "the address " + options_.url + " is no websocket URL");
  for (const auto& [name, value] : options_.headers) {
    if (!is_clean(name) || !is_clean(value)) return fail(ErrorKind::invalid, "a header contains a line break");
    connection_->append_header(name, value);
  }
  if (options_.proxy.empty()) return {};
  const Proxy proxy = proxy_of(options_.proxy);
  connection_->set_proxy(proxy.url, error);
  if (!error && !proxy.user.empty()) connection_->set_proxy_basic_auth(proxy.user, proxy.password, error);
  if (error) return fail(ErrorKind::invalid, "the proxy is no URL like http://host:port");
  return {};
}

template <class Config>
void Session<Config>::start() {
  prepare_client();
  if (const auto ready = prepare_connection(); !ready) {
    ended_ = true;
    loop_.post([self = this->shared_from_this(), why = ready.error().message] {
      WebSocketEnd end;
      end.reason = why;
      end.wrong_setting = true;
      self->report(std::move(end));
    });
    return;
  }
  deadline_ = steady_now() + options_.connect_ms;
  arm(deadline_);
  loop_.post([self = this->shared_from_this()] { self->client_.connect(self->connection_); });
}

template <class Config>
void Session<Config>::on_open() {
  open_ = opened_ = true;
  deadline_ = 0;
  if (const auto tls = tls_.lock()) forget_authorities(*tls);
  heartbeat_ = Heartbeat(options_.ping_every_ms, options_.ping_answer_ms, options_.silence_ms, steady_now());
  if (reported_) return cut("no longer wanted");
  wake();
  const auto tell = handler_.opened;
  if (tell) tell();
}

template <class Config>
WebSocketEnd Session<Config>::failed_end() const {
  WebSocketEnd end;
  end.opened = opened_;
  end.reason = cut_why_;
  if (!certificate_fault_.empty()) {
    end.reason = "TLS: " + certificate_fault_;
    end.next_step = "Check the address; a private authority is named with its CA file.";
    end.wrong_setting = true;
  }
  if (opened_ || !connection_) return end;
  end.http_status = static_cast<int>(connection_->get_response_code());
  // Before a request left, the library answers 0; afterwards a refusal carries the server's status.
  if (end.http_status != 0) end.retry_after = connection_->get_response_header("Retry-After");
  if (end.reason.empty() && connection_->get_ec() == wspp::transport::error::pass_through) {
    // The library forgets why; the log of the operating system's refusals is no loss beside the address.
    end.reason = "no connection to " + connection_->get_host() + ":" + std::to_string(connection_->get_port());
  }
  if (end.reason.empty()) end.reason = connection_->get_ec().message();
  if (end.http_status != 0 && connection_->get_ec() == wspp::processor::error::invalid_http_status) {
    end.reason = "the server answered " + std::to_string(end.http_status) + " instead of opening a websocket";
  }
  if (connection_->get_ec() == wspp::transport::asio::error::proxy_failed && cut_why_.empty()) {
    end.reason = "the proxy refused";
    end.by_proxy = end.wrong_setting = true;
    return end;
  }
  const auto cause = connection_->get_transport_ec();
  if (cause && certificate_fault_.empty() && cut_why_.empty()) end.reason += " (" + cause.message() + ")";
  return end;
}

template <class Config>
void Session<Config>::on_end() {
  WebSocketEnd end = failed_end();
  if (opened_ && cut_why_.empty()) {
    const int remote = connection_->get_remote_close_code(), local = connection_->get_local_close_code();
    // Without the peer's half nothing was agreed; a limit that we enforced is named by our own code.
    const bool ours = remote < 1000 || remote == wspp::close::status::abnormal_close;
    end.code = ours ? (local == wspp::close::status::message_too_big ? local : 1006) : remote;
    end.reason = ours ? connection_->get_local_close_reason() : connection_->get_remote_close_reason();
    if (end.code == 1006) end.reason = "the connection was cut";
  }
  open_ = false;
  ended_ = true;
  report(std::move(end));
  wake();
}

template <class Config>
void Session<Config>::report(WebSocketEnd end) {
  if (std::exchange(reported_, true)) return;
  // The handler may destroy its websocket: not from inside a callback of the library.
  loop_.post([self = this->shared_from_this(), end = std::move(end)] {
    if (const auto closed = std::exchange(self->handler_.closed, {})) closed(end);
  });
}

template <class Config>
Result<void> Session<Config>::send(const std::string& text) {
  if (!open_ || closing_ || reported_) return fail(ErrorKind::unavailable, "the connection is not open");
  if (connection_->get_buffered_amount() + text.size() > options_.send_queue_bytes_max) {
    return fail(ErrorKind::unavailable, "the server does not take what is sent: the queue is full");
  }
  const auto error = connection_->send(text, wspp::frame::opcode::text);
  if (error) return fail(ErrorKind::unavailable, error.message());
  return {};
}

template <class Config>
void Session<Config>::close(int code, const std::string& reason) {
  if (reported_ || closing_) return;
  closing_ = true;
  deadline_ = steady_now() + options_.close_ms;
  wake();
  wspp::lib::error_code error;
  if (open_) connection_->close(static_cast<wspp::close::status::value>(code), reason, error);
  if (!open_ || error) cut("closed before it was open");
}

template <class Config>
void Session<Config>::abandon() {
  handler_ = {};
  reported_ = true;
  cut("abandoned");
}

// Ends the TCP connection; what the library had in flight fails and on_end() follows.
template <class Config>
void Session<Config>::cut(std::string why) {
  if (cut_why_.empty()) cut_why_ = std::move(why);
  open_ = false;
  deadline_ = 0;
  if (ended_ || !connection_) return;
  WebSocketEnd end = failed_end();
  report(std::move(end));
  boost::system::error_code ignored;
  connection_->get_raw_socket().close(ignored);
  wake();
}

template <class Config>
void Session<Config>::wake() {
  timer_.cancel();  // the handler looks at once
}

template <class Config>
void Session<Config>::arm(TimeMs due) {
  const TimeMs wait = std::max<TimeMs>(0, due - steady_now());
  timer_.expires_after(std::chrono::milliseconds(wait));
  timer_.async_wait([self = this->shared_from_this()](const boost::system::error_code&) { self->look(); });
}

// Every pending wait holds the session: it goes when nothing is left to wait for.
template <class Config>
void Session<Config>::look() {
  if (ended_) return;
  watch();
  if (ended_) return;
  TimeMs due = steady_now() + drain_check_ms;
  if (!reported_) {
    if (deadline_ != 0) due = std::min(due, deadline_);
    if (open_ && heartbeat_.due() != 0) due = std::min(due, heartbeat_.due());
  }
  arm(due);
}

template <class Config>
void Session<Config>::watch() {
  const TimeMs now = steady_now();
  if (deadline_ != 0 && now >= deadline_) {
    return cut(closing_ ? "the server did not finish closing" : "the server did not answer in time");
  }
  if (!open_ || closing_) return;
  const Heartbeat::Act act = heartbeat_.check(now);
  if (act == Heartbeat::Act::dead) return cut(std::string(heartbeat_.why()));
  wspp::lib::error_code error;
  if (act == Heartbeat::Act::ping) connection_->ping("", error);
}

template <class Config>
class Owner final : public WebSocket {
 public:
  Owner(Loop& loop, WebSocketOptions options, WebSocketHandler handler)
      : session_(std::make_shared<Session<Config>>(loop, std::move(options), std::move(handler))) {
    session_->start();
  }
  ~Owner() override { session_->abandon(); }
  Result<void> send(const std::string& text) override { return session_->send(text); }
  void close(int code, const std::string& reason) override { session_->close(code, reason); }

 private:
  std::shared_ptr<Session<Config>> session_;
};

}  // namespace

std::unique_ptr<WebSocket> WebSocket::open(Loop& loop, WebSocketOptions options, WebSocketHandler handler) {
  if (options.url.starts_with("wss://")) {
    return std::make_unique<Owner<wspp::config::asio_tls_client>>(loop, std::move(options), std::move(handler));
  }
  return std::make_unique<Owner<wspp::config::asio_client>>(loop, std::move(options), std::move(handler));
}

}  // namespace muster
