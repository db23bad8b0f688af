// The terminal without a screen: what is printed for the room's events and what a typed line does.
#include <doctest/doctest.h>

#include "integrations/chat/terminal_desk.h"
#include "integrations/chat/terminal_view.h"

using namespace muster;

namespace {

Value post(const std::string& id, const std::string& author, const std::string& text,
           const std::string& channel = "#muster") {
  return Value::Map{{"id", id},        {"channel", channel},        {"author", author}, {"text", text},
                    {"thread", ""},    {"created_ms", 0},           {"edited_ms", 0},   {"deleted", false},
                    {"pinned", false}, {"reactions", Value::Map{}}, {"bot", false}};
}

Value card(const std::string& id, const std::string& text, const std::string& channel) {
  Value p = post(id, "muster", "", channel);
  p.set("bot", true);
  const Value button = Value::Map{{"label", "I lead"}, {"command", "lead me"}, {"style", ""}};
  p.set("message", Value::Map{{"text", text}, {"color", "danger"}, {"buttons", Value::List{button}}});
  return p;
}

struct Fixture {
  std::vector<TerminalAct> acts;
  TerminalDesk desk;
  explicit Fixture(bool colors = false) : desk(make(), colors) { channel("#muster"); }
  TerminalOptions make() {
    TerminalOptions o;
    o.person = "ana";
    o.channel = "#muster";
    o.sandbox = true;
    o.people = {"ana", "ben"};
    o.act = [this](TerminalAct a) { acts.push_back(std::move(a)); };
    o.complete = [](const std::string& line) {
      return line.find(' ') == line.npos ? std::vector<std::string>{"declare", "deny"}
                                         : std::vector<std::string>{"INC-1"};
    };
    return o;
  }
  std::string show(const Value& p, const std::string& to = {}) {
    return desk.show(Value::Map{{"kind", "post"}, {"post", p}}, to);
  }
  std::string channel(const std::string& name, const std::string& topic = {}) {
    const Value c = Value::Map{{"name", name}, {"topic", topic}};
    return desk.show(Value::Map{{"kind", "channel"}, {"channel", c}}, {});
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("escape sequences and marks that turn the line do not reach the terminal") {
  for (const bool colors : {false, true}) {
    Fixture f(colors);
    const std::string line = f.show(post("p", "ana",
                                         "\x1b[2J\x1b]0;gone\x07 \xC2\x9B"
                                         "1m hi \xE2\x80\xAEtxt"));
    CHECK_FALSE(has(line, "\x1b[2J"));
    CHECK_FALSE(has(line, "\x07"));
    CHECK_FALSE(has(line, "\xC2\x9B"));
    CHECK_FALSE(has(line, "\xE2\x80\xAE"));
    CHECK(has(line, "hi txt"));
    CHECK(has(line, "\x1b[") == colors);
  }
}

TEST_CASE("the current channel is shown in full, another one as a line that names it") {
  Fixture f;
  CHECK(has(f.show(post("1", "ben", "first\nsecond")), "second"));
  const std::string other = f.show(post("2", "ben", "first\nsecond", "#alerts"));
  CHECK(has(other, "#alerts"));
  CHECK(has(other, "first"));
  CHECK_FALSE(has(other, "second"));
}

TEST_CASE("a private post is shown to its person only") {
  Fixture f;
  CHECK(f.show(post("1", "muster", "psst"), "ben").empty());
  CHECK(f.desk.entered("/as ben").empty());
  CHECK(has(f.show(post("2", "muster", "psst"), "ben"), "psst"));
}

TEST_CASE("changes of a post are told in one line and nothing is told when nothing changed") {
  Fixture f;
  Value p = post("1", "ben", "the deploy of 14:02");
  f.show(p);
  CHECK(f.show(p).empty());
  p.set("reactions", Value::Map{{"👍", Value::List{"ana"}}});
  CHECK(f.show(p) == "ana reacted 👍 to the deploy of 14:02");
  p.set("reactions", Value::Map{});
  CHECK(f.show(p) == "ana took back 👍 from the deploy of 14:02");
  p.set("pinned", true);
  CHECK(f.show(p) == "pinned: the deploy of 14:02");
  p.set("text", "the deploy of 14:03");
  CHECK(f.show(p) == "ben edited: the deploy of 14:03");
  p.set("deleted", true);
  CHECK(has(f.show(p), "ben deleted a post"));
  CHECK(f.show(p).empty());
}

TEST_CASE("a button is shown as the line that does the same where one types it") {
  Fixture f;
  CHECK(has(f.show(card("1", "INC-1", "#muster")), "I lead → lead me"));
  f.show(card("2", "INC-1", "#inc-1"));
  CHECK(has(f.desk.entered("/channel inc"), "I lead → !lead me"));
}

TEST_CASE("switching shows what was said there, and an unknown channel names those that exist") {
  Fixture f;
  f.channel("#inc-1-slow", "SEV2");
  f.show(post("1", "ben", "looking", "#inc-1-slow"));
  CHECK(has(f.desk.entered("/channel nowhere"), "#inc-1-slow"));
  CHECK(has(f.desk.entered("/channel inc-1"), "looking"));
  CHECK(f.desk.prompt() == "ana #inc-1-slow> ");
  f.desk.entered("hello");
  REQUIRE(f.acts.size() == 1);
  CHECK(f.acts[0].channel == "#inc-1-slow");
  CHECK(f.acts[0].text == "hello");
}

TEST_CASE("what was typed here is not shown again, the same words said elsewhere are") {
  Fixture f;
  f.desk.entered("status");
  CHECK(f.show(post("1", "ana", "status")).empty());
  CHECK(has(f.show(post("2", "ana", "status")), "status"));
  f.desk.entered("status");
  CHECK(has(f.show(post("3", "ben", "status")), "status"));
}

TEST_CASE("replies, reactions, pins, edits and deletes work on the newest post") {
  Fixture f;
  CHECK(has(f.desk.entered("/react 👍"), "Nothing was said"));
  f.show(post("mine", "ana", "one"));
  f.show(post("theirs", "ben", "two"));
  CHECK(has(f.desk.entered("/reply"), "/reply TEXT"));
  for (const char* line : {"/react", "/react 👍try", "/react 👍 try", "/react well done", "/react Try"})
    CHECK(has(f.desk.entered(line), "Which emoji"));
  for (const char* line : {"/reply yes", "/react 👍", "/pin", "/edit better", "/delete"})
    CHECK(f.desk.entered(line).empty());
  REQUIRE(f.acts.size() == 5);
  CHECK(f.acts[0].thread == "theirs");
  CHECK(f.acts[1].post_id == "theirs");
  CHECK(f.acts[2].kind == "pin");
  CHECK(f.acts[3].post_id == "mine");
  CHECK(f.acts[3].text == "better");
  CHECK(f.acts[4].post_id == "mine");
}

TEST_CASE("completion knows channels, people and, behind the prefix, commands") {
  Fixture f;
  f.channel("#inc-1");
  using Words = std::vector<std::string>;
  CHECK(f.desk.completions("/channel #inc") == Words{"#inc-1"});
  CHECK(f.desk.completions("/as b") == Words{"ben"});
  CHECK(f.desk.completions("/cha") == Words{"/channel", "/channels"});
  CHECK(f.desk.completions("dec") == Words{"declare"});
  CHECK(f.desk.completions("!dec") == Words{"!declare"});
  CHECK(f.desk.completions("!show INC") == Words{"INC-1"});
}

TEST_CASE("/quit ends it and /as stays in the sandbox") {
  Fixture f;
  CHECK(has(f.desk.entered("/as mallory"), "ana, ben"));
  CHECK_FALSE(f.desk.over());
  f.desk.entered("/quit");
  CHECK(f.desk.over());
}

TEST_CASE("one key takes a character away as people see it") {
  CHECK(points_of_last("") == 0);
  CHECK(points_of_last("ab") == 1);
  CHECK(points_of_last("가") == 1);
  CHECK(points_of_last("x👨‍👩‍👧‍👦") == 7);
  CHECK(points_of_last("e\u0301") == 2);
  CHECK(points_of_last("🇰🇷🇵🇹") == 2);
  CHECK(points_of_last("👍🏽") == 2);
  CHECK(points_of_first("") == 0);
  CHECK(points_of_first("ab") == 1);
  CHECK(points_of_first("👨‍👩‍👧‍👦x") == 7);
  CHECK(points_of_first("👍🏽") == 2);
  CHECK(points_of_first("🇰🇷🇵🇹") == 2);
}
