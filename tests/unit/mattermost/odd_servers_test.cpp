// Servers that refuse, change and answer for somebody else: what people must see all the same.
#include <doctest/doctest.h>

#include <algorithm>

#include "bot/base/json.h"
#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

namespace {

HttpResponse refusal(int status, const char* id) {
  return {.status = status,
          .content_type = "application/json",
          .body = to_json(Value::Map{{"id", id}, {"message", ""}, {"status_code", status}}),
          .headers = {}};
}

Value edit_of(const std::string& post_id, const std::string& text) {
  return Value::Map{{"post_id", post_id}, {"message", Value::Map{{"text", text}}}};
}

}  // namespace

TEST_CASE("a post that the server lets nobody change any more is posted anew, and changed there from then on") {
  Rig rig;
  rig.start();
  rig.post("muster", "board-INC-1", "open");
  const std::string old = rig.directory.theirs("post", "muster/board-INC-1");
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.path != "/api/v4/posts/" + old + "/patch") return std::nullopt;
    return refusal(400, "api.post.update_post.permissions_time_limit.app_error");
  };
  rig.send("edit", "muster", edit_of("board-INC-1", "mitigated"));
  CHECK(rig.said_in("muster") == Heard{"open", "mitigated"});
  rig.send("edit", "muster", edit_of("board-INC-1", "resolved"));
  CHECK(rig.said_in("muster") == Heard{"open", "resolved"});
}

TEST_CASE("a file that the server does not take costs nobody the words") {
  for (const auto& [status, id] : {std::pair{501, "api.file.attachments.disabled.app_error"},
                                   std::pair{413, "api.file.upload_file.too_large_detailed.app_error"},
                                   std::pair{403, "api.context.permissions.app_error"}}) {
    CAPTURE(status);
    Rig rig;
    rig.start();
    rig.core.fault_before = [status, id](const HttpRequest& q) -> std::optional<HttpResponse> {
      if (q.path != "/api/v4/files") return std::nullopt;
      return refusal(status, id);
    };
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + "\n";
    rig.post("muster", "long", text);
    rig.pass(minute_ms);
    const auto said = rig.said_in("muster");
    REQUIRE(said.size() == 2);
    CHECK(said.front().starts_with("line 0\nline 1\n"));
    CHECK_FALSE(said.front().contains("📎"));
    CHECK(said.front().contains("line 1000"));  // as much as a post holds
    CHECK(said.back().contains("Mattermost does not take the file message"));
    CHECK(said.back().contains(": api."));
    REQUIRE(rig.done.size() == 1);
    CHECK(rig.done.front().second.has_value());
  }
}

TEST_CASE("a page of somebody in between is no answer of the server: what was said is said again") {
  Rig rig;
  rig.start();
  bool shut = true;
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (!shut || q.path != "/api/v4/posts") return std::nullopt;
    return HttpResponse{.status = 200, .content_type = "text/html", .body = "<html>please log in", .headers = {}};
  };
  rig.post("muster", "a", "must be seen");
  CHECK(rig.done.empty());
  shut = false;
  rig.pass(minute_ms);
  CHECK(rig.said_in("muster") == Heard{"must be seen"});
}

TEST_CASE("a post at which the server fails, and it takes others, keeps its channel for a while only") {
  Rig rig;
  rig.start();
  rig.core.add_channel(rig.team, "other");
  bool all = true;
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.path != "/api/v4/posts" || q.method != "POST") return std::nullopt;
    if (!all && !q.body.contains("poison")) return std::nullopt;
    return refusal(500, "app.post.save.app_error");
  };
  rig.post("muster", "a", "poison");
  rig.post("muster", "b", "behind it");
  rig.post("other", "c", "elsewhere");
  rig.pass(2 * hour_ms);  // an outage is nobody's fault
  CHECK(rig.done.empty());
  all = false;
  for (int i = 0; i < 20 && rig.said_in("muster").empty(); ++i) {
    rig.post("other", "o" + std::to_string(i), "elsewhere");
    rig.pass(10 * minute_ms);
  }
  CHECK(rig.said_in("muster") == Heard{"behind it"});
  const auto refused = std::ranges::count_if(rig.done, [](const auto& d) { return !d.second.has_value(); });
  CHECK(refused == 1);
}

TEST_CASE("events that were dropped because too many waited are read again, each") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  bool shut = true;
  rig.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (!shut || q.path != "/api/v4/users/" + rig.ana) return std::nullopt;
    return HttpResponse{.status = 502, .content_type = "text/html", .body = "<html>", .headers = {}};
  };
  const int all = static_cast<int>(Mattermost::inbound_max) + 5;
  for (int i = 0; i < all; ++i) {
    rig.core.say(rig.ana, channel, std::to_string(i));
    if (i % 100 == 0) rig.settle();
  }
  rig.settle();
  shut = false;
  rig.pass(5 * minute_ms);
  CHECK(rig.events.size() >= 9'900);  // the server shows ten thousand at once
}

TEST_CASE("who was called and is deactivated there is named where they were called") {
  Rig rig;
  rig.start();
  rig.directory.people["p-left"] = "left";
  rig.core.deactivate(rig.core.add_user("left"));
  rig.post("muster", "x", "come", Value::Map{{"private_to", "p-left"}, {"direct", true}});
  const auto said = rig.said_in("muster");
  REQUIRE(said.size() == 1);
  CHECK(said.front().contains("left got no direct message on Mattermost: the account is deactivated"));
}

TEST_CASE("a channel that became private is not given away by a link to it") {
  Rig rig;
  rig.start();
  const std::string here = rig.channel("muster"), other = rig.core.add_channel(rig.team, "plans");
  for (const std::string& c : {here, other}) rig.core.join(c, rig.ana);
  rig.core.join(other, rig.bot);
  const std::string post = rig.core.say(rig.ana, other, "the secret plan");
  rig.settle();
  rig.core.convert(other);
  rig.settle();
  rig.events.clear();
  rig.core.say(rig.ana, here, "!pin http://mattermost/ops/pl/" + post);
  rig.settle();
  REQUIRE(rig.events.size() == 1);
  CHECK(rig.events.front().about.text.empty());
}

TEST_CASE("a channel that was archived while nobody told us is noticed by what is refused there, once") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.cut_all();
  rig.core.archive(channel);
  rig.core.forget_connections();
  rig.pass(minute_ms);
  REQUIRE(rig.platform->connected());
  CHECK(rig.heard() == Heard{});
  rig.post("muster", "a", "one");
  rig.post("muster", "b", "two");
  CHECK(rig.heard() == Heard{"archived "});
  rig.core.restore(channel);
  rig.post("muster", "c", "three");
  CHECK(rig.said_in("muster") == Heard{"three"});
  rig.core.archive(channel);
  rig.settle();
  rig.post("muster", "d", "four");
  CHECK(rig.heard() == Heard{"archived "});
}

TEST_CASE("who speaks first while the token is refused is heard when it is accepted again") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster"), eve = rig.core.add_user("eve");
  rig.core.join_team(rig.team, eve);
  rig.core.join(channel, eve);
  rig.settle();
  bool shut = true;
  rig.core.fault_before = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    if (!shut) return std::nullopt;
    return refusal(401, "api.context.session_expired.app_error");
  };
  rig.core.say(eve, channel, "is anybody there");
  rig.pass(5 * second_ms);
  CHECK(rig.heard() == Heard{});
  CHECK(rig.platform->health().problem == "The server at http://mattermost does not accept MATTERMOST_TOKEN.");
  shut = false;
  rig.pass(7 * minute_ms);
  CHECK(rig.heard() == Heard{"message is anybody there"});
}
