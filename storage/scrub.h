// Destroying a text that must not be kept: the payload of one journal entry and every copy of it in other rows.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace muster {

struct ScrubOrder {
  std::string event_id;   // its redaction is in the journal already
  std::string source_id;  // of what was said: the message and the answers to it go as a whole
  std::vector<std::string> needles;
  std::string mark;
  std::vector<std::string> files = {};  // ids of what was uploaded with it: their bytes go
};

// The rows, made anew from the journal as it is after the scrub.
struct Refold {
  std::function<void(const Entry&)> take;
  std::function<std::vector<ProjectionRow>()> rows;
};

struct ScrubReport {
  std::size_t inbox = 0, timers = 0, files = 0;
  std::vector<OutMessage> out;  // the changed rows of the outbox as they are now, oldest first
  std::string left;             // bytes that are still on the disk, and what to do; empty: none
};

// This very program file, told from any other build.
std::string program_mark();

// Rows are a program's view of the journal: another program may see more. Made anew unless `program` wrote them last;
// true: they differed. The journal is folded on the calling thread (not the loop's) while decisions go on; the writer
// gets the differences in small transactions between them.
Result<bool> renew_rows(Store& store, const std::string& program, const Refold& refold);

// One transaction on the writer thread; not from the loop thread.
Result<ScrubReport> scrub_everywhere(Store& store, const ScrubOrder& order, const Refold& refold);

}  // namespace muster
