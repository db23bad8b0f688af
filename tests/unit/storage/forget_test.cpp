// Where the policy keeps no text of deleted messages, the words leave every table in the same commit.
#include <map>

#include "tests/unit/storage/fixture.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("a scrub in a commit empties the payload, the inbox and the room's copy, and leaves other messages alone") {
  const Folder folder;
  auto store = open(folder.path());
  const auto said = [](const std::string& post, const std::string& text) {
    Entry e = entry("said:inc-1/" + post);
    e.kind = "chat.said";
    e.text = text;
    Commit c = with_entries({e});
    c.inbox.push_back({"room:" + post, "chat", text, 5, Value::Map{{"post", post}, {"channel", "#inc-1"}}});
    c.inbox_done.push_back("room:" + post);
    c.decision.out.push_back(
        {"out-" + post, "room:#inc-1", "human_post", Value::Map{{"post_id", post}, {"user", "ben"}, {"text", text}}});
    return c;
  };
  REQUIRE(store->commit_now(said("p1", "canary-tulip-9431")).has_value());
  REQUIRE(store->commit_now(said("p2", "stays-9432")).has_value());
  Entry redaction = entry("r1");
  redaction.kind = "redaction";
  redaction.corrects = "said:inc-1/p1";
  Commit c = with_entries({redaction});
  c.scrubs = {"said:inc-1/p1"};
  REQUIRE(store->commit_now(c).has_value());
  store.reset();
  REQUIRE(raw_sql(folder.db(), "PRAGMA wal_checkpoint(TRUNCATE)").empty());
  std::ifstream file(folder.db(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  CHECK(bytes.find("canary-tulip") == std::string::npos);
  CHECK(bytes.find("stays-9432") != std::string::npos);
  CHECK(verify_journal(folder.path())->problems.empty());
}

TEST_CASE("the copies of a deleted message on other platforms say that it was deleted, also those that wait") {
  const Folder folder;
  auto store = open(folder.path());
  const auto copy = [](const char* id, const char* to, const char* post, const char* text, const char* kind) {
    return OutMessage{id, to, kind,
                      Value::Map{{"post_id", post}, {"relayed", true}, {"message", Value::Map{{"text", text}}}}};
  };
  Entry said = entry("said:inc-1/p1");
  said.kind = "chat.said";
  Commit c = with_entries({said});
  c.decision.out.push_back(copy("o1", "slack:#inc-1", "p1", "ben: canary-tulip-1", "post"));
  c.decision.out.push_back(copy("o2", "mattermost:#inc-1", "p1", "ben: canary-tulip-2", "post"));
  c.decision.out.push_back(copy("o3", "slack:#inc-1", "p1", "ben: canary-tulip-3 (edited)", "edit"));
  c.decision.out.push_back(copy("o4", "slack:#inc-1", "p2", "ben: stays", "post"));
  c.decision.out.push_back(copy("o5", "slack:#inc-2", "p1", "ben: elsewhere", "post"));
  REQUIRE(store->commit_now(c).has_value());
  Entry redaction = entry("r1");
  redaction.kind = "redaction";
  redaction.corrects = "said:inc-1/p1";
  Commit gone = with_entries({redaction});
  gone.scrubs = {"said:inc-1/p1"};
  gone.decision.out.push_back(copy("o6", "slack:#inc-1", "p1", "ben deleted it", "edit"));
  gone.decision.out.back().body.set("deleted", true);
  REQUIRE(store->commit_now(gone).has_value());
  std::map<std::string, std::string> texts;
  const auto pending = store->pending_out();
  for (const PendingOut& p : *pending) texts[p.message.id] = p.message.body["message"]["text"].as_string();
  const std::map<std::string, std::string> left = {{"o1", "ben deleted it"}, {"o2", "…"},
                                                   {"o3", "ben deleted it"}, {"o4", "ben: stays"},
                                                   {"o5", "ben: elsewhere"}, {"o6", "ben deleted it"}};
  CHECK(texts == left);
}

TEST_CASE("a scrub without its redaction destroys nothing") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c = with_entries({entry("e1")});
  c.scrubs = {"e1"};
  REQUIRE(store->commit_now(c).has_value());
  CHECK(journal(*store).at(0).text == "text of e1");
}
