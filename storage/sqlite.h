// A thin owner of one SQLite connection: prepared statements are kept, errors are thrown as SqlError and turned
// into Result values at the border of storage/. One thread at a time.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "bot/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace muster::storage {

// The log is folded into the database when a commit leaves it at least so long.
inline constexpr int checkpoint_pages = 4000;

// Not of SQLite: somebody else began to write this file after us (owner.h).
inline constexpr int lost_ownership = 1 << 20;

class SqlError : public std::runtime_error {
 public:
  SqlError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_ & 0xff; }  // the primary code
  bool is_constraint() const;
  bool is_damage() const;         // corrupt, or no database at all
  bool is_full() const;           // no room; goes away when somebody makes some
  bool is_refused_write() const;  // a write the system refused: a quota, a limit on sizes, a disk gone read-only
  bool is_lost() const { return code_ == lost_ownership; }
  bool is_broken() const;  // damage, a lost ownership, or reading or writing failed for another reason than room

 private:
  int code_;
};

// What an SqlError means for a person who runs the bot. A bot at work tries again by itself; a start or a command ends.
enum class Tries { once, again };
Error explain(const SqlError& error, const std::string& path, Tries tries = Tries::once);

struct Blob {
  std::string_view bytes;
};
struct NullIfEmpty {
  std::string_view text;
};
struct NullIfZero {
  std::int64_t number;
};

struct CloseStatement {
  void operator()(sqlite3_stmt* s) const;
};
struct CloseDb {
  void operator()(sqlite3* db) const;
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, CloseStatement>;

struct Cached {
  StatementPtr statement;
  bool busy = false;
};

// One run of a statement; gives the statement back, reset, when it ends.
class Query {
 public:
  Query(sqlite3* db, Cached* cached, StatementPtr own);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, std::int64_t number);
  void bind(int index, int number) { bind(index, std::int64_t{number}); }
  void bind(int index, bool yes) { bind(index, std::int64_t{yes}); }
  void bind(int index, Blob blob);
  void bind(int index, NullIfEmpty text);
  void bind(int index, NullIfZero number);

  bool next();  // true: a row
  std::string text(int column) const;
  std::string_view view(int column) const;  // valid until next()
  std::int64_t integer(int column) const;
  bool is_null(int column) const;

 private:
  void check(int code) const;
  sqlite3* db_;
  Cached* cached_;
  StatementPtr own_;
  sqlite3_stmt* statement_;
};

class Db {
 public:
  // `gather`: as `write`, and a commit goes into the log at once (gather.h).
  enum class Mode { write, gather, read };
  // Throws SqlError. Reading works beside a writer, and from a folder that may not be written.
  static Db open(const std::string& path, Mode mode);

  // Runs a statement that gives no rows; the arguments only need to live for the call. Returns the rows changed.
  template <class... Args>
  int run(std::string_view sql, const Args&... args) {
    Query q(raw(), cached(sql), nullptr);
    bind_all(q, args...);
    q.next();
    return changes();
  }
  // A query to step through. Arguments must outlive it, so a string made for the call is refused; the same SQL may be
  // open twice.
  template <class... Args>
  std::unique_ptr<Query> query(std::string_view sql, Args&&... args) {
    static_assert((!std::is_same_v<std::remove_const_t<Args>, std::string> && ...), "give the string a name");
    auto q = start(sql);
    bind_all(*q, args...);
    return q;
  }
  void script(const std::string& sql);  // several statements, no arguments
  bool in_transaction() const;
  void let_go_of_pages();  // that nobody is reading just now: a connection keeps two megabytes of what it has read
  sqlite3* raw() const { return db_.get(); }
  const std::string& path() const { return path_; }

 private:
  template <class... Args>
  static void bind_all(Query& q, const Args&... args) {
    [[maybe_unused]] int index = 0;
    (q.bind(++index, args), ...);
  }
  Cached* cached(std::string_view sql);
  StatementPtr prepare(std::string_view sql);
  std::unique_ptr<Query> start(std::string_view sql);
  int changes() const;

  std::unique_ptr<sqlite3, CloseDb> db_;
  std::map<std::string, Cached, std::less<>> statements_;
  std::string path_;
};

}  // namespace muster::storage
