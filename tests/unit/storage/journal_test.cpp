// The journal: what is written is read back, cannot be changed, and tampering is found.
#include "fixture.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("an entry comes back as it was committed, with position, seq and written time") {
  const Folder folder;
  auto store = open(folder.path());
  Entry e = entry("e1");
  e.actor = {"user", "u1", "kim", "Kim"};
  e.source = {"chat", "chat_post", "p1", "#ops", "https://chat/p1"};
  e.services = {"checkout"};
  e.tags = {"a", "b"};
  e.role = "scribe";
  e.reply_to = "e0";
  e.pinned = true;
  e.attachments = Value(Value::List{Value("x")});
  const auto done = store->commit_now(with_entries({e, entry("loose", ""), entry("e2")}));
  REQUIRE(done.has_value());
  const auto all = journal(*store);
  CHECK(all.size() == 3);
  e.position = 1;
  e.seq = 1;
  e.written_ms = 1'000'000;
  e.dedupe_key = "e1";
  CHECK(all.at(0) == e);
  CHECK(all.at(1).seq == 0);
  CHECK(all.at(2).seq == 2);
  CHECK(all.at(2).position == 3);
  CHECK(done->entries.at(2).seq == 2);
  CHECK(store->read_incident("INC-1")->size() == 2);
  std::size_t later = 0;
  REQUIRE(store->read_journal(2, [&later](const Entry&) { ++later; }).has_value());
  CHECK(later == 1);
}

TEST_CASE("entries of some kinds are read with their payload, in order, and no others") {
  const Folder folder;
  auto store = open(folder.path());
  Entry linked = entry("e2"), built = entry("e4", "");
  linked.kind = "change.linked";
  built.kind = "version.built";
  REQUIRE(store->commit_now(with_entries({entry("e1"), linked, entry("e3"), built})).has_value());
  std::vector<Entry> found;
  REQUIRE(store->read_kinds({"version.built", "change.linked", "it's"}, [&](const Entry& e) { found.push_back(e); })
              .has_value());
  REQUIRE(found.size() == 2);
  CHECK(found[0] == journal(*store).at(1));
  CHECK(found[1] == journal(*store).at(3));
}

TEST_CASE("numbers go on after a restart") {
  const Folder folder;
  { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1"), entry("e2")})).has_value()); }
  auto store = open(folder.path());
  const auto done = store->commit_now(with_entries({entry("e3")}));
  REQUIRE(done.has_value());
  CHECK(done->entries.at(0).position == 3);
  CHECK(done->entries.at(0).seq == 3);
  CHECK(verified(folder.path()).problems.empty());
}

TEST_CASE("journal rows and payloads refuse UPDATE and DELETE") {
  const Folder folder;
  { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1")})).has_value()); }
  const std::string only = "append-only";
  CHECK(raw_sql(folder.db(), "UPDATE event SET kind = 'x'").find(only) != std::string::npos);
  CHECK(raw_sql(folder.db(), "DELETE FROM event").find(only) != std::string::npos);
  CHECK(raw_sql(folder.db(), "DELETE FROM event_payload").find(only) != std::string::npos);
  CHECK(raw_sql(folder.db(), "UPDATE event_payload SET body = '{}'").find("only be scrubbed") != std::string::npos);
}

TEST_CASE("a correction without a target is refused and leaves the store usable") {
  const Folder folder;
  auto store = open(folder.path());
  Entry bad = entry("e1");
  bad.kind = "correction";
  const auto refused = store->commit_now(with_entries({bad}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::internal);
  const auto done = store->commit_now(with_entries({entry("e2")}));
  REQUIRE(done.has_value());
  CHECK(done->entries.at(0).seq == 1);
}

TEST_CASE("verify finds a changed row, a changed payload, a removed row and a hidden scrub") {
  const std::string free_update =
      "DROP TRIGGER event_no_update; DROP TRIGGER payload_scrub_only; "
      "DROP TRIGGER event_no_delete; DROP TRIGGER payload_no_delete; ";
  struct Tamper {
    std::string sql, found;
  };
  const std::vector<Tamper> tampers = {
      {"UPDATE event SET occurred_ms = 11 WHERE position = 2", "position 2 (e2): the row was changed"},
      {"UPDATE event SET pinned = 1 WHERE position = 3", "position 3 (e3): the row was changed"},
      {"UPDATE event_payload SET body = '{}' WHERE position = 2", "position 2 (e2): the payload does not match"},
      {"DELETE FROM event_payload WHERE position = 2", "position 2 (e2): the payload is missing"},
      {"DELETE FROM event_payload WHERE position = 2; DELETE FROM event WHERE position = 2",
       "position 3 (e3): expected"},
      {"UPDATE event_payload SET body = NULL, scrubbed_ms = 1 WHERE position = 1", "destroyed without a redaction"},
  };
  for (const Tamper& tamper : tampers) {
    CAPTURE(tamper.sql);
    const Folder folder;
    { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1"), entry("e2"), entry("e3")})).has_value()); }
    CHECK(verified(folder.path()).problems.empty());
    CHECK(raw_sql(folder.db(), free_update + tamper.sql) == "");
    const auto report = verified(folder.path());
    REQUIRE_FALSE(report.problems.empty());
    CHECK(report.problems.front().find(tamper.found) != std::string::npos);
  }
}

TEST_CASE("verify reports a correction whose target is not there") {
  const Folder folder;
  auto store = open(folder.path());
  Entry early = entry("c1");
  early.kind = "correction";
  early.corrects = "e9";
  REQUIRE(store->commit_now(with_entries({early})).has_value());
  REQUIRE(verified(folder.path()).problems.size() == 1);
  CHECK(verified(folder.path()).problems[0].find("refers to e9") != std::string::npos);
  REQUIRE(store->commit_now(with_entries({entry("e9")})).has_value());
  CHECK(verified(folder.path()).problems.empty());
}

TEST_CASE("a scrub needs a redaction, destroys the bytes and keeps the chain") {
  const Folder folder;
  auto store = open(folder.path());
  Entry leak = entry("e1");
  leak.text = "canary-tulip-9431";
  REQUIRE(store->commit_now(with_entries({leak, entry("e2")})).has_value());
  CHECK(scrub_payload(*store, "e1").error().kind == ErrorKind::conflict);
  CHECK(scrub_payload(*store, "nope").error().kind == ErrorKind::not_found);
  Entry redaction = entry("r1");
  redaction.kind = "redaction";
  redaction.corrects = "e1";
  REQUIRE(store->commit_now(with_entries({redaction})).has_value());
  const auto raw = [&] { return bytes_of(folder.db()) + bytes_of(folder.db() + "-wal"); };
  CHECK(raw().find("canary-tulip") != std::string::npos);
  REQUIRE(scrub_payload(*store, "e1").has_value());
  CHECK(raw().find("canary-tulip") == std::string::npos);
  const auto report = verified(folder.path());
  CHECK(report.problems.empty());
  CHECK(report.scrubbed == 1);
  CHECK(report.entries == 3);
  CHECK(journal(*store).at(0).scrubbed);
  CHECK(journal(*store).at(0).text == "");
  CHECK(journal(*store).at(1).text == "text of e2");
}
