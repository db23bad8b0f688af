// Which process owns the file: a number in it that rises with every start that may write. The lock of the folder keeps
// two apart on a local disk; the number also where a lock does not hold (a network disk, a copied volume, a process
// that was frozen and woke up): who is not the newest owner writes nothing any more.
#pragma once
#include <cstdint>

#include "storage/sqlite.h"

namespace muster::storage {

std::int64_t take_ownership(Db& db);  // from now on everybody before is refused. Throws SqlError.
// Inside of the transaction that writes: throws the SqlError of a lost ownership when somebody took it after `owner`.
void check_owner(Db& db, std::int64_t owner);

}  // namespace muster::storage
