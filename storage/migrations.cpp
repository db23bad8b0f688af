#include "storage/migrations.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "storage/scrub.h"

namespace muster::storage {
namespace {

// The journal. `corrects` carries no foreign key because a correction may arrive before its target (verify reports what
// dangles). Lists of three and more are written with OR: SQLite makes a temporary table for each IN(…) of such a list,
// once per inserted row, which cost a third of a commit.
constexpr std::string_view event_columns = R"sql((
  position      INTEGER PRIMARY KEY,
  event_id      TEXT NOT NULL UNIQUE,
  incident_id   TEXT,
  seq           INTEGER,
  kind          TEXT NOT NULL,
  occurred_ms   INTEGER NOT NULL,
  received_ms   INTEGER NOT NULL,
  written_ms    INTEGER NOT NULL,
  precision_ms  INTEGER NOT NULL,
  clock_name    TEXT NOT NULL,
  skew_ms       INTEGER NOT NULL,
  origin        TEXT NOT NULL CHECK(origin = 'auto' OR origin = 'human' OR origin = 'backfill'),
  actor_type    TEXT NOT NULL CHECK(actor_type = 'user' OR actor_type = 'bot' OR actor_type = 'system'),
  actor_id      TEXT NOT NULL,
  role          TEXT,
  visibility    TEXT NOT NULL CHECK(
    visibility = 'public' OR visibility = 'internal' OR visibility = 'responders' OR visibility = 'private'),
  pinned        INTEGER NOT NULL CHECK(pinned IN(0,1)),
  corrects      TEXT,
  reply_to      TEXT,
  source_system TEXT NOT NULL,
  source_type   TEXT NOT NULL,
  source_id     TEXT NOT NULL,
  dedupe_key    TEXT NOT NULL,
  payload_mac   BLOB NOT NULL,
  prev_hash     BLOB NOT NULL,
  row_hash      BLOB NOT NULL,
  CHECK((incident_id IS NULL) = (seq IS NULL)),
  CHECK((kind = 'correction' OR kind = 'retraction' OR kind = 'redaction') = (corrects IS NOT NULL))
) STRICT;
)sql";

// Most entries belong to no incident, and their de-duplication key is their id: neither is written down a second time.
// What asks for a key has to look under both, see is_known_key().
constexpr std::string_view event_guards = R"sql(
CREATE UNIQUE INDEX event_by_incident ON event(incident_id, seq) WHERE incident_id IS NOT NULL;
CREATE UNIQUE INDEX event_by_key ON event(dedupe_key) WHERE dedupe_key <> event_id;
CREATE INDEX event_by_target ON event(corrects) WHERE corrects IS NOT NULL;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT,'event rows are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT,'event rows are append-only'); END;
)sql";

constexpr std::string_view outbox_columns = R"sql((
  n           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL,
  destination TEXT NOT NULL,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK(state = 'pending' OR state = 'done' OR state = 'dead'),
  attempts    INTEGER NOT NULL,
  due_ms      INTEGER NOT NULL,
  last_error  TEXT NOT NULL
) STRICT;
)sql";

// A message is looked for by its id until it was delivered. Where a query is to use these, it says `state <> 'done'`.
constexpr std::string_view outbox_guards = R"sql(
CREATE UNIQUE INDEX outbox_by_id ON outbox(id) WHERE state <> 'done';
CREATE INDEX outbox_open ON outbox(state, n) WHERE state <> 'done';
)sql";

// 1: the first schema, with the journal and the outbox as they are today.
constexpr std::string_view step_1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE event_payload(
  position    INTEGER PRIMARY KEY REFERENCES event(position),
  event_id    TEXT NOT NULL,
  body        TEXT,
  scrubbed_ms INTEGER,
  CHECK((body IS NULL) = (scrubbed_ms IS NOT NULL))
) STRICT;

CREATE TRIGGER payload_no_delete BEFORE DELETE ON event_payload
  BEGIN SELECT RAISE(ABORT,'payload rows are append-only'); END;
CREATE TRIGGER payload_scrub_only BEFORE UPDATE ON event_payload
  WHEN NOT(NEW.position IS OLD.position AND NEW.event_id IS OLD.event_id
       AND NEW.body IS NULL AND NEW.scrubbed_ms IS NOT NULL)
  BEGIN SELECT RAISE(ABORT,'payload may only be scrubbed'); END;

CREATE TABLE inbox(
  n           INTEGER PRIMARY KEY,
  dedupe_key  TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  body        BLOB NOT NULL,
  meta        TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  done        INTEGER NOT NULL CHECK(done IN(0,1))
) STRICT;
CREATE INDEX inbox_pending ON inbox(n) WHERE done = 0;

CREATE TABLE timer(id TEXT PRIMARY KEY, due_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE projection(
  kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(kind, id)
) STRICT, WITHOUT ROWID;
)sql";

// 2: files that people put into the room. The bytes come last: sums over `size` then read no overflow page.
constexpr std::string_view step_2 = R"sql(
CREATE TABLE room_file(
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  channel     TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  size        INTEGER NOT NULL,
  bytes       BLOB NOT NULL
) STRICT;
)sql";

// Names of ours and ids of theirs on the chat platforms.
constexpr std::string_view step_3 = R"sql(
CREATE TABLE chat_link(
  n        INTEGER PRIMARY KEY,
  platform TEXT NOT NULL, kind TEXT NOT NULL, ours TEXT NOT NULL, theirs TEXT NOT NULL,
  UNIQUE(platform, kind, ours)
) STRICT;
)sql";

// The journal of older files had an index entry for every key and every incident, also where there was none, and the
// outbox one for every message that was ever delivered.
constexpr std::string_view event_anew = R"sql(
INSERT INTO event_next SELECT * FROM event;
DROP TABLE event;
ALTER TABLE event_next RENAME TO event;
)sql";
constexpr std::string_view outbox_anew = R"sql(
INSERT INTO outbox_next SELECT * FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
)sql";

// 5 changed no table: since then the journal has lists of alerts, which a program before it would pass over.
constexpr int newest = 5;

// What makes version `to` of the version before; a new file gets the newest journal at once.
std::string step(int to, int from) {
  std::string sql;
  const auto add = [&sql](std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) sql += part;
  };
  if (to == 1) {
    add({"CREATE TABLE event", event_columns, event_guards});
    add({"CREATE TABLE outbox", outbox_columns, outbox_guards, step_1});
  }
  if (to == 2) add({step_2});
  if (to == 3) add({step_3});
  if (to == 4 && from > 0) {
    add({"CREATE TABLE event_next", event_columns, event_anew, event_guards});
    add({"CREATE TABLE outbox_next", outbox_columns, outbox_anew, outbox_guards});
  }
  return sql;
}

void set_meta(Db& db, std::string_view key, std::string_view value) {
  db.run("INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", key, value);
}

}  // namespace

int newest_schema() { return newest; }

Result<int> schema_of(Db& db) {
  auto tables = db.query("SELECT count(*), coalesce(sum(name = 'meta'), 0) FROM sqlite_schema WHERE type = 'table'");
  tables->next();
  if (tables->integer(0) == 0) return 0;
  const std::string next = "Give the bot a folder of its own, or restore a backup into it.";
  if (tables->integer(1) == 0) {
    return fail(ErrorKind::conflict, "The database " + db.path() + " belongs to another program.", next);
  }
  auto row = db.query("SELECT value FROM meta WHERE key = 'schema_version'");
  if (!row->next()) return fail(ErrorKind::conflict, "The database " + db.path() + " names no schema version.", next);
  const std::string found = row->text(0);
  int version = 0;
  for (const char c : found) version = c >= '0' && c <= '9' && version < 100'000 ? version * 10 + (c - '0') : -1;
  if (version < 1) return fail(ErrorKind::conflict, "The database " + db.path() + " names no schema version.", next);
  if (version > newest_schema()) {
    return fail(ErrorKind::conflict,
                "The database " + db.path() + " has schema version " + found + "; this program knows versions up to " +
                    std::to_string(newest_schema()) + ". Nothing was changed.",
                "Run the newer program that wrote it, or restore a backup taken before the upgrade.");
  }
  return version;
}

void migrate(Db& db, int from) {
  if (from == newest_schema()) return;
  db.script("PRAGMA foreign_keys=OFF");  // a table that others refer to may be made anew; no effect inside BEGIN
  db.run("BEGIN IMMEDIATE");
  try {
    for (int version = from + 1; version <= newest_schema(); ++version) db.script(step(version, from));
    set_meta(db, "schema_version", std::to_string(newest_schema()));
    if (from == 0) set_meta(db, "rows_by", program_mark());  // else they would be folded again a moment later
    db.run("COMMIT");
  } catch (...) {
    if (db.in_transaction()) db.run("ROLLBACK");
    throw;
  }
  db.script("PRAGMA foreign_keys=ON");
}

}  // namespace muster::storage

namespace muster {
int schema_version() { return storage::newest_schema(); }
}  // namespace muster
