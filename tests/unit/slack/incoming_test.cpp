#include "integrations/chat/slack/incoming.h"

#include <doctest/doctest.h>

#include <string>

#include "bot/base/json.h"

using namespace muster;

namespace {

const SlackSelf self{.user_id = "UBOT", .bot_id = "BBOT", .app_id = "A1", .team_id = "T1"};

Value json(const std::string& text) {
  auto parsed = parse_json(text);
  REQUIRE(parsed);
  return *parsed;
}

std::optional<SlackEvent> event(const std::string& inner) {
  return slack_event("events_api", json(R"({"event_id":"Ev1","event":)" + inner + "}"), self);
}

}  // namespace

TEST_CASE("frames of Socket Mode are told apart, and unknown ones are no error") {
  using Kind = SlackFrame::Kind;
  struct Row {
    const char* text;
    Kind kind;
  };
  const Row rows[] = {
      {R"({"type":"hello","num_connections":2,"connection_info":{"app_id":"A1"}})", Kind::hello},
      {R"({"type":"disconnect","reason":"warning"})", Kind::disconnect},
      {R"({"envelope_id":"e1","type":"events_api","payload":{}})", Kind::envelope},
      {R"({"envelope_id":"e1","type":"of tomorrow"})", Kind::envelope},
      {R"({"type":"of tomorrow"})", Kind::unknown},
      {R"({})", Kind::unknown},
  };
  for (const Row& row : rows) {
    const auto frame = read_slack_frame(row.text);
    REQUIRE(frame);
    CHECK(frame->kind == row.kind);
  }
  CHECK(read_slack_frame(rows[0].text)->connections == 2);
  CHECK_FALSE(read_slack_frame("[1]"));
  CHECK_FALSE(read_slack_frame("ping"));
  CHECK(slack_acknowledgement("e1") == R"({"envelope_id":"e1"})");
}

TEST_CASE("one message has one key, whether it comes as a mention, as a message, or twice") {
  const auto a =
      event(R"({"type":"app_mention","user":"U1","text":"<@UBOT> status","ts":"1700000000.000100","channel":"C1"})");
  const auto b = event(R"({"type":"message","user":"U1","text":"<@UBOT> status","ts":"1700000000.000100","channel":"C1",
                          "channel_type":"channel"})");
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->event.id == b->event.id);
  CHECK(a->mention);
  CHECK(b->event.at == 1'700'000'000'000);
  CHECK(b->event.post_id == "1700000000.000100");
}

TEST_CASE("our own posts come back as events and mean nothing") {
  CHECK_FALSE(event(R"({"type":"message","user":"UBOT","text":"x","ts":"1.1","channel":"C1"})"));
  CHECK_FALSE(event(R"({"type":"message","bot_id":"BBOT","text":"x","ts":"1.1","channel":"C1"})"));
  CHECK_FALSE(event(R"({"type":"message","user":"U9","app_id":"A1","text":"x","ts":"1.1","channel":"C1"})"));
  CHECK_FALSE(event(R"({"type":"message","subtype":"message_changed","channel":"C1","ts":"2.1",
     "message":{"ts":"1.1","user":"UBOT","text":"b","edited":{"user":"UBOT","ts":"2.1"}},"previous_message":{"text":"a"}})"));
  CHECK_FALSE(event(
      R"({"type":"reaction_added","user":"UBOT","reaction":"eyes","item":{"type":"message","channel":"C1","ts":"1.1"}})"));
}

TEST_CASE("messages of other bots are marked, also those that look like a person's") {
  const auto modern =
      event(R"({"type":"message","user":"U5","bot_id":"B5","text":"!deploy","ts":"1.1","channel":"C1"})");
  REQUIRE(modern);
  CHECK(modern->from_bot);
  const auto old =
      event(R"({"type":"message","subtype":"bot_message","bot_id":"B5","text":"x","ts":"1.1","channel":"C1"})");
  REQUIRE(old);
  CHECK(old->from_bot);
}

TEST_CASE("system lines are not something a person said") {
  for (const char* subtype : {"channel_join", "channel_topic", "pinned_item", "of_tomorrow"}) {
    CHECK_FALSE(event(R"({"type":"message","user":"U1","text":"x","ts":"1.1","channel":"C1","subtype":")" +
                      std::string(subtype) + "\"}"));
  }
}

TEST_CASE("a reply names its thread; a parent with replies does not") {
  CHECK(
      event(R"({"type":"message","user":"U1","text":"x","ts":"2.2","thread_ts":"1.1","channel":"C1"})")->event.thread ==
      "1.1");
  CHECK(event(R"({"type":"message","user":"U1","text":"x","ts":"1.1","thread_ts":"1.1","channel":"C1"})")
            ->event.thread.empty());
}

TEST_CASE("an edit is an edit of the message it names, and each edit has its own key") {
  const std::string inner = R"({"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9","hidden":true,
    "message":{"ts":"1.1","user":"U1","text":"!deploy","edited":{"user":"U1","ts":"EDIT"}},"previous_message":{"text":"old"}})";
  const auto with = [&inner](const char* ts) {
    std::string text = inner;
    return event(text.replace(text.find("EDIT"), 4, ts));
  };
  const auto first = with("5.0"), second = with("6.0");
  REQUIRE(first);
  CHECK(first->event.kind == "edit");
  CHECK(first->event.post_id == "1.1");
  CHECK(first->event.text == "!deploy");
  CHECK(first->event.id != second->event.id);
}

TEST_CASE("a link that unfolds is no edit") {
  CHECK_FALSE(event(R"({"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9",
    "message":{"ts":"1.1","user":"U1","text":"http://x","attachments":[{}]},"previous_message":{"text":"http://x"}})"));
}

TEST_CASE("a deleted message and a deleted thread parent are the same kind of event") {
  const auto plain =
      event(R"({"type":"message","subtype":"message_deleted","channel":"C1","ts":"9.9","deleted_ts":"1.1",
    "previous_message":{"ts":"1.1","user":"U1","text":"x"}})");
  const auto parent = event(R"({"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9",
    "message":{"subtype":"tombstone","user":"USLACKBOT","ts":"1.1","text":"This message was deleted."},
    "previous_message":{"user":"U1","text":"x"}})");
  REQUIRE(plain);
  REQUIRE(parent);
  CHECK(plain->event.kind == "delete");
  CHECK(parent->event.kind == "delete");
  CHECK(plain->event.id == parent->event.id);
  CHECK(parent->event.user == "U1");
}

TEST_CASE("reactions and pins name the message, who did it, and who wrote it") {
  const auto reaction = event(R"({"type":"reaction_added","user":"U2","reaction":"pushpin","item_user":"U1",
    "event_ts":"1700000001.5","item":{"type":"message","channel":"C1","ts":"1.1"}})");
  REQUIRE(reaction);
  CHECK(reaction->event.kind == "reaction");
  CHECK(reaction->event.user == "U2");
  CHECK(reaction->author == "U1");
  CHECK(reaction->event.at == 1'700'000'001'500);
  const auto pin = event(R"({"type":"pin_removed","user":"U2","channel_id":"C1",
    "item":{"type":"message","message":{"ts":"2.2","thread_ts":"1.1","user":"U1","text":"look"}}})");
  REQUIRE(pin);
  CHECK(pin->event.kind == "unpin");
  CHECK(pin->event.post_id == "2.2");
  CHECK(pin->event.thread == "1.1");
  CHECK(pin->author == "U1");
  CHECK_FALSE(event(R"({"type":"reaction_added","user":"U2","item":{"type":"file","file":"F1"}})"));
}

TEST_CASE("people of another organisation are outsiders") {
  CHECK(event(R"({"type":"message","user":"U1","user_team":"T2","text":"x","ts":"1.1","channel":"C1"})")->outsider);
  CHECK_FALSE(
      event(R"({"type":"message","user":"U1","user_team":"T1","text":"x","ts":"1.1","channel":"C1"})")->outsider);
}

TEST_CASE("a pressed button is the line it stands for") {
  const auto press = slack_event("interactive", json(R"({"type":"block_actions","user":{"id":"U1","team_id":"T1"},
    "container":{"type":"message","message_ts":"1.1","channel_id":"C1","thread_ts":"1.0"},"trigger_id":"t",
    "actions":[{"type":"button","action_id":"say:0","value":"lead me","action_ts":"1700.1"}]})"),
                                 self);
  REQUIRE(press);
  CHECK(press->event.kind == "button");
  CHECK(press->event.text == "lead me");
  CHECK(press->event.thread == "1.0");
  CHECK(press->event.id == "press:1.1:1700.1:U1");
  CHECK_FALSE(slack_event("interactive", json(R"({"type":"view_closed"})"), self));
}

TEST_CASE("a slash command is known by its trigger") {
  const auto slash =
      slack_event("slash_commands", json(R"({"command":"/muster","text":"status","user_id":"U1","channel_id":"C1",
    "channel_name":"general","trigger_id":"13.1"})"),
                  self);
  REQUIRE(slash);
  CHECK(slash->event.id == "slash:13.1");
  CHECK(slash->event.text == "status");
  const auto alone =
      slack_event("slash_commands", json(R"({"command":"/muster","text":" ","user_id":"U1","channel_id":"C1",
                                                        "trigger_id":"13.2"})"),
                  self);
  REQUIRE(alone);
  CHECK(alone->event.text == "help");
}

TEST_CASE("what concerns the app itself is a notice") {
  using Kind = SlackNotice::Kind;
  CHECK(slack_notice(json(R"({"type":"app_rate_limited","minute_rate_limited":1})"))->kind == Kind::rate_limited);
  CHECK(slack_notice(json(R"({"event":{"type":"tokens_revoked"}})"))->kind == Kind::revoked);
  const auto renamed = slack_notice(json(R"({"event":{"type":"channel_rename","channel":{"id":"C1","name":"new"}}})"));
  CHECK(renamed->channel == "C1");
  CHECK(renamed->name == "new");
  for (const char* type : {"subteam_updated", "subteam_members_changed"})
    CHECK(slack_notice(Value::Map{{"event", Value::Map{{"type", type}}}})->kind == Kind::groups_changed);
  CHECK_FALSE(slack_notice(json(R"({"event":{"type":"message"}})")));
}

TEST_CASE("nothing that Slack could send makes the reader fall over") {
  for (const char* odd : {"null", "[]", "{}", R"({"event":[]})", R"({"event":{"type":7}})",
                          R"({"event":{"type":"message","subtype":"message_changed"}})",
                          R"({"event":{"type":"pin_added","item":3}})", R"({"type":"block_actions","actions":[]})"}) {
    for (const char* type : {"events_api", "interactive", "slash_commands", ""}) slack_event(type, json(odd), self);
    slack_notice(json(odd));
  }
  CHECK(slack_time("") == 0);
  CHECK(slack_time("99999999999999999999.1") == 0);
  CHECK(slack_time("1700000000.000100") == 1'700'000'000'000);
  CHECK(slack_time("1700000000.9") == 1'700'000'000'900);
}

TEST_CASE("HTTP mode checks the signature over the raw body and the time in both directions") {
  const std::string secret = "test-signing-secret", stamp = "1700000000";
  const TimeMs now = 1'700'000'000'000;
  const std::string form = "command=%2Fmuster&text=deploy+api%40v1.4.2&channel_id=C1";
  const std::string form_sign = "v0=528f7fc7abcae967434c9a7299f5abea9bd946c7ec22b278a9cb3c853ce95386";
  const std::string hello = R"({"type":"url_verification","challenge":"abc"})";
  const std::string hello_sign = "v0=150f3e2597227d90deb3d93af65b6450381ac5c2ff275a89b8daf98c8df38326";
  CHECK(check_slack_signature(secret, stamp, form_sign, form, now));
  CHECK(check_slack_signature(secret, stamp, hello_sign, hello, now));
  CHECK(check_slack_signature(secret, stamp, hello_sign, hello, now + 300'000));
  CHECK_FALSE(check_slack_signature(secret, stamp, hello_sign, hello, now + 301'000));
  CHECK_FALSE(check_slack_signature(secret, stamp, hello_sign, hello, now - 301'000));
  CHECK_FALSE(check_slack_signature(secret, stamp, form_sign, hello, now));
  CHECK_FALSE(check_slack_signature("other", stamp, hello_sign, hello, now));
  CHECK_FALSE(check_slack_signature(secret, "", hello_sign, hello, now));
  CHECK_FALSE(check_slack_signature(secret, stamp, "", hello, now));
  CHECK_FALSE(check_slack_signature(secret, "1700000000x", hello_sign, hello, now));
}

TEST_CASE("what is said with /me is a message of a person, and says that it is told only") {
  const Value event = Value::Map{{"type", "message"}, {"subtype", "me_message"}, {"channel", "C1"},
                                 {"user", "U1"},      {"text", "!status"},       {"ts", "1700000000.000100"}};
  const auto heard = slack_event("events_api", Value::Map{{"event", event}}, {});
  REQUIRE(heard);
  CHECK(heard->event.kind == "message");
  CHECK(heard->event.user == "U1");
  CHECK(heard->event.is_told_only);
  CHECK_FALSE(heard->from_bot);
}

TEST_CASE("a mention acts in a message alone: not with /me, not edited into one, not in a topic") {
  const auto mention = [](const std::string& beside) {
    return event(
        R"({"type":"app_mention","user":"U1","text":"<@UBOT> status","ts":"1700000000.000100","channel":"C1")" +
        beside + "}");
  };
  REQUIRE(mention(""));
  CHECK_FALSE(mention("")->event.is_told_only);
  REQUIRE(mention(R"(,"subtype":"me_message")"));
  CHECK(mention(R"(,"subtype":"me_message")")->event.is_told_only);
  CHECK(mention(R"(,"subtype":"file_share")"));
  CHECK_FALSE(mention(R"(,"edited":{"user":"U1","ts":"1700000009.000100"})"));
  CHECK_FALSE(mention(R"(,"subtype":"channel_topic")"));
}
