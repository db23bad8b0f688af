#include "storage/gather.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

namespace muster::storage {
namespace {

// A commit of 30 pages. The system's layer counts the bytes of one write in 17 bits.
constexpr int gather_max = 124 * 1024;
constexpr int writer_lock = 0;         // WAL_WRITE_LOCK of SQLite's file format
constexpr int lengthen_code = 20'261;  // of sqlite3_file_control; below 100 are SQLite's own
constexpr sqlite3_int64 lengthen_step = 256 * 1024;

// A database or its log, before the system's own file, which lies behind it in the same memory.
struct GatherFile : sqlite3_file {
  GatherFile* log = nullptr;       // of a database, while it is open
  GatherFile* database = nullptr;  // of a log
  std::unique_ptr<char[]> kept;    // of a log: what is to be written at `from`
  sqlite3_int64 from = 0;
  int size = 0;
};

GatherFile& ours(sqlite3_file* file) { return *static_cast<GatherFile*>(file); }
sqlite3_file* below(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(static_cast<GatherFile*>(file) + 1); }
struct Lengthen {
  sqlite3_int64 until = 0;
  bool more = false;  // still shorter than that
};

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

// What could not be written stays: within a transaction SQLite believes that it was.
int write_kept(GatherFile& f) {
  if (f.size == 0) return SQLITE_OK;
  sqlite3_file* file = below(&f);
  const int code = file->pMethods->xWrite(file, f.kept.get(), f.size, f.from);
  if (code == SQLITE_OK) f.size = 0;
  return code;
}

// The log.

int log_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  GatherFile& f = ours(file);
  const bool joins = f.size > 0 && at == f.from + f.size && f.size + size <= gather_max;
  if (!joins) {
    if (const int code = write_kept(f); code != SQLITE_OK) return code;
    if (size > gather_max) return below(file)->pMethods->xWrite(below(file), bytes, size, at);
    f.from = at;
  }
  std::memcpy(f.kept.get() + f.size, bytes, static_cast<std::size_t>(size));
  f.size += size;
  return SQLITE_OK;
}

// Reading what is on disk works while writing does not.
int log_read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  GatherFile& f = ours(file);
  const bool touches = f.size > 0 && at < f.from + f.size && f.from < at + size;
  if (touches) {
    if (const int code = write_kept(f); code != SQLITE_OK) return code;
  }
  return below(file)->pMethods->xRead(below(file), bytes, size, at);
}

// Everything else finds it written: above all xSync, the end of a commit, which is refused where that fails.
template <auto Method, class... Args>
int log_do(sqlite3_file* file, Args... args) {
  if (const int code = write_kept(ours(file)); code != SQLITE_OK) return code;
  return (below(file)->pMethods->*Method)(below(file), args...);
}

int log_close(sqlite3_file* file) {
  GatherFile& f = ours(file);
  const int written = write_kept(f);
  const int closed = below(file)->pMethods->xClose(below(file));
  if (f.database) f.database->log = nullptr;
  f.~GatherFile();
  return written == SQLITE_OK ? closed : written;
}

// The database: everything is the system's, except that the writer's lock is not given back over something kept. What
// is there then was rolled back, and the next writer may be another process.

template <auto Method, class... Args>
auto db_do(sqlite3_file* file, Args... args) {
  return (below(file)->pMethods->*Method)(below(file), args...);
}

int db_shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  GatherFile* log = ours(file).log;
  if (log && offset == writer_lock && (flags & SQLITE_SHM_UNLOCK) != 0) log->size = 0;
  return db_do<&sqlite3_io_methods::xShmLock>(file, offset, n, flags);
}

int db_close(sqlite3_file* file) {
  GatherFile& f = ours(file);
  const int closed = below(file)->pMethods->xClose(below(file));
  if (f.log) f.log->database = nullptr;
  f.~GatherFile();
  return closed;
}

// Zeros behind the log, on disk. What fails is taken back: a log that ends early is one that grows as before.
int lengthen(GatherFile& log, Lengthen& wanted) {
  sqlite3_file* file = below(&log);
  const sqlite3_io_methods& system = *file->pMethods;
  sqlite3_int64 size = 0;
  if (log.size > 0) return SQLITE_BUSY;
  if (const int code = system.xFileSize(file, &size); code != SQLITE_OK) return code;
  const sqlite3_int64 end = std::min<sqlite3_int64>(size + lengthen_step, wanted.until);
  const std::array<char, 8 * 1024> zeros{};
  int code = SQLITE_OK;
  for (sqlite3_int64 at = size; at < end && code == SQLITE_OK; at += static_cast<sqlite3_int64>(zeros.size()))
    code = system.xWrite(file, zeros.data(), static_cast<int>(std::min<sqlite3_int64>(zeros.size(), end - at)), at);
  if (code == SQLITE_OK && size < end) code = system.xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (code != SQLITE_OK) system.xTruncate(file, size);
  wanted.more = code == SQLITE_OK && end < wanted.until;
  return code;
}

int db_file_control(sqlite3_file* file, int code, void* argument) {
  if (code != lengthen_code) return db_do<&sqlite3_io_methods::xFileControl>(file, code, argument);
  GatherFile* log = ours(file).log;
  return log ? lengthen(*log, *static_cast<Lengthen*>(argument)) : SQLITE_NOTFOUND;
}

using M = sqlite3_io_methods;
constexpr sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_do<&M::xTruncate>,
    .xSync = log_do<&M::xSync>,
    .xFileSize = log_do<&M::xFileSize>,
    .xLock = log_do<&M::xLock>,
    .xUnlock = log_do<&M::xUnlock>,
    .xCheckReservedLock = log_do<&M::xCheckReservedLock>,
    .xFileControl = log_do<&M::xFileControl>,
    .xSectorSize = db_do<&M::xSectorSize>,
    .xDeviceCharacteristics = db_do<&M::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};
constexpr sqlite3_io_methods db_methods = {
    .iVersion = 3,
    .xClose = db_close,
    .xRead = db_do<&M::xRead>,
    .xWrite = db_do<&M::xWrite>,
    .xTruncate = db_do<&M::xTruncate>,
    .xSync = db_do<&M::xSync>,
    .xFileSize = db_do<&M::xFileSize>,
    .xLock = db_do<&M::xLock>,
    .xUnlock = db_do<&M::xUnlock>,
    .xCheckReservedLock = db_do<&M::xCheckReservedLock>,
    .xFileControl = db_file_control,
    .xSectorSize = db_do<&M::xSectorSize>,
    .xDeviceCharacteristics = db_do<&M::xDeviceCharacteristics>,
    .xShmMap = db_do<&M::xShmMap>,
    .xShmLock = db_shm_lock,
    .xShmBarrier = db_do<&M::xShmBarrier>,
    .xShmUnmap = db_do<&M::xShmUnmap>,
    .xFetch = db_do<&M::xFetch>,
    .xUnfetch = db_do<&M::xUnfetch>,
};

// Journals and temporary files are the system's own, and so is a log for which there is no memory.
int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  sqlite3_vfs* system = below(vfs);
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0) return system->xOpen(system, name, file, flags, out);
  std::unique_ptr<char[]> kept(is_log ? new (std::nothrow) char[gather_max] : nullptr);
  if (is_log && !kept) return system->xOpen(system, name, file, flags, out);
  auto* f = new (file) GatherFile;
  f->pMethods = nullptr;
  const int code = system->xOpen(system, name, below(file), flags, out);
  if (code != SQLITE_OK) {
    f->~GatherFile();
    return code;
  }
  if (is_log) {
    f->kept = std::move(kept);
    f->database = &ours(sqlite3_database_file_object(name));
    f->database->log = f;
  }
  f->pMethods = is_log ? &log_methods : &db_methods;
  return code;
}

}  // namespace

bool lengthen_log(sqlite3* db, std::int64_t until) {
  Lengthen wanted{until};
  return sqlite3_file_control(db, "main", lengthen_code, &wanted) == SQLITE_OK && wanted.more;
}

const char* gathering_vfs() {
  static sqlite3_vfs vfs;
  static const bool there = [] {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    if (!system) return false;
    vfs = *system;
    vfs.pNext = nullptr;
    vfs.zName = "muster-gather";
    vfs.szOsFile = static_cast<int>(sizeof(GatherFile)) + system->szOsFile;
    vfs.pAppData = system;
    vfs.xOpen = open_file;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return there ? vfs.zName : nullptr;
}

}  // namespace muster::storage
