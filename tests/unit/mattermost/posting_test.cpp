// What we say there: posts, edits and answers for one person, once each and in order.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

TEST_CASE("what is sent while the server is away waits in order and comes once") {
  Rig rig;
  rig.net.error = "no route";
  rig.start();
  CHECK_FALSE(rig.platform->connected());
  CHECK(rig.platform->health().problem ==
        "The server at MATTERMOST_URL (http://mattermost) cannot be reached: no route.");
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", ""}});
  for (int i = 0; i < 5; ++i) rig.post("inc-1", "p" + std::to_string(i), std::to_string(i));
  CHECK(rig.platform->health().waiting == 6);
  CHECK(rig.done.empty());
  rig.pass(minute_ms);
  CHECK(rig.platform->health().oldest_ms == minute_ms);
  rig.net.error.clear();
  rig.pass(2 * minute_ms);
  CHECK(rig.platform->connected());
  CHECK(rig.said_in("inc-1") == Heard{"0", "1", "2", "3", "4"});
  CHECK(rig.done.size() == 6);
  CHECK(rig.platform->health().waiting == 0);
}

TEST_CASE("a post whose answer got lost is not made twice: at once by its pending id, later by looking") {
  for (const DurationMs outage : {second_ms, 2 * minute_ms}) {
    CAPTURE(outage);
    Rig rig;
    rig.start();
    int posts = 0;
    const TimeMs until = rig.clock.now() + outage;
    rig.core.fault_after = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
      if (q.path != "/api/v4/posts" || ++posts > 1) return std::nullopt;
      return HttpResponse{.status = 0, .body = {}, .headers = {}};
    };
    rig.core.fault_before = [&](const HttpRequest&) -> std::optional<HttpResponse> {
      if (posts == 0 || rig.clock.now() >= until) return std::nullopt;
      return HttpResponse{.status = 502, .content_type = "text/html", .body = "<html>", .headers = {}};
    };
    rig.post("muster", "a", "once");
    rig.post("muster", "b", "after it");
    rig.pass(10 * minute_ms);
    CHECK(rig.said_in("muster") == Heard{"once", "after it"});
    CHECK(rig.done.size() == 2);
    CHECK_FALSE(rig.directory.theirs("post", "muster/a").empty());
  }
}

TEST_CASE("after a crash the same message is looked for before it is posted") {
  Rig rig;
  rig.start();
  rig.post("muster", "a", "hello");
  const OutMessage again{rig.done.front().first, "mattermost:#muster", "post",
                         Value::Map{{"post_id", "a"}, {"message", Value::Map{{"text", "hello"}}}}};
  rig.stop();
  rig.directory.links.erase({"post", "muster/a"});
  rig.pass(5 * minute_ms);
  rig.start();
  rig.deliver(again);
  CHECK(rig.said_in("muster") == Heard{"hello"});
  CHECK_FALSE(rig.directory.theirs("post", "muster/a").empty());
}

TEST_CASE("a message over the limit becomes a file with its beginning as text") {
  Rig rig;
  rig.start();
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + "\n";
  rig.post("muster", "long", text);
  const auto* p = rig.core.post(rig.directory.theirs("post", "muster/long"));
  REQUIRE(p);
  REQUIRE(p->file_ids.size() == 1);
  CHECK(p->message.size() < 1100);
  CHECK(p->message.starts_with("line 0\nline 1\n"));
  CHECK(rig.core.file(p->file_ids.front())->data.find("line 2999") != std::string::npos);
}

TEST_CASE("private answers: ephemeral where the account may, else a direct message that says where it belongs") {
  for (const bool may : {true, false}) {
    CAPTURE(may);
    Rig rig({.bots_may_ephemeral = may});
    rig.start();
    rig.core.take_happenings();
    rig.post("muster", "x", "only you", Value::Map{{"private_to", "p-ana"}});
    const auto happened = rig.core.take_happenings();
    REQUIRE(happened.size() == 1);
    CHECK(happened.front().kind == (may ? "ephemeral" : "post"));
    CHECK(happened.front().to == "ana");
    CHECK(happened.front().text == (may ? "only you" : "~muster: only you"));
    CHECK(rig.said_in("muster").empty());
  }
}

TEST_CASE("who is called is mentioned by his name there, and gets a direct message, not one that passes by") {
  Rig rig({.bots_may_ephemeral = true});
  rig.start();
  rig.core.take_happenings();
  rig.post("muster", "x", "come", Value::Map{{"private_to", "p-ana"}, {"direct", true}});
  auto happened = rig.core.take_happenings();
  REQUIRE(happened.size() == 1);
  CHECK(happened.front().kind == "post");
  CHECK(happened.front().to == "ana");
  Value calls = Value::Map{};
  calls.set("calls", Value::List{"p-ana", "nobody"});
  rig.post("muster", "y", "@p-ana @nobody come, says " + plain("@p-ana "), calls);
  happened = rig.core.take_happenings();
  REQUIRE(happened.size() == 1);
  CHECK(happened.front().text == "@ana @\u200Bnobody come, says @\u200Bp-ana ");
}

TEST_CASE("who was called and has no account any more is named where they were called") {
  Rig r;
  r.start();
  r.directory.people["p-gone"] = "renamed";
  r.post("muster", "x", "come", Value::Map{{"private_to", "p-gone"}, {"direct", true}});
  CHECK(r.said_in("muster").back().contains("renamed got no direct message on Mattermost: no such account"));
  r.post("muster", "y", "an answer", Value::Map{{"private_to", "p-gone"}});
  CHECK(r.said_in("muster").size() == 1);  // an answer that only one person was to see is nobody's business
}

TEST_CASE("a rate limit is obeyed: everything arrives in order and is never refused twice in a row") {
  Rig rig({.rate_per_second = 2, .rate_burst = 10, .doubled_headers = true});
  rig.start();
  rig.pass(minute_ms);
  Heard expected;
  for (int i = 0; i < 60; ++i) {
    rig.post("muster", "p" + std::to_string(i), std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  rig.pass(5 * minute_ms);
  Heard said = rig.said_in("muster");
  CHECK(std::erase_if(said, [](const std::string& line) { return line.starts_with("⏳"); }) == 1);
  CHECK(said == expected);
  CHECK(rig.platform->health().refused > 0);
  CHECK(rig.platform->health().refused < 10);
  const std::vector<int> twice = {429, 429};
  CHECK(std::ranges::search(rig.net.statuses, twice).empty());
}

TEST_CASE("of several waiting edits of one post only the last is sent, and all count as delivered") {
  Rig rig;
  rig.start();
  rig.post("muster", "a", "0");
  rig.core.take_happenings();
  for (int i = 1; i <= 200; ++i) {
    rig.platform->deliver({"e" + std::to_string(i), "mattermost:#muster", "edit",
                           Value::Map{{"post_id", "a"}, {"message", Value::Map{{"text", std::to_string(i)}}}}},
                          [&](const Result<void>& r) { rig.done.emplace_back("e", r); });
  }
  rig.settle();
  CHECK(rig.said_in("muster") == Heard{"200"});
  CHECK(rig.core.take_happenings().size() == 2);
  CHECK(rig.done.size() == 201);
}

TEST_CASE("a post that names a channel which is being opened waits for it, and what comes behind stays behind") {
  Rig rig;
  rig.start();
  bool refuse = true;
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    const bool makes = q.method == "POST" && q.path == "/api/v4/channels";
    return makes && refuse ? std::optional(HttpResponse{.status = 500, .body = "{}", .headers = {}}) : std::nullopt;
  };
  rig.send("open_channel", "inc-7", Value::Map{{"channel", "inc-7"}, {"topic", "SEV2"}});
  rig.post("muster", "p1", "first: #inc-7 is open");
  rig.post("muster", "p2", "second");
  rig.pass(2 * second_ms);
  CHECK(rig.said_in("muster").empty());
  refuse = false;
  rig.pass(10 * second_ms);
  CHECK(rig.said_in("muster") == std::vector<std::string>{"first: ~inc-7 is open", "second"});
  refuse = true;
  rig.send("open_channel", "inc-8", Value::Map{{"channel", "inc-8"}, {"topic", "SEV2"}});
  rig.post("muster", "p3", "third: #inc-8 is open");
  rig.pass(19 * second_ms);
  CHECK(rig.said_in("muster").size() == 2);
  rig.pass(3 * second_ms);
  CHECK(rig.said_in("muster").size() == 3);
}

TEST_CASE("a summary that somebody deleted is told of, posted anew with the next edit and pinned: once") {
  Rig rig;
  rig.start();
  rig.post("muster", "summary-INC-7", "INC-7 is open");
  rig.post("muster", "answer-1", "an answer");
  const auto there = [&rig](const std::string& post) { return rig.directory.theirs("post", "muster/" + post); };
  const auto edit = [&rig](const std::string& post, const std::string& text) {
    rig.send("edit", "muster", Value::Map{{"post_id", post}, {"message", Value::Map{{"text", text}}}});
    CHECK(rig.done.back().second.has_value());
  };
  const std::string first = there("summary-INC-7");
  rig.events.clear();
  rig.core.remove(first);
  rig.core.remove(there("answer-1"));
  rig.settle();
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().kind == "gone");
  CHECK(rig.events.front().post_id == "summary-INC-7");
  edit("answer-1", "an edited answer");
  edit("summary-INC-7", "INC-7 is mitigated");
  REQUIRE(rig.said_in("muster").size() == 1);
  CHECK(rig.said_in("muster").front().starts_with("INC-7 is mitigated"));
  CHECK(rig.said_in("muster").front().contains("Deleted once more, it stays away"));
  const std::string second = there("summary-INC-7");
  CHECK(second != first);
  CHECK(rig.core.post(second)->pinned);
  rig.core.remove(second);
  rig.settle();
  edit("summary-INC-7", "INC-7 is resolved");
  CHECK(rig.said_in("muster").empty());
}

TEST_CASE("a post that was edited before its delivery was noted is found again after a restart, not made twice") {
  Rig rig;
  rig.start();
  rig.post("muster", "said-1", "as it was");
  const OutMessage first{rig.done.back().first, "mattermost:#muster", "post",
                         Value::Map{{"post_id", "said-1"}, {"message", Value::Map{{"text", "as it was"}}}}};
  rig.send("edit", "muster", Value::Map{{"post_id", "said-1"}, {"message", Value::Map{{"text", "as it is"}}}});
  rig.stop();
  rig.pass(minute_ms);  // the server no longer knows the post by its pending id
  rig.start();
  OutMessage again = first;
  again.body.set("tried", true);
  rig.deliver(again);
  CHECK(rig.said_in("muster") == std::vector<std::string>{"as it is"});
}
