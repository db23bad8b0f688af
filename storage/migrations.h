// Numbered, forward-only steps from an empty file to the schema that this program needs. Called by the writer's side.
#pragma once
#include "bot/base/result.h"
#include "storage/sqlite.h"

namespace muster::storage {

int newest_schema();
// 0: an empty file. An error when the file holds something that is not ours, or is newer than this program.
Result<int> schema_of(Db& db);
// Throws SqlError; one transaction for all steps. The rows of an empty file are this program's own.
void migrate(Db& db, int from);

}  // namespace muster::storage
