// What the record gets from Mattermost: each post read by its own id, files with the token, and an honest word about
// what was not heard.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Scene : Rig {
  Scene() {
    start();
    channel_id = channel("muster");
    ben = core.add_user("ben");
    core.join_team(team, ben);
    core.join(channel_id, ana);
    core.join(channel_id, ben);
  }
  std::string say(const std::string& user, const std::string& text, const std::string& root = {}) {
    const std::string id = core.say(user, channel_id, text, root);
    settle();
    return id;
  }
  const ChatEvent* last(const std::string& kind) const {
    for (auto e = events.rbegin(); e != events.rend(); ++e)
      if (e->kind == kind) return &*e;
    return nullptr;
  }
  std::string channel_id, ben;
};

}  // namespace

TEST_CASE("mistake 1, threads: on Mattermost a reaction on a reply brings that reply, not a neighbour") {
  Scene s;
  const std::string root = s.say(s.ana, "the root");
  s.say(s.ben, "a neighbour");
  const std::string reply = s.say(s.ben, "the reply that matters", root);
  s.say(s.ana, "another reply", root);
  s.core.react(s.ana, reply, "pushpin");
  s.settle();
  const ChatEvent* e = s.last("reaction");
  REQUIRE(e != nullptr);
  CHECK(e->about.text == "the reply that matters");
  CHECK(e->about.author == "mattermost:ben");
  CHECK(e->user == "p-ana");
  CHECK(e->about.at == s.core.post(reply)->create_at);
  CHECK(e->about.permalink.ends_with("/ops/pl/" + reply));
}

TEST_CASE("mistake 6, attachments: a file is read over the API, and one that is too large is noted") {
  Scene s;
  const std::string id = s.core.say_with_file(s.ben, s.channel_id, "the graph", "graph.png", "image/png", "PNGBYTES");
  s.settle();
  REQUIRE(s.last("message")->noted.size() == 1);
  s.core.react(s.ana, id, "pushpin");
  s.settle();
  const SaidFile file = s.last("reaction")->about.files.at(0);
  for (const std::int64_t most : {1'000, 4}) {
    Value body = Value::Map{{"channel", "muster"}, {"post_id", id}, {"bytes_max", most}};
    body.set("files",
             Value::List{Value::Map{{"id", file.id}, {"name", file.name}, {"mime", file.type}, {"bytes", file.size}}});
    s.inbox.clear();
    s.deliver(
        {.id = "f" + std::to_string(most), .destination = "mattermost:files", .kind = "fetch_files", .body = body});
    const ChatEvent* copy = s.last("file");
    REQUIRE(copy != nullptr);
    CHECK(copy->files.empty() == (most == 4));
    CHECK(copy->about.files.front().why.empty() == (most != 4));
    if (most != 4) CHECK(copy->files.front().bytes == "PNGBYTES");
  }
}

TEST_CASE("mistake 2, edits and deletes: a deletion is told without claiming who did it") {
  Scene s;
  const std::string id = s.say(s.ben, "first");
  s.core.edit(id, "second");
  s.settle();
  CHECK(s.last("edit")->about.author == "mattermost:ben");
  s.core.remove(id);
  s.settle();
  CHECK(s.last("delete")->about.author == "mattermost:ben");
  CHECK(s.last("delete")->user.empty());
}

TEST_CASE("the replies of a deleted post are deleted with it, though one event tells of the root alone") {
  Scene s;
  const std::string root = s.say(s.ben, "the root"), reply = s.say(s.ana, "a reply", root),
                    other = s.say(s.ana, "other");
  s.core.remove(root);
  s.settle();
  std::vector<std::string> gone;
  for (const ChatEvent& e : s.events)
    if (e.kind == "delete") gone.push_back(e.post_id);
  CHECK(gone == std::vector<std::string>{root, reply});
}

TEST_CASE("a reaction may be taken away again and again, and each time is told with its time") {
  Scene s;
  const std::string id = s.say(s.ben, "the pool is full");
  int taken = 0;
  for (int i = 0; i < 2; ++i) {
    s.core.react(s.ana, id, "pushpin");
    s.settle();
    s.pass(second_ms);
    s.core.react(s.ana, id, "pushpin", false);
    s.settle();
    REQUIRE(s.last("unreaction") != nullptr);
    CHECK(s.last("unreaction")->at == s.core.post(id)->update_at);
  }
  for (const ChatEvent& e : s.events) taken += e.kind == "unreaction" ? 1 : 0;
  CHECK(taken == 2);
}

TEST_CASE("`pin` in a thread brings its root; a link brings the post of a public channel only") {
  Scene s;
  const std::string root = s.say(s.ben, "Checkout answers with 502");
  s.say(s.ana, "!pin", root);
  CHECK(s.last("message")->about.text == "Checkout answers with 502");
  const std::string open = s.core.add_channel(s.team, "general"), secret = s.core.add_channel(s.team, "secret", "P");
  for (const std::string& id : {open, secret}) {
    s.core.join(id, s.bot);
    s.core.join(id, s.ben);
  }
  const std::string there = s.core.say(s.ben, open, "all may read this");
  const std::string hidden = s.core.say(s.ben, secret, "few may read this");
  s.settle();
  const std::string site = std::string(doubles::NoSockets::url) + "/ops/pl/";
  s.say(s.ana, "!declare from " + site + there);
  CHECK(s.last("message")->about.text == "all may read this");
  s.say(s.ana, "!declare from " + site + hidden);
  CHECK_FALSE(s.last("message")->about.known());
}

TEST_CASE("after a loss it is seen which reactions went meanwhile") {
  Scene s;
  const std::string kept = s.say(s.ben, "kept"), freed = s.say(s.ben, "freed");
  for (const std::string& post : {kept, freed}) s.core.react(s.ana, post, "pushpin");
  s.settle();
  const std::string channel = s.core.channel(s.channel_id)->name;
  s.filed[channel] = {{kept, "ben", false, {{"p-ana", "pushpin"}}}, {freed, "ben", false, {{"p-ana", "pushpin"}}}};
  s.pass(2 * minute_ms);
  s.core.cut_all();
  s.settle();
  s.core.forget_connections();
  s.core.react(s.ana, freed, "pushpin", false);
  s.events.clear();
  s.pass(2 * minute_ms);
  REQUIRE(s.last("unreaction") != nullptr);
  CHECK(s.last("unreaction")->post_id == freed);
  CHECK(s.last("unreaction")->user == "p-ana");
  CHECK(std::ranges::count(s.events, std::string("unreaction"), &ChatEvent::kind) == 1);
}

TEST_CASE("reactions are compared with what was read; only where the server does not show all changes it is asked") {
  Scene s;
  const std::string kept = s.say(s.ben, "kept"), freed = s.say(s.ben, "freed");
  for (const std::string& post : {kept, freed}) s.core.react(s.ana, post, "pushpin");
  s.settle();
  const std::string channel = s.core.channel(s.channel_id)->name;
  const auto asked = [&s] {
    int n = 0;
    for (const std::string& path : s.net.asked) n += path.ends_with("/reactions") ? 1 : 0;
    return n;
  };
  s.filed[channel] = {{kept, "ben", false, {{"somebody", "pushpin", s.ana}}},
                      {freed, "ben", false, {{"somebody", "pushpin", s.ana}}}};
  s.pass(2 * minute_ms);
  s.core.cut_all();
  s.settle();
  s.core.forget_connections();
  s.core.react(s.ana, freed, "pushpin", false);
  s.events.clear();
  s.coverage.clear();
  s.pass(2 * minute_ms);
  CHECK(asked() == 0);
  CHECK(std::ranges::count(s.events, std::string("unreaction"), &ChatEvent::kind) == 1);
  REQUIRE(s.coverage.size() == 1);
  CHECK(s.coverage.front().complete);
  CHECK(s.coverage.front().notes.empty());

  std::vector<FiledMessage> filed;
  for (int i = 0; i < 220; ++i) {  // a hundred of them are in the page with the first that was missed
    const std::string post = s.core.say(s.ben, s.channel_id, "filed");
    s.core.react(s.ana, post, "pushpin");
    filed.push_back({post, "ben", false, {{"somebody", "pushpin", s.ana}}});
  }
  s.settle();
  s.filed[channel] = filed;
  s.pass(10 * minute_ms);
  s.core.cut_all();
  s.settle();
  s.core.forget_connections();
  s.core.react(s.ana, filed.back().post_id, "pushpin", false);
  for (int i = 0; i < 1'100; ++i) s.core.say(s.ben, s.channel_id, "much");
  s.events.clear();
  s.coverage.clear();
  s.pass(10 * minute_ms);
  CHECK(asked() == 100);
  CHECK(std::ranges::count(s.events, std::string("unreaction"), &ChatEvent::kind) == 1);
  REQUIRE(s.coverage.size() == 1);
  CHECK_FALSE(s.coverage.front().complete);
  CHECK(s.coverage.front().notes.back() == CoverageNote{"marks_many", {{"n", "20"}, {"most", "100"}}});
}

TEST_CASE("after a loss Mattermost's channel gets a statement, and marks of the missed time are found") {
  Scene s;
  const std::string id = s.say(s.ben, "said before");
  s.pass(2 * minute_ms);
  s.core.cut_all();
  s.settle();
  const TimeMs lost = s.clock.now();
  s.core.forget_connections();
  s.core.say(s.ben, s.channel_id, "said meanwhile");
  s.core.react(s.ana, id, "pushpin");
  s.pass(2 * minute_ms);
  REQUIRE_FALSE(s.coverage.empty());
  CHECK(s.coverage.back().complete);
  CHECK(s.coverage.back().from_ms == lost);
  CHECK(s.last("message")->text == "said meanwhile");
  CHECK(s.last("reaction")->about.text == "said before");
}

TEST_CASE("a post that is kept current and went while nobody listened is told of when the changes are read") {
  Scene s;
  s.post("muster", "announce-INC-1", "INC-1 is open");
  s.post("muster", "answer-1", "an answer");
  s.pass(2 * minute_ms);
  s.core.cut_all();
  s.settle();
  s.core.forget_connections();
  for (const char* post : {"announce-INC-1", "answer-1"})
    s.core.remove(s.directory.theirs("post", std::string("muster/") + post));
  s.events.clear();
  s.pass(2 * minute_ms);
  REQUIRE(s.last("gone") != nullptr);
  CHECK(s.last("gone")->post_id == "announce-INC-1");
  CHECK(std::ranges::count(s.events, std::string("gone"), &ChatEvent::kind) == 1);
}
