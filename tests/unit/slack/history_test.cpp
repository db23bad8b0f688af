// What was said while nobody listened is read again.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

TEST_CASE("after a loss the history is read: messages and replies, once, in order, and nothing from before we came") {
  SlackWorld w;
  w.core.channels["C1"] = {.id = "C1",
                           .name = "muster",
                           .topic = {},
                           .purpose = {},
                           .im_of = {},
                           .is_private = false,
                           .archived = false,
                           .members = {}};
  w.core.say("U1", "C1", "!long ago");  // nobody of us was there
  w.begin();
  CHECK(w.heard.empty());
  const std::string root = w.say("U1", "muster", "heard live");
  w.net.muted = true;  // half-open: nothing comes, nobody notices
  w.pass(2'000);
  w.say("U1", "muster", "missed");
  const std::string parent = w.say("U2", "muster", "missed too");
  w.say("U1", "muster", "missed reply", parent);
  w.core.tick();
  w.pass(400 * second_ms);  // Slack gives up delivering
  w.net.muted = false;
  w.net.cut_all();
  w.pass(2 * minute_ms);
  std::string said;
  for (const ChatEvent& e : w.heard) said += e.text + ";";
  CHECK(said == "heard live;missed;missed too;missed reply;");
  CHECK(w.slack->health().caught_up >= 3);
  CHECK(root != parent);
}

TEST_CASE("what a full disk refused is read again, also when Slack gave it up and later messages were stored") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "heard");
  w.store_works = false;
  w.say("U1", "muster", "refused");
  w.pass(7 * minute_ms);  // Slack delivers three times, the last after five minutes
  CHECK(w.heard.size() == 1);
  w.store_works = true;
  w.say("U2", "muster", "later");
  w.pass(10 * second_ms);
  w.end();  // nor does a process that begins then know less
  w.begin();
  w.pass(10 * second_ms);
  std::set<std::string> said;
  for (const ChatEvent& e : w.heard) said.insert(e.text);
  CHECK(said == std::set<std::string>{"heard", "later", "refused"});
}

TEST_CASE("after a restart the history is read from where the last process stopped") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.end();
  w.core.say("U1", w.channel("muster"), "!while it was down");
  w.core.set_now(w.clock.now());
  w.pass(20 * minute_ms);
  w.begin();
  w.pass(10 * second_ms);
  REQUIRE(w.heard.size() == 2);
  CHECK(w.heard[1].text == "!while it was down");
  CHECK(w.heard[1].at < w.clock.now() - 10 * minute_ms);  // old: the core decides what still may run
}

TEST_CASE("what was said to the bot alone while it was down is read as well") {
  SlackWorld w;
  w.begin();
  w.core.call("conversations.open", {{"users", "U1"}}, "xoxb-test");
  std::string direct;
  for (const auto& [id, c] : w.core.channels) direct = c.im_of == "U1" ? id : direct;
  w.core.say("U1", direct, "status");
  w.drain();
  w.end();
  w.core.say("U1", direct, "note while it was down");
  w.pass(20 * minute_ms);
  w.begin();
  w.pass(20 * second_ms);
  REQUIRE(w.heard.size() == 2);
  CHECK(w.heard[1].text == "note while it was down");
  CHECK(w.heard[1].direct);
}

TEST_CASE("an edited message that was missed is no command any more") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.end();
  const std::string ts = w.core.say("U1", w.channel("muster"), "!first form");
  w.core.edit(w.channel("muster"), ts, "!second form");
  w.pass(20 * minute_ms);
  w.begin();
  w.pass(10 * second_ms);
  // It is heard for the record only.
  for (const ChatEvent& e : w.heard) CHECK((e.kind != "message" || e.text.find("form") == std::string::npos));
}

TEST_CASE("put out of a channel and in again: what was said there meanwhile is read, and stated from when to when") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.pass(5 * minute_ms);
  w.coverage.clear();
  const std::string id = w.channel("muster");
  w.core.put_bot_out(id);
  w.core.set_now(w.clock.now());
  auto& posts = w.core.channels.at(id).posts;  // said while nobody of us was there: no event
  const std::string ts = std::to_string(w.clock.now() / 1'000) + ".000100";
  posts[ts].ts = ts;
  posts[ts].user = "U2";
  posts[ts].text = "while it was out";
  w.pass(minute_ms);
  w.core.invite_bot("U1", id);
  w.say("U1", "muster", "after");
  w.pass(10 * second_ms);
  std::set<std::string> said;
  for (const ChatEvent& e : w.heard)
    if (e.kind == "message") said.insert(e.text);
  CHECK(said == std::set<std::string>{"before", "while it was out", "after"});
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.front().channel == "#muster");
  CHECK(w.coverage.front().from_ms == SlackWorld::start);
}
