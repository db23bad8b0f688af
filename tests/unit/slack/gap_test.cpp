// What was said and done on Slack while nobody listened: read again, compared, and stated.
#include <doctest/doctest.h>

#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

TEST_CASE("mistake 7, restart: replies in old threads, edits and marks of the missed time are read again") {
  SlackWorld w;
  w.begin();
  const std::string root = w.say("U1", "muster", "an old thread");
  const std::string old = w.say("U1", "muster", "said before");
  w.pass(2 * minute_ms);
  w.end();
  w.clock.set(w.clock.now() + minute_ms);
  w.core.set_now(w.clock.now());
  const std::string id = w.channel("muster");
  const std::string late = w.core.say("U2", id, "a late reply in it", root);
  w.core.edit(id, old, "said before, and corrected");
  w.core.react("U2", id, late, "pushpin");
  w.heard.clear();
  w.begin();
  w.pass(10 * second_ms);
  REQUIRE(last_of(w, "message") != nullptr);
  CHECK(last_of(w, "message")->text == "a late reply in it");
  CHECK(last_of(w, "edit")->text == "said before, and corrected");
  CHECK(last_of(w, "reaction")->about.text == "a late reply in it");
}

TEST_CASE("after a gap it is seen which pins and reactions came or went, and which filed message is gone") {
  SlackWorld w;
  w.begin();
  const std::string kept = w.say("U1", "muster", "kept"), freed = w.say("U1", "muster", "freed"),
                    unpinned = w.say("U2", "muster", "unpinned"), gone = w.say("U2", "muster", "gone"),
                    pinned = w.say("U2", "muster", "pinned meanwhile");
  const std::string id = w.channel("muster");
  for (const std::string& ts : {kept, freed, gone}) w.core.react("U2", id, ts, "pushpin");
  w.core.pin("U1", id, unpinned);
  w.drain();
  w.filed["muster"] = {{kept, "ana", false, {{"ben", "pushpin"}}},
                       {freed, "ana", false, {{"ben", "pushpin"}}},
                       {unpinned, "ben", true, {}},
                       {gone, "ben", false, {{"ben", "pushpin"}}}};
  w.pass(2 * minute_ms);
  w.end();
  w.clock.set(w.clock.now() + minute_ms);
  w.core.set_now(w.clock.now());
  w.core.react("U2", id, freed, "pushpin", false);
  w.core.pin("U1", id, unpinned, false);
  w.core.pin("U1", id, pinned);
  w.core.remove(id, gone);
  w.pass(20 * minute_ms);  // no event of that comes any more
  w.heard.clear();
  w.coverage.clear();
  w.begin();
  w.pass(Slack::gathered_most.ms);
  std::string found;
  for (const ChatEvent& e : w.heard) {
    const std::string& ts = e.post_id;
    const std::string which = ts == freed      ? "freed"
                              : ts == unpinned ? "unpinned"
                              : ts == gone     ? "gone"
                              : ts == pinned   ? "pinned"
                                               : "kept";
    if (e.kind != "reaction" || which != "kept") found += e.kind + " " + which + " by " + e.user + "; ";
  }
  CHECK(found == "unreaction freed by ben; delete gone by ; pin pinned by ana; unpin unpinned by ; ");
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.front().complete);
  CHECK(w.coverage.front().notes == std::vector<CoverageNote>{{"other_deletions"}});
  CHECK(w.core.calls["reactions.get"] == 1);  // the others were among what was read
}

namespace {

// Lost after now, and everything that happened meanwhile is told by no event.
void come_back_late(SlackWorld& w, const std::function<void()>& meanwhile) {
  w.pass(2 * minute_ms);
  w.end();
  w.clock.set(w.clock.now() + minute_ms);
  w.core.set_now(w.clock.now());
  meanwhile();
  w.pass(20 * minute_ms);
  w.heard.clear();
  w.coverage.clear();
  w.core.calls.clear();
  w.begin();
  w.pass(10 * minute_ms);
}

}  // namespace

TEST_CASE("a mark is looked for by the account that set it, and in the copy of what was said elsewhere") {
  SlackWorld w;
  w.begin();
  const std::string mine = w.say("U1", "muster", "said here"), copy = [&w] {
    REQUIRE(w.post("muster", "ben (Mattermost): said there", "postofmattermost0000000001"));
    return w.directory.theirs("post", "muster/postofmattermost0000000001");
  }();
  for (const std::string& ts : {mine, copy}) w.core.react("U2", w.channel("muster"), ts, "pushpin");
  w.drain();
  FiledMessage there{"postofmattermost0000000001", "ben", false, {{"someone", "pushpin", "U2"}}, false};
  w.filed["muster"] = {{mine, "ana", false, {{"someone", "pushpin", "U2"}}}, there};
  come_back_late(w, [&] { w.core.react("U2", w.channel("muster"), copy, "pushpin", false); });
  CHECK(count_of(w, "unreaction") == 1);
  REQUIRE(last_of(w, "unreaction") != nullptr);
  CHECK(last_of(w, "unreaction")->post_id == "postofmattermost0000000001");
  CHECK(last_of(w, "unreaction")->user == "someone");
  CHECK(w.coverage.back().notes == std::vector<CoverageNote>{{"other_deletions"}});
}

TEST_CASE(
    "posts that are kept current and went in a gap are told of, those that stand are asked for only if not seen") {
  SlackWorld w;
  w.begin();
  for (const char* post : {"summary-INC-1", "board-INC-2", "announce-INC-3", "summary-INC-4"})
    REQUIRE(w.post("muster", post, post));
  const auto ts = [&w](const std::string& post) { return w.directory.theirs("post", "muster/" + post); };
  w.kept = {"summary-INC-1", "board-INC-2", "announce-INC-3", "board-INC-9"};  // the last was never posted
  come_back_late(w, [&] {
    for (const char* post : {"board-INC-2", "announce-INC-3", "summary-INC-4"})
      w.core.remove(w.channel("muster"), ts(post));
  });
  std::string gone;
  for (const ChatEvent& e : w.heard) gone += e.kind + " " + e.post_id + "; ";
  CHECK(gone == "gone board-INC-2; gone announce-INC-3; ");
  w.kept = {"summary-INC-1"};
  come_back_late(w, [&] { w.core.deny_history(w.channel("muster")); });
  CHECK(count_of(w, "gone") == 0);  // nobody can tell
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("a list of people that Slack cut is asked for as a whole before a mark is said to be gone") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U1", "muster", "many react");
  for (int i = 0; i < 5; ++i) w.core.users["UX" + std::to_string(i)] = {"UX" + std::to_string(i), "x", "X", "", "T1"};
  for (const char* user : {"U1", "U2", "UX0", "UX1", "UX2"}) w.core.react(user, w.channel("muster"), ts, "pushpin");
  w.drain();
  w.filed["muster"] = {{ts, "ana", false, {{"x", "pushpin", "UX2"}, {"ana", "pushpin", "U1"}}}};
  w.core.reacted_shown = 2;
  come_back_late(w, [&] { w.core.react("U1", w.channel("muster"), ts, "pushpin", false); });
  CHECK(w.core.calls["reactions.get"] == 1);
  CHECK(count_of(w, "unreaction") == 1);
  CHECK(last_of(w, "unreaction")->user == "ana");
}

TEST_CASE("a mark that comes and goes in gap after gap is seen each time, though nobody says a word") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U1", "muster", "the pool is full");
  for (int i = 0; i < 2; ++i) {
    w.filed["muster"] = {{ts, "ana", false, {}}};
    come_back_late(w, [&] { w.core.react("U2", w.channel("muster"), ts, "pushpin"); });
    REQUIRE(count_of(w, "reaction") == 1);
    const std::string came = last_of(w, "reaction")->id;
    w.filed["muster"] = {{ts, "ana", false, {{"ben", "pushpin", "U2"}}}};
    come_back_late(w, [&] { w.core.react("U2", w.channel("muster"), ts, "pushpin", false); });
    REQUIRE(count_of(w, "unreaction") == 1);
    CHECK(w.seen.insert(came).second);
    CHECK(w.seen.insert(last_of(w, "unreaction")->id).second);
  }
}

TEST_CASE("not more than a hundred messages are asked for, and what was not looked at is said") {
  SlackWorld w;
  w.begin();
  const std::string root = w.say("U1", "muster", "a thread");
  std::vector<FiledMessage> filed;
  for (int i = 0; i < 130; ++i) {
    const std::string ts = w.say("U2", "muster", "reply", root);
    w.core.react("U2", w.channel("muster"), ts, "pushpin");
    filed.push_back({ts, "ben", false, {{"ben", "pushpin", "U2"}}});
  }
  w.drain();
  w.filed["muster"] = filed;
  w.core.reacted_shown = 0;  // nothing can be told from what is read, except of the one without a reaction
  come_back_late(w, [&] { w.core.react("U2", w.channel("muster"), filed.back().post_id, "pushpin", false); });
  CHECK(w.core.calls["reactions.get"] == 100);
  CHECK(count_of(w, "unreaction") == 1);
  REQUIRE(w.coverage.size() == 1);
  CHECK(w.coverage.back().notes.back() == CoverageNote{"marks_many", {{"n", "29"}, {"most", "100"}}});
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("where Slack does not show reactions and pins, or nobody knows whose they are, nothing is withdrawn") {
  SlackWorld w;
  w.begin();
  const std::string root = w.say("U1", "muster", "a thread"), reply = w.say("U1", "muster", "in it", root),
                    other = w.say("U1", "muster", "seen again");
  w.core.react("U2", w.channel("muster"), other, "pushpin");
  w.drain();
  w.filed["muster"] = {{reply, "ana", true, {{"ben", "pushpin", "U2"}}},
                       {other, "ana", false, {{"somebody we do not know", "pushpin"}}}};
  for (const char* method : {"reactions.get", "pins.list"})
    w.core.fail_next(method, {.kind = doubles::SlackFault::Kind::error, .error = "missing_scope", .retry_after_s = 0});
  come_back_late(w, [] {});
  CHECK(count_of(w, "unreaction") == 0);
  CHECK(count_of(w, "unpin") == 0);
  REQUIRE(w.coverage.size() == 1);
  const std::vector<CoverageNote> notes = {{"other_deletions"},
                                           {"marks", {{"platform", "Slack"}, {"n", "1"}, {"why", "missing_scope"}}},
                                           {"pins", {{"platform", "Slack"}, {"why", "missing_scope"}}},
                                           {"marks_whose", {{"n", "1"}}}};
  CHECK(w.coverage.front().notes == notes);
}

TEST_CASE("a message that was edited while nobody listened is recorded, and is no command any more") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "hello");
  w.end();
  w.clock.set(w.clock.now() + minute_ms);
  w.core.set_now(w.clock.now());
  const std::string ts = w.core.say("U1", w.channel("muster"), "!declare something");
  w.core.edit(w.channel("muster"), ts, "!declare something else");
  w.pass(20 * minute_ms);  // Slack has given up to deliver it
  w.heard.clear();
  w.begin();
  w.pass(10 * second_ms);
  CHECK(count_of(w, "message") == 0);
  REQUIRE(last_of(w, "heard") != nullptr);
  CHECK(last_of(w, "heard")->text == "!declare something else");
}

TEST_CASE("after a loss each channel gets a statement: complete, or blind from when to when and why") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.pass(minute_ms);
  const TimeMs lost = w.clock.now();
  w.net.down = true;
  w.net.cut_all();
  w.pass(30 * second_ms);
  w.core.say("U2", w.channel("muster"), "said meanwhile");
  w.net.down = false;
  w.pass(2 * minute_ms);
  REQUIRE(!w.coverage.empty());
  const ChatEvent* e = &w.coverage.back();
  CHECK(e->complete);
  CHECK(e->found == 1);
  CHECK(e->from_ms >= lost);
  CHECK(e->from_ms <= lost + 5 * second_ms);
  CHECK(e->at > e->from_ms);
  w.core.deny_history(w.channel("muster"));
  w.net.cut_all();
  w.pass(2 * minute_ms);
  CHECK_FALSE(w.coverage.back().complete);
  CHECK(w.coverage.back().notes ==
        std::vector<CoverageNote>{{"no_history", {{"platform", "Slack"}, {"why", "not_in_channel"}}}});
}

TEST_CASE(
    "copies wait until the gap of their channel is read and on disk, within bounds, and the statement says when not") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "before");
  w.pass(minute_ms);
  const auto waits = [&w](std::size_t messages = 1, std::size_t bytes = 10, DurationMs ago = 0) {
    return w.slack->reads_before("muster", {messages, bytes, w.clock.now() - ago});
  };
  CHECK_FALSE(waits());
  const auto lose = [&w] {
    w.net.down = true;
    w.net.cut_all();
    w.pass(30 * second_ms);
    w.core.say("U2", w.channel("muster"), "said meanwhile");
    w.core.lose_events();
  };
  const auto come_back = [&w] {
    w.net.down = false;
    w.net.withheld = "conversations.history";
    w.pass(minute_ms);
    w.say("U1", "muster", "said since");
  };
  lose();
  CHECK(waits());  // who knows what is said there now
  CHECK_FALSE(w.slack->reads_before("another", {1, 10, w.clock.now()}));
  come_back();
  CHECK(waits());
  w.net.show();
  w.drain();
  CHECK_FALSE(waits());
  CHECK(last_of(w, "message")->text == "said meanwhile");
  CHECK(w.coverage.back().notes == std::vector<CoverageNote>{{"other_deletions"}});
  struct {
    std::size_t messages, bytes;
    DurationMs ago;
  } const beyond[] = {
      {Slack::copies_max + 1, 10, 0}, {1, Slack::copies_bytes_max + 1, 0}, {1, 10, Slack::copies_wait_ms}};
  for (const auto& b : beyond) {
    lose();
    come_back();
    CHECK(waits());
    const std::string since = format_utc_clock(w.clock.now() - b.ago);
    CHECK_FALSE(waits(b.messages, b.bytes, b.ago));
    CHECK_FALSE(waits());  // what came first is gone: nothing waits any more
    w.net.show();
    w.drain();
    const std::vector<CoverageNote> notes = {{"other_deletions"}, {"passed_on", {{"time", since}}}};
    CHECK(w.coverage.back().notes == notes);
    w.pass(minute_ms);
  }
  w.store_works = false;  // what was read is not on disk: it is read again
  lose();
  w.net.down = false;
  w.pass(2 * second_ms);
  CHECK(waits());
  w.store_works = true;
  w.pass(minute_ms);
  CHECK_FALSE(waits());
}

TEST_CASE("what is heard after what was said later says so: from the history, and delivered late") {
  SlackWorld w;
  w.begin();
  w.say("U1", "muster", "one");
  w.say("U1", "muster", "two");
  CHECK_FALSE(last_of(w, "message")->is_read_later);
  w.core.said_before = 90 * second_ms;
  w.say("U1", "muster", "before both");
  w.core.said_before = 0;
  CHECK(last_of(w, "message")->is_read_later);
  w.say("U1", "muster", "three");
  CHECK_FALSE(last_of(w, "message")->is_read_later);
  come_back_late(w, [&w] { w.core.say("U1", w.channel("muster"), "meanwhile"); });
  CHECK(last_of(w, "message")->text == "meanwhile");
  CHECK(last_of(w, "message")->is_read_later);
}

TEST_CASE("the channels of incidents are read first, as people wait for them, in the order of the list") {
  SlackWorld w;
  w.channels = {"muster", "talk", "yard", "zinc"};
  w.begin();
  for (const std::string& channel : w.channels) w.say("U1", channel, "before");
  w.filed["yard"] = w.filed["zinc"] = {};
  come_back_late(w, [] {});
  std::string order;
  for (const ChatEvent& e : w.coverage) order += e.channel + " ";
  CHECK(order == "#yard #zinc #muster #talk ");  // each kind as they are listed
}

TEST_CASE("a crash right after a channel was opened loses nothing that is said until the bot is back") {
  SlackWorld w;
  w.begin();
  CHECK(w.deliver("open_channel", "inc-1", Value::Map{{"channel", "inc-1"}, {"topic", "t"}}));
  const auto on_disk = w.directory;
  w.end();
  w.directory = on_disk;  // nothing is saved by who crashes
  w.clock.set(w.clock.now() + minute_ms);
  w.core.set_now(w.clock.now());
  w.core.say("U1", w.channel("inc-1"), "끊긴 동안");
  w.core.lose_events();
  w.begin();
  w.pass(minute_ms);
  REQUIRE(w.heard.size() == 1);
  CHECK(w.heard[0].text == "끊긴 동안");
}
