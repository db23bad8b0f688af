#include "integrations/net/websocket.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <vector>

#include "tests/doubles/web_server.h"
#include "tests/support/certificates.h"
#include "tests/support/connect_proxy.h"
#include "tests/unit/net/peer.h"

using namespace muster;
using namespace muster::test;
using muster::doubles::WebHandlers;
using muster::doubles::WebPeer;
using muster::doubles::WebServer;
using muster::doubles::WebServerOptions;

namespace {

// What happened, waited for with a deadline.
class Seen {
 public:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(what));
    changed_.notify_all();
  }
  bool wait(const std::string& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(patience_ms),
                             [&] { return std::ranges::find(events_, what) != events_.end(); });
  }
  std::size_t count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(events_, what));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
};

// A server that notes what it hears, and echoes.
struct Echo {
  explicit Echo(WebServerOptions options = {}, int refuse_with = 101) {
    WebHandlers h;
    h.request = [](const HttpRequest&, const HttpReply& reply) { reply({.status = 404, .body = "", .headers = {}}); };
    h.upgrade = [this, refuse_with](const HttpRequest& q) {
      seen.note("header " + (q.headers.contains("authorization") ? q.headers.at("authorization") : "none"));
      HttpResponse r{.status = refuse_with, .body = "", .headers = {}};
      if (refuse_with == 429) r.headers["Retry-After"] = "7";
      return r;
    };
    h.opened = [this](WebPeer p, const HttpRequest&) {
      peer = p;
      seen.note("opened");
    };
    h.text = [this](WebPeer p, std::string text) {
      seen.note("heard " + text);
      server->send(p, "echo " + text);
    };
    h.closed = [this](WebPeer) { seen.note("closed"); };
    server = WebServer::listen(std::move(h), std::move(options));
  }
  std::string url(const std::string& scheme = "ws", const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ":" + std::to_string(server->port()) + "/api";
  }
  Seen seen;
  std::atomic<WebPeer> peer = 0;
  std::unique_ptr<WebServer> server;
};

// The client under test on its loop.
struct Ours {
  ~Ours() {
    loop.on([this] { socket.reset(); });
  }
  void open(WebSocketOptions options) {
    WebSocketHandler handler;
    handler.opened = [this] { seen.note("opened"); };
    handler.text = [this](const std::string& text) { seen.note(text.size() > 100 ? "long" : text); };
    handler.closed = [this](const WebSocketEnd& e) {
      end = e;
      seen.note("closed");
    };
    loop.on([&] { socket = WebSocket::open(loop.loop, std::move(options), std::move(handler)); });
  }
  Result<void> send(const std::string& text) {
    return loop.on([&] { return socket->send(text); });
  }
  void close(int code, const std::string& reason) {
    loop.on([&] { socket->close(code, reason); });
  }
  LoopThread loop;
  Seen seen;
  WebSocketEnd end;  // read after "closed" was seen
  std::unique_ptr<WebSocket> socket;
};

struct Authority {
  Authority() {
    std::string pattern = (std::filesystem::temp_directory_path() / "muster-ca-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    std::ofstream(folder + "/ca.pem") << ca.certificate_pem;
  }
  ~Authority() { std::filesystem::remove_all(folder); }
  WebServerOptions server(const CertificateWish& wish) const {
    const Certificate leaf = make_certificate(wish, &ca);
    return {.certificate_pem = leaf.certificate_pem, .key_pem = leaf.key_pem};
  }
  std::string file() const { return folder + "/ca.pem"; }
  Certificate ca = make_certificate({.host = "test authority", .authority = true});
  std::string folder;
};

WebSocketOptions options(const std::string& url) {
  WebSocketOptions o;
  o.url = url;
  o.connect_ms = 5000;
  return o;
}

}  // namespace

TEST_CASE("a websocket opens with its headers, sends, hears and closes politely") {
  Echo echo;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.headers["Authorization"] = "Bearer abc";
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  CHECK(echo.seen.wait("header Bearer abc"));
  CHECK(ours.send("hello"));
  CHECK(ours.seen.wait("echo hello"));
  ours.close(1000, "done");
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.code == 1000);
  CHECK(ours.end.opened);
  CHECK(echo.seen.wait("closed"));
  CHECK_FALSE(ours.send("more"));
}

TEST_CASE("the peer's close code and reason are reported, a cut connection is 1006") {
  Echo echo;
  Ours polite, cut;
  polite.open(options(echo.url()));
  REQUIRE(polite.seen.wait("opened"));
  REQUIRE(echo.seen.wait("opened"));
  echo.server->close(echo.peer, 4001, "sequence mismatch");
  REQUIRE(polite.seen.wait("closed"));
  CHECK(polite.end.code == 4001);
  CHECK(polite.end.reason == "sequence mismatch");
  const WebPeer first = echo.peer;
  cut.open(options(echo.url()));
  REQUIRE(cut.seen.wait("opened"));
  CHECK(cut.send("x"));
  REQUIRE(cut.seen.wait("echo x"));
  REQUIRE(echo.peer != first);
  echo.server->cut(echo.peer);
  REQUIRE(cut.seen.wait("closed"));
  CHECK(cut.end.code == 1006);
  CHECK(cut.end.reason == "the connection was cut");
}

TEST_CASE("a refused upgrade tells the status and Retry-After") {
  Echo echo({}, 429);
  Ours ours;
  ours.open(options(echo.url()));
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.http_status == 429);
  CHECK(ours.end.retry_after == "7");
  CHECK(ours.end.reason == "the server answered 429 instead of opening a websocket");
  CHECK_FALSE(ours.end.opened);
  CHECK_FALSE(ours.end.wrong_setting);
}

TEST_CASE("nobody listening and a wrong address end with a reason") {
  std::uint16_t port = 0;
  {
    Echo gone;
    port = gone.server->port();
  }
  Ours ours, wrong;
  ours.open(options("ws://127.0.0.1:" + std::to_string(port) + "/"));
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.reason == "no connection to 127.0.0.1:" + std::to_string(port));
  wrong.open(options("ws://"));
  REQUIRE(wrong.seen.wait("closed"));
  CHECK(wrong.end.wrong_setting);
}

TEST_CASE("mistake 11, transport: TLS is accepted from a known authority for the right host only") {
  const Authority authority;
  const auto end_of = [&](const WebServerOptions& server, const std::string& host, const std::string& ca) {
    Echo echo(server);
    Ours ours;
    WebSocketOptions o = options(echo.url("wss", host));
    o.ca_file = ca;
    ours.open(o);
    if (!ours.seen.wait("closed")) return std::string("open");
    CHECK(ours.end.wrong_setting);
    CHECK_FALSE(ours.end.opened);
    return ours.end.reason;
  };
  {
    Echo echo(authority.server({.host = "localhost"}));
    Ours ours;
    WebSocketOptions o = options(echo.url("wss", "localhost"));
    o.ca_file = authority.file();
    ours.open(o);
    REQUIRE(ours.seen.wait("opened"));
    CHECK(ours.send("secret"));
    CHECK(ours.seen.wait("echo secret"));
    ours.close(1000, "");
    CHECK(ours.seen.wait("closed"));
    CHECK(ours.end.code == 1000);
  }
  CHECK(end_of(authority.server({.host = "other.example"}), "localhost", authority.file()) ==
        "TLS: the certificate is not for localhost");
  CHECK(end_of(authority.server({.host = "localhost"}), "127.0.0.1", authority.file()) ==
        "TLS: the certificate is not for 127.0.0.1");
  CHECK(end_of(authority.server({.host = "localhost", .from_s = -7200, .until_s = -3600}), "localhost",
               authority.file()) == "TLS: certificate has expired");
  const Certificate own = make_certificate({.host = "localhost"});
  const std::string self_signed =
      end_of({.certificate_pem = own.certificate_pem, .key_pem = own.key_pem}, "localhost", authority.file());
  CHECK(self_signed.starts_with("TLS: self"));
  CHECK(end_of(authority.server({.host = "localhost"}), "localhost", "").starts_with("TLS: unable to get"));
  CHECK(end_of(authority.server({.host = "localhost"}), "localhost", "/nowhere/ca.pem")
            .starts_with("TLS: the CA file /nowhere/ca.pem"));
}

TEST_CASE("an IP address in the certificate is accepted for that address") {
  const Authority authority;
  Echo echo(authority.server({.host = "127.0.0.1", .is_ip = true}));
  Ours ours;
  WebSocketOptions o = options(echo.url("wss"));
  o.ca_file = authority.file();
  ours.open(o);
  CHECK(ours.seen.wait("opened"));
}

TEST_CASE("a proxy is asked with CONNECT and its password, and TLS is checked through it") {
  const Authority authority;
  Echo echo(authority.server({.host = "localhost"}));
  ConnectProxy proxy;
  Ours ours;
  WebSocketOptions o = options(echo.url("wss", "localhost"));
  o.ca_file = authority.file();
  o.proxy = "http://ana:pass@127.0.0.1:" + std::to_string(proxy.port());
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  const std::string head = proxy.first_head();
  CHECK(head.starts_with("CONNECT localhost:" + std::to_string(echo.server->port()) + " HTTP/1.1\r\n"));
  CHECK(head.find("Proxy-Authorization: Basic YW5hOnBhc3M=") != std::string::npos);
  CHECK(head.find("Bearer") == std::string::npos);
  CHECK(ours.send("through"));
  CHECK(ours.seen.wait("echo through"));
}

TEST_CASE("a proxy's password is decoded as libcurl does it, and its refusal is told apart") {
  Echo echo;
  ConnectProxy proxy;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.proxy = "http://ana:p%40ss%3Aw+d@127.0.0.1:" + std::to_string(proxy.port());
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  CHECK(proxy.first_head().find("Proxy-Authorization: Basic YW5hOnBAc3M6dytk\r\n") != std::string::npos);
  Echo no_proxy;  // answers CONNECT as any server does that is none
  Ours refused;
  o.proxy = "http://ana:pass@127.0.0.1:" + std::to_string(no_proxy.server->port());
  refused.open(o);
  REQUIRE(refused.seen.wait("closed"));
  CHECK(refused.end.by_proxy);
  CHECK(refused.end.wrong_setting);
  CHECK(refused.end.reason == "the proxy refused");
}

TEST_CASE("a peer that is silent is noticed: at the upgrade, and afterwards by the missing pong") {
  QuietListener quiet;  // takes connections, says nothing
  Ours never, later;
  WebSocketOptions o = options("ws://127.0.0.1:" + std::to_string(quiet.port()) + "/");
  o.connect_ms = 200;
  never.open(o);
  REQUIRE(never.seen.wait("closed"));
  CHECK(never.end.reason == "the server did not answer in time");
  Echo echo;
  o = options(echo.url());
  o.ping_every_ms = 50;
  o.ping_answer_ms = 100;
  later.open(o);
  REQUIRE(later.seen.wait("opened"));
  REQUIRE(echo.seen.wait("opened"));
  echo.server->go_deaf(echo.peer);
  CHECK(later.send("into the void"));
  REQUIRE(later.seen.wait("closed"));
  CHECK(later.end.reason == "no answer to a ping");
  CHECK(later.end.code == 1006);
}

TEST_CASE("a server that never says anything is given up when silence is watched, one that pings is not") {
  Echo echo;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.ping_every_ms = 0;
  o.silence_ms = 150;
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.reason == "nothing was heard from the server for too long");
}

TEST_CASE("a message over the limit ends the connection with 1009") {
  Echo echo;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.message_bytes_max = 10'000;
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  REQUIRE(echo.seen.wait("opened"));
  echo.server->send(echo.peer, std::string(9'000, 'a'));
  CHECK(ours.seen.wait("long"));
  echo.server->send(echo.peer, std::string(10'001, 'b'));
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.code == 1009);
  CHECK(ours.seen.count("long") == 1);
}

TEST_CASE("a server that does not answer the close frame is left after the deadline") {
  Echo echo;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.close_ms = 100;
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  REQUIRE(echo.seen.wait("opened"));
  echo.server->go_deaf(echo.peer);
  CHECK(ours.send("the last one"));
  ours.close(1000, "bye");
  REQUIRE(ours.seen.wait("closed"));
  CHECK(ours.end.code == 1006);
  CHECK(ours.end.reason == "the server did not finish closing");
}

TEST_CASE("what is sent is bounded: a queue that does not drain refuses") {
  Echo echo;
  Ours ours;
  WebSocketOptions o = options(echo.url());
  o.send_queue_bytes_max = 1000;
  ours.open(o);
  REQUIRE(ours.seen.wait("opened"));
  const auto refused = ours.send(std::string(1001, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::unavailable);
  CHECK(ours.send(std::string(500, 'x')));
}

TEST_CASE("a websocket may be dropped at any moment, also while it opens") {
  Echo echo;
  for (int i = 0; i < 20; ++i) {
    Ours ours;
    ours.open(options(echo.url()));
    if (i % 2 == 0) ours.seen.wait("opened");
    ours.loop.on([&] { ours.socket.reset(); });
    CHECK(ours.seen.count("closed") == 0);
  }
}
