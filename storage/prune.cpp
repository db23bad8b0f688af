#include "storage/prune.h"

#include "bot/base/limits.h"

namespace muster::storage {
namespace {

constexpr std::int64_t step_rows = 500;  // a few milliseconds of deleting

// A body of alerts has a key of our own that no sender repeats: once decided, it is kept only to look at.
std::int64_t prune_alert_bodies(Db& db, TimeMs now, PruneCursor& cursor, bool& more) {
  std::int64_t last = 0, seen = 0;
  {
    auto row = db.query("SELECT n, received_ms FROM inbox WHERE n > ? ORDER BY n LIMIT ?", cursor.inbox_n, step_rows);
    while (row->next() && row->integer(1) < now - limits::alert_body_keep_ms) {
      last = row->integer(0);
      ++seen;
    }
  }
  if (seen == 0) {
    cursor.inbox_n = 0;  // the next round begins at the oldest row again
    return 0;
  }
  const int gone = db.run(
      "DELETE FROM inbox WHERE n > ? AND n <= ? AND done = 1 AND kind IN('alertmanager', 'alerts_v2', 'refused')",
      cursor.inbox_n, last);
  cursor.inbox_n = last;
  more = more || seen == step_rows;
  return gone;
}

// The other keys are what a second delivery is known by: a platform repeats itself for hours, a person for days.
std::int64_t prune_keys(Db& db, TimeMs now, bool& more) {
  const int gone =
      db.run("DELETE FROM inbox WHERE done = 1 AND received_ms < ? AND n IN(SELECT n FROM inbox ORDER BY n LIMIT ?)",
             now - limits::dedupe_key_keep_ms, step_rows);
  more = more || gone == step_rows;
  return gone;
}

// `ours`: the room's messages, which are its history. The newest stay.
std::int64_t prune_out(Db& db, bool ours, std::int64_t keep, bool& more) {
  const char* border_sql = ours ? "SELECT n FROM outbox WHERE state = 'done' AND destination LIKE 'room:%' "
                                  "ORDER BY n DESC LIMIT 1 OFFSET ?"
                                : "SELECT n FROM outbox WHERE state = 'done' AND destination NOT LIKE 'room:%' "
                                  "ORDER BY n DESC LIMIT 1 OFFSET ?";
  std::int64_t border = 0;
  {
    auto row = db.query(border_sql, keep);
    if (!row->next()) return 0;
    border = row->integer(0);
  }
  const char* delete_sql = ours ? "DELETE FROM outbox WHERE n IN(SELECT n FROM outbox WHERE n <= ? AND state = 'done' "
                                  "AND destination LIKE 'room:%' ORDER BY n LIMIT ?)"
                                : "DELETE FROM outbox WHERE n IN(SELECT n FROM outbox WHERE n <= ? AND state = 'done' "
                                  "AND destination NOT LIKE 'room:%' ORDER BY n LIMIT ?)";
  const int gone = db.run(delete_sql, border, step_rows);
  more = more || gone == step_rows;
  return gone;
}

// Events that a webhook did not take: the newest can still be delivered again.
std::int64_t prune_dead_events(Db& db) {
  return db.run(
      "DELETE FROM outbox WHERE state <> 'done' AND state = 'dead' AND destination LIKE 'webhook:%' AND n <= (SELECT n "
      "FROM outbox WHERE state <> 'done' AND state = 'dead' AND destination LIKE 'webhook:%' ORDER BY n DESC LIMIT 1 "
      "OFFSET ?)",
      limits::webhook_dead_keep);
}

}  // namespace

PruneReport prune_step(Db& db, TimeMs now, PruneCursor& cursor) {
  PruneReport report;
  db.run("BEGIN IMMEDIATE");
  report.inbox = prune_alert_bodies(db, now, cursor, report.more) + prune_keys(db, now, report.more);
  report.outbox = prune_out(db, true, limits::room_messages_keep, report.more) +
                  prune_out(db, false, limits::sent_messages_keep, report.more) + prune_dead_events(db);
  db.run("COMMIT");
  return report;
}

}  // namespace muster::storage
