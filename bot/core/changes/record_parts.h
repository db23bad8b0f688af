// What the files of the fold over changes share.
#pragma once
#include "bot/core/changes/record.h"

namespace muster {

// Changes made elsewhere, links to incidents, verdicts, corrections.
void apply_told(ChangeLog& log, const Entry& entry);

std::int64_t add_record(ChangeLog& log, ChangeRecord record);  // its number
ChangeRecord* record_of(ChangeLog& log, std::int64_t number);  // null: there is none, or it is kept no more
void touch(ChangeLog& log, const ChangeRecord& record);
void end_record(ChangeLog& log, ChangeRecord& record, TimeMs at);  // the record may be gone after this
void drop_record(ChangeLog& log, std::int64_t number);
void take_commits(const ChangeLog& log, ChangeRecord& record);  // what was told of its version beforehand

}  // namespace muster
