// What Slack refuses for how it is put together is said once more as text alone.
#include <doctest/doctest.h>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;
using Kind = doubles::SlackFault::Kind;

namespace {

void refuse(SlackWorld& w, const std::string& method, const std::string& error, int times = 1) {
  w.core.fail_next(method, {.kind = Kind::error, .error = error, .retry_after_s = 0, .times = times});
}

Value card(const std::string& post_id = "card") {
  Message m{.text = "*INC-1* checkout is down", .sections = {}, .buttons = {}, .color = {}};
  m.sections.push_back({.text = "since ten", .fields = {{"Lead", "ana"}}});
  m.buttons.push_back({.label = "Acknowledge", .command = "ack INC-1", .style = {}});
  return Value::Map{{"post_id", post_id}, {"message", to_value(m)}};
}

const std::string alone = "*INC-1* checkout is down\nsince ten\n*Lead* ana\n`!ack INC-1`";

const doubles::SlackPost& only_post(SlackWorld& w) {
  const auto& posts = w.core.channel_named("muster")->posts;
  REQUIRE(posts.size() == 1);
  return posts.begin()->second;
}

}  // namespace

TEST_CASE("a post whose blocks are refused is said as text alone, and what a button types stands in it") {
  for (const char* error : {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}) {
    CAPTURE(error);
    SlackWorld w;
    w.begin();
    refuse(w, "chat.postMessage", error);
    CHECK(w.deliver("post", "muster", card()));
    CHECK(only_post(w).text == alone);
    CHECK(only_post(w).blocks.as_list().empty());
    CHECK(only_post(w).metadata["event_payload"]["id"].as_string() == "m1");
    CHECK(w.slack->health().said_plainly == 1);
    CHECK(w.deliver("edit", "muster", card()));  // the next one may be as it is meant to be
    CHECK_FALSE(only_post(w).blocks.as_list().empty());
    CHECK(w.core.broken_rules.empty());
  }
}

TEST_CASE("an edit, an answer for one person and a direct message are said as text alone as well") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("post", "muster", card()));
  refuse(w, "chat.update", "block_mismatch");
  CHECK(w.deliver("edit", "muster", card()));
  CHECK(only_post(w).text == alone);
  CHECK(only_post(w).blocks.as_list().empty());
  Value for_ana = card("");
  for_ana.set("private_to", "ana");
  w.core.channel_named("muster")->members.insert("U1");
  refuse(w, "chat.postEphemeral", "invalid_blocks");
  CHECK(w.deliver("post", "muster", for_ana));
  auto said = w.core.take_happenings().back();
  CHECK(said.kind == "ephemeral");
  CHECK(said.text == alone);
  for_ana.set("direct", true);
  refuse(w, "chat.postMessage", "invalid_blocks");
  CHECK(w.deliver("post", "muster", for_ana));
  said = w.core.take_happenings().back();
  CHECK(said.to == "U1");
  CHECK(said.text.ends_with(alone));
  CHECK(w.slack->health().said_plainly == 3);
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("text alone that is refused too is not tried for ever") {
  SlackWorld w;
  w.begin();
  refuse(w, "chat.postMessage", "invalid_blocks", 2);
  CHECK_FALSE(w.deliver("post", "muster", card()));
  CHECK(w.core.calls["chat.postMessage"] == 2);
  CHECK(w.post("muster", "the next one"));
}

TEST_CASE("text alone whose answer never came is looked for by its id, not posted twice") {
  for (const Kind kind : {Kind::stall_after, Kind::stall_before}) {
    SlackWorld w;
    w.begin();
    refuse(w, "chat.postMessage", "invalid_blocks");
    w.core.fail_next("chat.postMessage", {.kind = kind, .error = {}, .retry_after_s = 0, .times = 1});
    w.deliver("post", "muster", card());
    w.pass(2 * minute_ms);
    CHECK(only_post(w).text == alone);
  }
}

TEST_CASE("text alone that is too long for one message is cut, and the whole is a file") {
  SlackWorld w;
  w.begin();
  std::string lines;
  for (int i = 0; i < 3'000; ++i) lines += "line " + std::to_string(i) + "\n";
  refuse(w, "chat.postMessage", "msg_too_long");
  CHECK(w.post("muster", lines, "long"));
  const auto& posts = w.core.channel_named("muster")->posts;
  REQUIRE(posts.size() == 2);  // and the file's, in its thread
  CHECK(posts.begin()->second.text.size() <= 4'000);
  REQUIRE(w.core.files.size() == 1);
  CHECK(w.core.files.begin()->second.find("line 2999") != std::string::npos);
  refuse(w, "chat.update", "msg_blocks_too_long");
  CHECK(
      w.deliver("edit", "muster",
                Value::Map{{"post_id", "long"},
                           {"message", to_value(Message{.text = lines, .sections = {}, .buttons = {}, .color = {}})}}));
  CHECK(w.core.broken_rules.empty());
}
