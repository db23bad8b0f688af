// Channels: found, made, named, kept and given up.
#include <doctest/doctest.h>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;
using Heard = std::vector<std::string>;

TEST_CASE("an incident's channel is opened, spoken in, changed and archived") {
  Rig rig;
  rig.start();
  rig.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"title", "INC-1 Slow"}, {"topic", "*SEV1*"}});
  rig.post("inc-1", "summary-INC-1", "*INC-1*");
  rig.send("pin", "inc-1", Value::Map{{"post_id", "summary-INC-1"}});
  rig.send("edit", "inc-1", Value::Map{{"post_id", "summary-INC-1"}, {"message", Value::Map{{"text", "changed"}}}});
  rig.send("topic", "inc-1", Value::Map{{"topic", "*SEV2*"}});
  rig.send("topic", "inc-1", Value::Map{{"topic", "*SEV2*"}});
  const auto* c = rig.core.channel_named("inc-1");
  REQUIRE(c);
  CHECK(c->display_name == "INC-1 Slow");
  CHECK(c->header == "**SEV2**");
  const auto* p = rig.core.post(rig.directory.theirs("post", "inc-1/summary-INC-1"));
  REQUIRE(p);
  CHECK(p->message == "changed");
  CHECK(p->pinned);
  int headers = 0;
  for (const auto* one : rig.core.posts_in(c->id)) headers += one->type == "system_header_change";
  CHECK(headers == 1);
  rig.send("archive", "inc-1", Value::Map{});
  rig.send("archive", "inc-1", Value::Map{});
  CHECK(rig.core.channel_named("inc-1")->delete_at > 0);
  for (const auto& [id, result] : rig.done) CHECK(result);
}

TEST_CASE("a taken name gets a number, an existing channel of people is joined for announcements") {
  Rig rig;
  const std::string alerts = rig.core.add_channel(rig.team, "alerts");
  rig.core.add_channel(rig.team, "inc-1");
  rig.start();
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", ""}});
  rig.post("inc-1", "a", "ours");
  rig.post("alerts", "b", "an alert");
  CHECK(rig.said_in("inc-1") == Heard{});
  CHECK(rig.said_in("inc-1-2") == Heard{"ours"});
  CHECK(rig.said_in("alerts") == Heard{"an alert"});
  CHECK(rig.core.channel(alerts)->members.contains(rig.bot));
}

TEST_CASE("a private channel is made private, and no other is taken for it") {
  Rig rig;
  rig.core.add_channel(rig.team, "inc-7_private");
  rig.start();
  rig.post("inc-7_private", "a", "kingfisher");  // also when its opening was refused before
  REQUIRE(rig.core.channel_named("inc-7_private-2"));
  CHECK(rig.core.channel_named("inc-7_private-2")->type == "P");
  CHECK(rig.said_in("inc-7_private") == Heard{});
  CHECK(rig.said_in("inc-7_private-2") == Heard{"kingfisher"});
  rig.send("open_channel", "inc-8_private", Value::Map{{"title", "INC-8"}, {"topic", ""}});
  CHECK(rig.core.channel_named("inc-8_private")->type == "P");
  rig.send("open_channel", "inc-9", Value::Map{{"title", "INC-9"}, {"topic", ""}});
  CHECK(rig.core.channel_named("inc-9")->type == "O");
}

TEST_CASE("a shared channel that people made is joined and keeps its header, a missing one is made with one") {
  Rig rig;
  const std::string theirs = rig.core.add_channel(rig.team, "muster");
  rig.core.set_header(theirs, "people wrote this");
  rig.config.channels = {"muster", "alerts"};
  rig.net.error = "not yet";
  rig.start();
  rig.send("open_channel", "muster", Value::Map{{"title", "muster"}, {"topic", "Talk to the bot"}});
  rig.send("open_channel", "alerts", Value::Map{{"title", "alerts"}, {"topic", "Alerts"}});
  rig.net.error.clear();
  rig.pass(minute_ms);
  CHECK(rig.core.channel(theirs)->header == "people wrote this");
  CHECK(rig.core.channel(theirs)->members.contains(rig.bot));
  CHECK(rig.core.channel_named("alerts")->header == "Alerts");
  CHECK(rig.core.channel_named("muster-2") == nullptr);
}

TEST_CASE("a channel whose making was not answered is taken over, not made twice") {
  Rig rig;
  rig.start();
  int made = 0;
  rig.core.fault_after = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.method != "POST" || q.path != "/api/v4/channels" || ++made > 1) return std::nullopt;
    return HttpResponse{.status = 0, .body = {}, .headers = {}};
  };
  rig.send("open_channel", "inc-1", Value::Map{{"title", "INC-1"}, {"topic", "x"}});
  rig.post("inc-1", "a", "hello");
  rig.pass(minute_ms);
  CHECK(rig.said_in("inc-1") == Heard{"hello"});
  CHECK(rig.core.channel_named("inc-1-2") == nullptr);
}

TEST_CASE("a channel that is called otherwise there is used, and none is made under our name") {
  Rig r;
  const std::string id = r.core.add_channel(r.team, "ops-bot");
  r.core.join(id, r.ana);
  r.config.channel_names = {{"muster", "ops-bot"}};
  r.start();
  r.post("muster", "p1", "hello there");
  r.settle();
  CHECK(r.said_in("ops-bot") == std::vector<std::string>{"hello there"});
  CHECK(r.core.channel_named("muster") == nullptr);
  r.core.say(r.ana, id, "help");
  r.settle();
  REQUIRE(r.events.size() == 1);
  CHECK(r.events[0].channel == "#muster");
}

TEST_CASE("people of the rules are invited one by one, and one who cannot be keeps nobody out") {
  Rig r;
  const std::string ben = r.core.add_user("ben");
  r.core.join_team(r.team, ben);
  r.core.add_user("outsider");  // in no team
  r.directory.people["p-out"] = "outsider";
  r.directory.people["p-ben"] = "ben";
  r.start();
  r.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}});
  r.send("invite", "inc-1", Value::Map{{"people", Value::List{"p-out", "p-nobody", "p-ben"}}});
  r.settle();
  CHECK(r.core.channel_named("inc-1")->members.contains(ben));
  CHECK(r.core.posts_in(r.channel("inc-1")).back()->message ==
        "⚠️ Not invited: outsider \\(not in the team\\). Whoever is needed has to be called: `page @name because "
        "…`.");
  REQUIRE(r.done.size() == 2);
  CHECK(r.done.back().second.has_value());
}

TEST_CASE("who is to leave a private channel is taken out of it, and who is not there is no fault") {
  Rig r;
  const std::string ben = r.core.add_user("ben");
  r.core.join_team(r.team, ben);
  r.core.add_user("outsider");
  r.directory.people["p-out"] = "outsider";
  r.directory.people["p-ben"] = "ben";
  r.start();
  r.send("open_channel", "inc-1_private", Value::Map{{"channel", "inc-1_private"}, {"topic", "t"}, {"private", true}});
  r.send("invite", "inc-1_private", Value::Map{{"people", Value::List{"p-ben"}}});
  r.settle();
  REQUIRE(r.core.channel_named("inc-1_private")->members.contains(ben));
  const std::size_t said = r.core.posts_in(r.channel("inc-1_private")).size();
  for (int twice = 0; twice < 2; ++twice) {
    r.send("remove", "inc-1_private", Value::Map{{"people", Value::List{"p-out", "p-nobody", "p-ben"}}});
    r.settle();
  }
  CHECK_FALSE(r.core.channel_named("inc-1_private")->members.contains(ben));
  CHECK(r.core.posts_in(r.channel("inc-1_private")).size() == said);
  REQUIRE(r.done.size() == 4);
  CHECK(r.done.back().second.has_value());
}

TEST_CASE("links stand in the header, whole or not at all, and cannot break out of it") {
  Rig r;
  r.start();
  const auto link = [](const std::string& url) { return Value::Map{{"title", "Run*book"}, {"url", url}}; };
  const Value links = Value::List{link("https://w/a (b)"), link("https://w/" + std::string(1100, 'x'))};
  r.send("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "SEV1"}, {"links", links}});
  CHECK(r.core.channel_named("inc-1")->header == "SEV1 · [Run\\*book](https://w/a%20%28b%29)");
}

TEST_CASE("a channel that is archived by hand is told of, and reopening one that is live makes no second") {
  Rig r;
  r.start();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  r.send("open_channel", "inc-1", opened);
  const std::string id = r.channel("inc-1");
  r.core.archive(id);
  r.core.archive(r.core.add_channel(r.team, "theirs"));
  r.settle();
  REQUIRE(r.events.size() == 1);
  CHECK(r.events.front().kind == "archived");
  CHECK(r.events.front().channel == "#inc-1");
  CHECK(r.events.front().user.empty());  // no server says who
  r.core.restore(id);
  opened.set("again", true);
  r.send("open_channel", "inc-1", opened);
  r.post("inc-1", "p1", "back");
  CHECK(r.said_in("inc-1") == std::vector<std::string>{"back"});
  CHECK(r.core.channel_named("inc-1-2") == nullptr);
}

TEST_CASE("a channel that cannot be restored gets a successor with the same name of ours") {
  Rig r;
  r.start();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  r.send("open_channel", "inc-1", opened);
  r.send("archive", "inc-1", Value::Map{{"channel", "inc-1"}});
  opened.set("again", true);
  r.send("open_channel", "inc-1", opened);
  r.post("inc-1", "p1", "back");
  r.settle();
  CHECK(r.core.channel_named("inc-1")->delete_at != 0);
  CHECK(r.said_in("inc-1-2") == std::vector<std::string>{"back"});
}
