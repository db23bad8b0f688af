// What may be forgotten: decided inbox rows and delivered messages. Never the journal. Called by the writer's side.
#pragma once
#include <cstdint>

#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

// How far the search for old alert bodies has come; starts again with the process.
struct PruneCursor {
  std::int64_t inbox_n = 0;
};

// One small step in a transaction of its own, so that decisions never wait long. Throws SqlError.
PruneReport prune_step(Db& db, TimeMs now, PruneCursor& cursor);

}  // namespace muster::storage
