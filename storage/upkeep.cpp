// Backup, replacing projections, destroying one payload.
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "bot/base/hash.h"
#include "storage/apply.h"
#include "storage/files.h"
#include "storage/reader.h"
#include "storage/scrub.h"
#include "storage/scrub_parts.h"
#include "storage/store_open.h"

namespace muster {
namespace storage {
namespace {

struct FinishBackup {
  void operator()(sqlite3_backup* b) const { sqlite3_backup_finish(b); }
};

// The whole copy in one step: one consistent snapshot, and in WAL mode the writer goes on meanwhile.
void copy_database(Db& from, const std::string& to) {
  Db copy = Db::open(to, Db::Mode::write);
  {
    const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
        sqlite3_backup_init(copy.raw(), "main", from.raw(), "main"));
    if (!backup) throw SqlError(sqlite3_errcode(copy.raw()), sqlite3_errmsg(copy.raw()));
    const int code = sqlite3_backup_step(backup.get(), -1);
    if (code != SQLITE_DONE) throw SqlError(code, sqlite3_errstr(code));
  }
  copy.query("PRAGMA journal_mode=DELETE")->next();  // a backup is one file, without a log beside it
}

Result<void> check_target(const std::string& folder, const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::equivalent(file, db_path(folder), ignored)) {
    return fail(ErrorKind::invalid, file + " is the live database itself.", "Name another file for the backup.");
  }
  if (fs::exists(file + "-wal", ignored)) {
    return fail(ErrorKind::conflict, file + " is a database in use: " + file + "-wal exists.",
                "Name another file for the backup.");
  }
  return {};
}

Result<void> back_up(const std::string& folder, const std::string& file) {
  if (auto ok = check_target(folder, file); !ok) return ok;
  auto key = read_key(key_path(folder));
  if (!key) return std::unexpected(key.error());
  auto live = open_for_reading(folder);
  if (!live) return std::unexpected(live.error());
  const std::string temporary = file + ".new";
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);  // left by a backup that was interrupted
  if (auto made = make_private_file(temporary); !made) return made;
  copy_database(*live, temporary);
  if (auto kept = write_private(file + ".key", *key); !kept) return kept;
  return put_in_place(temporary, file);
}

}  // namespace

Result<void> in_transaction(Db& db, const std::function<Result<void>()>& action) {
  db.run("BEGIN IMMEDIATE");
  auto done = action();
  db.run(done ? "COMMIT" : "ROLLBACK");
  return done;
}

Result<void> scrub(Db& db, const std::string& event_id) {
  auto target = db.query("SELECT position FROM event WHERE event_id = ?", event_id);
  if (!target->next()) return fail(ErrorKind::not_found, "There is no journal entry " + event_id + ".");
  if (!db.query("SELECT 1 FROM event WHERE corrects = ? AND kind = 'redaction'", event_id)->next()) {
    return fail(ErrorKind::conflict, "No redaction of " + event_id + " is in the journal.",
                "Record the redaction with the cleaned text first; then its payload can be destroyed.");
  }
  db.run(
      "UPDATE event_payload SET body = NULL, scrubbed_ms = (SELECT max(written_ms) FROM event WHERE corrects = ? "
      "AND kind = 'redaction') WHERE position = ? AND scrubbed_ms IS NULL",
      event_id, target->integer(0));
  return {};
}

Result<void> cut_log(Db& db) {
  auto row = db.query("PRAGMA wal_checkpoint(TRUNCATE)");
  if (row->next() && row->integer(0) == 0) return {};
  return fail(ErrorKind::unavailable,
              "The payload is destroyed, but its bytes are still in the write-ahead log: a "
              "reader holds it.",
              "Run the same again when reports and backups are finished.");
}

}  // namespace storage

std::string installation_mark(const std::string& folder) {
  const auto key = storage::read_key(storage::key_path(folder));
  return key ? to_hex(hmac_sha256(*key, "the mark of this installation")).substr(0, 8) : std::string();
}

Result<void> backup_store(const std::string& folder, const std::string& file) {
  try {
    return storage::back_up(folder, file);
  } catch (const storage::SqlError& error) {
    return std::unexpected(storage::explain(error, file));
  }
}

Result<void> replace_projections(Store& store, const std::vector<ProjectionRow>& rows) {
  return dynamic_cast<storage::WorkStore&>(store).work_now([&rows](storage::Db& db) {
    return storage::in_transaction(db, [&]() -> Result<void> {
      db.run("DELETE FROM projection");
      for (const ProjectionRow& row : rows) storage::put_row(db, row);
      return {};
    });
  });
}

std::string program_mark() {
  struct stat file {};
  if (::stat("/proc/self/exe", &file) != 0) return "unknown";
  return std::to_string(file.st_size) + " " + std::to_string(file.st_mtim.tv_sec) + "." +
         std::to_string(file.st_mtim.tv_nsec);
}

Result<void> scrub_payload(Store& store, const std::string& event_id) {
  return dynamic_cast<storage::WorkStore&>(store).work_now([&event_id](storage::Db& db) {
    auto scrubbed = storage::in_transaction(db, [&] { return storage::scrub(db, event_id); });
    return scrubbed ? storage::cut_log(db) : scrubbed;
  });
}

}  // namespace muster
