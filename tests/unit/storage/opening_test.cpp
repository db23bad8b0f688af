// Opening, refusing, backing up.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>

#include "fixture.h"
#include "storage/migrations.h"
#include "storage/verify.h"

using namespace muster;
using namespace muster::test;

namespace {

Error refused(const std::string& folder) {
  auto store = open_store(options_for(folder), {});
  REQUIRE_FALSE(store.has_value());
  return store.error();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The journal's table as versions 1 to 3 made it.
constexpr const char* older_journal = R"sql(
CREATE TABLE old(position INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, incident_id TEXT, seq INTEGER,
  kind TEXT NOT NULL, occurred_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, written_ms INTEGER NOT NULL,
  precision_ms INTEGER NOT NULL, clock_name TEXT NOT NULL, skew_ms INTEGER NOT NULL, origin TEXT NOT NULL,
  actor_type TEXT NOT NULL, actor_id TEXT NOT NULL, role TEXT, visibility TEXT NOT NULL, pinned INTEGER NOT NULL,
  corrects TEXT, reply_to TEXT, source_system TEXT NOT NULL, source_type TEXT NOT NULL, source_id TEXT NOT NULL,
  dedupe_key TEXT NOT NULL UNIQUE, payload_mac BLOB NOT NULL, prev_hash BLOB NOT NULL, row_hash BLOB NOT NULL,
  UNIQUE(incident_id, seq)) STRICT;
INSERT INTO old SELECT * FROM event;
DROP TABLE event;
ALTER TABLE old RENAME TO event;
CREATE INDEX event_by_target ON event(corrects) WHERE corrects IS NOT NULL;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT,'event rows are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT,'event rows are append-only'); END;
CREATE TABLE old_out(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, destination TEXT NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  last_error TEXT NOT NULL) STRICT;
INSERT INTO old_out SELECT * FROM outbox;
DROP TABLE outbox;
ALTER TABLE old_out RENAME TO outbox;
CREATE INDEX outbox_open ON outbox(state, n) WHERE state <> 'done';
UPDATE meta SET value = '3' WHERE key = 'schema_version';
)sql";

unsigned mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777u;
}

}  // namespace

TEST_CASE("a new folder is private and so is what is in it") {
  const Folder folder;
  const std::string inner = folder.path() + "/deep/data";
  auto store = open(inner);
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  CHECK(mode_of(inner) == 0700);
  for (const char* name : {"/muster.db", "/muster.db-wal", "/mac.key", "/muster.lock"})
    CHECK(mode_of(inner + name) == 0600);
}

TEST_CASE("what an interrupted start or a lost database left behind does no harm to the new one") {
  const Folder folder;
  std::string log;
  {
    auto store = open(folder.path());
    REQUIRE(store->commit_now(with_entries({entry("lost")})).has_value());
    log = bytes_of(folder.db() + "-wal");
  }
  REQUIRE(log.size() > 4096);
  std::filesystem::remove(folder.db());
  std::ofstream(folder.db() + "-wal", std::ios::binary) << log;
  std::ofstream(folder.db() + ".new", std::ios::binary) << "half of a database";
  {
    auto store = open(folder.path());
    CHECK(journal(*store).empty());
    REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  }
  CHECK(verified(folder.path()).entries == 1);
  CHECK(verified(folder.path()).problems.empty());
  CHECK_FALSE(std::filesystem::exists(folder.db() + ".new"));
}

TEST_CASE("an orderly end leaves one complete file and no log beside it") {
  const Folder folder;
  { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1")})).has_value()); }
  CHECK_FALSE(std::filesystem::exists(folder.db() + "-wal"));
  CHECK(bytes_of(folder.db()).find("text of e1") != std::string::npos);
}

TEST_CASE("a second process is refused by name, and may come when the first has gone") {
  const Folder folder;
  {
    auto first = open(folder.path());
    const Error error = refused(folder.path());
    CHECK(error.kind == ErrorKind::conflict);
    CHECK(has(error.message, "pid " + std::to_string(::getpid())));
    CHECK_FALSE(error.next_step.empty());
  }
  open(folder.path());
}

TEST_CASE("who is not the newest owner of the file writes nothing more, and says so") {
  const Folder folder;
  std::int64_t first = 0;
  { first = open(folder.path())->owner(); }
  auto store = open(folder.path());
  CHECK(store->owner() == first + 1);
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  // Another process, on a disk whose locks do not hold.
  REQUIRE(raw_sql(folder.db(), "UPDATE meta SET value = value + 1 WHERE key = 'owner'") == "");
  const auto refused_commit = store->commit_now(with_entries({entry("e2")}));
  REQUIRE_FALSE(refused_commit.has_value());
  CHECK(has(refused_commit.error().message, "Another process took over"));
  CHECK(store->stats().broken);  // the program ends on that
  CHECK_FALSE(scrub_payload(*store, "e1").has_value());
  CHECK(journal(*store).size() == 1);
  store.reset();
  CHECK(open(folder.path())->owner() == first + 3);
}

TEST_CASE("a newer file is refused naming both versions and stays as it is") {
  const Folder folder;
  { open(folder.path()); }
  REQUIRE(raw_sql(folder.db(), "UPDATE meta SET value = '99'") == "");
  const std::string before = bytes_of(folder.db());
  const Error error = refused(folder.path());
  CHECK(has(error.message, "99"));
  CHECK(has(error.message, "up to " + std::to_string(storage::newest_schema())));
  CHECK(bytes_of(folder.db()) == before);
  CHECK_FALSE(verify_journal(folder.path()).has_value());
}

TEST_CASE("a file whose journal had an index for everything is brought up to date with all it holds") {
  const Folder folder;
  Entry keyed = entry("e2");
  keyed.dedupe_key = "key:2";
  Commit before = with_entries({entry("e1"), keyed, entry("e3", "")});
  before.decision.out = {message("m1"), message("m2")};
  { REQUIRE(open(folder.path())->commit_now(std::move(before)).has_value()); }
  REQUIRE(raw_sql(folder.db(), older_journal) == "");
  {
    auto store = open(folder.path());
    CHECK(journal(*store).size() == 3);
    CHECK(store->commit_now(with_entries({entry("e1")}))->duplicate);
    keyed.event_id = "e4";
    CHECK(store->commit_now(with_entries({keyed}))->duplicate);
    CHECK_FALSE(store->commit_now(with_entries({entry("e5")}))->duplicate);
    CHECK(store->read_incident("INC-1")->size() == 3);
    Commit delivered;
    delivered.out_done = {"m1"};
    REQUIRE(store->commit_now(std::move(delivered)).has_value());
    REQUIRE(store->pending_out()->size() == 1);
    CHECK(store->pending_out()->front().message.id == "m2");
  }
  CHECK(verified(folder.path()).problems.empty());
  CHECK(verified(folder.path()).entries == 4);
  for (const char* change : {"UPDATE event SET kind = 'x'", "DELETE FROM event"})
    CHECK(has(raw_sql(folder.db(), change), "append-only"));
  CHECK(raw_sql(folder.db(), "CREATE TABLE event_next(x)") == "");  // nothing of that name was left behind
}

TEST_CASE("a file from before there were lists of alerts is taken over as it is, and no older program reads it again") {
  const Folder folder;
  { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1"), entry("e2")})).has_value()); }
  REQUIRE(raw_sql(folder.db(), "UPDATE meta SET value = '4' WHERE key = 'schema_version'") == "");
  {
    auto store = open(folder.path());
    CHECK(journal(*store).size() == 2);
    CHECK_FALSE(store->commit_now(with_entries({entry("e3")}))->duplicate);
  }
  CHECK(verified(folder.path()).problems.empty());
  CHECK(verified(folder.path()).entries == 3);
  const char* is_5 =
      "CREATE TEMP TABLE seen(version TEXT CHECK(version = '5'));"
      "INSERT INTO seen SELECT value FROM meta WHERE key = 'schema_version'";
  CHECK(raw_sql(folder.db(), is_5) == "");
}

TEST_CASE("a key that is the id of an entry without a key is known") {
  const Folder folder;
  auto store = open(folder.path());
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  Entry again = entry("e2");
  again.dedupe_key = "e1";
  CHECK(store->commit_now(with_entries({again}))->duplicate);
  CHECK(journal(*store).size() == 1);
}

TEST_CASE("a file that is no database, or another program's, is refused and not touched") {
  const Folder folder;
  { open(folder.path()); }
  const std::string garbage(9000, 'x');
  std::ofstream(folder.db(), std::ios::binary) << garbage;
  const Error error = refused(folder.path());
  CHECK(has(error.message, "damaged"));
  CHECK(has(error.next_step, "backup"));
  CHECK(bytes_of(folder.db()) == garbage);
  std::filesystem::remove(folder.db());
  REQUIRE(raw_sql(folder.db(), "CREATE TABLE other(x)") == "");
  CHECK(has(refused(folder.path()).message, "another program"));
}

TEST_CASE("a database whose key is missing or cut is refused") {
  const Folder folder;
  { open(folder.path()); }
  const std::string key = folder.path() + "/mac.key";
  std::filesystem::resize_file(key, 31);
  CHECK(has(refused(folder.path()).message, "32 bytes"));
  std::filesystem::remove(key);
  const Error error = refused(folder.path());
  CHECK(has(error.message, "missing"));
  CHECK_FALSE(std::filesystem::exists(key));
}

TEST_CASE("a key that belongs to another record is refused before anything is written with it") {
  const Folder folder;
  const std::string key = folder.path() + "/mac.key";
  { REQUIRE(open(folder.path())->commit_now(with_entries({entry("e1"), entry("e2")})).has_value()); }
  const std::string own = bytes_of(key);
  std::ofstream(key, std::ios::binary) << std::string(32, 'k');
  const Error error = refused(folder.path());
  CHECK(error.kind == ErrorKind::conflict);
  CHECK(has(error.message, "not the one"));
  CHECK(has(error.next_step, "backup"));
  std::ofstream(key, std::ios::binary) << own;
  CHECK(journal(*open(folder.path())).size() == 2);
}

TEST_CASE("a database that was emptied is refused, an interrupted first start is not") {
  const Folder folder;
  { open(folder.path()); }
  std::filesystem::remove(folder.db() + "-wal");
  std::filesystem::resize_file(folder.db(), 0);
  { open(folder.path()); }  // nothing was ever told to a sender
  std::ofstream(folder.path() + "/tokens.json") << "{}";
  std::filesystem::resize_file(folder.db(), 0);
  CHECK(has(refused(folder.path()).message, "is empty"));
  std::filesystem::remove(folder.db());
  open(folder.path());
}

TEST_CASE("a damaged page is found by verify and told in a sentence") {
  const Folder folder;
  {
    auto store = open(folder.path());
    std::vector<Entry> many;
    for (int i = 0; i < 300; ++i) many.push_back(entry("e" + std::to_string(i)));
    REQUIRE(store->commit_now(with_entries(many)).has_value());
  }
  const auto size = std::filesystem::file_size(folder.db());
  REQUIRE(size > 32768);
  std::fstream file(folder.db(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(16384);
  file << std::string(size - 16384, '\x5a');
  file.close();
  const auto report = verify_journal(folder.path());
  CHECK((!report || !report->problems.empty()));
  if (!report) CHECK(has(report.error().message, "damaged"));
}

TEST_CASE("read-only opening reads beside a running bot and refuses to write") {
  const Folder folder;
  auto store = open(folder.path());
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  StoreOptions options = options_for(folder.path());
  options.read_only = true;
  auto reader = open_store(options, {});
  REQUIRE(reader.has_value());
  CHECK(journal(**reader).size() == 1);
  CHECK((*reader)->commit_now(with_entries({entry("e2")})).error().kind == ErrorKind::conflict);
  options.folder = folder.path() + "/nothing";
  CHECK(open_store(options, {}).error().kind == ErrorKind::not_found);
  CHECK_FALSE(std::filesystem::exists(options.folder));
}

TEST_CASE("a backup taken online is private, verifies and can be restored") {
  const Folder folder, elsewhere;
  auto store = open(folder.path());
  REQUIRE(store->commit_now(with_entries({entry("e1"), entry("e2")})).has_value());
  const std::string file = elsewhere.path() + "/copy.db";
  REQUIRE(backup_store(folder.path(), file).has_value());
  REQUIRE(store->commit_now(with_entries({entry("e3")})).has_value());
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(file + ".key") == 0600);
  const std::string restored = elsewhere.path() + "/data";
  std::filesystem::create_directory(restored);
  std::filesystem::copy(file, restored + "/muster.db");
  std::filesystem::copy(file + ".key", restored + "/mac.key");
  CHECK(verified(restored).entries == 2);
  CHECK(verified(restored).problems.empty());
  CHECK(open(restored)->commit_now(with_entries({entry("e4")}))->entries.at(0).position == 3);
  CHECK(verified(restored).problems.empty());
  REQUIRE(backup_store(folder.path(), file).has_value());
  CHECK_FALSE(std::filesystem::exists(file + ".new"));
  const Error self = backup_store(folder.path(), folder.db()).error();
  CHECK(has(self.message, "live database"));
  CHECK(verified(folder.path()).entries == 3);
}

TEST_CASE("when the disk takes no more, commits are unavailable, and go on when there is room") {
  const Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = open_store(options_for(folder.path()), {});
    if (!store || !(*store)->commit_now(with_entries({entry("e1")}))) ::_exit(1);
    struct rlimit limit {};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const auto old = limit.rlim_cur;
    limit.rlim_cur = 4096;  // no file may grow: what a full disk does to a write
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto refused_commit = (*store)->commit_now(with_entries({entry("e2"), entry("e3")}));
    if (refused_commit || refused_commit.error().kind != ErrorKind::unavailable) ::_exit(2);
    if (!has(refused_commit.error().message, "limit on the size of files")) ::_exit(4);
    if (!has(refused_commit.error().next_step, "goes on by itself")) ::_exit(5);
    const auto beside = open_store(options_for(folder.path() + "/other"), {});
    if (beside || !has(beside.error().message, "limit on the size of files")) ::_exit(6);
    if (!has(beside.error().next_step, "then try again")) ::_exit(7);  // a start ends, it does not go on
    limit.rlim_cur = old;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto again = (*store)->commit_now(with_entries({entry("e4")}));
    ::_exit(again && again->entries.at(0).seq == 2 ? 0 : 3);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(journal(*open(folder.path())).size() == 2);
  CHECK(verified(folder.path()).problems.empty());
}

TEST_CASE("the chain and the rows are verified as they were at one moment, whatever is written meanwhile") {
  const Folder folder;
  auto store = open(folder.path());
  const auto with_row = [](const std::string& id) {
    Commit c = with_entries({entry(id)});
    c.decision.rows.push_back({"incident", id, Value(1)});
    return c;
  };
  REQUIRE(store->commit_now(with_row("e1")));
  std::size_t entries = 0, rows = 0;
  const auto report = verify_journal(folder.path(), {.take =
                                                         [&](const Entry&) {
                                                           if (++entries == 1) CHECK(store->commit_now(with_row("e2")));
                                                         },
                                                     .problems =
                                                         [&](const std::vector<ProjectionRow>& kept) {
                                                           rows = kept.size();
                                                           return std::vector<std::string>{"a row"};
                                                         }});
  REQUIRE(report);
  CHECK(entries == 1);
  CHECK(rows == 1);
  CHECK(report->problems == std::vector<std::string>{"a row"});
}
