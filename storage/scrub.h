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
};

// The rows, made anew from the journal as it is after the scrub.
struct Refold {
  std::function<void(const Entry&)> take;
  std::function<std::vector<ProjectionRow>()> rows;
};

struct ScrubReport {
  std::size_t inbox = 0, timers = 0;
  std::vector<OutMessage> out;  // the changed rows of the outbox as they are now, oldest first
  std::string left;             // bytes that are still on the disk, and what to do; empty: none
};

// One transaction on the writer thread; not from the loop thread.
Result<ScrubReport> scrub_everywhere(Store& store, const ScrubOrder& order, const Refold& refold);

}  // namespace muster
