// What we say there: posts, edits and answers for one person, once each and in order.
#include <doctest/doctest.h>

#include <string>

#include "bot/base/json.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;
using Kind = doubles::SlackFault::Kind;

TEST_CASE("a card is edited in place, and of many waiting changes only the last is sent") {
  SlackWorld w;
  w.begin();
  w.post("muster", "state 0", "card");
  for (int i = 1; i <= 40; ++i) {
    w.slack->deliver(
        {.id = "e" + std::to_string(i),
         .destination = "slack:#muster",
         .kind = "edit",
         .body = Value::Map{{"post_id", "card"},
                            {"message",
                             to_value(Message{
                                 .text = "state " + std::to_string(i), .sections = {}, .buttons = {}, .color = {}})}}},
        [](const Result<void>&) {});
  }
  w.pass(30 * second_ms);
  CHECK(w.posts_with("muster", "state 40") == 1);
  CHECK(w.core.channel_named("muster")->posts.size() == 1);
  CHECK(w.core.calls["chat.update"] < 30);
}

TEST_CASE("a post whose answer never came is looked for before it is sent again") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("chat.postMessage", {.kind = Kind::stall_after, .error = {}, .retry_after_s = 0, .times = 1});
  w.post("muster", "exactly once");
  w.pass(2 * minute_ms);
  CHECK(w.posts_with("muster", "exactly once") == 1);
  w.core.fail_next("chat.postMessage", {.kind = Kind::stall_before, .error = {}, .retry_after_s = 0, .times = 1});
  w.post("muster", "not lost");
  w.pass(2 * minute_ms);
  CHECK(w.posts_with("muster", "not lost") == 1);
}

TEST_CASE("whether a post is there is looked for at once, however slow posting has become") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("chat.postMessage", {.kind = Kind::rate_limited, .error = {}, .retry_after_s = 1, .times = 3});
  w.core.fail_next("chat.postMessage", {.kind = Kind::stall_after, .error = {}, .retry_after_s = 0, .times = 1});
  w.slack->deliver(
      {.id = "unclear",
       .destination = "slack:#muster",
       .kind = "post",
       .body =
           Value::Map{{"message", to_value(Message{.text = "unclear", .sections = {}, .buttons = {}, .color = {}})}}},
      [](const Result<void>&) {});
  const auto passed_until = [&](const std::string& method, int times) {
    const TimeMs from = w.clock.now();
    while (w.core.calls[method] < times && w.clock.now() - from < minute_ms) w.pass(100);
    return w.clock.now() - from;
  };
  const int looked = w.core.calls["conversations.history"];
  CHECK(passed_until("chat.postMessage", 4) <= 4 * second_ms);  // three times one second, as Slack says
  CHECK(passed_until("conversations.history", looked + 1) <= second_ms);
  w.pass(minute_ms);
  CHECK(w.posts_with("muster", "unclear") == 1);
  CHECK(w.core.calls["chat.postMessage"] == 4);
}

TEST_CASE("faults of the way are waited out and the order is kept") {
  for (const Kind kind : {Kind::rate_limited, Kind::html_500, Kind::stall_before}) {
    SlackWorld w;
    w.begin();
    w.core.fail_next("chat.postMessage",
                     {.kind = kind, .error = {}, .retry_after_s = kind == Kind::rate_limited ? 3 : 0, .times = 2});
    for (int i = 0; i < 5; ++i) w.post("muster", "line " + std::to_string(i));
    w.pass(5 * minute_ms);
    std::string order;
    for (const auto& [ts, p] : w.core.channel_named("muster")->posts) order += p.text.substr(5);
    CHECK(order == "01234");
  }
}

TEST_CASE("a flood to one channel keeps Slack's pace and loses nothing") {
  SlackWorld w;
  w.begin();
  int delivered = 0;
  for (int i = 0; i < 200; ++i) {
    w.slack->deliver(
        {.id = "f" + std::to_string(i),
         .destination = "slack:#muster",
         .kind = "post",
         .body =
             Value::Map{{"message", to_value(Message{.text = "flood", .sections = {}, .buttons = {}, .color = {}})}}},
        [&delivered](const Result<void>& r) { delivered += r ? 1 : 0; });
  }
  w.pass(10 * minute_ms);
  CHECK(delivered == 200);
  CHECK(w.posts_with("muster", "flood") == 200);
  CHECK(w.slack->health().refused == 0);
}

TEST_CASE("a refusal names the channel and the reason and holds nothing up") {
  SlackWorld w;
  w.begin();
  w.core.fail_next("chat.postMessage",
                   {.kind = Kind::error, .error = "restricted_action", .retry_after_s = 0, .times = 1});
  CHECK_FALSE(w.post("muster", "refused"));
  CHECK(w.post("muster", "the next one"));
}

TEST_CASE("long output is cut and the whole is a file in the thread") {
  SlackWorld w;
  w.begin();
  std::string lines;
  for (int i = 0; i < 3'000; ++i) lines += "line " + std::to_string(i) + "\n";
  CHECK(w.post("muster", lines));
  REQUIRE(w.core.files.size() == 1);
  CHECK(w.core.files.begin()->second.find("line 2999") != std::string::npos);
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("a private answer is seen by one person only, and comes directly when the channel cannot show it") {
  SlackWorld w;
  w.begin();
  const Value body =
      Value::Map{{"private_to", "ana"},
                 {"message", to_value(Message{.text = "for your eyes", .sections = {}, .buttons = {}, .color = {}})}};
  CHECK(w.deliver("post", "muster", body));  // ana is not in the channel
  CHECK(w.posts_with("muster", "for your eyes") == 0);
  bool direct = false;
  for (const auto& [id, c] : w.core.channels) direct = direct || (c.im_of == "U1" && c.posts.size() == 1);
  CHECK(direct);
  w.core.channel_named("muster")->members.insert("U1");
  CHECK(w.deliver("post", "muster", body));
  CHECK(w.posts_with("muster", "for your eyes") == 0);
}

TEST_CASE("who is called is mentioned by his account there, and gets a direct message, not one that passes by") {
  SlackWorld w;
  w.begin();
  const auto said = [](const std::string& text) {
    return to_value(Message{.text = text, .sections = {}, .buttons = {}, .color = {}});
  };
  w.core.take_happenings();
  CHECK(w.deliver(
      "post", "muster",
      Value::Map{{"post_id", "p-ana"}, {"message", said("come @ana ")}, {"private_to", "ana"}, {"direct", true}}));
  CHECK(w.core.calls["chat.postEphemeral"] == 0);
  CHECK(w.core.calls["conversations.open"] == 1);
  CHECK(w.core.take_happenings().back().text == "<#" + w.channel("muster") + ">: come @ana ");
  Value body = Value::Map{{"post_id", "p"}, {"message", said("@ana @nobody come, says " + plain("@ben @ana "))}};
  body.set("calls", Value::List{"ana", "nobody"});
  CHECK(w.deliver("post", "muster", body));
  CHECK(w.posts_with("muster", "<@U1> @nobody come, says @\u200Bben @\u200Bana") == 1);  // the text itself calls nobody
  const auto seen = w.core.take_happenings();
  CHECK(seen.back().blocks.as_list().front()["text"]["text"].as_string().starts_with("<@U1> @nobody come"));
}

TEST_CASE("a post that names a channel which is being opened waits for it, so that the name is a link; not for long") {
  const auto text_of = [](SlackWorld& w, const std::string& words) {
    for (const auto& [ts, post] : w.core.channel_named("muster")->posts)
      if (post.text.find(words) != std::string::npos) return to_json(post.blocks);
    return std::string();
  };
  const auto send = [](SlackWorld& w, const std::string& kind, const std::string& channel, Value body) {
    const std::string id = "n" + std::to_string(++w.serial);
    w.slack->deliver({.id = id, .destination = "slack:#" + channel, .kind = kind, .body = std::move(body)},
                     [](auto) {});
  };
  const auto post = [&](SlackWorld& w, const std::string& text) {
    send(w, "post", "muster", Value::Map{{"post_id", text}, {"message", Value::Map{{"text", text}}}});
  };
  for (const int late : {5, 60}) {
    SlackWorld w;
    w.begin();
    w.core.fail_next("conversations.create",
                     {.kind = doubles::SlackFault::Kind::rate_limited, .error = "ratelimited", .retry_after_s = late});
    send(w, "open_channel", "inc-7", Value::Map{{"channel", "inc-7"}, {"topic", "SEV2"}});
    post(w, "first: #inc-7 is open");
    post(w, "second, and #inc-70 is another");
    w.drain();
    w.pass(3 * second_ms);
    CHECK(text_of(w, "first").empty());
    CHECK(text_of(w, "second").empty());  // what comes behind stays behind
    w.pass(25 * second_ms);
    const bool in_time = late < 20;
    const std::string name = in_time ? "<#" + w.channel("inc-7") + ">" : "#inc-7";
    CHECK(text_of(w, "first").find("first: " + name + " is open") != std::string::npos);
    CHECK(text_of(w, "second").find("#inc-70") != std::string::npos);
  }
}

TEST_CASE("a summary that somebody deleted is told of, posted anew with the next edit and pinned: once") {
  SlackWorld w;
  w.begin();
  REQUIRE(w.post("muster", "INC-7 is open", "summary-INC-7"));
  REQUIRE(w.post("muster", "an answer", "answer-1"));
  const auto edit = [&w](const std::string& post, const std::string& text) {
    return w.deliver("edit", "muster", Value::Map{{"post_id", post}, {"message", Value::Map{{"text", text}}}});
  };
  const auto there = [&w](const std::string& post) { return w.directory.theirs("post", "muster/" + post); };
  const std::string first = there("summary-INC-7");
  w.heard.clear();
  w.core.remove(w.channel("muster"), first);
  w.core.remove(w.channel("muster"), there("answer-1"));
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard.front().kind == "gone");
  CHECK(w.heard.front().post_id == "summary-INC-7");
  CHECK(edit("answer-1", "an edited answer"));
  CHECK(edit("summary-INC-7", "INC-7 is mitigated"));
  CHECK(w.posts_with("muster", "an edited answer") == 0);
  CHECK(w.posts_with("muster", "INC-7 is mitigated") == 1);
  const std::string second = there("summary-INC-7");
  const auto shown = [&] { return to_json(w.core.channel_named("muster")->posts.at(second).blocks); };
  CHECK(shown().find("Deleted once more, it stays away") != std::string::npos);
  CHECK(second != first);
  CHECK(w.core.channel_named("muster")->posts.at(second).pinned);
  CHECK(edit("summary-INC-7", "INC-7 is resolved"));
  CHECK(w.posts_with("muster", "INC-7 is resolved") == 1);
  CHECK(shown().find("Deleted once more, it stays away") == std::string::npos);
  w.core.remove(w.channel("muster"), second);
  w.drain();
  CHECK(edit("summary-INC-7", "INC-7 is reviewed"));
  CHECK(w.posts_with("muster", "INC-7 is reviewed") == 0);
  CHECK(w.core.broken_rules.empty());
}
