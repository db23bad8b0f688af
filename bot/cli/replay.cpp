#include "bot/cli/replay.h"

#include <fstream>

#include "bot/base/json.h"
#include "bot/core/engine/state.h"
#include "bot/core/journal/import.h"
#include "storage/store.h"

namespace muster {

Result<int> replay_file(const std::string& file, const std::string& data_folder) {
  std::ifstream in(file);
  if (!in) return fail(ErrorKind::not_found, "cannot read " + file, "Name a file with one JSON object per line.");
  std::vector<Entry> entries;
  std::string line;
  for (int n = 1; std::getline(in, line); ++n) {
    if (line.empty()) continue;
    const auto value = parse_json(line);
    const auto entry = value ? entry_from_fact(*value) : Result<Entry>(std::unexpected(value.error()));
    if (!entry)
      return fail(ErrorKind::invalid, file + ":" + std::to_string(n) + ": " + entry.error().message,
                  "Nothing was kept. Mend the line and say it again.");
    entries.push_back(*entry);
  }
  // The virtual clock of a replay: each fact is written when it was received.
  TimeMs now = 0;
  StoreOptions options;
  options.folder = data_folder;
  options.now = [&now] { return now; };
  auto store = open_store(std::move(options), [](std::function<void()> task) { task(); });
  if (!store) return std::unexpected(store.error());
  State state;
  if (auto read = (*store)->read_journal(0, [&state](const Entry& e) { apply(state, e); }); !read)
    return std::unexpected(read.error());
  int fresh = 0;
  for (Entry& e : entries) {
    now = e.received_ms;
    e.seq = 0;
    Commit c;
    apply(state, e);
    if (const Incident* i = find_incident(state, e.incident_id)) c.decision.rows.push_back(projection(*i));
    for (ProjectionRow& row : touched_rows(state.changes)) c.decision.rows.push_back(std::move(row));
    c.decision.entries.push_back(e);
    const auto done = (*store)->commit_now(std::move(c));
    if (!done) return std::unexpected(done.error());
    fresh += done->duplicate ? 0 : 1;
  }
  (*store)->stop();
  return fresh;
}

}  // namespace muster
