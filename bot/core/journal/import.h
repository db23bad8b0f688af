// One recorded fact, as a line of an exported or hand-written file has it, becomes a journal entry.
#pragma once
#include "bot/base/result.h"
#include "bot/base/value.h"
#include "bot/core/journal/entry.h"

namespace muster {

// Secrets are replaced before the entry is returned. A correction's data.patch.occurred_at is parsed and also
// put in data.patch.occurred_ms. Unknown kinds are kept. position and written_ms stay 0; seq is the file's, or 0.
// invalid: no object, no kind, no event id, or a time that cannot be read.
Result<Entry> entry_from_fact(const Value& line);

}  // namespace muster
