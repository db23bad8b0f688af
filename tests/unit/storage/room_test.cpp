// What the room keeps: files and the history that it is filled from.
#include "fixture.h"

using namespace muster;
using namespace muster::test;

namespace {

OutMessage to_room(const std::string& id, const std::string& channel, const std::string& kind) {
  return {.id = id, .destination = "room:" + channel, .kind = kind, .body = Value(Value::Map{{"n", 1}})};
}

}  // namespace

TEST_CASE("a file is stored with the commit that names it, counted, and gone with the commit that drops it") {
  const Folder folder;
  const std::string bytes("\0\xFF<html>", 8);
  {
    auto store = open(folder.path());
    Commit c;
    c.inbox = {item("k1")};
    c.files = {{.id = "f1", .name = "log.html", .channel = "c", .author = "ana", .at = 5, .bytes = bytes}};
    REQUIRE(store->commit_now(c).has_value());
    c.files.front().id = "f2";  // the same event again: nothing of it is applied
    REQUIRE(store->commit_now(c)->duplicate);
  }
  auto store = open(folder.path());
  CHECK(store->read_file("f1")->bytes == bytes);
  CHECK(store->read_file("f1")->name == "log.html");
  CHECK(store->read_file("f2").error().kind == ErrorKind::not_found);
  CHECK(store->file_bytes().value() == 8);
  Commit drop;
  drop.files_gone = {"f1"};
  REQUIRE(store->commit_now(drop).has_value());
  CHECK_FALSE(store->read_file("f1").has_value());
  CHECK(store->file_bytes().value() == 0);
}

TEST_CASE("a storm of messages does not push a channel out of the history") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c;
  c.decision.out = {to_room("open", "#inc-1", "open_channel"), to_room("old", "#inc-1", "post")};
  for (int i = 0; i < 10; ++i) c.decision.out.push_back(to_room("alert-" + std::to_string(i), "#alerts", "post"));
  c.decision.out.push_back(to_room("topic", "#inc-1", "topic"));
  for (const OutMessage& m : c.decision.out) c.out_done.push_back(m.id);
  REQUIRE(store->commit_now(c).has_value());
  Commit done;
  done.out_done = c.out_done;
  REQUIRE(store->commit_now(done).has_value());
  std::vector<std::string> ids;
  const std::vector<OutMessage> history = store->room_history(3).value();
  for (const OutMessage& m : history) ids.push_back(m.id);
  CHECK(ids == std::vector<std::string>{"open", "alert-8", "alert-9", "topic"});
}
