#include "storage/reader.h"

#include <algorithm>

#include "bot/base/json.h"

namespace muster::storage {
namespace {

constexpr const char* columns =
    "SELECT e.position, e.event_id, e.incident_id, e.seq, e.kind, e.occurred_ms, e.received_ms, e.written_ms, "
    "e.precision_ms, e.clock_name, e.skew_ms, e.origin, e.actor_type, e.actor_id, e.role, e.visibility, e.pinned, "
    "e.corrects, e.reply_to, e.source_system, e.source_type, e.source_id, e.dedupe_key, p.scrubbed_ms IS NOT NULL, "
    "e.payload_mac, e.prev_hash, e.row_hash, p.body, p.event_id "
    "FROM event e LEFT JOIN event_payload p ON p.position = e.position ";

void fill(Entry& e, const Query& row) {
  int c = 0;
  const auto text = [&](std::string& to) { to.assign(row.view(c++)); };
  const auto number = [&](std::int64_t& to) { to = row.integer(c++); };
  number(e.position);
  text(e.event_id);
  text(e.incident_id);
  number(e.seq);
  text(e.kind);
  number(e.occurred_ms);
  number(e.received_ms);
  number(e.written_ms);
  number(e.precision_ms);
  text(e.clock_name);
  number(e.skew_ms);
  text(e.origin);
  text(e.actor.type);
  text(e.actor.id);
  text(e.role);
  text(e.visibility);
  e.pinned = row.integer(c++) != 0;
  text(e.corrects);
  text(e.reply_to);
  text(e.source.system);
  text(e.source.type);
  text(e.source.id);
  text(e.dedupe_key);
  e.scrubbed = row.integer(c) != 0;
}

Link link_of(const Query& row) {
  constexpr int first = 24;
  Link link{row.view(first), row.view(first + 1), row.view(first + 2), row.view(first + 3), row.view(first + 4)};
  link.has_payload = !row.is_null(first + 4);
  return link;
}

// Our own text; when it does not parse the disk is damaged, and an empty value would hide that.
Value stored_json(std::string_view text) {
  auto value = parse_json(text, 128);  // deeper than any input may be: what was accepted can be read
  if (!value) throw SqlError(11 /* SQLITE_CORRUPT */, "a stored value is no JSON: " + value.error().message);
  return std::move(*value);
}

OutMessage message_of(const Query& row) { return {row.text(0), row.text(1), row.text(2), stored_json(row.view(3))}; }

}  // namespace

void each_row(Db& db, std::int64_t after, const std::string& incident_id, const EachRow& each) {
  const std::string all = std::string(columns) + "WHERE e.position > ? ORDER BY e.position";
  const std::string one = std::string(columns) + "WHERE e.position > ? AND e.incident_id = ? ORDER BY e.seq";
  auto row = incident_id.empty() ? db.query(all, after) : db.query(one, after, incident_id);
  Entry entry;
  while (row->next()) {
    fill(entry, *row);
    each(entry, link_of(*row));
  }
}

namespace {

// What its newest redaction says instead of a payload that was destroyed: state is folded from it.
Value stand_in(Db& db, const std::string& event_id) {
  auto row = db.query(
      "SELECT p.body FROM event e JOIN event_payload p ON p.position = e.position "
      "WHERE e.corrects = ? AND e.kind = 'redaction' AND p.body IS NOT NULL ORDER BY e.position DESC LIMIT 1",
      event_id);
  return row->next() ? stored_json(row->view(0))["data"]["payload"] : Value();
}

void add_payload(Db& db, Entry& entry, const Link& link) {
  const bool readable = link.has_payload && !entry.scrubbed;
  set_entry_payload(entry, readable ? stored_json(link.body) : entry.scrubbed ? stand_in(db, entry.event_id) : Value());
}

}  // namespace

void read_entries(Db& db, std::int64_t after, const std::string& incident_id,
                  const std::function<void(const Entry&)>& each) {
  each_row(db, after, incident_id, [&db, &each](Entry& entry, const Link& link) {
    add_payload(db, entry, link);
    each(entry);
  });
}

void read_entries_of(Db& db, const std::vector<std::string>& kinds, const std::function<void(const Entry&)>& each) {
  std::string list;
  for (const std::string& kind : kinds) {
    if (kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz._") != std::string::npos) continue;  // no kind of ours
    list += (list.empty() ? "'" : ",'") + kind + "'";
  }
  if (list.empty()) return;
  auto row = db.query(std::string(columns) + "WHERE e.kind IN(" + list + ") ORDER BY e.position");
  Entry entry;
  while (row->next()) {
    fill(entry, *row);
    add_payload(db, entry, link_of(*row));
    each(entry);
  }
}

std::vector<InboxItem> read_pending_inbox(Db& db) {
  std::vector<InboxItem> out;
  auto row = db.query("SELECT dedupe_key, kind, body, received_ms, meta FROM inbox WHERE done = 0 ORDER BY n");
  while (row->next()) {
    out.push_back({row->text(0), row->text(1), row->text(2), row->integer(3), stored_json(row->view(4))});
  }
  return out;
}

std::vector<PendingOut> read_pending_out(Db& db) {
  std::vector<PendingOut> out;
  auto row = db.query(
      "SELECT id, destination, kind, body, attempts, due_ms FROM outbox "
      "WHERE state <> 'done' AND state = 'pending' ORDER BY n");
  while (row->next()) out.push_back({message_of(*row), static_cast<int>(row->integer(4)), row->integer(5)});
  return out;
}

std::vector<DeadLetter> read_dead_letters(Db& db) {
  std::vector<DeadLetter> out;
  auto row = db.query(
      "SELECT id, destination, kind, body, attempts, last_error FROM outbox "
      "WHERE state <> 'done' AND state = 'dead' ORDER BY n");
  while (row->next()) out.push_back({message_of(*row), static_cast<int>(row->integer(4)), row->text(5)});
  return out;
}

std::vector<SentRow> read_sent(Db& db, const std::string& destination, const std::string& id, std::size_t most,
                               SentRows which) {
  std::vector<SentRow> out;
  auto row = db.query(
      "SELECT id, destination, kind, body, state, attempts, due_ms, last_error FROM outbox "
      "WHERE destination = ? AND (? = '' OR id = ?) AND (? = 0 OR (state <> 'done' AND "
      "CASE ? WHEN 1 THEN state = 'dead' ELSE state = 'pending' AND attempts > 0 END)) ORDER BY n DESC LIMIT ?",
      destination, id, id, static_cast<std::int64_t>(which), static_cast<std::int64_t>(which),
      static_cast<std::int64_t>(most));
  while (row->next())
    out.push_back({message_of(*row), row->text(4), static_cast<int>(row->integer(5)), row->integer(6), row->text(7)});
  return out;
}

std::vector<Timer> read_timers(Db& db) {
  std::vector<Timer> out;
  auto row = db.query("SELECT id, due_ms, body FROM timer ORDER BY due_ms, id");
  while (row->next()) out.push_back({row->text(0), row->integer(1), stored_json(row->view(2))});
  return out;
}

std::vector<ProjectionRow> read_projections(Db& db) {
  std::vector<ProjectionRow> out;
  auto row = db.query("SELECT kind, id, body FROM projection ORDER BY kind, id");
  while (row->next()) out.push_back({row->text(0), row->text(1), stored_json(row->view(2))});
  return out;
}

Value read_projection(Db& db, const std::string& kind, const std::string& id) {
  auto row = db.query("SELECT body FROM projection WHERE kind = ? AND id = ?", kind, id);
  return row->next() ? stored_json(row->view(0)) : Value();
}

std::vector<OutMessage> read_room_history(Db& db, std::size_t last_n) {
  std::vector<OutMessage> out;
  // The channels themselves always: a storm of alerts must not push the room of an incident out of sight.
  auto row = db.query(
      "SELECT id, destination, kind, body FROM outbox WHERE state = 'done' AND destination LIKE 'room:%' "
      "AND (kind IN('open_channel', 'topic', 'archive') OR n > coalesce((SELECT n FROM outbox "
      "WHERE state = 'done' AND destination LIKE 'room:%' ORDER BY n DESC LIMIT 1 OFFSET ?), 0)) ORDER BY n",
      static_cast<std::int64_t>(std::min<std::size_t>(last_n, 1u << 30)));
  while (row->next()) out.push_back(message_of(*row));
  return out;
}

std::vector<StoredFile> read_room_file(Db& db, const std::string& id) {
  std::vector<StoredFile> out;
  auto row = db.query("SELECT id, name, channel, author, created_ms, bytes FROM room_file WHERE id = ?", id);
  if (row->next())
    out.push_back({row->text(0), row->text(1), row->text(2), row->text(3), row->integer(4), row->text(5)});
  return out;
}

std::int64_t read_file_bytes(Db& db) {
  auto row = db.query("SELECT coalesce(sum(size), 0) FROM room_file");
  return row->next() ? row->integer(0) : 0;
}

}  // namespace muster::storage
