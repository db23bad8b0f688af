#include "integrations/net/http_server.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "tests/unit/net/peer.h"

using namespace muster;
using namespace muster::test;

namespace {

HttpResponse with(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// A server whose handler echoes, fails or waits as the path says.
class Site {
 public:
  explicit Site(const HttpServerOptions& options = {}) {
    server_ = thread_.on([&] {
      HttpHandler handler;
      handler.request = [this](HttpRequest request, HttpReply reply) { handle(std::move(request), std::move(reply)); };
      handler.stream = [this](const HttpRequest& request, std::shared_ptr<EventStream> stream) {
        return open_stream(request, std::move(stream));
      };
      handler.turn_away = [](const HttpRequest& request) {
        return request.path == "/private" ? std::optional(with(401, "who are you")) : std::nullopt;
      };
      return HttpServer::listen(thread_.loop, "127.0.0.1:0", std::move(handler), options).value();
    });
  }
  ~Site() {
    thread_.on([&] {
      waiting.clear();
      streams.clear();
      server_.reset();
      return 0;
    });
  }
  std::uint16_t port() const { return server_->port(); }
  HttpServerStats stats() {
    return thread_.on([&] { return server_->stats(); });
  }
  HttpServer& server() { return *server_; }
  LoopThread& thread() { return thread_; }
  std::vector<HttpReply> waiting;                     // loop only
  std::vector<std::shared_ptr<EventStream>> streams;  // loop only

 private:
  void handle(HttpRequest request, HttpReply reply) {
    if (request.path == "/throw") throw std::runtime_error("broken on purpose");
    if (request.path == "/forget") return;
    if (request.path == "/missing") return reply(with(404, "no such page"));
    if (request.path == "/inject") {
      auto response = with(200, "x");
      response.headers["X-A"] = "1\r\nX-Evil: 2";
      return reply(response);
    }
    if (request.path == "/wait") return waiting.push_back(std::move(reply));
    std::string text = request.method + " " + request.path;
    for (const auto& [name, value] : request.query) text += " " + name + "=" + value;
    if (request.path == "/host") text += " for " + request.headers["host"];
    if (request.headers.contains("x-two")) text += " x-two:" + request.headers["x-two"];
    reply(with(200, text + " [" + std::to_string(request.body.size()) + "] " + request.body.substr(0, 40)));
  }
  Result<void> open_stream(const HttpRequest& request, std::shared_ptr<EventStream> stream) {
    if (request.path != "/events") return fail(ErrorKind::not_found, "no such stream");
    stream->send("hello", "first\nsecond", "7");
    streams.push_back(std::move(stream));
    return {};
  }

  LoopThread thread_;
  std::unique_ptr<HttpServer> server_;
};

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find('\r')); }
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a kept connection serves one request after another, also when they come in one packet") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /a%20b?x=1+2&y=%41 HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = peer.answer();
  CHECK(status_line(first) == "HTTP/1.1 200 OK");
  CHECK(has(first, "GET /a b x=1 2 y=A [0]"));
  CHECK(!has(first, "Connection: close"));
  peer.send(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\noneGET /2 HTTP/1.1\r\nHost: h\r\nX-Two: a\r\nX-Two: "
      "b\r\n\r\n");
  CHECK(has(peer.answer(), "POST /1 [3] one"));
  CHECK(has(peer.answer(), "GET /2 x-two:a, b [0]"));
  CHECK(site.stats().requests == 3);
  CHECK(site.stats().connections == 1);
}

TEST_CASE("a chunked body arrives whole, however it is cut") {
  Site site;
  Peer peer(site.port());
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
  for (const char c : request) peer.send(std::string_view(&c, 1));
  CHECK(has(peer.answer(), "POST /c [11] hello world"));
  peer.send(request);
  CHECK(has(peer.answer(), "POST /c [11] hello world"));
}

TEST_CASE("a peer that expects 100 gets it before it sends its body") {
  Site site;
  Peer peer(site.port());
  peer.send("POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(peer.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("body");
  CHECK(has(peer.answer(), "POST /e [4] body"));
}

TEST_CASE("a body over the limit is refused before it is sent, and the connection ends") {
  HttpServerOptions options;
  options.body_bytes_max = 1000;
  Site site(options);
  Peer announced(site.port());
  announced.send("POST /big HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  const auto answer = announced.answer();
  CHECK(status_line(answer) == "HTTP/1.1 413 Payload Too Large");
  CHECK(has(answer, "Connection: close"));
  CHECK(announced.closed());
  Peer chunked(site.port());
  chunked.send("POST /big HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + std::string(1024, 'x'));
  CHECK(status_line(chunked.answer()) == "HTTP/1.1 413 Payload Too Large");
  Peer fits(site.port());
  fits.send("POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  CHECK(has(fits.answer(), "POST /ok [1000]"));
  CHECK(site.stats().rejected == 2);
}

TEST_CASE("a header over the limit and an endless chunk header are refused") {
  Site site;
  Peer peer(site.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x'));
  CHECK(status_line(peer.answer()) == "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(peer.closed());
  Peer chunk(site.port());
  chunk.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" + std::string(300'000, 'y'));
  const auto answer = chunk.answer();
  CHECK((has(answer, "431") || has(answer, "400")));
}

TEST_CASE("malformed requests are answered with 400 and the connection ends") {
  Site site;
  for (const char* request :
       {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA B: c\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CAPTURE(request);
    Peer peer(site.port());
    peer.send(request);
    CHECK(status_line(peer.answer()) == "HTTP/1.1 400 Bad Request");
    CHECK(peer.closed());
  }
}

TEST_CASE("a 1.1 request names exactly one host, and a body whose end cannot be seen is refused") {
  Site site;
  for (const char* head : {"GET /a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                           "GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                           "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                           "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                           "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(head);
    Peer peer(site.port());
    peer.send(head);
    const auto answer = peer.answer();
    CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(has(answer, "Connection: close"));
    CHECK(peer.closed());
  }
  Peer old(site.port());
  old.send("GET /a HTTP/1.0\r\n\r\n");
  CHECK(status_line(old.answer()) == "HTTP/1.1 200 OK");
}

TEST_CASE("a whole address as the target counts before the Host beside it") {
  Site site;
  Peer peer(site.port());
  peer.send("GET http://evil.example:80/host?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  CHECK(has(peer.answer(), "GET /host x=1 for evil.example:80 ["));
  peer.send("GET HTTP://h HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "GET / ["));
  peer.send("GET /host/http://x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "GET /host/http://x ["));
}

TEST_CASE("a long body of somebody who may not send it is refused before it is read") {
  Site site;
  for (const char* body : {"Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n", "Content-Length: 1000000\r\n\r\n",
                           "Transfer-Encoding: chunked\r\n\r\n"}) {
    CAPTURE(body);
    Peer peer(site.port());
    peer.send(std::string("POST /private HTTP/1.1\r\nHost: h\r\n") + body);
    CHECK(status_line(peer.answer()) == "HTTP/1.1 401 Unauthorized");
    CHECK(peer.closed());
  }
  Peer peer(site.port());
  peer.send("POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
  CHECK(has(peer.answer(), "POST /open [100000] xxx"));
}

TEST_CASE("a header that never ends, a body that never ends and silence are cut off in time") {
  HttpServerOptions options;
  options.header_time_ms = options.body_time_ms = options.idle_time_ms = 60;
  Site site(options);
  Peer header(site.port()), body(site.port()), idle(site.port());
  header.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(header.closed());
  CHECK(body.closed());
  CHECK(idle.closed());
  CHECK(site.stats().timeouts == 2);
  CHECK(site.stats().connections == 0);
}

TEST_CASE("a handler that answers late is not timed out") {
  HttpServerOptions options;
  options.header_time_ms = options.body_time_ms = options.idle_time_ms = 40;
  Site site(options);
  Peer peer(site.port());
  peer.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  std::promise<void> later;
  site.thread().on([&] {
    site.thread().loop.after(200, [&] {
      REQUIRE(site.waiting.size() == 1);
      site.waiting[0](with(202, "late"));
      site.waiting[0](with(500, "a second answer is ignored"));
      later.set_value();
    });
    return 0;
  });
  CHECK(status_line(peer.answer()) == "HTTP/1.1 202 Accepted");
  later.get_future().get();
}

TEST_CASE("HTTP/1.0 closes unless it asks to be kept") {
  Site site;
  Peer plain(site.port());
  plain.send("GET /old HTTP/1.0\r\n\r\n");
  CHECK(has(plain.answer(), "Connection: close"));
  CHECK(plain.closed());
  Peer kept(site.port());
  kept.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(has(kept.answer(), "Connection: keep-alive"));
  kept.send("GET /again HTTP/1.0\r\n\r\n");
  CHECK(has(kept.answer(), "GET /again"));
}

TEST_CASE("HEAD gives the length of what GET would give, and no body") {
  Site site;
  Peer peer(site.port());
  peer.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = peer.until("\r\n\r\n");
  CHECK(has(head, "Content-Length: 11\r\n"));  // "GET /h [0] "
  CHECK(peer.until("GET /next").starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("a handler's 404 arrives, its exception becomes 500, a forgotten answer too, and the server goes on") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /missing HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "no such page"));
  peer.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto thrown = peer.answer();
  CHECK(status_line(thrown) == "HTTP/1.1 500 Internal Server Error");
  CHECK(!has(thrown, "on purpose"));
  peer.send("GET /forget HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(status_line(peer.answer()) == "HTTP/1.1 500 Internal Server Error");
  peer.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "GET /fine"));
}

TEST_CASE("a header value cannot inject another header") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /inject HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(!has(peer.answer(), "\nX-Evil"));
}

TEST_CASE("more connections than allowed are told 503 and closed") {
  HttpServerOptions options;
  options.connections_max = 2;
  options.spared_time_ms = hour_ms;
  Site site(options);
  Peer one(site.port()), two(site.port());
  one.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  two.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(one.answer(), "GET /1"));
  CHECK(has(two.answer(), "GET /2"));
  Peer three(site.port());
  CHECK(status_line(three.answer()) == "HTTP/1.1 503 Service Unavailable");
  CHECK(three.closed());
  one.send("GET /still HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(one.answer(), "GET /still"));
}

TEST_CASE("who keeps a place without ending a request gives way to a newcomer, the longest first") {
  HttpServerOptions options;
  options.connections_max = 2;
  Site site(options);
  Peer silent(site.port());
  while (site.stats().connections < 1) std::this_thread::yield();
  Peer slow(site.port());
  slow.send("GET /1 HTTP/1.1\r\nHost:");
  while (site.stats().connections < 2) std::this_thread::yield();
  Peer third(site.port());
  third.send("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(third.answer(), "GET /3"));
  CHECK(silent.closed());
  Peer fourth(site.port());
  fourth.send("GET /4 HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(fourth.answer(), "GET /4"));
  CHECK(slow.closed());
  third.send("GET /still HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(third.answer(), "GET /still"));
}

TEST_CASE("draining finishes what is in flight, closes the rest and accepts nobody") {
  Site site;
  Peer busy(site.port()), idle(site.port()), stream(site.port());
  idle.send("GET /i HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(idle.answer(), "GET /i"));
  stream.send("GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
  stream.until("second\n\n");
  busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  while (site.stats().requests < 3) std::this_thread::yield();
  std::promise<void> drained;
  auto done = drained.get_future();
  site.thread().on([&] {
    site.server().drain([&] { drained.set_value(); });
    return 0;
  });
  CHECK(idle.closed());
  CHECK(stream.closed());
  CHECK(done.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  site.thread().on([&] {
    site.waiting.at(0)(with(200, "finished"));
    return 0;
  });
  const auto answer = busy.answer();
  CHECK(has(answer, "finished"));
  CHECK(has(answer, "Connection: close"));
  CHECK(done.wait_for(std::chrono::milliseconds(patience_ms)) == std::future_status::ready);
  CHECK(!Peer(site.port()).connected());
}

TEST_CASE("a stop answers a request that never arrives whole, and does not wait for it") {
  Site site;
  Peer half(site.port());
  half.send("POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  half.until("100 Continue\r\n\r\n");  // the server waits for the body now
  half.send("half");
  std::promise<void> drained;
  auto done = drained.get_future();
  site.thread().on([&] {
    site.server().drain([&] { drained.set_value(); });
    return 0;
  });
  const auto answer = half.answer();
  CHECK(status_line(answer) == "HTTP/1.1 503 Service Unavailable");
  CHECK(has(answer, "Retry-After: 5"));
  CHECK(done.wait_for(std::chrono::milliseconds(patience_ms)) == std::future_status::ready);
  CHECK(site.stats().requests == 0);
}

TEST_CASE("a name given twice in a query keeps both values") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /q?filter=a%3D1&x=y&filter=b HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "filter=a=1\nb x=y"));
}

TEST_CASE("the owner hears of a body that was refused for its size") {
  LoopThread thread;
  std::promise<std::string> told;
  auto server = thread.on([&] {
    HttpHandler handler;
    handler.request = [](HttpRequest, HttpReply reply) { reply(with(200, "taken")); };
    handler.refused = [&](const std::string& path, int status) { told.set_value(path + " " + std::to_string(status)); };
    HttpServerOptions options;
    options.body_bytes_max = 10;
    return HttpServer::listen(thread.loop, "127.0.0.1:0", std::move(handler), options).value();
  });
  Peer peer(server->port());
  peer.send("POST /in/x%2Fy?z=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  CHECK(status_line(peer.answer()) == "HTTP/1.1 413 Payload Too Large");
  auto heard = told.get_future();
  REQUIRE(heard.wait_for(std::chrono::milliseconds(patience_ms)) == std::future_status::ready);
  CHECK(heard.get() == "/in/x/y 413");
  thread.on([&] {
    server.reset();
    return 0;
  });
}

TEST_CASE("an event stream delivers events, a heartbeat when silent, and ends when closed") {
  HttpServerOptions options;
  options.heartbeat_ms = 40;
  Site site(options);
  Peer peer(site.port());
  peer.send("GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
  const auto head = peer.until("\r\n\r\n");
  CHECK(has(head, "Content-Type: text/event-stream\r\n"));
  CHECK(has(head, "Cache-Control: no-store\r\n"));
  CHECK(peer.until("\n\n") == "id: 7\nevent: hello\ndata: first\ndata: second\n\n");
  CHECK(peer.until("\n\n").starts_with(":"));
  CHECK(site.thread().on([&] { return site.streams.at(0)->send("", "text\r\nid: evil", "1\nevent: x"); }));
  CHECK(has(peer.until("evil\n\n"), "id: 1 event: x\ndata: text\ndata: id: evil\n\n"));
  site.thread().on([&] {
    site.streams.at(0)->close();
    return 0;
  });
  CHECK(peer.closed());
  CHECK(!site.thread().on([&] { return site.streams.at(0)->send("", "after the end", ""); }));
}

TEST_CASE("a refused stream is an ordinary answer on a connection that goes on") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /other HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
  CHECK(has(peer.answer(), "404"));
  peer.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(peer.answer(), "GET /fine"));
}

TEST_CASE("a reader that takes nothing is closed when its buffer is full") {
  Site site;
  Peer peer(site.port());
  peer.send("GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
  peer.until("second\n\n");
  const std::string big(100'000, 'x');
  std::size_t sent = 0;
  while (sent < 1000 && site.thread().on([&] { return site.streams.at(0)->send("", big, ""); })) ++sent;
  CHECK(sent >= 10);
  CHECK(sent < 1000);
  CHECK(site.stats().connections == 0);
}

TEST_CASE("a taken port is a conflict that names the flag, and nonsense is invalid") {
  Site site;
  LoopThread other;
  const auto taken = HttpServer::listen(other.loop, site.server().address(), {});
  REQUIRE(!taken.has_value());
  CHECK(taken.error().kind == ErrorKind::conflict);
  CHECK(has(taken.error().next_step, "--listen"));
  for (const char* wrong : {"", "8080", "127.0.0.1:", "127.0.0.1:99999", "nowhere.invalid:1", "127.0.0.1:80x"}) {
    const auto result = HttpServer::listen(other.loop, wrong, {});
    REQUIRE(!result.has_value());
    CHECK(result.error().kind == ErrorKind::invalid);
  }
}
