#include "bot/core/postmortems/published.h"

#include <set>
#include <string_view>

#include "bot/core/postmortems/report.h"

namespace muster {

bool is_news(const Entry& e) {
  if (e.visibility == "private" || e.kind == "message.private") return false;
  for (const std::string_view quiet : {"chat.", "approval.", "channel.", "people.", "reminder.", "rooms.", "platform.",
                                       "declare.", "command.", "postmortem.", "access."})
    if (e.kind.starts_with(quiet)) return false;
  return true;
}

std::vector<Publication> publications(const std::vector<Entry>& entries) {
  std::vector<Publication> all;
  std::size_t end = 0;
  for (const Entry& e : entries) {
    ++end;
    if (e.kind == "postmortem.published")
      all.push_back({static_cast<int>(all.size()) + 1, e.occurred_ms, e.actor.id, e.actor.display, end, 0});
    else if (is_news(e))
      for (Publication& p : all) p.later += 1;
  }
  return all;
}

std::vector<Entry> as_published(const std::vector<Entry>& entries, const Publication& p, ReportOptions& beside) {
  std::vector<Entry> out(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(p.end));
  std::set<std::string_view> later;
  for (std::size_t i = p.end; i < entries.size(); ++i) {
    later.insert(entries[i].event_id);
    if (entries[i].kind == "redaction") out.push_back(entries[i]);
  }
  std::erase_if(beside.changes, [&](const ChangeRecord& change) { return change.started_ms > p.at_ms; });
  for (ChangeRecord& change : beside.changes)
    std::erase_if(change.links, [&](const ChangeLink& link) { return later.contains(link.entry); });
  for (RelatedIncident& r : beside.related) r.open_actions = -1;
  return out;
}

}  // namespace muster
