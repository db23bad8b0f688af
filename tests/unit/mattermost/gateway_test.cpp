#include "integrations/chat/mattermost/gateway.h"

#include <doctest/doctest.h>

using namespace muster;
using namespace muster::mattermost;

namespace {

const std::string first_id = "aaaaaaaaaaaaaaaaaaaaaaaaaa", second_id = "bbbbbbbbbbbbbbbbbbbbbbbbbb";

std::string hello(const std::string& id, int seq = 0) {
  return R"({"event":"hello","data":{"connection_id":")" + id + R"(","server_version":"5.37.0"},"seq":)" +
         std::to_string(seq) + "}";
}
std::string event(int seq) {
  return R"({"event":"posted","data":{},"broadcast":{"channel_id":"c"},"seq":)" + std::to_string(seq) + "}";
}

Gateway live_gateway() {
  Gateway g;
  g.opened(0);
  g.frame(hello(first_id), 0);
  return g;
}

}  // namespace

TEST_CASE("hello makes it live, a first connection is fresh, events come in order") {
  Gateway g;
  CHECK(g.resume_query().empty());
  g.opened(0);
  CHECK_FALSE(g.live());
  CHECK(g.frame(hello(first_id), 0).fresh);
  CHECK(g.live());
  const auto got = g.frame(event(1), 0);
  REQUIRE(got.events.size() == 1);
  CHECK(got.events.front().channel_id == "c");
  CHECK(g.resume_query() == "connection_id=" + first_id + "&sequence_number=2");
}

TEST_CASE("a gap asks for the missing number again and delivers nothing behind it") {
  Gateway g = live_gateway();
  g.frame(event(1), 0);
  const auto got = g.frame(event(3), 0);
  CHECK(got.events.empty());
  CHECK(got.reconnect == "events 2 to 2 did not arrive");
  CHECK(g.gaps() == 1);
  CHECK(g.resume_query() == "connection_id=" + first_id + "&sequence_number=2");
}

TEST_CASE("a resumed stream goes on without hello and without a second delivery") {
  Gateway g = live_gateway();
  g.frame(event(1), 0);
  g.closed();
  g.opened(10);
  const auto again = g.frame(event(1), 10), next = g.frame(event(2), 10);
  CHECK(again.events.empty());
  CHECK(next.events.size() == 1);
  CHECK_FALSE(next.fresh);
  CHECK(g.live());
}

TEST_CASE("a new connection id after a loss means reading over REST, also when hello comes a second time") {
  Gateway g = live_gateway();
  g.closed();
  g.opened(10);
  CHECK(g.frame(hello(second_id), 10).fresh);
  CHECK(g.frame(event(1), 10).events.size() == 1);
  CHECK(g.frame(hello(first_id, 7), 10).fresh);
  CHECK(g.frame(event(8), 10).events.size() == 1);
  // The same id as before a loss is no resume: the server began to count anew.
  g.closed();
  g.opened(20);
  CHECK(g.frame(hello(first_id), 20).fresh);
}

TEST_CASE("the ping is asked at once and every half minute; without an answer the connection is given up") {
  Gateway g = live_gateway();
  const auto first = g.tick(0);
  REQUIRE(first.send.size() == 1);
  CHECK(first.send.front() == R"({"action":"ping","seq":1})");
  g.frame(R"({"status":"OK","seq_reply":1,"data":{"text":"pong"}})", 5);
  CHECK(g.tick(29'999).send.empty());
  CHECK(g.tick(30'000).send.size() == 1);
  CHECK(g.tick(49'999).reconnect.empty());
  CHECK(g.tick(50'000).reconnect == "the server does not answer the ping");
}

TEST_CASE("a ping refused with 401 is a revoked token, though events go on") {
  Gateway g = live_gateway();
  g.tick(0);
  const auto got = g.frame(R"({"status":"FAIL","error":{"status_code":401},"seq_reply":1})", 1);
  CHECK(got.token_refused);
  CHECK_FALSE(got.reconnect.empty());
}

TEST_CASE("without hello, and after a frame that is no JSON, everything starts fresh") {
  Gateway g;
  g.opened(0);
  g.tick(0);
  g.frame(R"({"status":"x","seq_reply":1})", 0);
  CHECK(g.tick(10'000).reconnect == "the server did not say hello");
  Gateway h = live_gateway();
  CHECK(h.frame("<html>", 0).reconnect == "a frame was no JSON");
  CHECK(h.resume_query().empty());
}
