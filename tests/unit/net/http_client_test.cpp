#include "integrations/net/http_client.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "integrations/net/http_server.h"
#include "tests/unit/net/peer.h"

using namespace muster;
using namespace muster::test;

namespace {

struct World {
  LoopThread thread;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;
  HttpReply never;

  World() {
    server = thread.on([&] {
      HttpHandler handler;
      handler.request = [this](HttpRequest request, HttpReply reply) {
        if (request.path == "/never") {
          never = std::move(reply);
          return;
        }
        HttpResponse response;
        response.status = request.path == "/moved" ? 302 : 201;
        response.headers["Location"] = "/elsewhere";
        response.body = request.method + request.path + ":" + request.headers["x-key"] + ":" + request.body;
        reply(response);
      };
      return HttpServer::listen(thread.loop, "127.0.0.1:0", std::move(handler)).value();
    });
    client = HttpClient::make(thread.loop);
  }
  ~World() {
    client.reset();
    thread.on([&] {
      never = nullptr;
      server.reset();
      return 0;
    });
  }
  HttpCall call(const std::string& path) {
    HttpCall out;
    out.url = "http://" + server->address() + path;
    out.timeout_ms = patience_ms;
    return out;
  }
  Result<HttpResult> send(HttpCall call) {
    std::promise<Result<HttpResult>> promise;
    auto future = promise.get_future();
    client->send(std::move(call), [&](Result<HttpResult> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
};

// Answers the first request of each connection and hangs up after the second.
class Dropping {
 public:
  Dropping() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  Dropping(const Dropping&) = delete;
  Dropping& operator=(const Dropping&) = delete;
  ~Dropping() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }
  int taken() const { return taken_; }

 private:
  void serve() {
    for (int fd; (fd = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(fd)) {
      if (!request(fd)) continue;
      constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) > 0) request(fd);
    }
  }
  // A request of ours comes in one piece.
  bool request(int fd) {
    pollfd item{fd, POLLIN, 0};
    char bytes[4096];
    if (::poll(&item, 1, patience_ms) <= 0 || ::recv(fd, bytes, sizeof bytes, 0) <= 0) return false;
    ++taken_;
    return true;
  }
  int listener_;
  std::atomic<int> taken_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a call arrives with method, header and body, and its answer comes back with headers") {
  World world;
  HttpCall call = world.call("/x");
  call.method = "PUT";
  call.headers = {{"X-Key", "k"}};
  call.body = "payload";
  const auto result = world.send(call);
  REQUIRE(result.has_value());
  CHECK(result->status == 201);
  CHECK(result->body == "PUT/x:k:payload");
  CHECK(result->headers.at("content-type") == "text/plain; charset=utf-8");
  CHECK(world.send(world.call("/g"))->body == "GET/g::");
}

TEST_CASE("a redirect is an answer and is not followed") {
  World world;
  const auto result = world.send(world.call("/moved"));
  REQUIRE(result.has_value());
  CHECK(result->status == 302);
  CHECK(world.thread.on([&] { return world.server->stats(); }).requests == 1);
}

TEST_CASE("whoever wants an answer piece by piece hears that it was refused, however much was said to that") {
  World world;
  HttpCall call = world.call("/moved");
  call.max_body_bytes = 5;
  call.stream = std::make_shared<HttpStream>();
  call.stream->part = [](const std::string&) {};
  const auto result = world.send(call);
  REQUIRE(result.has_value());
  CHECK(result->status == 302);
}

TEST_CASE("other schemes, line breaks in a header and a nameless header are refused") {
  World world;
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/x", "not a url", ""}) {
    CAPTURE(url);
    HttpCall call;
    call.url = url;
    const auto result = world.send(call);
    REQUIRE(!result.has_value());
    CHECK(result.error().kind == ErrorKind::invalid);
  }
  HttpCall call = world.call("/x");
  call.headers = {{"X-A", "1\r\nX-B: 2"}};
  CHECK(!world.send(call).has_value());
}

TEST_CASE("an answer over the limit, a silent server and a closed port are errors of the kind try again") {
  World world;
  HttpCall small = world.call("/0123456789");
  small.max_body_bytes = 10;
  HttpCall late = world.call("/never");
  late.timeout_ms = 50;
  HttpCall closed;
  closed.url = "http://127.0.0.1:1/";
  for (const HttpCall& call : {small, late, closed}) {
    const auto result = world.send(call);
    REQUIRE(!result.has_value());
    CHECK(result.error().kind == ErrorKind::unavailable);
    CHECK(!result.error().message.empty());
  }
}

TEST_CASE("a client that goes with calls in flight completes none of them") {
  World world;
  bool completed = false;
  world.client->send(world.call("/never"), [&](const Result<HttpResult>&) { completed = true; });
  world.client.reset();
  world.thread.on([] { return 0; });
  CHECK(!completed);
}

TEST_CASE("a broken exchange tells whether the request left") {
  World world;
  HttpCall waits = world.call("/never");
  waits.method = "POST";
  waits.body = "order";
  waits.timeout_ms = 200;
  waits.trace = std::make_shared<HttpTrace>();
  const auto trace = waits.trace;
  REQUIRE_FALSE(world.send(std::move(waits)));
  CHECK(trace->left);
  CHECK(trace->timed_out);
  HttpCall nobody = world.call("/");
  nobody.url = "http://127.0.0.1:1/";
  nobody.trace = std::make_shared<HttpTrace>();
  const auto nothing = nobody.trace;
  REQUIRE_FALSE(world.send(std::move(nobody)));
  CHECK_FALSE(nothing->left);
  CHECK_FALSE(nothing->timed_out);
}

TEST_CASE("on a connection that ends without an answer an order is not sent a second time, a question is") {
  for (const char* method : {"POST", "GET"}) {
    CAPTURE(method);
    LoopThread thread;
    const auto client = HttpClient::make(thread.loop);
    Dropping server;
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    call.body = call.method == "POST" ? "order" : "";
    const auto send = [&] {
      std::promise<Result<HttpResult>> promise;
      client->send(call, [&](Result<HttpResult> r) { promise.set_value(std::move(r)); });
      return promise.get_future().get();
    };
    REQUIRE(send());
    const bool answered = send().has_value();  // the second of a connection: taken, and never answered there
    CHECK(answered == (call.method == "GET"));
    CHECK(server.taken() == (answered ? 3 : 2));
  }
}

TEST_CASE("addresses of metadata services are not connected to, however they are written") {
  World world;
  for (const char* url : {"http://169.254.169.254/", "http://2852039166/", "http://[::ffff:169.254.169.254]/",
                          "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"}) {
    CAPTURE(url);
    HttpCall call;
    call.url = url;
    call.timeout_ms = patience_ms;
    call.no_metadata_addresses = true;
    call.trace = std::make_shared<HttpTrace>();
    const auto trace = call.trace;
    const auto result = world.send(std::move(call));
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::unauthorized);
    CHECK(trace->forbidden_address);
    CHECK_FALSE(trace->left);
  }
  HttpCall fine = world.call("/x");
  fine.no_metadata_addresses = true;
  CHECK(world.send(std::move(fine))->status == 201);
}

namespace {

// Answers nothing before sixteen have come; those of them that come while it waits a little count too.
struct HoldingWorld {
  LoopThread thread;
  std::vector<HttpReply> held;
  std::size_t most = 0, came = 0;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;

  HoldingWorld() {
    server = thread.on([&] {
      HttpHandler handler;
      handler.request = [this](HttpRequest, HttpReply reply) {
        held.push_back(std::move(reply));
        most = std::max(most, held.size());
        if (++came % 16 == 0) thread.loop.after(50, [this] { let_go(); });
      };
      return HttpServer::listen(thread.loop, "127.0.0.1:0", std::move(handler)).value();
    });
    client = HttpClient::make(thread.loop);
  }
  ~HoldingWorld() {
    client.reset();
    thread.on([&] {
      held.clear();
      server.reset();
      return 0;
    });
  }
  void let_go() {
    for (const HttpReply& reply : std::exchange(held, {})) reply({});
  }
  std::future<Result<HttpResult>> send(std::int64_t timeout_ms, std::shared_ptr<HttpTrace> trace = {}) {
    HttpCall call;
    call.url = "http://" + server->address() + "/";
    call.timeout_ms = timeout_ms;
    call.trace = std::move(trace);
    auto promise = std::make_shared<std::promise<Result<HttpResult>>>();
    client->send(std::move(call), [promise](Result<HttpResult> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
};

}  // namespace

TEST_CASE("of many calls to one host sixteen are under way at once, and all are answered") {
  HoldingWorld world;
  std::vector<std::future<Result<HttpResult>>> answers;
  for (int i = 0; i < 64; ++i) answers.push_back(world.send(patience_ms));
  for (auto& answer : answers) CHECK(answer.get().has_value());
  CHECK(world.thread.on([&] { return world.most; }) == 16);
}

TEST_CASE("a call whose time runs out while it waits for its turn is told so, and is never sent") {
  HoldingWorld world;
  std::vector<std::future<Result<HttpResult>>> answers;
  for (int i = 0; i < 16; ++i) answers.push_back(world.send(patience_ms));
  const auto trace = std::make_shared<HttpTrace>();
  const auto late = world.send(1, trace).get();
  for (auto& answer : answers) CHECK(answer.get().has_value());
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().kind == ErrorKind::unavailable);
  CHECK(trace->timed_out);
  CHECK_FALSE(trace->left);
  CHECK(world.thread.on([&] { return world.came; }) == 16);
}
