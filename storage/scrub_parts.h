// Steps of a scrub that upkeep.cpp and scrub.cpp share.
#pragma once
#include <functional>
#include <string>

#include "bot/base/result.h"
#include "storage/sqlite.h"

namespace muster::storage {

Result<void> in_transaction(Db& db, const std::function<Result<void>()>& action);
Result<void> scrub(Db& db, const std::string& event_id);  // one payload whose redaction is there
// The old bytes are still in the log until it is folded into the database and cut.
Result<void> cut_log(Db& db);

}  // namespace muster::storage
