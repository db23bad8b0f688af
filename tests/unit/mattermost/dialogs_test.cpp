#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "tests/unit/mattermost/rig.h"

using namespace muster;
using muster::test::Rig;

namespace {

Form answer_form() {
  Form f{.title = "R1: answer", .intro = {}, .send = "Send", .command = "answer R1", .fields = {}};
  f.fields.push_back(
      {.name = "percent", .label = "percent", .kind = "text", .choices = {}, .standard = {}, .hint = "int"});
  f.fields.push_back({.name = "mode", .label = "mode", .kind = "choice", .choices = {"slow", "fast"}});
  return f;
}

struct Pressed {
  Rig rig;
  std::string last_submission;
  HttpResponse last{.status = 0, .body = {}, .headers = {}};
  Pressed() {
    rig.config.callback_url = "http://bot:8080/in/mattermost/act";
    rig.core.set_integration([this](const std::string&, const std::string& body) {
      if (body.contains("dialog_submission")) last_submission = body;
      last = {.status = 504, .body = {}, .headers = {}};
      rig.platform->click(body, [this](HttpResponse r) { last = std::move(r); });
      rig.settle();
      return last;
    });
    rig.start();
    rig.core.join(rig.channel("muster"), rig.ana);
    rig.core.add_token(rig.ana);
    Message m{.text = "R1 asks", .sections = {}, .buttons = {{"Fill in", "answer R1", "", true}}, .color = {}};
    rig.send("post", "muster", Value::Map{{"post_id", "q"}, {"message", to_value(m)}});
    press();
  }
  void press() {
    rig.events.clear();
    REQUIRE(rig.core.click(rig.ana, rig.directory.theirs("post", "muster/q"), "b0").status == 200);
    REQUIRE(rig.events.size() == 1);
  }
  void open() {
    Value v = Value::Map{{"event", rig.events.front().id}, {"private_to", "p-ana"}, {"post_id", "r"}};
    v.set("message", to_value(Message{.text = "Type it instead", .sections = {}, .buttons = {}, .color = {}}));
    v.set("form", to_value(answer_form()));
    v.set("channel", "muster");
    rig.events.clear();
    rig.deliver({.id = "f1", .destination = "mattermost:", .kind = "form", .body = v});
  }
  // As the client sends it, through the server.
  HttpResponse send(const std::map<std::string, std::string>& values, const std::string& as = {}) {
    const Value body = rig.core.submission(rig.core.dialog_of(rig.ana)->id, values);
    HttpRequest q;
    q.method = "POST";
    q.path = "/api/v4/actions/dialogs/submit";
    q.headers["authorization"] = "Bearer " + rig.core.add_token(as.empty() ? rig.ana : as);
    q.body = to_json(body);
    return rig.core.request(q);
  }
};

}  // namespace

TEST_CASE("a dialog opens before whoever pressed, and what is sent comes back with its place and its values") {
  Pressed p;
  CHECK(p.rig.events.front().can_open_form);
  CHECK_FALSE(p.rig.core.post(p.rig.directory.theirs("post", "muster/q"))->message.contains("↳"));
  p.open();
  REQUIRE(p.rig.core.dialog_of(p.rig.ana));
  CHECK(p.send({{"percent", "40"}, {"mode", "fast"}}).status == 200);
  REQUIRE(p.rig.events.size() == 1);
  const ChatEvent& e = p.rig.events.front();
  CHECK(e.kind == "form");
  CHECK(e.channel == "#muster");
  CHECK(e.user == "p-ana");
  CHECK(e.text == "answer R1");
  CHECK(e.form == std::map<std::string, std::string>{{"percent", "40"}, {"mode", "fast"}});
  CHECK(p.rig.core.dialog_of(p.rig.ana) == nullptr);
}

TEST_CASE("a dialog that is refused stays open and says why, field by field and about the whole") {
  Pressed p;
  p.open();
  p.rig.says.wrong["percent"] = "more than 100";
  p.rig.says.refused = "no";
  CHECK(p.send({{"percent", "400"}, {"mode", "fast"}}).status == 200);
  REQUIRE(p.rig.core.dialog_of(p.rig.ana));
  CHECK(p.rig.core.dialog_of(p.rig.ana)->errors["errors"]["percent"].as_string() == "more than 100");
  CHECK(p.rig.core.dialog_of(p.rig.ana)->errors["error"].as_string() == "no");
  p.rig.pass(second_ms);
  CHECK(p.send({{"percent", "400"}, {"mode", "fast"}}).status == 200);  // the same once more: it is no better
  CHECK(p.rig.core.dialog_of(p.rig.ana) != nullptr);
  p.rig.says = {};
  CHECK(p.send({{"percent", "40"}, {"mode", "fast"}}).status == 200);
  CHECK(p.rig.core.dialog_of(p.rig.ana) == nullptr);
}

TEST_CASE("what was sealed for one person, one command and an hour is good for nothing else") {
  Pressed p;
  const std::string ben = p.rig.core.add_user("ben");
  p.rig.core.join_team(p.rig.team, ben);
  p.open();
  p.send({{"percent", "40"}, {"mode", "fast"}}, ben);  // Ana's dialog, sent by Ben's session
  CHECK(p.last.status == 403);
  const auto try_body = [&](std::string body, const std::string& from, const std::string& to) {
    body.replace(body.find(from), from.size(), to);
    HttpResponse got{.status = 0, .body = {}, .headers = {}};
    p.rig.platform->click(body, [&](HttpResponse r) { got = std::move(r); });
    p.rig.settle();
    return got;
  };
  p.send({{"percent", "40"}, {"mode", "fast"}});
  p.rig.events.clear();
  const std::string good = p.last_submission;
  CHECK(try_body(good, "answer R1", "approve A1").status == 403);
  CHECK(try_body(good, "dialog_submission", "dialog_submission ").status == 403);
  p.rig.clock.set(p.rig.clock.now() + 2 * hour_ms);
  const HttpResponse old = try_body(good, "40", "41");
  CHECK(old.status == 200);
  CHECK(old.body.contains("오래되어 쓸 수 없는 양식"));
  CHECK(p.rig.events.empty());
}

TEST_CASE("what comes too late for a dialog, or does not fit into one, is said in words") {
  Pressed p;
  p.rig.core.take_happenings();
  p.rig.clock.set(p.rig.clock.now() + 4 * second_ms);
  p.open();
  CHECK(p.rig.core.dialog_of(p.rig.ana) == nullptr);
  bool told = false;
  for (const auto& h : p.rig.core.take_happenings()) told = told || h.text.contains("Type it instead");
  CHECK(told);
}

TEST_CASE("a dialog that was closed may be opened again at once") {
  Pressed p;
  p.press();
  CHECK(p.rig.events.front().can_open_form);
}

TEST_CASE("without an address to call back nothing claims that a form could open") {
  Rig rig;
  rig.start();
  Message m{.text = "R1 asks", .sections = {}, .buttons = {{"Fill in", "answer R1", "", true}}, .color = {}};
  rig.send("post", "muster", Value::Map{{"post_id", "q"}, {"message", to_value(m)}});
  CHECK(rig.said_in("muster") == std::vector<std::string>{"R1 asks"});
}

TEST_CASE("guests and people of other servers are told as such; an address counts where the server verifies them") {
  const auto first_event = [](bool verifies, bool allowed, const std::function<void(doubles::MmUser&)>& change) {
    Rig rig({.verifies_addresses = verifies});
    rig.config.link_by_email = allowed;
    rig.start();
    const std::string bea = rig.core.add_user("bea", false, "bea@example.com");
    change(rig.core.user(bea));
    rig.core.join_team(rig.team, bea);
    rig.core.join(rig.channel("muster"), bea);
    rig.core.say(bea, rig.channel("muster"), "help");
    rig.settle();
    REQUIRE(rig.events.size() == 1);
    return rig.events.front();
  };
  const auto nothing = [](doubles::MmUser&) {};
  {
    Rig rig;
    rig.core.user(rig.ana).roles = "system_guest";
    rig.start();
    rig.core.join(rig.channel("muster"), rig.ana);
    rig.core.say(rig.ana, rig.channel("muster"), "help");
    rig.settle();
    CHECK(rig.directory.theirs("standing", "p-ana") == "guest");  // of people of the configuration it is kept
  }
  CHECK(first_event(true, true, nothing).email_person == "p-bea");
  CHECK(first_event(false, true, nothing).email_person.empty());
  CHECK(first_event(true, false, nothing).email_person.empty());
  const ChatEvent guest = first_event(true, true, [](doubles::MmUser& u) { u.roles = "system_guest"; });
  CHECK(guest.standing == "guest");
  CHECK(guest.email_person.empty());
  const ChatEvent outsider = first_event(true, true, [](doubles::MmUser& u) { u.remote_id = "other"; });
  CHECK(outsider.standing == "outsider");
  CHECK(outsider.email_person.empty());
}

TEST_CASE("a pin that went away while the process was not running is noticed when it comes back") {
  Rig rig;
  rig.start();
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  const std::string post = rig.core.say(rig.ana, channel, "the index has hung");
  rig.settle();
  rig.core.pin(post);
  rig.settle();
  CHECK(rig.heard() == std::vector<std::string>{"message the index has hung", "pin "});
  rig.pass(minute_ms);
  rig.stop();
  rig.core.pin(post, false);
  rig.start();
  rig.pass(5 * second_ms);
  CHECK(rig.heard() == std::vector<std::string>{"unpin "});
}

TEST_CASE("a group is invited as the people who are in it; without a license the others are invited") {
  for (const bool licensed : {true, false}) {
    Rig rig;
    rig.start();
    const std::string bea = rig.core.add_user("bea");
    rig.core.join_team(rig.team, bea);
    if (licensed) rig.core.add_group("sre", {bea});
    rig.send("invite", "muster", Value::Map{{"people", Value::List{"slack:@sre", "mattermost:@sre", "p-ana"}}});
    rig.pass(2 * minute_ms);
    CHECK(rig.core.channel(rig.channel("muster"))->members.contains(bea) == licensed);
    CHECK(rig.core.channel(rig.channel("muster"))->members.contains(rig.ana));
  }
}
