#include "storage/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "bot/base/hash.h"
#include "storage/gather.h"

namespace muster::storage {
namespace {

constexpr int busy_timeout_ms = 5000;  // a checkpoint or a backup beside us; longer means something hangs

std::string uri_of(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%' + to_hex(std::string_view(&c, 1));
    }
  }
  return out;
}

// Pages are taken one by one. By default each connection begins with a block for twenty, which it never gives back.
// Refused, and harmless, when something in the process has used the library before.
void take_pages_singly() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
}

std::unique_ptr<sqlite3, CloseDb> connect(const std::string& name, int flags, bool gather = false) {
  take_pages_singly();
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   gather ? gathering_vfs() : nullptr);
  std::unique_ptr<sqlite3, CloseDb> db(raw);
  if (code != SQLITE_OK) throw SqlError(code, raw ? sqlite3_errmsg(raw) : sqlite3_errstr(code));
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  return db;
}

// Also one of zeros, made long before its first commit.
bool wal_is_empty(const std::string& path) {
  std::ifstream log(path + "-wal", std::ios::binary);
  std::array<char, 32> header{};
  log.read(header.data(), header.size());
  return std::ranges::all_of(header, [](char c) { return c == 0; });
}

}  // namespace

bool SqlError::is_constraint() const { return code() == SQLITE_CONSTRAINT; }
bool SqlError::is_full() const {
  // The index of the write-ahead log cannot grow on a full disk either, and that has a code of its own.
  return code() == SQLITE_FULL || code_ == SQLITE_IOERR_SHMSIZE || code_ == SQLITE_IOERR_SHMMAP;
}
// A write that failed (a quota, a limit on the size of files) is rolled back and may work the next time. After a failed
// sync or read nobody knows what the disk holds.
bool SqlError::is_broken() const {
  return is_damage() || is_lost() || (code() == SQLITE_IOERR && !is_full() && !is_refused_write());
}
bool SqlError::is_refused_write() const { return code_ == SQLITE_IOERR_WRITE; }
bool SqlError::is_damage() const { return code() == SQLITE_CORRUPT || code() == SQLITE_NOTADB; }

namespace {

// After an error of its own a file system refuses writes and may still say that it is writable; opening tells. Not the
// database itself: closing any descriptor of it would drop SQLite's locks.
bool is_read_only(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0) return true;
  const int fd = ::open((path + "-wal").c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno == EROFS;
  ::close(fd);
  return false;
}

// As good as at the limit: a write of some pages would pass it.
bool is_at_size_limit(const std::string& path) {
  constexpr std::uintmax_t a_write = 64 * 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  std::uintmax_t largest = 0;
  for (const char* file : {"", "-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path + file, error);
    if (!error) largest = std::max(largest, size);
  }
  return largest + a_write > limit.rlim_cur;
}

// SQLite keeps no errno of a write that a commit made, so that the reason is looked for afterwards.
Error refused_write(const SqlError& error, const std::string& path, Tries tries) {
  const std::string then = tries == Tries::again ? "; the bot goes on by itself." : ", then try again.";
  const auto said = [&](const std::string& what, const std::string& next) {
    return Error{ErrorKind::unavailable, what + "; nothing was written.", next + then};
  };
  if (error.is_full()) return said("The disk of " + path + " is full", "Make room on that disk");
  if (is_read_only(path))
    return said("The disk of " + path + " has become read-only",
                "The kernel's log says why (`dmesg`). Make it writable again");
  if (is_at_size_limit(path))
    return said("A limit on the size of files (`ulimit -f`) keeps " + path + " from growing",
                "Raise the limit (of a running process: `prlimit --fsize`; of the unit: `LimitFSIZE=`)");
  return said("The system refused a write to " + path + " (" + error.what() + ")",
              "Look whether a quota is used up and whether the disk is well");
}

}  // namespace

Error explain(const SqlError& error, const std::string& path, Tries tries) {
  const std::string what = error.what();
  if (error.is_full() || error.is_refused_write()) return refused_write(error, path, tries);
  if (error.is_lost()) {
    return {ErrorKind::conflict, "Another process took over the database " + path + "; nothing was written.",
            "This process may not write any more: end it, and look who else was given this data folder."};
  }
  switch (error.code()) {
    case SQLITE_IOERR:
      return {ErrorKind::unavailable, "Reading or writing " + path + " failed (" + what + ").",
              "Check the disk and the free space; nothing of this was recorded."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return {ErrorKind::unavailable, "The database " + path + " cannot be written or opened (" + what + ").",
              "Give the user that runs the bot the right to write this file and its folder."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "The database " + path + " is held by another program.",
              "End the program that has it open, then try again."};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorKind::internal, "The database " + path + " is damaged or is no database (" + what + ").",
              "Keep a copy of the file, then restore the last backup together with its key."};
    default:
      return {ErrorKind::internal, "The database " + path + " refused: " + what + ".", ""};
  }
}

void CloseStatement::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
void CloseDb::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Query::Query(sqlite3* db, Cached* cached, StatementPtr own)
    : db_(db), cached_(cached), own_(std::move(own)), statement_(cached ? cached->statement.get() : own_.get()) {
  if (cached_) cached_->busy = true;
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  if (cached_) cached_->busy = false;
}

void Query::check(int code) const {
  if (code != SQLITE_OK) throw SqlError(code, sqlite3_errmsg(db_));
}

// A null pointer would bind NULL, so an empty view gets a real one.
void Query::bind(int index, std::string_view text) {
  check(
      sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Query::bind(int index, std::int64_t number) { check(sqlite3_bind_int64(statement_, index, number)); }
void Query::bind(int index, Blob blob) {
  check(sqlite3_bind_blob64(statement_, index, blob.bytes.data() ? blob.bytes.data() : "", blob.bytes.size(),
                            SQLITE_STATIC));
}
void Query::bind(int index, NullIfEmpty text) {
  text.text.empty() ? check(sqlite3_bind_null(statement_, index)) : bind(index, text.text);
}
void Query::bind(int index, NullIfZero number) {
  number.number == 0 ? check(sqlite3_bind_null(statement_, index)) : bind(index, number.number);
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) throw SqlError(code, sqlite3_errmsg(db_));
  return false;
}

std::string_view Query::view(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);  // of a text: its bytes as stored (UTF-8)
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size)) : std::string_view();
}
std::string Query::text(int column) const { return std::string(view(column)); }
std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Db Db::open(const std::string& path, Mode mode) {
  Db db;
  db.path_ = path;
  if (mode != Mode::read) {
    db.db_ = connect(path, SQLITE_OPEN_READWRITE, mode == Mode::gather);
    return db;
  }
  db.db_ = connect(path, SQLITE_OPEN_READONLY);
  try {
    db.query("SELECT count(*) FROM sqlite_schema")->next();
  } catch (const SqlError& error) {
    // A WAL file in a folder that may not be written: when nothing waits in the log, the file alone is complete.
    if ((error.code() != SQLITE_CANTOPEN && error.code() != SQLITE_READONLY) || !wal_is_empty(path)) throw;
    db.statements_.clear();
    db.db_ = connect(uri_of(path) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  }
  db.script("PRAGMA cache_size=-512; PRAGMA mmap_size=0;");
  return db;
}

StatementPtr Db::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) throw SqlError(code, sqlite3_errmsg(db_.get()));
  return StatementPtr(raw);
}

Cached* Db::cached(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) it = statements_.emplace(std::string(sql), Cached{prepare(sql)}).first;
  return &it->second;
}

std::unique_ptr<Query> Db::start(std::string_view sql) {
  Cached* kept = cached(sql);
  if (!kept->busy) return std::make_unique<Query>(db_.get(), kept, nullptr);
  return std::make_unique<Query>(db_.get(), nullptr, prepare(sql));
}

void Db::script(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqlError(code, sqlite3_errmsg(db_.get()));
}

bool Db::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
void Db::let_go_of_pages() { sqlite3_db_release_memory(db_.get()); }
int Db::changes() const { return sqlite3_changes(db_.get()); }

}  // namespace muster::storage
