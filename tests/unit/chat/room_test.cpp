#include "integrations/chat/room.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/terminal.h"

using namespace muster;

namespace {

struct Fixture {
  VirtualClock clock{1'000};
  Room room{clock};
  std::vector<ChatEvent> stored;
  std::vector<Value> feed;
  std::vector<std::string> feed_private, feed_text;
  bool accept = true;
  int next = 0;

  Fixture() {
    room.on_event([this](ChatEvent e, ChatPlatform::Done accepted) {
      stored.push_back(e);
      accepted(accept ? Result<void>{} : fail(ErrorKind::unavailable, "the disk is full"));
    });
    room.subscribe([this](const Value& event, const std::string& to) {
      feed.push_back(event);
      feed_private.push_back(to);
    });
    room.subscribe_text([this](const Room::Change& change) {
      feed_text.emplace_back(change.json);
      CHECK(change.n == room.cursor());
      CHECK(change.private_to == feed_private.back());
      CHECK(change.lasts == (feed.back()["kind"].as_string() != "typing"));
    });
    deliver("open_channel", Value::Map{{"title", "Payments are slow"}, {"topic", "SEV2"}});
  }
  // Whatever a test did: pages get as text what others get as values.
  ~Fixture() {
    REQUIRE(feed_text.size() == feed.size());
    for (std::size_t i = 0; i < feed.size(); ++i) CHECK(feed_text[i] == to_json(feed[i]));
  }

  Result<void> deliver(const std::string& kind, Value body, std::string id = {}, const std::string& where = "#inc-7") {
    Result<void> result = fail(ErrorKind::internal, "never answered");
    if (id.empty()) id = "out-" + std::to_string(++next);
    room.deliver({.id = id, .destination = "room:" + where, .kind = kind, .body = std::move(body)},
                 [&](Result<void> r) { result = r; });
    return result;
  }

  void human(const std::string& id, const std::string& user, const std::string& text, const std::string& thread = "") {
    deliver("human_post",
            Value::Map{{"post_id", id}, {"user", user}, {"text", text}, {"thread", thread}, {"at", 5'000}});
  }

  Value posts(const std::string& person = "ana") const {
    return room.snapshot(person, 10, 1'000)["channels"].as_list().at(0)["posts"];
  }
};

Room::Act on_post(const std::string& user, const std::string& post_id, const std::string& text = "") {
  Room::Act act;
  act.user = user;
  act.channel = "#inc-7";
  act.post_id = post_id;
  act.text = text;
  return act;
}

}  // namespace

TEST_CASE("a message delivered twice is shown once") {
  Fixture f;
  const Value body =
      Value::Map{{"post_id", "p1"}, {"message", to_value(message_from(Value::Map{{"text", "SEV2 declared"}}))}};
  CHECK(f.deliver("post", body, "same").has_value());
  const std::uint64_t after_first = f.room.cursor();
  CHECK(f.deliver("post", body, "same").has_value());
  CHECK(f.room.cursor() == after_first);
  CHECK(f.posts().as_list().size() == 1);
  CHECK(f.posts().as_list()[0]["message"]["text"].as_string() == "SEV2 declared");
}

TEST_CASE("a post that comes again under another delivery is still shown once") {
  Fixture f;
  f.human("p1", "ana", "hello");
  f.human("p1", "ana", "hello");
  CHECK(f.posts().as_list().size() == 1);
}

TEST_CASE("an old redelivered edit does not undo a newer one") {
  Fixture f;
  f.deliver("post", Value::Map{{"post_id", "p1"}, {"message", Value::Map{{"text", "one"}}}});
  f.deliver("edit", Value::Map{{"post_id", "p1"}, {"message", Value::Map{{"text", "two"}}}}, "e1");
  f.deliver("edit", Value::Map{{"post_id", "p1"}, {"message", Value::Map{{"text", "three"}}}}, "e2");
  f.deliver("edit", Value::Map{{"post_id", "p1"}, {"message", Value::Map{{"text", "two"}}}}, "e1");
  CHECK(f.posts().as_list()[0]["message"]["text"].as_string() == "three");
}

TEST_CASE("what a person says is an event first and is shown only when it is delivered") {
  Fixture f;
  bool accepted = false;
  f.room.say("ana", "#inc-7", "", "결제 지연 🔥", [&](Result<void> r) { accepted = r.has_value(); });
  CHECK(accepted);
  REQUIRE(f.stored.size() == 1);
  CHECK(f.stored[0].kind == "message");
  CHECK(f.stored[0].channel == "#inc-7");
  CHECK(f.stored[0].at == 1'000);
  CHECK(f.posts().as_list().empty());
  f.human(f.stored[0].post_id, "ana", f.stored[0].text);
  CHECK(f.posts().as_list()[0]["text"].as_string() == "결제 지연 🔥");
  CHECK(f.posts().as_list()[0]["author"].as_string() == "ana");
}

TEST_CASE("the same client id makes the same event and two people's ids never meet") {
  Fixture f;
  Room::Act act = on_post("ana", "", "hello");
  act.client_id = "0123456789";
  f.room.say(act, {});
  f.room.say(act, {});
  act.user = "ben";
  f.room.say(act, {});
  CHECK(f.stored[0].id == f.stored[1].id);
  CHECK(f.stored[0].id != f.stored[2].id);
}

TEST_CASE("an act that is not stored changes nothing in the room") {
  Fixture f;
  f.human("p1", "ana", "hello");
  f.accept = false;
  Room::Act act = on_post("ana", "p1", "changed");
  f.room.edit(act, [](Result<void> r) { CHECK_FALSE(r.has_value()); });
  CHECK(f.posts().as_list()[0]["text"].as_string() == "hello");
}

TEST_CASE("a thread's posts carry their root, and an unknown root is refused") {
  Fixture f;
  f.human("p1", "ana", "root");
  f.human("p2", "ben", "reply", "p1");
  CHECK(f.posts().as_list()[1]["thread"].as_string() == "p1");
  f.room.say("ana", "#inc-7", "nowhere", "x", [](Result<void> r) { CHECK(r.error().kind == ErrorKind::not_found); });
  CHECK(f.stored.empty());
}

TEST_CASE("only the author edits or deletes a post, and a deleted post's text leaves the room") {
  Fixture f;
  f.human("p1", "ana", "secret");
  f.room.edit(on_post("ben", "p1", "x"), [](Result<void> r) { CHECK(r.error().kind == ErrorKind::unauthorized); });
  f.room.remove(on_post("ben", "p1"), [](Result<void> r) { CHECK(r.error().kind == ErrorKind::unauthorized); });
  f.room.edit(on_post("ana", "p1", "better"), {});
  CHECK(f.posts().as_list()[0]["text"].as_string() == "better");
  CHECK(f.posts().as_list()[0]["edited_ms"].as_int() == 1'000);
  f.room.remove(on_post("ana", "p1"), {});
  CHECK(f.posts().as_list()[0]["deleted"].as_bool());
  CHECK_FALSE(f.posts().as_list()[0].has("text"));
}

TEST_CASE("reactions count people, and taking the last one back removes it") {
  Fixture f;
  f.human("p1", "ana", "hello");
  Room::Act act = on_post("ana", "p1");
  act.emoji = "👀";
  f.room.react(act, true, {});
  f.room.react(act, true, {});
  act.user = "ben";
  f.room.react(act, true, {});
  CHECK(f.posts().as_list()[0]["reactions"]["👀"].as_list().size() == 2);
  f.room.react(act, false, {});
  act.user = "ana";
  f.room.react(act, false, {});
  CHECK(f.posts().as_list()[0]["reactions"].as_map().empty());
}

TEST_CASE("a post is pinned by the bot or by a person and can be unpinned") {
  Fixture f;
  f.human("p1", "ana", "hello");
  f.deliver("pin", Value::Map{{"post_id", "p1"}});
  CHECK(f.posts().as_list()[0]["pinned"].as_bool());
  f.room.pin(on_post("ben", "p1"), false, {});
  CHECK_FALSE(f.posts().as_list()[0]["pinned"].as_bool());
}

TEST_CASE("a private post is seen, touched and fed to its person only") {
  Fixture f;
  f.deliver("post", Value::Map{{"post_id", "p1"}, {"message", Value::Map{{"text", "psst"}}}, {"private_to", "ana"}});
  CHECK(f.posts("ana").as_list().size() == 1);
  CHECK(f.posts("ben").as_list().empty());
  CHECK(f.feed_private.back() == "ana");
  f.room.pin(on_post("ben", "p1"), true, [](Result<void> r) { CHECK(r.error().kind == ErrorKind::not_found); });
  CHECK(f.stored.empty());
}

TEST_CASE("an archived channel is read only until it is opened again") {
  Fixture f;
  f.deliver("archive", Value::Map{});
  f.room.say("ana", "#inc-7", "", "x", [](Result<void> r) { CHECK(r.error().kind == ErrorKind::conflict); });
  f.deliver("open_channel", Value::Map{{"title", "again"}});
  f.room.say("ana", "#inc-7", "", "x", [](Result<void> r) { CHECK(r.has_value()); });
  CHECK(f.stored.size() == 1);
  CHECK(f.room.channel("#inc-7")->topic == "SEV2");
}

TEST_CASE("a channel keeps its newest 500 posts") {
  Fixture f;
  for (int i = 0; i < 503; ++i) f.human("p" + std::to_string(i), "ana", "n");
  CHECK(f.posts().as_list().size() == 500);
  CHECK(f.room.post("#inc-7", "p2") == nullptr);
  CHECK(f.room.post("#inc-7", "p3") != nullptr);
}

TEST_CASE("beyond 200 channels the oldest archived one goes") {
  Fixture f;
  for (int i = 0; i < 199; ++i) f.deliver("open_channel", Value::Map{}, {}, "#c" + std::to_string(i));
  f.deliver("archive", Value::Map{}, {}, "#c5");
  f.deliver("open_channel", Value::Map{}, {}, "#one-more");
  CHECK(f.room.channel("#c5") == nullptr);
  CHECK(f.room.channel("#inc-7") != nullptr);
  CHECK(f.room.channel("#one-more") != nullptr);
}

TEST_CASE("the feed's numbers grow by one and typing is not kept") {
  Fixture f;
  f.human("p1", "ana", "hello");
  f.room.typing("ben", "#inc-7");
  for (std::size_t i = 1; i < f.feed.size(); ++i) CHECK(f.feed[i]["n"].as_int() == f.feed[i - 1]["n"].as_int() + 1);
  CHECK(f.feed.back()["kind"].as_string() == "typing");
  CHECK(f.posts().as_list().size() == 1);
}

TEST_CASE("stored events shown again after a restart give the same room") {
  Fixture f;
  ChatEvent said{.platform = "room",
                 .id = "e1",
                 .kind = "message",
                 .channel = "#inc-7",
                 .thread = "",
                 .post_id = "p1",
                 .user = "ana",
                 .text = "hello",
                 .emoji = "",
                 .at = 5};
  f.room.apply(said);
  f.room.apply(said);
  said.id = "e2";
  said.kind = "edit";
  said.text = "hello!";
  f.room.apply(said);
  REQUIRE(f.posts().as_list().size() == 1);
  CHECK(f.posts().as_list()[0]["text"].as_string() == "hello!");
}

TEST_CASE("unknown kinds and channel names that could be paths are refused") {
  Fixture f;
  CHECK_FALSE(f.deliver("explode", Value::Map{}).has_value());
  CHECK_FALSE(f.deliver("post", Value::Map{}, {}, "#../etc").has_value());
  CHECK(room_channel_name("room:#inc-7") == "#inc-7");
  CHECK(room_channel_name("장애") == "#장애");
}

TEST_CASE("what people did to posts is delivered again after a restart and gives the same room") {
  Fixture f;
  f.human("p1", "ana", "hello");
  const auto change = [&](const char* kind, const char* event, Value more) {
    more.set("change", kind);
    more.set("event", event);
    more.set("post_id", "p1");
    more.set("at", 9'000);
    f.deliver("human_change", more);
  };
  change("edit", "e1", Value::Map{{"user", "ana"}, {"text", "hello!"}});
  change("reaction", "e2", Value::Map{{"user", "ben"}, {"emoji", "👍"}});
  change("pin", "e3", Value::Map{{"user", "ben"}});
  change("edit", "e1", Value::Map{{"user", "ana"}, {"text", "an old delivery"}});
  const Value post = f.posts().as_list().at(0);
  CHECK(post["text"].as_string() == "hello!");
  CHECK(post["edited_ms"].as_int() == 9'000);
  CHECK(post["pinned"].as_bool());
  CHECK(post["reactions"]["👍"].as_list().size() == 1);
  change("delete", "e4", Value::Map{{"user", "ana"}});
  CHECK(f.posts().as_list().at(0)["deleted"].as_bool());
}

TEST_CASE("an act that was stored is shown once, as stored") {
  Fixture f;
  f.human("p1", "ana", "hello");
  f.room.on_event([&](ChatEvent e, ChatPlatform::Done accepted) {  // as the dispatcher does: delivered, then accepted
    f.deliver("human_change", Value::Map{{"change", "edit"},
                                         {"event", e.id},
                                         {"post_id", "p1"},
                                         {"user", "ana"},
                                         {"text", "token [REDACTED]"},
                                         {"at", e.at}});
    accepted({});
  });
  f.room.edit(on_post("ana", "p1", "token ghp_secret"), {});
  CHECK(f.posts().as_list().at(0)["text"].as_string() == "token [REDACTED]");
}

TEST_CASE("what is heard late stands where it was said, and can be changed there") {
  Fixture f;
  const auto say = [&f](const std::string& id, TimeMs at, bool in_place) {
    Value body = Value::Map{{"post_id", id}, {"user", "ana"}, {"text", id}, {"at", at}};
    if (in_place) body.set("in_place", true);
    f.deliver("human_post", std::move(body));
  };
  const auto order = [&f] {
    std::string ids;
    const Value posts = f.posts();
    for (const Value& post : posts.as_list()) ids += post["text"].as_string() + " ";
    return ids;
  };
  say("a", 1'000, false);
  say("d", 4'000, false);
  say("e", 3'500, false);  // a clock that is a little behind moves nothing
  say("b", 2'000, true);
  say("c", 3'000, true);
  say("f", 9'000, true);
  say("0", 500, true);
  CHECK(order() == "0 a b c d e f ");
  CHECK(f.feed.back()["post"]["in_place"].as_bool());
  for (const char* id : {"0", "b", "e"})
    f.deliver(
        "human_change",
        Value::Map{{"change", "edit"}, {"event", id}, {"post_id", id}, {"user", "ana"}, {"text", "!"}, {"at", 9}});
  CHECK(order() == "! a ! c d ! f ");
  for (int n = 0; n < 495; ++n) say("p" + std::to_string(n), 10'000, n % 2 == 0);
  f.deliver("human_change",
            Value::Map{{"change", "delete"}, {"event", "x"}, {"post_id", "d"}, {"user", "ana"}, {"at", 9}});
  CHECK(f.room.channel("#inc-7")->posts.size() == Room::posts_max);
  const RoomPost* deleted = f.room.post("#inc-7", "d");
  REQUIRE(deleted != nullptr);
  CHECK(deleted->deleted);
  CHECK(f.room.post("#inc-7", "0") == nullptr);
}
