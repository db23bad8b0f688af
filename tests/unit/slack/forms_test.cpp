#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "integrations/chat/slack/views.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using muster::test::SlackWorld;

namespace {

Form declare_form() {
  Form f{.title = "Declare an incident", .intro = {}, .send = "Send", .command = "declare", .fields = {}};
  f.fields.push_back({.name = "title", .label = "What is wrong"});
  f.fields.push_back({.name = "severity", .label = "Severity", .kind = "choice", .choices = {"SEV1", "SEV2"}});
  f.fields.back().standard = "SEV2";
  f.fields.push_back({.name = "because", .label = "Why", .kind = "long"});
  f.fields.back().required = false;
  return f;
}

// A message with a button that opens a form, pressed by Ana; what the core answers to the press.
struct Pressed {
  SlackWorld w;
  Pressed() {
    w.begin();
    w.core.channel_named("muster")->members.insert("U1");
    Message m{.text = "What is wrong?", .sections = {}, .buttons = {{"Fill in", "declare", "", true}}, .color = {}};
    w.deliver("post", "muster", Value::Map{{"post_id", "q"}, {"message", to_value(m)}});
    press();
  }
  void press() {
    w.heard.clear();
    REQUIRE(w.core.press("U1", w.channel("muster"), w.directory.theirs("post", "muster/q"), "declare"));
    w.drain();
    REQUIRE(w.heard.size() == 1);
  }
  Value body(const Form& form) const {
    Value v = Value::Map{{"event", w.heard.front().id}, {"private_to", "ana"}, {"post_id", "reply-1"}};
    v.set("message", to_value(Message{.text = "Type it instead", .sections = {}, .buttons = {}, .color = {}}));
    v.set("form", to_value(form));
    v.set("channel", "muster");
    return v;
  }
  void open() {
    const Value v = body(declare_form());
    w.heard.clear();
    w.slack->deliver({.id = "f1", .destination = "slack:", .kind = "form", .body = v}, [](const Result<void>&) {});
    w.drain();
  }
};

}  // namespace

TEST_CASE("a form opens before whoever pressed, and what is sent comes back with its place and its values") {
  Pressed p;
  CHECK(p.w.heard.front().can_open_form);
  p.open();
  const doubles::SlackView* view = p.w.core.view_of("U1");
  REQUIRE(view);
  CHECK(view->view["title"]["text"].as_string() == "Declare an incident");
  CHECK_FALSE(p.w.core.submit("U1", view->id, {{"severity", "SEV1"}}));  // the modal itself wants a title
  REQUIRE(p.w.core.submit("U1", view->id, {{"title", "Search <is> & stale"}, {"severity", "SEV1"}}));
  p.w.drain();
  REQUIRE(p.w.heard.size() == 1);
  const ChatEvent& e = p.w.heard.front();
  CHECK(e.kind == "form");
  CHECK(e.channel == "#muster");
  CHECK(e.user == "ana");
  CHECK(e.text == "declare");
  CHECK(e.form.at("title") == "Search <is> & stale");
  CHECK(e.form.at("severity") == "SEV1");
  CHECK(p.w.core.views.empty());  // closed
  CHECK(p.w.core.broken_rules.empty());
}

TEST_CASE("a form that is refused stays open, says why field by field, and the same values may be sent again") {
  Pressed p;
  p.open();
  const std::string view = p.w.core.view_of("U1")->id;
  p.w.says.wrong["title"] = "too short";
  p.w.says.wrong["nowhere"] = "no field of it";
  for (int i = 0; i < 2; ++i) {
    REQUIRE(p.w.core.submit("U1", view, {{"title", "x"}, {"severity", "SEV1"}}));
    p.w.drain();
    CHECK(p.w.core.views.contains(view));
    CHECK(p.w.core.view_errors.at(view)["title"].as_string() == "too short");
  }
  CHECK(p.w.heard.size() == 2);
  CHECK(p.w.heard[0].id != p.w.heard[1].id);
  p.w.says = {};
  REQUIRE(p.w.core.submit("U1", view, {{"title", "x"}, {"severity", "SEV1"}}));
  p.w.drain();
  CHECK(p.w.core.views.empty());
  CHECK(p.w.core.broken_rules.empty());
}

TEST_CASE("a form that comes twice over two connections is one event with one answer") {
  Pressed p;
  p.open();
  p.w.core.deliver_twice = true;
  REQUIRE(p.w.core.submit("U1", p.w.core.view_of("U1")->id, {{"title", "x"}, {"severity", "SEV1"}}));
  p.w.drain();
  CHECK(p.w.heard.size() == 1);
  CHECK(p.w.core.views.empty());
}

TEST_CASE("what comes too late for a form, or is refused as one, is said in words") {
  SUBCASE("the trigger is three seconds old") {
    Pressed p;
    p.w.pass(4 * second_ms);
    p.open();
    CHECK(p.w.core.calls["views.open"] == 0);
    CHECK(p.w.core.calls["chat.postEphemeral"] == 1);
  }
  SUBCASE("Slack does not open it") {
    Pressed p;
    p.w.core.fail_next("views.open",
                       {.kind = doubles::SlackFault::Kind::error, .error = "expired_trigger_id", .times = 1});
    p.open();
    p.w.pass(3 * second_ms);  // the channel's pace
    CHECK(p.w.core.calls["views.open"] == 1);
    CHECK(p.w.core.calls["chat.postEphemeral"] == 1);
  }
}

TEST_CASE("a slash command may open a form") {
  SlackWorld w;
  w.begin();
  w.core.slash("U1", w.channel("muster"), "/muster", "declare");
  w.drain();
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard.front().can_open_form);
  CHECK(w.heard.front().text == "declare");
}

TEST_CASE(
    "a slash command typed where the bot is not is answered directly, and again in the channel once it is in it") {
  SlackWorld w;
  w.begin();
  w.core.channels["CSECRET"] = {
      .id = "CSECRET", .name = "secret", .topic = "", .purpose = "", .im_of = "", .is_private = true};
  w.core.channels["CSECRET"].members = {"U1", "U2"};
  w.core.slash("U1", "CSECRET", "/muster", "status");
  w.drain();
  REQUIRE(w.heard.size() == 1);
  const std::string direct = w.heard.front().channel;
  CHECK(direct.starts_with("#direct-d"));
  CHECK(w.heard.front().direct);
  w.deliver("post", direct.substr(1), Value::Map{{"post_id", "p"}, {"message", Value::Map{{"text", "quiet"}}}});
  CHECK(w.core.take_happenings().back().to == "U1");
  w.core.invite_bot("U1", "CSECRET");
  w.drain();
  w.core.slash("U1", "CSECRET", "/muster", "status");
  w.drain();
  CHECK(w.heard.back().channel == "#secret");
  CHECK_FALSE(w.heard.back().direct);
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("in HTTP mode the answer to a form is the answer to its request") {
  SlackWorld w;
  w.signing_secret = "s3cret";
  w.begin();
  w.core.slash("U1", w.channel("muster"), "/muster", "declare");
  w.drain();
  REQUIRE(w.heard.size() == 1);
  Value body = Value::Map{{"event", w.heard.front().id}, {"form", to_value(declare_form())}, {"channel", "muster"}};
  w.slack->deliver({.id = "f1", .destination = "slack:", .kind = "form", .body = body}, [](const Result<void>&) {});
  w.drain();
  const doubles::SlackView* view = w.core.view_of("U1");
  REQUIRE(view);
  w.says.refused = "not now";
  REQUIRE(w.core.submit("U1", view->id, {{"title", "x"}, {"severity", "SEV1"}}));
  w.drain();
  CHECK(w.core.view_errors.at(view->id)["title"].as_string() == "not now");
}

TEST_CASE("a form within every limit: long texts are cut, long menus become text") {
  Form f{.title = std::string(60, 't'),
         .intro = std::string(5000, 'i'),
         .send = std::string(40, 's'),
         .command = "answer R1",
         .fields = {}};
  f.fields.push_back({.name = "a", .label = std::string(400, 'l'), .kind = "choice"});
  for (int i = 0; i < 150; ++i) f.fields.back().choices.push_back("choice " + std::to_string(i));
  f.fields.push_back({.name = "b", .label = "", .kind = "text", .choices = {}, .standard = std::string(9000, 'x')});
  Pressed p;
  const Value v = p.body(f);
  p.w.slack->deliver({.id = "f1", .destination = "slack:", .kind = "form", .body = v}, [](const Result<void>&) {});
  p.w.drain();
  CHECK(p.w.core.view_of("U1"));
  CHECK(p.w.core.broken_rules.empty());
}

TEST_CASE("a view of another app's making is none of ours") {
  const auto values =
      slack_view_values(Value::Map{{"callback_id", "else"}, {"private_metadata", "{\"channel\":\"C1\"}"}});
  CHECK(values.place.channel.empty());
}

TEST_CASE("who somebody is comes from the member id: a display name that is somebody's handle is nobody") {
  SlackWorld w;
  w.core.users["U66"] = {"U66", "U1", "Mallory", "", "T1", false, false};
  w.begin();
  w.say("U66", "muster", "lead me");
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard.front().user == "slack:U1");
  CHECK(w.heard.front().account == "U66");
  w.deliver("post", "muster",
            Value::Map{{"post_id", "r"},
                       {"private_to", "ana"},
                       {"message", to_value(Message{.text = "for Ana", .sections = {}, .buttons = {}, .color = {}})}});
  for (const auto& h : w.core.take_happenings())
    if (!h.to.empty()) CHECK(h.to == "U1");
}

TEST_CASE("guests and people of other organisations are told as such; robots and hooks never speak") {
  SlackWorld w;
  w.core.users["U3"] = {"U3", "gina", "Gina", "", "T1", false, false};
  w.core.users["U3"].is_guest = true;
  w.core.users["U4"] = {"U4", "olga", "Olga", "", "T2", false, false};
  w.begin();
  w.say("U3", "muster", "help");
  w.say("U4", "muster", "help");
  w.say("U1", "muster", "help");
  w.say("U7", "muster", "help");
  REQUIRE(w.heard.size() == 3);
  CHECK(w.heard[0].standing == "guest");
  CHECK(w.heard[1].standing == "outsider");
  CHECK(w.heard[2].standing.empty());
}

TEST_CASE("an address joins only where the configuration lets it, verified, and of a full member") {
  const auto person_by_address = [](bool allowed, const std::function<void(doubles::SlackUser&)>& change) {
    SlackWorld w;
    w.core.users["U9"] = {"U9", "ana.s", "Ana", "ana@example.com", "T1", false, false};
    change(w.core.users["U9"]);
    w.link_by_email = allowed;
    w.begin();
    w.say("U9", "muster", "help");
    return w.heard.empty() ? std::string("silence") : w.heard.front().email_person;
  };
  CHECK(person_by_address(true, [](auto&) {}) == "ana");
  CHECK(person_by_address(false, [](auto&) {}).empty());
  CHECK(person_by_address(true, [](auto& u) { u.email_confirmed = false; }).empty());
  CHECK(person_by_address(true, [](auto& u) { u.is_guest = true; }).empty());
  CHECK(person_by_address(true, [](auto& u) { u.team = "T2"; }).empty());
  CHECK(person_by_address(true, [](auto& u) { u.is_bot = true; }) == "silence");
}

TEST_CASE("a user group is invited as the people who are in it; where there are none the others are invited") {
  SlackWorld w;
  w.core.users["U8"] = {"U8", "cem", "Cem", "", "T1", false, false};
  w.core.groups["S1"] = {"sre", {"U2", "U8"}};
  w.begin();
  const auto invite = [&] {
    return w.deliver("invite", "muster", Value::Map{{"people", Value::List{"ana", "slack:@sre", "mattermost:@sre"}}});
  };
  SUBCASE("by its handle") {
    CHECK(invite());
    CHECK(w.core.channel_named("muster")->members.contains("U8"));
  }
  SUBCASE("on a plan without user groups") {
    w.core.paid = false;
    CHECK(invite());
    CHECK_FALSE(w.core.channel_named("muster")->members.contains("U8"));
  }
  CHECK(w.core.channel_named("muster")->members.contains("U1"));
}

TEST_CASE("a changed user group is told, acknowledged, and the members are those of now") {
  SlackWorld w;
  w.core.groups["S1"] = {"sre", {"U1"}};
  w.begin();
  w.core.change_group("S1", {"U2"});
  w.drain();
  CHECK(w.groups_changed == 2);  // Slack sends both events
  CHECK(w.core.unacknowledged() == 0);
  std::string members;
  w.slack->members_of("sre", [&](const Result<std::vector<ChatMember>>& r) {
    REQUIRE(r);
    for (const ChatMember& m : *r) members += m.id;
  });
  w.drain();
  CHECK(members == "U2");
}
