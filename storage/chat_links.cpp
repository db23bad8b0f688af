#include "storage/chat_links.h"

namespace muster::storage {

void put_links(Db& db, const std::vector<ChatLink>& links) {
  for (const ChatLink& l : links) {
    db.run(
        "INSERT INTO chat_link(platform, kind, ours, theirs) VALUES(?,?,?,?) "
        "ON CONFLICT(platform, kind, ours) DO UPDATE SET theirs = excluded.theirs",
        l.platform, l.kind, l.ours, l.theirs);
  }
}

std::vector<ChatLink> read_links(Db& db) {
  std::vector<ChatLink> links;
  auto row = db.query(
      "SELECT platform, kind, ours, theirs FROM chat_link WHERE kind <> 'post' OR n > "
      "coalesce((SELECT max(n) FROM chat_link), 0) - 20000 ORDER BY n");
  while (row->next()) links.push_back({row->text(0), row->text(1), row->text(2), row->text(3)});
  return links;
}

}  // namespace muster::storage
