// SQLite writes a commit into the write-ahead log as two writes for every page, of 24 bytes and of 4 KB. This layer
// under it, over the system's own, keeps them in memory until SQLite asks for what is there, and writes them as one.
//
// Nobody else misses them meanwhile. Other connections read no frame before the index of the log names it, which a
// commit writes after the log was synced, provided that `synchronous` is FULL: this layer is for nothing less. And
// nothing is kept beyond the transaction: what is left when the writer's lock is given back was rolled back.
#pragma once
#include <cstdint>

struct sqlite3;

namespace muster::storage {

// The name to open a database with (one that writes, in WAL mode). Null, which means the system's own: not to be had.
const char* gathering_vfs();

// Writes some more zeros (256 KB) behind the log of such a connection, up to `until` bytes, and syncs them. A commit
// then overwrites what is there already; one that makes the file longer waits for the file system's journal, too, twice
// as long on ext4. SQLite takes zeros for the end of the log. Within a write transaction that has changed nothing: the
// lock keeps everybody else from the place. True: the log is still shorter. On an error (no room) it is as long as
// before, and the answer is false.
bool lengthen_log(sqlite3* db, std::int64_t until);

}  // namespace muster::storage
