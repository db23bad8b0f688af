#include "bot/self_answers.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"

using namespace muster;

namespace {

SelfHealth busy() {
  SelfHealth h;
  h.queue = 2;
  h.last_commit_ms = 1.26;
  h.outbox_waiting = 1;
  h.outbox_dead = 1;
  h.now = 100 * minute_ms;
  h.started_ms = minute_ms;
  h.platforms.push_back({.name = "room", .connected = true, .account = {}, .version = {}, .problem = {}});
  h.platforms.push_back({.name = "slack",
                         .connected = false,
                         .account = {},
                         .version = {},
                         .problem = "SLACK_APP_TOKEN is refused",
                         .waiting = 3,
                         .oldest_ms = minute_ms,
                         .last_event_ms = 99 * minute_ms});
  return h;
}

std::string lines_of(const Outcome& o) { return plain_text(o.reply); }

}  // namespace

TEST_CASE("health is told in words and in keys, and a platform that is away says why and since when") {
  const Outcome o = health_outcome(busy(), "en");
  CHECK(o.reply.text == "Running, but not connected with slack.");
  SelfHealth whole = busy();
  whole.platforms.pop_back();
  CHECK(health_outcome(whole, "en").reply.text == "Healthy.");
  CHECK(lines_of(o).contains("2 decisions waiting, last commit 1.3 ms"));
  CHECK(lines_of(o).contains("slack not connected, 3 waiting for 1m 00s, last heard 1m 00s ago"));
  CHECK(lines_of(o).contains("SLACK_APP_TOKEN is refused"));
  CHECK(lines_of(o).contains("room connected, 0 waiting, nothing heard since the start"));
  CHECK(o.json["ready"].as_bool());
  CHECK(o.json["database"]["queue"].as_int() == 2);
  CHECK(to_json(o.json["database"]["last_commit_ms"]) == "1.3");
  CHECK(o.json["outbox"]["dead"].as_int() == 1);
  const Value& slack = o.json["platforms"].as_list().at(1);
  CHECK(slack["name"].as_string() == "slack");
  CHECK_FALSE(slack["connected"].as_bool(true));
  CHECK(slack["last_event"].as_string() == "1970-01-01T01:39:00.000Z");
  CHECK(o.json["platforms"].as_list().at(0)["last_event"].is_null());
  CHECK(lines_of(health_outcome(busy(), "ko")).contains("slack 연결되지 않음"));
}

TEST_CASE("a bot that is not ready never calls itself healthy") {
  SelfHealth h = busy();
  h.not_ready = "the disk is full";
  CHECK(lines_of(health_outcome(h, "en")).contains("Not ready: the disk is full"));
  CHECK_FALSE(health_outcome(h, "en").json["ready"].as_bool(true));
  CHECK(health_outcome(h, "en").json["why"].as_string() == "the disk is full");
}

TEST_CASE("version names the program, the layout of the database and the policy") {
  CoreConfig config;
  config.version = "1.2.3";
  config.policy_hash = "abc";
  const Outcome o = version_outcome(config, 5, "en");
  CHECK(lines_of(o) == "muster 1.2.3 · database schema 5 · policy abc");
  CHECK(to_json(o.json) == R"({"name":"muster","policy":"abc","schema":5,"version":"1.2.3"})");
}
