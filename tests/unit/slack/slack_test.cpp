#include "integrations/chat/slack/slack.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "bot/base/json.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;
using Kind = doubles::SlackFault::Kind;

TEST_CASE("it connects, makes its channel, and says who it is") {
  SlackWorld w;
  w.begin();
  CHECK(w.slack->connected());
  CHECK(w.slack->health().account == "@muster");
  CHECK(w.slack->health().problem.empty());
  REQUIRE(w.core.channel_named("muster"));
  CHECK(w.directory.theirs("channel", "muster") == w.channel("muster"));
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("an existing channel is joined, not made again") {
  SlackWorld w;
  w.core.channels["C1"] = {.id = "C1", .name = "muster", .topic = {}, .purpose = {}, .im_of = {}};
  w.begin();
  CHECK(w.directory.theirs("channel", "muster") == "C1");
  CHECK(w.core.channels["C1"].members.contains("UBOT"));
  CHECK(w.core.calls["conversations.create"] == 0);
}

TEST_CASE("all standing channels are found in one listing, those that are not there are made") {
  SlackWorld w;
  w.channels = {"muster", "alerts", "board", "changes"};
  for (int i = 0; i < 9; ++i)
    w.core.call("conversations.create", {{"name", "team-" + std::to_string(i)}}, w.core.bot_token);
  w.core.call("conversations.create", {{"name", "alerts"}}, w.core.bot_token);
  w.core.fail_next("conversations.list", {.kind = Kind::rate_limited, .error = {}, .retry_after_s = 2, .times = 1});
  w.core.calls.clear();
  w.begin();
  w.pass(minute_ms);
  for (const char* name : {"muster", "alerts", "board", "changes"}) {
    REQUIRE(w.core.channel_named(name) != nullptr);
    CHECK(w.core.channel_named(name)->members.contains(doubles::SlackCore::bot_user));
    CHECK(w.directory.theirs("channel", name) == w.channel(name));
  }
  CHECK(w.core.calls["conversations.create"] == 3);
  // The double's pages hold two, the first none: six for the names, eight for what was said meanwhile and one of direct
  // conversations, and the refusal. Each for itself would ask more than thirty times.
  CHECK(w.core.calls["conversations.list"] <= 16);
}

TEST_CASE("a wrong token is one clear sentence, and the bot looks again later") {
  struct Row {
    const char *bot, *app, *names;
  };
  for (const Row& row :
       {Row{"xoxb-wrong", "xapp-1-test", "SLACK_BOT_TOKEN"}, Row{"xapp-1-test", "xapp-1-test", "SLACK_BOT_TOKEN"},
        Row{"xoxb-test", "xapp-wrong", "SLACK_APP_TOKEN"}, Row{"xoxb-test", "xoxb-test", "SLACK_APP_TOKEN"}}) {
    CAPTURE(row.bot);
    CAPTURE(row.app);
    SlackWorld w;
    w.bot_token = row.bot;
    w.app_token = row.app;
    w.begin();
    CHECK_FALSE(w.slack->connected());
    CHECK(w.slack->health().problem.find(row.names) != std::string::npos);
    CHECK_FALSE(w.slack->health().next_step.empty());
    CHECK(w.slack->health().problem.find("test") == std::string::npos);  // no token in the sentence
    const int asked = w.core.calls["auth.test"] + w.core.calls["apps.connections.open"];
    w.pass(4 * minute_ms);
    CHECK(w.core.calls["auth.test"] + w.core.calls["apps.connections.open"] == asked);
  }
}

TEST_CASE("a token that becomes right is noticed without a restart, and what waited is sent") {
  SlackWorld w;
  w.core.bot_token = "xoxb-other";
  w.begin();
  CHECK_FALSE(w.post("muster", "waited"));
  w.core.bot_token = "xoxb-test";
  w.pass(6 * minute_ms);
  CHECK(w.slack->connected());
  CHECK(w.posts_with("muster", "waited") == 1);
}

TEST_CASE("a token that is revoked while the bot runs makes the platform lost at once, though its sockets stay open") {
  SlackWorld w;
  w.begin();
  REQUIRE(w.slack->connected());
  w.core.bot_token = "xoxb-new";
  CHECK_FALSE(w.post("muster", "into the void"));
  CHECK_FALSE(w.slack->connected());
  CHECK(w.slack->health().problem.contains("SLACK_BOT_TOKEN"));
  const int asked = w.core.calls["auth.test"];
  w.pass(4 * minute_ms);
  CHECK(w.core.calls["auth.test"] == asked);
  w.core.bot_token = "xoxb-test";
  w.pass(2 * minute_ms);
  CHECK(w.slack->connected());
  CHECK(w.posts_with("muster", "into the void") == 1);
}

TEST_CASE("missing scopes are named") {
  SlackWorld w;
  w.core.granted_scopes = "chat:write";
  w.begin();
  CHECK(w.slack->health().problem.find("pins:write") != std::string::npos);
}

TEST_CASE("a line of a person is heard once, though it comes as a mention, as a message, and again") {
  SlackWorld w;
  w.begin();
  w.core.deliver_twice = true;
  w.say("U1", "muster", "<@UBOT> status");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].user == "ana");
  CHECK(w.heard[0].channel == "#muster");
  CHECK(w.heard[0].text == "@muster status");
  CHECK(w.heard[0].platform == "slack");
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("a mention of the account speaks to the bot, whatever the configuration calls it") {
  SlackWorld w;
  w.bot_handle = "ops-bot";
  w.begin();
  w.say("U1", "muster", "<@UBOT> status");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].text == "@ops-bot status");
}

TEST_CASE("nothing is acknowledged before it is stored, and then it comes again") {
  SlackWorld w;
  w.begin();
  w.store_works = false;
  w.say("U1", "muster", "!status");
  CHECK(w.core.unacknowledged() == 1);
  w.store_works = true;
  w.pass(10 * second_ms);
  REQUIRE(w.heard.size() == 1);
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("bots, our own posts and unfolding links are not heard") {
  SlackWorld w;
  w.begin();
  w.say("U7", "muster", "!deploy api to prod");
  CHECK(w.post("muster", "own words"));
  const std::string ts = w.say("U1", "muster", "look: http://example.com");
  w.core.unfurl(w.channel("muster"), ts);
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].post_id == ts);
  CHECK(w.core.unacknowledged() == 0);
}

TEST_CASE("edits, deletes, reactions, pins and replies name the message they are about") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U1", "muster", "first");
  w.clock.set(w.clock.now() + 1'000);
  w.say("U2", "muster", "reply", ts);
  w.core.edit(w.channel("muster"), ts, "second");
  w.core.react("U2", w.channel("muster"), ts, "pushpin");
  w.core.react("U2", w.channel("muster"), ts, "pushpin", false);
  w.core.pin("U2", w.channel("muster"), ts);
  w.core.remove(w.channel("muster"), ts);
  w.drain();
  std::string kinds;
  for (const ChatEvent& e : w.heard) kinds += e.kind + " ";
  CHECK(kinds == "message message edit reaction unreaction pin delete ");
  CHECK(w.heard[1].thread == ts);
  for (const std::size_t i : {2U, 3U, 4U, 5U, 6U}) CHECK(w.heard[i].post_id == ts);
  CHECK(w.heard[2].text == "second");
  CHECK(w.heard[3].emoji == "pushpin");
}

TEST_CASE("a direct message is one, and its answer goes back there") {
  SlackWorld w;
  w.begin();
  w.core.call("conversations.open", {{"users", "U1"}}, "xoxb-test");
  std::string direct;
  for (const auto& [id, c] : w.core.channels) direct = c.im_of == "U1" ? id : direct;
  w.core.say("U1", direct, "status");
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].direct);
  CHECK(w.post(w.heard[0].channel.substr(1), "all is well"));
  CHECK(w.core.channels[direct].posts.size() == 2);
}

TEST_CASE("a pressed button is the line it stands for") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver(
      "post", "muster",
      Value::Map{{"post_id", "card"},
                 {"message",
                  to_value(Message{
                      .text = "INC-1", .sections = {}, .buttons = {{"I lead", "lead me", "primary"}}, .color = {}})}}));
  const std::string ts = w.directory.theirs("post", "muster/card");
  REQUIRE(w.core.press("U2", w.channel("muster"), ts, "lead me"));
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].kind == "button");
  CHECK(w.heard[0].user == "ben");
  CHECK(w.heard[0].text == "lead me");
}

TEST_CASE("an incident's channel is opened with its topic, also when the name is taken") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "inc-7-checkout", .topic = {}, .purpose = {}, .im_of = {}};
  w.begin();
  CHECK(w.deliver("open_channel", "inc-7-checkout",
                  Value::Map{{"channel", "#inc-7-checkout"}, {"title", "INC-7"}, {"topic", "sev2 · investigating"}}));
  REQUIRE(w.core.channel_named("inc-7-checkout-2"));
  CHECK(w.core.channel_named("inc-7-checkout-2")->topic == "sev2 · investigating");
  CHECK(w.post("inc-7-checkout", "hello"));
  CHECK(w.posts_with("inc-7-checkout-2", "hello") == 1);
}

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

TEST_CASE("a refresh loses nothing: what is said meanwhile is heard once") {
  SlackWorld w;
  w.begin();
  w.core.warn(w.core.peers().front(), "refresh_requested");
  w.say("U1", "muster", "during");
  w.pass(5 * second_ms);
  CHECK(w.core.peers().size() == 2);
  w.say("U1", "muster", "with two");
  w.pass(2 * minute_ms);
  CHECK(w.core.peers().size() == 1);
  w.say("U1", "muster", "after");
  std::string said;
  for (const ChatEvent& e : w.heard) said += e.text + ";";
  CHECK(said == "during;with two;after;");
  CHECK(w.slack->health().reconnects == 0);
}

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

TEST_CASE("tokens go nowhere but into the header of Slack's own address") {
  SlackWorld w;
  w.begin();
  std::string lines(20'000, 'x');
  w.post("muster", lines);
  CHECK(w.net.seen.find("xoxb") == std::string::npos);
  CHECK(w.net.seen.find("xapp") == std::string::npos);
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("names become what Slack takes") {
  CHECK(slack_channel_name("inc-7-checkout") == "inc-7-checkout");
  CHECK(slack_channel_name("INC 7: Größe!") == "inc-7-gr-e");
  CHECK(slack_channel_name("한국어") == "channel");
  CHECK(slack_channel_name(std::string(100, 'a')).size() == 80);
  CHECK(slack_channel_name(std::string(100, 'a'), 12).size() == 80);
  CHECK(slack_channel_name("a", 2) == "a-2");
}

TEST_CASE("a channel that is called otherwise there is found, spoken in and heard under our name") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "ops-bot", .topic = {}, .purpose = {}, .im_of = {}};
  w.core.channels["C9"].members = {"U1"};
  w.channel_names = {{"muster", "ops-bot"}};
  w.begin();
  CHECK(w.core.channel_named("muster") == nullptr);
  CHECK(w.post("muster", "hello there"));
  CHECK(w.posts_with("ops-bot", "hello there") == 1);
  w.say("U1", "ops-bot", "help");
  REQUIRE_FALSE(w.heard.empty());
  CHECK(w.heard.back().channel == "#muster");
  w.end();
  w.channel_names = {};  // named as ours from now on: the old channel is left
  w.begin();
  CHECK(w.post("muster", "moved"));
  CHECK(w.posts_with("muster", "moved") == 1);
  CHECK(w.posts_with("ops-bot", "moved") == 0);
}

TEST_CASE("a named channel that cannot be joined is no reason to make another") {
  SlackWorld w;
  w.core.channels["C9"] = {.id = "C9", .name = "ops-bot", .topic = {}, .purpose = {}, .im_of = {}, .archived = true};
  w.channel_names = {{"muster", "ops-bot"}};
  w.begin();
  CHECK_FALSE(w.post("muster", "hello there"));
  CHECK(w.core.channel_named("ops-bot-2") == nullptr);
}

TEST_CASE("text is read as the person wrote it") {
  const auto user = [](const std::string& id) { return id == "U1" ? std::string("ana") : std::string(); };
  struct Row {
    const char *wire, *text;
  };
  for (const Row& row :
       {Row{"lead <@U1>", "lead @ana"}, Row{"<@U9|zed> and <@U8>", "@zed and @U8"},
        Row{"a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"}, Row{"<#C1|general> <#C2>", "#general #C2"},
        Row{"deploy <http://api.example.com|api.example.com>", "deploy api.example.com"},
        Row{"<https://evil.example|https://good.example>", "https://good.example (https://evil.example)"},
        Row{"<https://a.b/c>", "https://a.b/c"}, Row{"<!subteam^S1|@oncall> <!here>", "@oncall @here"},
        Row{"open < bracket", "open < bracket"}, Row{"한국어 😀", "한국어 😀"}}) {
    CHECK(slack_readable(row.wire, user) == row.text);
  }
}

TEST_CASE("who was called and has no account any more is named where they were called") {
  SlackWorld w;
  w.directory.people["ghost"] = "U404";
  w.begin();
  const Value come = to_value(Message{.text = "come", .sections = {}, .buttons = {}, .color = {}});
  const Value body = Value::Map{{"message", come}, {"private_to", "ghost"}, {"direct", true}};
  CHECK_FALSE(w.deliver("post", "muster", body));
  CHECK(w.posts_with("muster", "U404 got no direct message on Slack: no such account") == 1);
}

TEST_CASE("people of the rules are invited in one call, and one who cannot be keeps nobody out") {
  SlackWorld w;
  w.directory.people["ghost"] = "U404";
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  const Value people = Value::List{"ana", "ghost", "nobody", "ben"};
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", people}}));
  const auto& members = w.core.channel_named("inc-1")->members;
  CHECK(members.contains("U1"));
  CHECK(members.contains("U2"));
  CHECK(w.core.calls["conversations.invite"] == 1);
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Not invited: U404 (no such account)") == 1);
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", Value::List{"ana", "slack:@sre"}}}));
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Slack has no user group") == 1);
  CHECK(w.deliver("invite", "inc-1", Value::Map{{"people", Value::List{"ana", "ben"}}}));  // all are in it: no failure
  w.pass(2 * second_ms);
  CHECK(w.posts_with("inc-1", "Not invited") == 2);
}

TEST_CASE("bookmarks are added once and changed in place; people's own stay") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  auto& bookmarks = w.core.channel_named("inc-1")->bookmarks;
  bookmarks.push_back(Value::Map{{"id", "Bk0"}, {"title", "Ours"}, {"link", "https://o"}});
  const auto links = [](const char* runbook) {
    return Value::Map{{"links", Value::List{Value::Map{{"title", "Runbook"}, {"url", runbook}},
                                            Value::Map{{"title", "Call"}, {"url", "https://c"}}}}};
  };
  CHECK(w.deliver("bookmarks", "inc-1", links("https://a")));
  CHECK(w.deliver("bookmarks", "inc-1", links("https://b")));
  REQUIRE(bookmarks.size() == 3);
  CHECK(bookmarks[1]["link"].as_string() == "https://b");
  CHECK(w.core.calls["bookmarks.add"] == 2);
  CHECK(w.core.calls["bookmarks.edit"] == 1);
}

TEST_CASE("two links with one title are two bookmarks, also the second time") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  const Value links = Value::Map{{"links", Value::List{Value::Map{{"title", "Graph"}, {"url", "https://a"}},
                                                       Value::Map{{"title", "Graph"}, {"url", "https://b"}}}}};
  CHECK(w.deliver("bookmarks", "inc-1", links));
  CHECK(w.deliver("bookmarks", "inc-1", links));
  CHECK(w.core.channel_named("inc-1")->bookmarks.size() == 2);
  CHECK(w.core.calls["bookmarks.edit"] == 0);
}

TEST_CASE("a channel of people's own is not taken when the making of ours broke off") {
  SlackWorld w;
  w.begin();
  w.core.channels["C9"] = {.id = "C9", .name = "inc-1", .topic = "ours", .purpose = {}, .im_of = {}};
  w.core.fail_next("conversations.create",
                   {.kind = doubles::SlackFault::Kind::html_500, .error = {}, .retry_after_s = 0, .times = 1});
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  CHECK(w.core.channels.at("C9").topic == "ours");
  REQUIRE(w.core.channel_named("inc-1-2") != nullptr);
  CHECK(w.core.channel_named("inc-1-2")->topic == "t");
}

TEST_CASE("of two people with one display name neither gets what is meant for the other") {
  SlackWorld w;
  w.core.users["U31"] = {"U31", "sam", "Sam", "", "T1", false, false};
  w.core.users["U32"] = {"U32", "sam", "Sam", "", "T1", false, false};
  w.begin();
  w.pass(5 * second_ms);
  const Value private_to =
      Value::Map{{"post_id", "r"},
                 {"private_to", "slack:sam"},
                 {"message", to_value(Message{.text = "for one", .sections = {}, .buttons = {}, .color = {}})}};
  CHECK_FALSE(w.deliver("post", "muster", private_to));
  for (const auto& h : w.core.take_happenings()) CHECK(h.to.empty());
  Value by_account = private_to;
  by_account.set("private_to", "slack:U32");
  CHECK(w.deliver("post", "muster", by_account));
}

TEST_CASE("a channel that is archived by hand is told of, our own archiving is not, and reopening finds it as it is") {
  SlackWorld w;
  w.begin();
  Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  CHECK(w.deliver("open_channel", "inc-1", opened));
  const std::string id = w.channel("inc-1");
  w.core.archive_by_hand("U2", id);
  w.core.archive_by_hand(
      "U2",
      w.core.channels
          .emplace("C77", doubles::SlackChannel{.id = "C77", .name = "theirs", .topic = {}, .purpose = {}, .im_of = {}})
          .first->first);
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard.front().kind == "archived");
  CHECK(w.heard.front().channel == "#inc-1");
  CHECK(w.heard.front().user == "ben");
  w.core.channels.at(id).archived = false;  // and somebody undoes it: no second channel is made
  opened.set("again", true);
  CHECK(w.deliver("open_channel", "inc-1", opened));
  CHECK(w.core.channel_named("inc-1-2") == nullptr);
  CHECK(w.post("inc-1", "back"));
  CHECK(w.posts_with("inc-1", "back") == 1);
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

TEST_CASE("a channel that cannot be unarchived gets a successor with the same name of ours") {
  SlackWorld w;
  w.begin();
  const Value opened = Value::Map{{"channel", "inc-1"}, {"topic", "t"}};
  CHECK(w.deliver("open_channel", "inc-1", opened));
  CHECK(w.deliver("archive", "inc-1", Value::Map{{"channel", "inc-1"}}));
  CHECK(w.core.channel_named("inc-1")->archived);
  Value again = opened;
  again.set("again", true);
  CHECK(w.deliver("open_channel", "inc-1", again));
  CHECK(w.post("inc-1", "back"));
  CHECK(w.posts_with("inc-1-2", "back") == 1);
  CHECK(w.core.channel_named("inc-1-2")->topic == "t");
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
