// What the record gets from Slack: each message read by its own ts, files with the token and never in public, and an
// honest word about what was not heard.
#include <doctest/doctest.h>

#include "bot/base/hash.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

namespace {

const ChatEvent* last_of(const SlackWorld& w, const std::string& kind) {
  for (auto e = w.heard.rbegin(); e != w.heard.rend(); ++e)
    if (e->kind == kind) return &*e;
  return nullptr;
}

int count_of(const SlackWorld& w, const std::string& kind) {
  int n = 0;
  for (const ChatEvent& e : w.heard) n += e.kind == kind ? 1 : 0;
  return n;
}

void react(SlackWorld& w, const std::string& user, const std::string& ts, const std::string& name) {
  w.core.react(user, w.channel("muster"), ts, name);
  w.drain();
}

// Asks for the copies of what was filed, as the decision does after its commit.
void fetch(SlackWorld& w, const ChatEvent& filed, std::int64_t most, const Value& relay = {}) {
  Value files = Value::List{};
  for (const SaidFile& f : filed.about.files) {
    Value file = Value::Map{{"id", f.id}, {"name", f.name}, {"mime", f.type}, {"bytes", f.size}, {"url", f.url}};
    if (!relay.is_null()) file.set("relay", relay);
    files.push(std::move(file));
  }
  Value body = Value::Map{{"channel", "muster"}, {"post_id", filed.about.post_id}, {"bytes_max", most}};
  body.set("files", files);
  bool done = false;
  w.slack->deliver({.id = "f1", .destination = "slack:files", .kind = "fetch_files", .body = body},
                   [&done](const Result<void>& r) { done = r.has_value(); });
  w.drain();
  CHECK(done);
}

}  // namespace

TEST_CASE("mistake 1, threads: a reaction on a thread reply brings that reply, not a neighbour and not the root") {
  SlackWorld w;
  w.begin();
  const std::string root = w.say("U1", "muster", "the root");
  w.say("U2", "muster", "a neighbour in the channel");
  w.say("U1", "muster", "first reply", root);
  const std::string reply = w.say("U2", "muster", "the reply that matters", root);
  w.say("U1", "muster", "last reply", root);
  react(w, "U1", reply, "pushpin");
  const ChatEvent* e = last_of(w, "reaction");
  REQUIRE(e != nullptr);
  CHECK(e->post_id == reply);
  CHECK(e->about.text == "the reply that matters");
  CHECK(e->about.thread == root);
}

TEST_CASE("mistake 4, attribution: the author is who wrote, the user is who reacted, the time is the message's own") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U2", "muster", "pool is exhausted");
  w.pass(5 * minute_ms);
  react(w, "U1", ts, "memo");
  const ChatEvent* e = last_of(w, "reaction");
  REQUIRE(e != nullptr);
  CHECK(e->user == "ana");
  CHECK(e->about.author == "ben");
  CHECK(e->about.at == slack_time(ts));
}

TEST_CASE("mistake 2, edits and deletes: both arrive with whose message it was; who deleted is not claimed") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U2", "muster", "first text");
  w.core.edit(w.channel("muster"), ts, "second text");
  w.drain();
  const ChatEvent* edit = last_of(w, "edit");
  REQUIRE(edit != nullptr);
  CHECK(edit->text == "second text");
  CHECK(edit->about.author == "ben");
  w.core.remove(w.channel("muster"), ts);
  w.drain();
  const ChatEvent* gone = last_of(w, "delete");
  REQUIRE(gone != nullptr);
  CHECK(gone->about.author == "ben");
  CHECK(gone->user.empty());
}

TEST_CASE("mistake 6, attachments: a file is read with the token and never made public") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.core.share("U2", w.channel("muster"), "the graph", "graph.png", "image/png", "PNGBYTES");
  w.drain();
  const ChatEvent* said = last_of(w, "message");
  REQUIRE(said != nullptr);
  REQUIRE(said->noted.size() == 1);
  CHECK(said->noted.front().name == "graph.png");
  react(w, "U1", ts, "pushpin");
  const ChatEvent filed = *last_of(w, "reaction");
  REQUIRE(filed.about.files.size() == 1);
  fetch(w, filed, 1'000'000);
  const ChatEvent* copy = last_of(w, "file");
  REQUIRE(copy != nullptr);
  REQUIRE(copy->files.size() == 1);
  CHECK(copy->files.front().bytes == "PNGBYTES");
  CHECK(copy->about.files.front().sha256.size() == 64);
  CHECK(copy->about.files.front().id == copy->files.front().id);
  CHECK(w.core.calls["files.sharedPublicURL"] == 0);
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("a copy is cleaned before it is handed over, and its sum is that of what is kept") {
  SlackWorld w;
  std::string seen;
  w.clean_file = [&](const std::string& bytes, const std::function<void(Result<std::string>)>& done) {
    seen = bytes;
    done(std::string("token=…"));
  };
  w.begin();
  const std::string ts = w.core.share("U2", w.channel("muster"), "the log", "a.log", "text/plain", "token=canary");
  w.drain();
  react(w, "U1", ts, "pushpin");
  fetch(w, *last_of(w, "reaction"), 1'000'000);
  const ChatEvent* copy = last_of(w, "file");
  REQUIRE(copy != nullptr);
  CHECK(seen == "token=canary");
  CHECK(copy->files.at(0).bytes == "token=…");
  CHECK(copy->about.files.at(0).size == 9);
  CHECK(copy->about.files.at(0).sha256 == to_hex(sha256("token=…")));
}

TEST_CASE("a file that is too large, kept elsewhere or refused is noted with the reason, and the token stays at home") {
  SlackWorld w;
  w.begin();
  const std::string id = w.channel("muster");
  const std::string large = w.core.share("U2", id, "dump", "heap.bin", "application/octet-stream", "0123456789");
  react(w, "U1", large, "pushpin");
  fetch(w, *last_of(w, "reaction"), 4);
  CHECK(last_of(w, "file")->about.files.front().why == "it has 10 bytes, more than the 4 that are copied");
  const std::string away =
      w.core.share("U2", id, "elsewhere", "a.txt", "text/plain", "x", "https://evil.example.com/slack.com/");
  react(w, "U1", away, "pushpin");
  fetch(w, *last_of(w, "reaction"), 1'000);
  CHECK(last_of(w, "file")->about.files.front().why == "it is kept outside of Slack");
  CHECK(w.core.broken_rules.empty());
  const std::string mine = w.core.share("U2", id, "no right", "b.txt", "text/plain", "x");
  react(w, "U1", mine, "pushpin");
  w.core.bot_token = "xoxb-other";  // as when the app lacks files:read: a login page with 200
  fetch(w, *last_of(w, "reaction"), 1'000);
  CHECK(last_of(w, "file")->about.files.front().why == "Slack did not give it (its login page came)");
  CHECK(last_of(w, "file")->files.empty());
}

TEST_CASE("a file that Slack only names is noted by its id, with the reason why there is nothing to copy") {
  SlackWorld w;
  w.begin();
  const std::string id = w.channel("muster");
  const std::pair<const char*, const char*> reasons[] = {
      {"tombstone", "deleted"}, {"hidden_by_limit", "plan"}, {"file_access", "another organisation"}};
  for (const auto& [mode, reason] : reasons) {
    const std::string ts = w.core.share_without("U2", id, mode);
    react(w, "U1", ts, "pushpin");
    fetch(w, *last_of(w, "reaction"), 1'000);
    const SaidFile& file = last_of(w, "file")->about.files.front();
    CHECK(file.name.starts_with("F"));
    CHECK(file.why.find(reason) != std::string::npos);
  }
}

TEST_CASE("a file of a channel shared with another organisation is asked for, then copied; a refusal is its reason") {
  SlackWorld w;
  w.begin();
  const std::string id = w.channel("muster");
  w.core.connected_channels.insert(id);
  const std::string ts = w.core.share("U2", id, "theirs", "trace.txt", "text/plain", "ten bytes!");
  w.drain();
  CHECK(last_of(w, "message")->noted.front().name.starts_with("F"));
  CHECK(w.core.calls["files.info"] == 0);  // nobody filed it
  react(w, "U1", ts, "pushpin");
  fetch(w, *last_of(w, "reaction"), 1'000);
  CHECK(w.core.calls["files.info"] == 1);
  const ChatEvent* copy = last_of(w, "file");
  REQUIRE(copy != nullptr);
  CHECK(copy->about.files.front().name == "trace.txt");
  CHECK(copy->about.files.front().type == "text/plain");
  CHECK(copy->about.files.front().why.empty());
  REQUIRE(copy->files.size() == 1);
  CHECK(copy->files.front().bytes == "ten bytes!");
  const std::string big = w.core.share("U2", id, "much", "heap.bin", "text/plain", "0123456789");
  react(w, "U1", big, "pushpin");
  fetch(w, *last_of(w, "reaction"), 4);
  CHECK(last_of(w, "file")->about.files.front().why == "it has 10 bytes, more than the 4 that are copied");
  const std::pair<const char*, const char*> reasons[] = {{"file_deleted", "it was deleted in Slack"},
                                                         {"file_not_found", "another organisation"},
                                                         {"missing_scope", "Slack does not say where it is"}};
  for (const auto& [error, reason] : reasons) {
    const std::string gone = w.core.share("U2", id, "gone", "a.txt", "text/plain", "x");
    react(w, "U1", gone, "pushpin");
    w.core.fail_next("files.info", {.kind = doubles::SlackFault::Kind::error, .error = error, .retry_after_s = 0});
    fetch(w, *last_of(w, "reaction"), 1'000);
    CHECK(last_of(w, "file")->about.files.front().why.find(reason) != std::string::npos);
    CHECK(last_of(w, "file")->files.empty());
  }
  CHECK(w.core.broken_rules.empty());
}

TEST_CASE("`pin` and `declare` in a thread bring the message that the thread hangs on; other lines bring nothing") {
  SlackWorld w;
  w.begin();
  const std::string root = w.say("U2", "muster", "Checkout answers with 502");
  w.say("U1", "muster", "!declare sev2", root);
  CHECK(last_of(w, "message")->about.text == "Checkout answers with 502");
  CHECK(last_of(w, "message")->about.permalink ==
        "https://test.slack.com/archives/" + w.channel("muster") + "/p" + root.substr(0, 10) + root.substr(11));
  const int calls = w.core.calls["conversations.replies"];
  w.say("U1", "muster", "!status", root);
  CHECK(w.core.calls["conversations.replies"] == calls);
  CHECK(!last_of(w, "message")->about.known());
}

TEST_CASE("a shortcut in a message's menu is `declare` about that message") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.say("U2", "muster", "Checkout answers with 502");
  REQUIRE(w.core.choose("U1", w.channel("muster"), ts, "declare"));
  w.drain();
  const ChatEvent* e = last_of(w, "button");
  REQUIRE(e != nullptr);
  CHECK(e->text == "declare");
  CHECK(e->user == "ana");
  CHECK(e->about.text == "Checkout answers with 502");
  CHECK(e->about.author == "ben");
}

TEST_CASE(
    "the menu of a message in a channel that is not ours: the message comes along, the answer goes to who asked") {
  SlackWorld w;
  w.begin();
  w.core.channels["CSECRET"] = {
      .id = "CSECRET", .name = "secret", .topic = "", .purpose = "", .im_of = "", .is_private = true};
  w.core.channels["CSECRET"].members = {"U1", "U2"};
  const std::string ts = w.core.say("U2", "CSECRET", "Checkout answers with 502");
  REQUIRE(w.core.choose("U1", "CSECRET", ts, "declare"));
  w.drain();
  const ChatEvent* e = last_of(w, "button");
  REQUIRE(e != nullptr);
  CHECK(e->direct);
  CHECK(e->channel.starts_with("#direct-d"));
  CHECK(e->thread.empty());
  CHECK(e->about.text == "Checkout answers with 502");
  CHECK(e->about.author == "ben");
  CHECK(e->about.permalink.find("/CSECRET/p") != std::string::npos);
}

TEST_CASE("a link to a message of another public channel is followed, one of a private channel is not") {
  SlackWorld w;
  w.begin();
  w.core.channels["COPEN"] = {.id = "COPEN", .name = "general", .topic = "", .purpose = "", .im_of = ""};
  w.core.channels["CSECRET"] = {
      .id = "CSECRET", .name = "secret", .topic = "", .purpose = "", .im_of = "", .is_private = true};
  for (const char* id : {"COPEN", "CSECRET"}) w.core.channels[id].members = {"U2", "UBOT"};
  const std::string open = w.core.say("U2", "COPEN", "all may read this");
  const std::string secret = w.core.say("U2", "CSECRET", "few may read this");
  const auto link = [](const char* id, std::string ts) {
    std::erase(ts, '.');
    return "!declare from <https://test.slack.com/archives/" + std::string(id) + "/p" + ts + ">";
  };
  w.say("U1", "muster", link("COPEN", open));
  CHECK(last_of(w, "message")->about.text == "all may read this");
  w.say("U1", "muster", link("CSECRET", secret));
  CHECK(!last_of(w, "message")->about.known());
}

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
  w.pass(20 * second_ms);
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

TEST_CASE("a file for the other platforms comes as an event of its own, so that filing it later still copies it") {
  SlackWorld w;
  w.begin();
  const std::string ts = w.core.share("U2", w.channel("muster"), "the graph", "graph.png", "image/png", "png-bytes");
  react(w, "U1", ts, "pushpin");
  const ChatEvent filed = *last_of(w, "reaction");
  fetch(w, filed, 100, Value::Map{{"thread", "9.9"}, {"user", "ana"}});
  const ChatEvent* e = last_of(w, "relay_file");
  REQUIRE(e != nullptr);
  CHECK(e->files.at(0).bytes == "png-bytes");
  CHECK(e->thread == "9.9");
  CHECK(e->about.author == "ana");
  const std::string relayed = e->id;
  fetch(w, filed, 100);
  const ChatEvent* copied = last_of(w, "file");
  REQUIRE(copied != nullptr);
  CHECK(copied->id != relayed);
}
