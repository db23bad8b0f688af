#include "integrations/net/backoff.h"

#include <doctest/doctest.h>

#include "integrations/net/websocket.h"

using namespace muster;

TEST_CASE("waits double up to the limit and are spread over all of it") {
  const BackoffLimits limits{.first = 1000, .most = 60'000};
  CHECK(backoff_wait(0, 0.9, limits) == 0);
  CHECK(backoff_wait(1, 0.5, limits) == 500);
  CHECK(backoff_wait(2, 0.5, limits) == 1000);
  CHECK(backoff_wait(3, 0.0, limits) == 0);
  CHECK(backoff_wait(7, 0.5, limits) == 30'000);
  CHECK(backoff_wait(1'000'000, 0.5, limits) == 30'000);
}

TEST_CASE("a connection that dies young counts as a failure, one that lived starts over") {
  Reconnect reconnect({.first = 1000, .most = 60'000, .stable = 30'000});
  CHECK(reconnect.ended(0, 0.5) == 500);
  CHECK(reconnect.ended(1000, 0.5) == 1000);
  reconnect.opened(2000);
  CHECK(reconnect.ended(3000, 0.5) == 2000);
  reconnect.opened(10'000);
  CHECK(reconnect.ended(40'000, 0.5) == 500);
  CHECK(reconnect.failures() == 1);
  CHECK(reconnect.ended(41'000, 0.5, 9000) == 9000);
}

TEST_CASE("the heartbeat asks, gives up without an answer, and also when only silence comes") {
  Heartbeat beat(30, 20, 100, 0);
  using Act = Heartbeat::Act;
  CHECK(beat.due() == 30);
  CHECK(beat.check(29) == Act::none);
  CHECK(beat.check(30) == Act::ping);
  CHECK(beat.due() == 50);
  CHECK(beat.check(49) == Act::none);
  beat.pong(49);
  CHECK(beat.check(60) == Act::ping);
  beat.heard(79);  // data is no answer to a ping
  CHECK(beat.check(80) == Act::dead);
  CHECK(beat.why() == "no answer to a ping");
  Heartbeat listener(0, 0, 100, 0);
  listener.heard(50);
  CHECK(listener.check(149) == Act::none);
  CHECK(listener.due() == 150);
  CHECK(listener.check(150) == Act::dead);
  CHECK(Heartbeat(0, 0, 0, 0).due() == 0);
}
