// A commit goes into the log as one write, and nothing is seen, lost or left over because it waited in memory.
#include "storage/gather.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>

#include <array>
#include <random>

#include "bot/base/hash.h"
#include "fixture.h"
#include "storage/sqlite.h"

using namespace muster;
using namespace muster::test;
using storage::Db;
using storage::SqlError;

namespace {

// Calls of write() and its like that this thread has made.
long writes_made() {
  std::ifstream in("/proc/thread-self/io");
  for (std::string word; in >> word;) {
    long count = 0;
    if (word == "syscw:" && in >> count) return count;
  }
  FAIL("the system does not count calls");
  return 0;
}

Db open_table(const std::string& path, Db::Mode mode) {
  std::ofstream(path, std::ios::app).flush();
  Db db = Db::open(path, mode);
  db.query("PRAGMA journal_mode=WAL")->next();
  db.script("PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, body TEXT) STRICT;");
  return db;
}

std::string integrity(Db& db) {
  auto row = db.query("PRAGMA integrity_check");
  row->next();
  return row->text(0);
}

std::string content(Db& db) {
  std::string all;
  auto row = db.query("SELECT id, body FROM t ORDER BY id");
  while (row->next()) all += std::to_string(row->integer(0)) + to_hex(sha256(row->view(1)));
  return all;
}

std::string wide(char c, int pages = 1) { return std::string(static_cast<std::size_t>(pages) * 4000, c); }

void put(Db& db, int id, const std::string& body) { db.run("INSERT OR REPLACE INTO t VALUES(?,?)", id, body); }

// Something done to both of two databases, the same in both.
void one_change(Db& db, std::mt19937& random, int& savepoints) {
  const auto any = [&random](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  const int id = any(40);
  const std::string body(static_cast<std::size_t>(any(9000)), static_cast<char>('a' + any(26)));
  switch (any(8)) {
    case 0:
      db.run("DELETE FROM t WHERE id = ?", id);
      break;
    case 1:
      db.script("SAVEPOINT s" + std::to_string(++savepoints));
      break;
    case 2:
      if (savepoints > 0) db.script("ROLLBACK TO s" + std::to_string(savepoints));
      break;
    case 3:
      db.run("UPDATE t SET body = substr(body || ?, 1, 9000) WHERE id > ?", body, id);
      break;
    default:
      put(db, id, body);
  }
}

// No file grows beyond `bytes`: what a full disk does to a write.
class Limited {
 public:
  explicit Limited(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit now{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;
  ~Limited() { ::setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  rlimit old_{};
};

// What a process that was killed leaves: the database, and of the last commit's bytes in the log the first `done`.
void leave(const Folder& there, const std::string& db, const std::string& before, const std::string& after,
           std::size_t done) {
  std::string log = before;
  log.resize(std::max(before.size(), done));
  log.replace(0, done, after, 0, done);
  there.write("muster.db", db);
  there.write("muster.db-wal", log);
  std::filesystem::remove(there.path() + "/muster.db-shm");
}

// Lengths of what was written before the kill: around each border of header and page, and all of it.
std::vector<std::size_t> kills(const std::string& before, const std::string& after) {
  std::size_t first = 0, end = after.size();
  while (first < before.size() && before[first] == after[first]) ++first;
  while (end > first && end <= before.size() && before[end - 1] == after[end - 1]) --end;
  std::vector<std::size_t> all;
  for (std::size_t frame = 32; frame < end; frame += 24 + 4096)
    for (const std::size_t more : {0u, 1u, 8u, 23u, 24u, 25u, 2000u, 4119u})
      if (frame + more >= first && frame + more < end) all.push_back(frame + more);
  for (std::size_t header = first; header < 32; header += 4) all.push_back(header);
  all.push_back(end);
  return all;
}

}  // namespace

TEST_CASE("a commit of many pages is one write into the log") {
  const Folder folder;
  const auto writes = [&folder](const std::string& name, Db::Mode mode) {
    Db db = open_table(folder.path() + "/" + name, mode);
    db.run("BEGIN IMMEDIATE");
    for (int id = 1; id <= 9; ++id) put(db, id, wide('x'));
    const long before = writes_made();
    db.run("COMMIT");
    return writes_made() - before;
  };
  CHECK(writes("plain", Db::Mode::write) >= 20);
  CHECK(writes("gathered", Db::Mode::gather) == 1);
}

TEST_CASE("whatever is changed, undone and committed, a gathered log holds what a plain one does") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const Folder folder;
    const std::string path = folder.path() + "/gathered";
    Db plain = open_table(folder.path() + "/plain", Db::Mode::write);
    Db gathered = open_table(path, Db::Mode::gather);
    Db beside = Db::open(path, Db::Mode::read);
    // So little memory that pages go into the log before the commit, and are read back and written over there.
    for (Db* db : {&plain, &gathered}) db->script("PRAGMA cache_size=10; PRAGMA wal_autocheckpoint=60");
    std::mt19937 choices(seed);
    for (int round = 0; round < 20; ++round) {
      const std::string seen = content(beside);
      const auto turn = static_cast<unsigned>(choices());
      const bool undo = choices() % 4 == 0;
      for (Db* db : {&plain, &gathered}) {
        std::mt19937 random(turn);
        int savepoints = 0;
        db->run("BEGIN IMMEDIATE");
        for (unsigned n = 0; n < turn % 60; ++n) one_change(*db, random, savepoints);
        if (db == &gathered) CHECK(content(beside) == seen);
        db->run(undo ? "ROLLBACK" : "COMMIT");
      }
      CHECK(content(beside) == content(plain));
      CHECK(content(gathered) == content(plain));
      if (round % 10 == 9) gathered.query("PRAGMA wal_checkpoint(TRUNCATE)")->next();
    }
    CHECK(integrity(gathered) == "ok");
    CHECK(integrity(beside) == "ok");
  }
}

TEST_CASE("what was undone does not come over what another process wrote meanwhile") {
  const Folder folder;
  const std::string path = folder.path() + "/db";
  Db gathered = open_table(path, Db::Mode::gather);
  gathered.script("PRAGMA cache_size=10");
  gathered.run("BEGIN IMMEDIATE");
  for (int id = 1; id <= 40; ++id) put(gathered, id, wide('u'));  // more than the cache holds
  gathered.run("ROLLBACK");
  {
    Db other = Db::open(path, Db::Mode::write);
    other.script("PRAGMA wal_autocheckpoint=0");
    for (int id = 1; id <= 30; ++id) put(other, id, wide('o'));
  }
  CHECK(gathered.query("SELECT 1 FROM t WHERE id = 30")->next());
  put(gathered, 31, wide('g'));
  const std::string others = wide('o');
  auto row = gathered.query("SELECT count(*), sum(body = ?) FROM t", others);
  row->next();
  CHECK(row->integer(0) == 31);
  CHECK(row->integer(1) == 30);
  CHECK(integrity(gathered) == "ok");
}

TEST_CASE(
    "a commit that the disk refuses is refused, whatever is there can be read, and the next one that fits is taken") {
  const Folder folder;
  Db db = open_table(folder.path() + "/db", Db::Mode::gather);
  db.script("PRAGMA cache_size=10");
  for (int id = 1; id <= 30; ++id) put(db, id, wide('a'));
  const std::string before = content(db);
  for (const int pages : {5, 60}) {  // kept until the commit; more than the cache holds
    CAPTURE(pages);
    const Limited limited(bytes_of(folder.path() + "/db-wal").size() + 4096);
    db.run("BEGIN IMMEDIATE");
    const auto refused = [&] {
      try {
        for (int id = 101; id <= 100 + pages; ++id) put(db, id, wide('b'));
        db.run("COMMIT");
        return false;
      } catch (const SqlError& error) {
        return error.is_refused_write() && !error.is_broken();
      }
    };
    CHECK(refused());
    if (db.in_transaction()) db.run("ROLLBACK");
    CHECK(content(db) == before);
  }
  put(db, 31, wide('c'));
  Db beside = Db::open(folder.path() + "/db", Db::Mode::read);
  CHECK(content(beside) == before + "31" + to_hex(sha256(wide('c'))));
  CHECK(integrity(beside) == "ok");
}

TEST_CASE("killed after any byte of a commit, the record holds what was committed before, or all of it") {
  const Folder folder, copy;
  auto store = open(folder.path());
  const auto add = [&store](int n) {
    Commit c = with_entries({entry("e" + std::to_string(n)), entry("f" + std::to_string(n), "INC-2")});
    c.decision.out = {message("m" + std::to_string(n))};
    REQUIRE(store->commit_now(c).has_value());
  };
  int committed = 0;
  for (; committed < 3; ++committed) add(committed);
  for (const bool from_the_start : {false, true}) {
    CAPTURE(from_the_start);
    if (from_the_start) REQUIRE(raw_sql(folder.db(), "PRAGMA wal_checkpoint(PASSIVE)").empty());
    const std::string db = bytes_of(folder.db()), before = bytes_of(folder.db() + "-wal");
    add(committed++);
    const std::string after = bytes_of(folder.db() + "-wal");
    REQUIRE(after != before);
    REQUIRE(bytes_of(folder.db()) == db);
    int whole = 0;
    for (const std::size_t done : kills(before, after)) {
      CAPTURE(done);
      leave(copy, db, before, after, done);
      std::filesystem::copy_file(folder.path() + "/mac.key", copy.path() + "/mac.key",
                                 std::filesystem::copy_options::overwrite_existing);
      auto there = open(copy.path());
      const auto entries = static_cast<int>(journal(*there).size());
      if (entries == committed * 2)
        ++whole;
      else
        CHECK(entries == committed * 2 - 2);
      CHECK(verified(copy.path()).problems.empty());
    }
    CHECK(whole == 1);  // a checksum covers the last byte, too
  }
}

namespace {

std::uintmax_t size_of(const std::string& file) { return std::filesystem::file_size(file); }

void lengthen_fully(Db& db, std::int64_t until) {
  db.run("BEGIN IMMEDIATE");
  while (storage::lengthen_log(db.raw(), until)) {
  }
  db.run("ROLLBACK");
}

}  // namespace

TEST_CASE("in a log made longer before, a commit that is killed after any byte is whole or not there") {
  const Folder folder, copy;
  const std::string file = folder.db(), log = file + "-wal";
  Db db = open_table(file, Db::Mode::gather);
  constexpr std::int64_t until = 600'000;  // three steps
  lengthen_fully(db, until);
  CHECK(size_of(log) == until);
  for (int id = 1; id <= 3; ++id) put(db, id, wide('a', id));
  for (const char body : {'b', 'c'}) {
    CAPTURE(body);
    const std::string old = content(db), main = bytes_of(file), before = bytes_of(log);
    put(db, 2, wide(body, 2));
    CHECK(size_of(log) == until);  // it overwrote zeros
    const std::string now = content(db), after = bytes_of(log);
    int whole = 0;
    for (const std::size_t done : kills(before, after)) {
      CAPTURE(done);
      leave(copy, main, before, after, done);
      Db there = Db::open(copy.db(), Db::Mode::gather);
      const std::string seen = content(there);
      CHECK((seen == old || seen == now));
      whole += seen == now ? 1 : 0;
      CHECK(integrity(there) == "ok");
    }
    CHECK(whole == 1);
  }
  db.query("PRAGMA wal_checkpoint(TRUNCATE)")->next();
  CHECK(size_of(log) == 0);
  lengthen_fully(db, until);  // and before the header of the log is there
  Db beside = Db::open(file, Db::Mode::read);
  CHECK(content(beside) == content(db));
  put(db, 9, wide('z'));
  CHECK(content(beside) == content(db));
}

TEST_CASE("a log that may not become longer stays as it is, and commits go on") {
  const Folder folder;
  Db db = open_table(folder.db(), Db::Mode::gather);
  put(db, 1, wide('a'));
  const auto size = size_of(folder.db() + "-wal");
  const Limited limited(size + 100'000);
  db.run("BEGIN IMMEDIATE");
  CHECK_FALSE(storage::lengthen_log(db.raw(), 10'000'000));
  db.run("ROLLBACK");
  CHECK(size_of(folder.db() + "-wal") == size);
  put(db, 2, wide('b'));
  CHECK(integrity(db) == "ok");
}

TEST_CASE("a writer at rest makes its log as long as it may become, again after it was cut") {
  const Folder folder;
  auto store = open(folder.path());
  const std::string log = folder.db() + "-wal";
  constexpr std::uintmax_t whole = 32 + 4000 * (24 + 4096);
  const auto lengthened = [&] {
    const int writes = ::inotify_init1(IN_CLOEXEC);
    ::inotify_add_watch(writes, log.c_str(), IN_MODIFY);
    pollfd one{writes, POLLIN, 0};
    std::array<char, 4096> events{};
    while (size_of(log) < whole && ::poll(&one, 1, 60'000) == 1)
      if (::read(writes, events.data(), events.size()) <= 0) break;
    ::close(writes);
    return size_of(log) == whole;
  };
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  CHECK(lengthened());
  REQUIRE(store->commit_now(with_entries({entry("e2")})).has_value());
  CHECK(size_of(log) == whole);
  CHECK(verified(folder.path()).entries == 2);
  REQUIRE(raw_sql(folder.db(), "PRAGMA wal_checkpoint(TRUNCATE)").empty());
  REQUIRE(store->commit_now(with_entries({entry("e3")})).has_value());
  CHECK(size_of(log) < whole);
  CHECK(lengthened());
}
