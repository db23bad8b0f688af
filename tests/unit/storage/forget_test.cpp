// Where the policy keeps no text of deleted messages, the words leave every table in the same commit.
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

TEST_CASE("a scrub without its redaction destroys nothing") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c = with_entries({entry("e1")});
  c.scrubs = {"e1"};
  REQUIRE(store->commit_now(c).has_value());
  CHECK(journal(*store).at(0).text == "text of e1");
}
