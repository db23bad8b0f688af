// A gap is handed over in the order in which it was said, however it is read.
#include <doctest/doctest.h>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

namespace {

// What was said, in the order in which it was handed over.
std::vector<std::string> words_of(const SlackWorld& w) {
  std::vector<std::string> words;
  for (const ChatEvent& e : w.heard)
    if (e.kind == "message") words.push_back(e.text);
  return words;
}

// A gap of so many messages, each named by its number. Nothing of it is told by an event.
void lose_many(SlackWorld& w, int messages) {
  w.net.down = true;
  w.net.cut_all();
  w.pass(2 * second_ms);
  w.core.set_now(w.clock.now());
  for (int i = 0; i < messages; ++i) w.core.say("U1", w.channel("muster"), "word " + std::to_string(i));
  w.core.lose_events();
  w.heard.clear();
  w.coverage.clear();
  w.net.down = false;
}

}  // namespace

TEST_CASE("a gap of several pages is handed over oldest first, replies and marks in their places") {
  SlackWorld w;
  w.begin();
  const std::string old = w.say("U1", "muster", "an old thread");
  w.pass(2 * minute_ms);
  w.net.down = true;
  w.net.cut_all();
  w.pass(2 * second_ms);
  w.core.set_now(w.clock.now());
  const std::string id = w.channel("muster");
  std::vector<std::string> said;
  for (int i = 0; i < 450; ++i) {
    const bool reply = i == 100 || i == 101;
    said.push_back((reply ? "reply " : "word ") + std::to_string(i));
    const std::string ts = w.core.say("U1", id, said.back(), reply ? old : "");
    if (i == 10) w.core.react("U2", id, ts, "pushpin");
  }
  w.core.lose_events();
  w.heard.clear();
  w.coverage.clear();
  w.net.down = false;
  w.pass(minute_ms);
  CHECK(words_of(w) == said);
  REQUIRE(w.heard.size() == 451);
  CHECK(w.heard[11].kind == "reaction");  // right after what it stands on
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.front().found == 450);
  CHECK(w.coverage.front().notes == std::vector<CoverageNote>{{"other_deletions"}});
}

TEST_CASE("a process that ends while it reads a gap leaves all of it to the next one, in order") {
  SlackWorld w;
  w.begin();
  const std::string old = w.say("U1", "muster", "an old thread");
  w.pass(2 * minute_ms);
  lose_many(w, 250);
  w.core.say("U1", w.channel("muster"), "a reply, said last", old);
  w.core.lose_events();
  w.net.withheld = "conversations.replies";
  w.pass(10 * second_ms);
  CHECK(w.core.calls["conversations.replies"] == 1);
  CHECK(words_of(w).empty());
  w.end();
  w.net.withheld.clear();
  w.begin();
  w.pass(10 * second_ms);
  const auto words = words_of(w);
  REQUIRE(words.size() == 251);
  CHECK(words.front() == "word 0");
  CHECK(words[249] == "word 249");
  CHECK(words.back() == "a reply, said last");
}

TEST_CASE(
    "what cannot wait for the older pages of its gap goes first, commands of those are overtaken, and it is said") {
  SlackWorld w;
  w.begin();
  const std::string old = w.say("U1", "muster", "an old thread");
  w.pass(2 * minute_ms);
  w.net.down = true;
  w.net.cut_all();
  w.pass(2 * second_ms);
  w.core.set_now(w.clock.now());
  w.core.say("U1", w.channel("muster"), "!deploy api v1", old);
  w.core.say("U1", w.channel("muster"), "!deploy api v2");
  w.core.lose_events();
  w.heard.clear();
  w.coverage.clear();
  w.net.down = false;
  w.net.withheld = "conversations.replies";
  w.pass(Slack::gathered_most.ms);
  CHECK(words_of(w).empty());  // while it is short
  w.pass(5 * second_ms);
  REQUIRE(words_of(w) == std::vector<std::string>{"!deploy api v2"});
  CHECK_FALSE(w.heard.back().overtaken);
  w.net.show();
  w.pass(second_ms);
  REQUIRE(words_of(w).size() == 2);
  CHECK(w.heard.back().text == "!deploy api v1");
  CHECK(w.heard.back().overtaken);
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.front().complete);
  const std::vector<CoverageNote> notes = {{"other_deletions"}, {"disordered", {{"n", "1"}}}};
  CHECK(w.coverage.front().notes == notes);
}

TEST_CASE("no more of a gap is held than the bound, nothing is lost beyond it, and the statement counts it") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.pass(2 * minute_ms);
  const int most = static_cast<int>(Slack::gathered_most.items);
  lose_many(w, most + 300);
  w.pass(2 * minute_ms);
  const auto words = words_of(w);
  REQUIRE(words.size() == static_cast<std::size_t>(most) + 300);
  CHECK(words.front() == "word 300");
  CHECK(words[words.size() - 301] == "word " + std::to_string(most + 299));
  CHECK(words[words.size() - 300] == "word 0");
  CHECK(words.back() == "word 299");
  const std::vector<CoverageNote> notes = {{"other_deletions"}, {"disordered", {{"n", "300"}}}};
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.front().notes == notes);
}
