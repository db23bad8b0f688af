// All reading queries of the store, on a read-only connection. Throws SqlError.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

// The chain's part of a journal row, for verifying. `body` is null when the payload is missing.
struct Link {
  std::string_view mac, previous, hash, body, payload_event_id;
  bool has_payload = false;
};
using EachRow = std::function<void(Entry&, const Link&)>;

// Rows in order. With `incident_id` only that incident's. The entry carries no payload yet.
void each_row(Db& db, std::int64_t after, const std::string& incident_id, const EachRow& each);
void read_entries(Db& db, std::int64_t after, const std::string& incident_id,
                  const std::function<void(const Entry&)>& each);
// Of these kinds, which are words of this program.
void read_entries_of(Db& db, const std::vector<std::string>& kinds, const std::function<void(const Entry&)>& each);
std::vector<InboxItem> read_pending_inbox(Db& db);
std::vector<PendingOut> read_pending_out(Db& db);
std::vector<DeadLetter> read_dead_letters(Db& db);
std::vector<SentRow> read_sent(Db& db, const std::string& destination, const std::string& id, std::size_t most,
                               SentRows which);
std::vector<Timer> read_timers(Db& db);
std::vector<ProjectionRow> read_projections(Db& db);
Value read_projection(Db& db, const std::string& kind, const std::string& id);  // null: there is none
std::vector<OutMessage> read_room_history(Db& db, std::size_t last_n);
std::vector<StoredFile> read_room_file(Db& db, const std::string& id);  // none or one
std::int64_t read_file_bytes(Db& db);

}  // namespace muster::storage
