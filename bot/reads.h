// Answers that need the journal or the process: timeline, postmortem, history, health, configuration, try.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"
#include "bot/core/postmortems/report.h"
#include "bot/reports/html.h"

namespace muster {

class Store;

// history, timeline or transcript: what the journal alone answers. Reads it: not on the loop.
Outcome record_outcome(Store& store, const ReadWanted& wanted, const CoreConfig& config);

// With named["export"] = md or json the whole timeline is a file.
Outcome timeline_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted, const CoreConfig& config);

// What people said in the incident's channel, with what became of it; reads_transcript.cpp.
Outcome transcript_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted);

// What people did, newest first: the last 200 entries that the filter (who, verb, service, env, since_ms) keeps.
class HistoryReader {
 public:
  explicit HistoryReader(const ReadWanted& wanted) : wanted_(wanted) {}
  void take(const Entry& entry);
  Outcome outcome() const;

 private:
  bool keeps(const Entry& entry) const;
  ReadWanted wanted_;
  std::deque<Entry> last_;
};
// Of a published version, or of the record as it is (0). format: md, html, json
std::string render_report(const std::vector<Entry>& entries, const CoreConfig& config, const std::string& format,
                          const std::string& language, const std::string& zone, Profile profile = Profile::internal,
                          std::vector<ChangeRecord> changes = {}, std::vector<RelatedIncident> related = {},
                          const FileBytes& bytes = {}, int version = 0);
int last_version(const std::vector<Entry>& entries);  // that was published; 0: none

// What a report has beside the incident's entries.
struct ReportRead {
  std::string link;  // to its page
  std::vector<ChangeRecord> changes;
  std::vector<RelatedIncident> related;
};
// `postmortem` and, below the question of `postmortem publish`, what the text leaves open.
Outcome postmortem_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted, const CoreConfig& config,
                           const ReportRead& more);
// The bytes of what was filed, for the pictures of a page. Any thread.
FileBytes file_bytes_of(Store& store);

}  // namespace muster
