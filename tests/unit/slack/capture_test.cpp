// What the record gets from Slack: each message read by its own ts, files with the token and never in public, and an
// honest word about what was not heard.
#include <doctest/doctest.h>

#include "bot/base/hash.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using test::SlackWorld;

namespace {

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
  CHECK(last_of(w, "file")->about.files.front().why == "it has 10 B, more than the 4 B that are copied");
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
  CHECK(last_of(w, "file")->about.files.front().why == "it has 10 B, more than the 4 B that are copied");
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

TEST_CASE("a file whose address has a space in it is fetched all the same") {
  SlackWorld w;
  w.begin();
  const std::string ts =
      w.core.share("U2", w.channel("muster"), "the graph", "our graph.png", "image/png", "png-bytes");
  react(w, "U1", ts, "pushpin");
  fetch(w, *last_of(w, "reaction"), 100);
  REQUIRE(last_of(w, "file")->files.size() == 1);
  CHECK(last_of(w, "file")->files.front().bytes == "png-bytes");
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
