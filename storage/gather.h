// SQLite writes a commit into the write-ahead log as two writes for every page, of 24 bytes and of 4 KB. This layer
// under it, over the system's own, keeps them in memory until SQLite asks for what is there, and writes them as one.
//
// Nobody else misses them meanwhile. Other connections read no frame before the index of the log names it, which a
// commit writes after the log was synced, provided that `synchronous` is FULL: this layer is for nothing less. And
// nothing is kept beyond the transaction: what is left when the writer's lock is given back was rolled back.
#pragma once

namespace muster::storage {

// The name to open a database with (one that writes, in WAL mode). Null, which means the system's own: not to be had.
const char* gathering_vfs();

}  // namespace muster::storage
