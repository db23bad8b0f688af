// The repository of chat links: which of our names is which of a platform's ids. Throws SqlError.
#pragma once
#include <vector>

#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

void put_links(Db& db, const std::vector<ChatLink>& links);
std::vector<ChatLink> read_links(Db& db);  // oldest first; of posts the newest 20,000

}  // namespace muster::storage
