// What was published of a report: the record up to the entry that says so. Later words change nothing in it, but what
// was scrubbed since is gone from it too.
#pragma once
#include <string>
#include <vector>

#include "bot/core/journal/entry.h"

namespace muster {

struct ReportOptions;

struct Publication {
  int version = 0;  // from 1
  TimeMs at_ms = 0;
  std::string person, name;
  std::size_t end = 0;    // of its entries, in the order of the journal
  std::size_t later = 0;  // what a report would show and was recorded since
};

// Whether it says something new in a report. What people said, what was asked and what the bot did with channels does
// not; what is private leaves no trace.
bool is_news(const Entry& entry);
std::vector<Publication> publications(const std::vector<Entry>& entries);
// The record as it was then; and what stands beside it, set back to that moment.
std::vector<Entry> as_published(const std::vector<Entry>& entries, const Publication& publication,
                                ReportOptions& beside);

}  // namespace muster
