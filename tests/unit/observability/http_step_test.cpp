#include "integrations/observability/http_step.h"

#include <doctest/doctest.h>

#include "integrations/observability/observability.h"
#include "tests/unit/observability/wire.h"

using namespace muster;
using namespace muster::observability;
using namespace muster::test;

namespace {

const std::vector<HttpAllowDef> list = {
    {.name = "pager",
     .url = "https://api.example.com/v1",
     .methods = {"get", "POST"},
     .secret = "s3cret",
     .ca_file = {}},
    {.name = "plain", .url = "http://10.0.0.5:8080", .methods = {}, .secret = {}, .ca_file = {}}};

bool allowed(const std::string& url, const std::string& method = "GET") {
  HttpStep step;
  step.url = url;
  step.method = method;
  return permitted(list, step).has_value();
}

AttemptOrder order(Value arguments, const char* effect) {
  AttemptOrder o;
  o.run = "R1", o.path = "2", o.id = "R1/2#1", o.verb = "http", o.effect = effect;
  o.arguments = std::move(arguments);
  return o;
}

AttemptReport attempted(FakeWire& wire, const AttemptOrder& o) {
  Observability reads(wire);
  reads.configure({.backends = {}, .http_allow = list});
  std::vector<AttemptReport> got;
  reads.attempt(o, 1000, [&](AttemptReport r) { got.push_back(std::move(r)); });
  REQUIRE(got.size() == 1);
  CHECK(got[0].id == o.id);
  return got[0];
}

using End = AttemptReport::End;

}  // namespace

TEST_CASE("only scheme, host, port, path and method of the list are called") {
  CHECK(allowed("https://api.example.com/v1"));
  CHECK(allowed("https://API.example.com:443/v1/x?y=1", "post"));
  CHECK(allowed("http://10.0.0.5:8080/anything"));
  CHECK_FALSE(allowed("http://10.0.0.5:8080/", "POST"));
  CHECK_FALSE(allowed("https://api.example.com/v1", "DELETE"));
  CHECK_FALSE(allowed("https://api.example.com/v1x"));
  CHECK_FALSE(allowed("https://api.example.com/"));
  CHECK_FALSE(allowed("http://api.example.com/v1"));
  CHECK_FALSE(allowed("https://api.example.com:444/v1"));
  CHECK_FALSE(allowed("https://api.example.com.evil.org/v1"));
  CHECK_FALSE(allowed("https://evil.org/v1"));
}

TEST_CASE("an address that could be read in two ways is none") {
  for (const char* url :
       {"https://api.example.com@evil.org/v1", "https://evil.org\\@api.example.com/v1",
        "https://api.example.com/v1/../admin", "https://api.example.com/v1/%2e%2E/admin",
        "https://api.example.com/v1/..%2fadmin", "https://api.example.com/v1#x", "//api.example.com/v1",
        "file:///etc/passwd", "gopher://api.example.com/v1", "https://api.example.com/v1 x",
        "https://api.example.com:99999/v1", "https://api.example.com:/v1", "https:///v1", "",
        "https://api%2eexample.com/v1", "https://api.example.com/v1\r\nX: y"}) {
    CAPTURE(url);
    CHECK_FALSE(allowed(url));
  }
}

TEST_CASE("a step's words become one request: query, JSON, key, and the entry's own token") {
  const auto step = read_http_step(Value::Map{{"url", "https://api.example.com/v1/x?a=1"},
                                              {"method", "POST"},
                                              {"query", Value::Map{{"q", "a b&c"}}},
                                              {"headers", Value::Map{{"authorization", "Bearer mine"}, {"X-A", "1"}}},
                                              {"json", Value::Map{{"n", 1}}},
                                              {"key", "Idempotency-Key"}});
  REQUIRE(step);
  HttpStep keyed = *step;
  keyed.key = "R1/2#1";
  const auto call = http_request(list[0], keyed);
  REQUIRE(call);
  CHECK(call->url == "https://api.example.com/v1/x?a=1&q=a%20b%26c");
  CHECK(call->body == R"({"n":1})");
  CHECK(call->headers.at("Content-Type") == "application/json");
  CHECK(call->headers.at("Idempotency-Key") == "R1/2#1");
  CHECK(call->headers.at("Authorization") == "Bearer s3cret");
  CHECK_FALSE(call->headers.contains("authorization"));
  CHECK(call->no_metadata_addresses);
  CHECK(call->fresh_connection);
}

TEST_CASE("headers that decide where a request goes may not be set") {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "Bad Name", "X:Y"}) {
    HttpStep step;
    step.url = "http://10.0.0.5:8080/";
    step.headers[name] = "x";
    CAPTURE(name);
    CHECK_FALSE(http_request(list[1], step));
  }
  HttpStep split;
  split.url = "http://10.0.0.5:8080/";
  split.headers["X-A"] = "1\r\nHost: evil";
  CHECK_FALSE(http_request(list[1], split));
}

TEST_CASE("a write whose connection broke after the request left is unknown, before it failed") {
  FakeWire wire;
  const Value post = Value::Map{{"url", "https://api.example.com/v1"}, {"method", "POST"}};
  wire.breaks(false);
  CHECK(attempted(wire, order(post, "write")).end == End::failed);
  wire.breaks(true);
  const AttemptReport lost = attempted(wire, order(post, "write"));
  CHECK(lost.end == End::unknown);
  CHECK(lost.error_kind == "lost");
  wire.breaks(true, true);
  CHECK(attempted(wire, order(post, "write")).end == End::unknown);
  wire.always(500, "boom");
  CHECK(attempted(wire, order(post, "write")).end == End::unknown);
  wire.always(429, "slow down");
  const AttemptReport later = attempted(wire, order(post, "write"));
  CHECK(later.end == End::failed);
  CHECK(later.error_kind == "unavailable");
}

TEST_CASE("a read that broke has failed: nothing can have happened") {
  FakeWire wire;
  wire.breaks(true);
  const AttemptReport r = attempted(wire, order("https://api.example.com/v1", "read"));
  CHECK(r.end == End::failed);
  CHECK(r.error_kind == "unavailable");
}

TEST_CASE("statuses become kinds of errors, and an expected one is a result") {
  FakeWire wire;
  wire.always(404, R"({"message":"no such thing"})");
  const AttemptReport r = attempted(wire, order("https://api.example.com/v1/x", "read"));
  CHECK(r.error_kind == "not_found");
  CHECK(r.error == "no such thing");
  const AttemptReport fine =
      attempted(wire, order(Value::Map{{"url", "https://api.example.com/v1/x"}, {"expect", Value::List{404}}}, "read"));
  CHECK(fine.end == End::done);
  CHECK(fine.result["status"].as_int() == 404);
  CHECK(fine.result["json"]["message"].as_string() == "no such thing");
  wire.always(409, "");
  CHECK(attempted(wire, order("https://api.example.com/v1/x", "read")).error_kind == "conflict");
}

TEST_CASE("a write is never sent again and never guessed about") {
  FakeWire wire;
  wire.always(200, "{}");
  AttemptOrder again = order(Value::Map{{"url", "https://api.example.com/v1"}, {"method", "POST"}}, "write");
  again.mode = AttemptOrder::Mode::again;
  CHECK(attempted(wire, again).end == End::unknown);
  again.mode = AttemptOrder::Mode::probe;
  CHECK(attempted(wire, again).end == End::unknown);
  CHECK(wire.calls.empty());
  again.mode = AttemptOrder::Mode::again;
  again.effect = "idempotent";
  CHECK(attempted(wire, again).end == End::done);
}

TEST_CASE("what is not on the list is refused before anything leaves") {
  FakeWire wire;
  wire.always(200, "{}");
  const AttemptReport r = attempted(wire, order("http://169.254.169.254/latest/meta-data", "read"));
  CHECK(r.end == End::failed);
  CHECK(r.error_kind == "refused");
  CHECK(r.error.contains("http_allow"));
  CHECK(wire.calls.empty());
}

TEST_CASE("a step has no more time than its deadline leaves") {
  FakeWire wire;
  wire.always(200, "{}");
  AttemptOrder o = order("https://api.example.com/v1", "read");
  o.deadline_ms = 3'000;
  CHECK(attempted(wire, o).end == End::done);
  CHECK(wire.calls.at(0).timeout_ms == 2'000);
  o.deadline_ms = 900;
  CHECK(attempted(wire, o).error_kind == "timeout");
}
