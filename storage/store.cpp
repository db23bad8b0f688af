#include "storage/store.h"

#include <filesystem>

#include "bot/base/json.h"
#include "storage/chain.h"
#include "storage/chat_links.h"
#include "storage/files.h"
#include "storage/migrations.h"
#include "storage/owner.h"
#include "storage/prune.h"
#include "storage/reader.h"
#include "storage/store_open.h"
#include "storage/writer.h"

namespace muster {
namespace storage {
namespace {

class SqliteStore final : public WorkStore {
 public:
  SqliteStore(FolderLock lock, std::unique_ptr<Writer> writer, Db reader)
      : lock_(std::move(lock)), writer_(std::move(writer)), reader_(std::move(reader)) {}
  ~SqliteStore() override {
    if (writer_) writer_->stop();
  }

  void commit(Commit commit, std::function<void(Result<Committed>)> done) override {
    if (!writer_) return done(refuse_writing());
    writer_->submit({std::move(commit), std::move(done), false, {}});
  }
  Result<Committed> commit_now(Commit commit) override {
    if (!writer_) return refuse_writing();
    return writer_->submit_and_wait({std::move(commit), {}, true, {}});
  }
  Result<void> work_now(std::function<Result<void>(Db&)> work) override {
    if (!writer_) return std::unexpected(refuse_writing().error());
    auto done = writer_->submit_and_wait({{}, {}, true, std::move(work)});
    if (!done) return std::unexpected(done.error());
    return {};
  }

  std::string folder() const override { return std::filesystem::path(reader_.path()).parent_path(); }

  std::uint64_t epoch() const override { return writer_ ? writer_->epoch() : 0; }
  std::int64_t owner() const override { return writer_ ? writer_->owner() : 0; }
  void probe(std::function<void(Result<void>)> done) override {
    if (!writer_) return done({});
    writer_->probe([done = std::move(done)](Result<Committed> r) {
      if (r) return done({});
      done(std::unexpected(r.error()));
    });
  }

  void prune(TimeMs now, std::function<void(Result<PruneReport>)> done) override {
    if (!writer_) return done(PruneReport{});
    const auto report = std::make_shared<PruneReport>();
    const auto work = [this, now, report](Db& db) -> Result<void> {
      *report = prune_step(db, now, prune_cursor_);
      return {};
    };
    writer_->submit({{},
                     [report, done = std::move(done)](Result<Committed> r) {
                       if (r) return done(*report);
                       done(std::unexpected(r.error()));
                     },
                     false,
                     work});
  }

  Result<void> read_journal(std::int64_t after, const std::function<void(const Entry&)>& each) override {
    return read_and_rest([&] { read_entries(reader_, after, {}, each); });
  }
  Result<void> read_kinds(const std::vector<std::string>& kinds,
                          const std::function<void(const Entry&)>& each) override {
    return read_and_rest([&] { read_entries_of(reader_, kinds, each); });
  }
  Result<std::vector<Entry>> read_incident(const std::string& incident_id) override {
    if (incident_id.empty()) return std::vector<Entry>{};
    std::vector<Entry> out;
    const auto add = [&out](const Entry& e) { out.push_back(e); };
    auto read = read_and_rest([&] { read_entries(reader_, 0, incident_id, add); });
    if (!read) return std::unexpected(read.error());
    return out;
  }
  Result<std::vector<InboxItem>> pending_inbox() override { return reading(read_pending_inbox); }
  Result<std::vector<PendingOut>> pending_out() override { return reading(read_pending_out); }
  Result<std::vector<DeadLetter>> dead_letters() override { return reading(read_dead_letters); }
  Result<std::vector<Timer>> timers() override { return reading(read_timers); }
  Result<std::vector<ProjectionRow>> projections() override { return reading(read_projections); }
  Result<std::vector<ChatLink>> chat_links() override { return reading(read_links); }
  Result<std::vector<OutMessage>> room_history(std::size_t last_n) override {
    return reading([last_n](Db& db) { return read_room_history(db, last_n); });
  }

  Result<StoredFile> read_file(const std::string& id) override {
    auto found = reading([&id](Db& db) { return read_room_file(db, id); });
    if (!found) return std::unexpected(found.error());
    if (found->empty()) return fail(ErrorKind::not_found, "This file is no longer here.", "Ask who posted it.");
    return std::move(found->front());
  }
  Result<std::int64_t> file_bytes() override { return reading(read_file_bytes); }

  Result<void> resend_dead_letter(const std::string& id) override {
    return work_now([id](Db& db) -> Result<void> {
      const int changed = db.run(
          "UPDATE outbox SET state = 'pending', attempts = 0, due_ms = 0 "
          "WHERE id = ? AND state <> 'done' AND state = 'dead'",
          id);
      if (changed == 1) return {};
      return fail(ErrorKind::not_found, "There is no undeliverable message " + id + ".", "List them to see their ids.");
    });
  }

  Result<std::vector<SentRow>> sent_to(const std::string& destination, const std::string& id, std::size_t most,
                                       SentRows which) override {
    return reading([&](Db& db) { return read_sent(db, destination, id, most, which); });
  }
  Result<void> send_again(const OutMessage& m) override {
    return work_now([&m](Db& db) -> Result<void> {
      const int changed = db.run(
          "UPDATE outbox SET state = 'pending', attempts = 0, due_ms = 0, last_error = '', body = ? "
          "WHERE n = (SELECT max(n) FROM outbox WHERE id = ? AND state <> 'pending')",
          to_json(m.body), m.id);
      if (changed == 1) return {};
      return fail(ErrorKind::not_found, "There is no message " + m.id + " that was sent.",
                  "List them to see their ids.");
    });
  }

  StoreStats stats() const override { return writer_ ? writer_->stats() : StoreStats{}; }
  void stop() override {
    if (writer_) writer_->stop();
  }

 private:
  static Result<Committed> refuse_writing() {
    return fail(ErrorKind::conflict, "The store was opened for reading only.", "Write through the running bot.");
  }
  // What was read is rarely read again soon, and the system keeps the file's pages, too.
  Result<void> read_and_rest(const std::function<void()>& read) {
    auto ok = guarded(reader_, read);
    reader_.let_go_of_pages();
    return ok;
  }
  template <class F>
  auto reading(F read) -> Result<decltype(read(std::declval<Db&>()))> {
    decltype(read(reader_)) out;
    auto ok = read_and_rest([&] { out = read(reader_); });
    if (!ok) return std::unexpected(ok.error());
    return out;
  }

  // Closed from the bottom up: the reader before the writer, because only a writing connection that is the last one
  // folds the write-ahead log into the file.
  FolderLock lock_;
  PruneCursor prune_cursor_;        // used on the writer thread
  std::unique_ptr<Writer> writer_;  // null when reading only
  Db reader_;
};

// A database that is made away from its place, whole, and put there at once: until then nothing depends on it, so that
// two syncs do for all of it. SQLite's own way is a journal that is synced for the switch to the write-ahead log, and
// commits that are synced one by one. Returns its owner.
Result<std::int64_t> make_database(const std::string& path) {
  const std::string fresh = path + ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  // A log of a database that is gone belongs to nothing, and must not be taken for one of the new file.
  for (const std::string& file : {fresh, path})
    for (const char* log : {"-wal", "-shm", "-journal"}) std::filesystem::remove(file + log, ignored);
  if (auto made = make_private_file(fresh); !made) return std::unexpected(made.error());
  std::int64_t owner = 0;
  {
    Db db = Db::open(fresh, Db::Mode::write);
    db.script("PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA journal_mode=OFF;");
    migrate(db, 0);
    owner = take_ownership(db);
    db.query("PRAGMA journal_mode=WAL")->next();
  }
  if (auto put = put_in_place(fresh, path); !put) return std::unexpected(put.error());
  return owner;
}

// Throws SqlError.
Result<Db> open_for_writing(const std::string& folder) {
  const std::string path = db_path(folder);
  Db db = Db::open(path, Db::Mode::gather);
  auto schema = schema_of(db);  // before anything that writes: a file that is not ours stays as it is
  if (!schema) return std::unexpected(schema.error());
  db.script("PRAGMA synchronous=FULL");  // what Mode::gather relies on
  db.query("PRAGMA journal_mode=WAL")->next();
  // secure_delete: a scrubbed payload must not stay in free pages. The cache holds what one group of decisions
  // touches, so that nothing is written before the commit; it is given back when the writer rests.
  db.script(
      "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-16384; "
      "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=" +
      std::to_string(checkpoint_pages));
  migrate(db, *schema);
  return db;
}

// Files of the folder: made when it is new, checked when it is not. The key comes first, so that a database
// without a key is always a loss and never an interrupted start.
Result<std::string> prepare_files(const std::string& folder) {
  const std::string path = db_path(folder);
  const bool fresh = !has_bytes(path);
  if (fresh && !has_bytes(key_path(folder))) {
    if (auto made = make_key(key_path(folder)); !made) return std::unexpected(made.error());
  }
  auto key = read_key(key_path(folder));
  if (!key && !fresh && !begins_as_database(path)) {
    return fail(ErrorKind::invalid,
                path + " is damaged: it does not begin as a database does. And its key: " + key.error().message,
                "Restore both files from one backup, see `muster restore --help`.");
  }
  return key;
}

// A key of another record would not be noticed before `verify`, and by then new entries would bear it. One payload may
// be damaged, so that the newest three are asked.
Result<void> check_key(Db& db, const std::string& key, const std::string& folder) {
  auto row = db.query(
      "SELECT e.payload_mac, e.event_id, p.body FROM event_payload p JOIN event e ON e.position = p.position "
      "WHERE p.body IS NOT NULL ORDER BY p.position DESC LIMIT 3");
  bool any = false;
  while (row->next()) {
    if (row->view(0) == payload_mac(key, row->view(1), row->view(2))) return {};
    any = true;
  }
  if (!any) return {};
  return fail(ErrorKind::conflict,
              "The key " + key_path(folder) + " is not the one that the record in " + db_path(folder) +
                  " was written with. Nothing was changed.",
              "Put back the key file that belongs to this database: a backup has both.");
}

// The tokens are made after the database; an empty database beside them was emptied.
Result<void> check_not_emptied(const std::string& folder) {
  std::error_code ignored;
  const std::string path = db_path(folder);
  if (has_bytes(path) || !std::filesystem::exists(path, ignored) ||
      !std::filesystem::exists(folder + "/tokens.json", ignored))
    return {};
  return fail(ErrorKind::conflict, "The database " + path + " is empty, although a bot has worked in this folder.",
              "Restore the last backup together with its key, or remove the file to begin a new record.");
}

Result<std::unique_ptr<Store>> open_writing(StoreOptions options, Store::Post post) {
  const std::string folder = options.folder;
  if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
  auto lock = lock_folder(folder);
  if (!lock) return std::unexpected(lock.error());
  if (has_bytes(db_path(folder))) {
    if (auto ok = check_writable(db_path(folder)); !ok) return std::unexpected(ok.error());
  }
  if (auto ok = check_not_emptied(folder); !ok) return std::unexpected(ok.error());
  auto key = prepare_files(folder);
  if (!key) return std::unexpected(key.error());
  std::int64_t owner = 0;
  if (!has_bytes(db_path(folder))) {
    auto made = make_database(db_path(folder));
    if (!made) return std::unexpected(made.error());
    owner = *made;
  }
  auto db = open_for_writing(folder);
  if (!db) return std::unexpected(db.error());
  if (auto ok = check_key(*db, *key, folder); !ok) return std::unexpected(ok.error());
  Db reader = Db::open(db_path(folder), Db::Mode::read);
  if (owner == 0) owner = take_ownership(*db);
  auto writer = std::make_unique<Writer>(std::move(*db), std::move(*key), owner, std::move(options), std::move(post));
  return std::make_unique<SqliteStore>(std::move(*lock), std::move(writer), std::move(reader));
}

}  // namespace

Result<Db> open_for_reading(const std::string& folder) {
  const std::string path = db_path(folder);
  if (auto ok = check_readable(path); !ok) return std::unexpected(ok.error());
  if (!has_bytes(path)) {
    return fail(ErrorKind::not_found, "There is no database " + path + ".", "Name the data folder of the bot.");
  }
  Db db = Db::open(path, Db::Mode::read);
  auto schema = schema_of(db);
  if (!schema) return std::unexpected(schema.error());
  if (*schema != newest_schema()) {
    return fail(ErrorKind::conflict,
                "The database " + path + " has schema version " + std::to_string(*schema) + "; this program reads " +
                    std::to_string(newest_schema()) + ".",
                "Start the bot once, it brings the file up to date.");
  }
  return db;
}

}  // namespace storage

Result<std::unique_ptr<Store>> open_store(StoreOptions options, Store::Post post) {
  const std::string path = storage::db_path(options.folder);
  try {
    if (!options.read_only) return storage::open_writing(std::move(options), std::move(post));
    auto db = storage::open_for_reading(options.folder);
    if (!db) return std::unexpected(db.error());
    return std::make_unique<storage::SqliteStore>(storage::FolderLock(), nullptr, std::move(*db));
  } catch (const storage::SqlError& error) {
    return std::unexpected(storage::explain(error, path));
  }
}

}  // namespace muster
