// Posts made ready while they are being stored: nothing leaves before it is asked for, and never other words than the
// message has by then.
#include "integrations/chat/slack/foreseen.h"

#include <doctest/doctest.h>

#include <string>

#include "bot/base/json.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

namespace {

OutMessage saying(const std::string& id, const std::string& text) {
  const Message said{.text = text, .sections = {}, .buttons = {}, .color = {}};
  return {.id = id,
          .destination = "slack:#muster",
          .kind = "post",
          .body = Value::Map{{"post_id", "p-" + id}, {"message", to_value(said)}}};
}

ForeseenPost made(const OutMessage& m, const std::string& body) {
  ForeseenPost post{.message = m, .channel_id = "C1", .thread = "", .call = {}, .files = {}};
  post.call.body = body;
  return post;
}

}  // namespace

TEST_CASE("a post that was made ready is taken once, and only as it was foreseen") {
  const OutMessage m = saying("m1", "up");
  ForeseenPosts posts;
  CHECK(!posts.take(m, "C1", ""));
  posts.add(made(m, "ready"));
  const auto post = posts.take(m, "C1", "");
  REQUIRE(post);
  CHECK(post->call.body == "ready");
  CHECK(!posts.take(m, "C1", ""));

  posts.add(made(m, "ready"));
  CHECK(!posts.take(m, "C2", ""));
  posts.add(made(m, "ready"));
  CHECK(!posts.take(m, "C1", "1700000000.000100"));
  posts.add(made(m, "ready"));
  CHECK(!posts.take(saying("m1", "cleaned of a secret"), "C1", ""));
  OutMessage calling = m;
  calling.body.set("calls", Value::List{"ana"});
  posts.add(made(m, "ready"));
  CHECK(!posts.take(calling, "C1", ""));
}

TEST_CASE("what nobody asks for is forgotten") {
  ForeseenPosts posts;
  for (std::size_t i = 0; i <= ForeseenPosts::most; ++i)
    posts.add(made(saying("m" + std::to_string(i), "up"), std::to_string(i)));
  CHECK(!posts.take(saying("m0", "up"), "C1", ""));
  REQUIRE(posts.take(saying("m1", "up"), "C1", ""));
}

TEST_CASE("a foreseen post is sent when it is delivered, and with the words it has then") {
  SlackWorld w;
  w.begin();
  const int before = w.core.calls["chat.postMessage"];
  w.slack->foresee(saying("m1", "as it was"));
  w.slack->foresee(saying("m2", "with a secret"));
  w.drain();
  CHECK(w.core.calls["chat.postMessage"] == before);
  w.slack->deliver(saying("m1", "as it was"), [](const Result<void>&) {});
  w.slack->deliver(saying("m2", "without it"), [](const Result<void>&) {});
  w.pass(5 * second_ms);
  CHECK(w.posts_with("muster", "as it was") == 1);
  CHECK(w.posts_with("muster", "without it") == 1);
  CHECK(w.posts_with("muster", "with a secret") == 0);
  CHECK(w.core.calls["chat.postMessage"] == before + 2);
}

TEST_CASE("a post that was made ready before its channel was opened names it as a link all the same") {
  SlackWorld w;
  w.begin();
  REQUIRE(w.post("muster", "just said"));  // so that the next one has to keep its distance
  const OutMessage answer = saying("m8", "#inc-7 is open");
  w.slack->foresee(answer);
  w.slack->deliver({.id = "m7",
                    .destination = "slack:#inc-7",
                    .kind = "open_channel",
                    .body = Value::Map{{"channel", "inc-7"}, {"topic", "SEV2"}}},
                   [](auto) {});
  w.drain();  // it is there before the answer's turn has come
  REQUIRE(w.core.channel_named("inc-7") != nullptr);
  w.slack->deliver(answer, [](auto) {});
  w.pass(5 * second_ms);
  std::string shown;
  for (const auto& [ts, post] : w.core.channel_named("muster")->posts) shown = to_json(post.blocks);
  CHECK(shown.find("<#" + w.channel("inc-7") + "> is open") != std::string::npos);
}
