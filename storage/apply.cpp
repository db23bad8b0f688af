#include "storage/apply.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "storage/chain.h"
#include "storage/chat_links.h"
#include "storage/payload.h"

namespace muster::storage {

Head read_head(Db& db) {
  Head head{0, first_link(), {}};
  auto row = db.query("SELECT position, row_hash FROM event ORDER BY position DESC LIMIT 1");
  if (row->next()) {
    head.position = row->integer(0);
    head.hash = row->text(1);
  }
  return head;
}

Applied Applier::apply(Commit& commit, TimeMs now, const std::function<void(const char*)>& fault) {
  wrote_ = false;
  old_position_ = head_.position;
  old_hash_ = head_.hash;
  counted_.clear();
  if (!add_inbox(commit)) return Applied::duplicate;
  if (add_entries(commit.decision.entries, now, fault) == Applied::duplicate) return Applied::duplicate;
  settle_out(commit);
  add_out(commit);
  put_rows(commit.decision.rows);
  // Fired timers go first: the same decision may arm the same timer again.
  for (const std::string& id : commit.timers_fired) db_.run("DELETE FROM timer WHERE id = ?", id);
  put_timers(commit.decision.timers);
  put_files(commit);
  scrub(commit.scrubs);
  put_links(db_, commit.links);
  return Applied::yes;
}

void Applier::undo() {
  head_.position = old_position_;
  head_.hash = old_hash_;
  for (const std::string& incident : counted_) --head_.seq[incident];
  counted_.clear();
}

// False when one of the keys was known before this commit.
bool Applier::add_inbox(const Commit& commit) {
  const auto& done = commit.inbox_done;
  std::set<std::string_view> own;
  for (const InboxItem& item : commit.inbox) {
    if (!own.insert(item.dedupe_key).second) continue;
    const bool finished = std::find(done.begin(), done.end(), item.dedupe_key) != done.end();
    const int added = db_.run(
        "INSERT INTO inbox(dedupe_key, kind, body, meta, received_ms, done) VALUES(?,?,?,?,?,?) "
        "ON CONFLICT(dedupe_key) DO NOTHING",
        item.dedupe_key, item.kind, Blob{item.body}, to_json(item.meta), item.received_ms, finished);
    if (added == 0) return false;
    wrote_ = true;
  }
  wrote_ = true;
  for (const std::string& key : done) {
    if (!own.contains(key)) db_.run("UPDATE inbox SET done = 1 WHERE dedupe_key = ? AND done = 0", key);
  }
  return true;
}

Applied Applier::add_entries(std::vector<Entry>& entries, TimeMs now, const std::function<void(const char*)>& fault) {
  std::size_t known = 0;
  for (Entry& entry : entries) {
    if (fault) fault("before-entry");
    entry.written_ms = now;
    if (!add_entry(entry)) ++known;
  }
  if (known == 0) return Applied::yes;
  if (known == entries.size()) return Applied::duplicate;
  throw std::runtime_error("some journal entries of one decision were known already, others not");
}

std::int64_t& Applier::seq_of(const std::string& incident) {
  const auto it = head_.seq.find(incident);
  if (it != head_.seq.end()) return it->second;
  auto row = db_.query("SELECT coalesce(max(seq), 0) FROM event WHERE incident_id = ?", incident);
  row->next();
  return head_.seq[incident] = row->integer(0);
}

// Two questions, as there are two indexes.
bool Applier::is_known_key(const std::string& key) const {
  return is_key_by_id(key) ||
         db_.query("SELECT 1 FROM event WHERE dedupe_key = ? AND dedupe_key <> event_id", key)->next();
}
bool Applier::is_key_by_id(const std::string& key) const {
  return db_.query("SELECT 1 FROM event WHERE event_id = ? AND dedupe_key = event_id", key)->next();
}

// What the MAC covers is the body behind the id: written once, where the last entry's stood.
Applier::Sealed Applier::seal(const Entry& e) {
  payload_.clear();
  begin_covered(payload_, e.event_id);
  const std::size_t before = payload_.size();
  append_payload(payload_, e);
  Sealed sealed{std::string_view(payload_).substr(before), hmac_sha256(key_, payload_), {}};
  row_.clear();
  append_covered(row_, e, sealed.mac, head_.hash);
  sealed.hash = sha256(row_);
  return sealed;
}

// False when an entry with this de-duplication key is there already.
bool Applier::add_entry(Entry& e) {
  std::int64_t* seq = e.incident_id.empty() ? nullptr : &seq_of(e.incident_id);
  e.position = head_.position + 1;
  e.seq = seq ? *seq + 1 : 0;
  e.scrubbed = false;
  const std::string& dedupe = dedupe_key_of(e);
  // No index tells this one; the other way round a new id is nobody's key.
  if (dedupe != e.event_id && is_key_by_id(dedupe)) return false;
  const Sealed sealed = seal(e);
  const int added = db_.run(
      "INSERT INTO event(position, event_id, incident_id, seq, kind, occurred_ms, received_ms, written_ms, "
      "precision_ms, clock_name, skew_ms, origin, actor_type, actor_id, role, visibility, pinned, corrects, reply_to, "
      "source_system, source_type, source_id, dedupe_key, payload_mac, prev_hash, row_hash) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
      e.position, e.event_id, NullIfEmpty{e.incident_id}, NullIfZero{e.seq}, e.kind, e.occurred_ms, e.received_ms,
      e.written_ms, e.precision_ms, e.clock_name, e.skew_ms, e.origin, e.actor.type, e.actor.id, NullIfEmpty{e.role},
      e.visibility, e.pinned, NullIfEmpty{e.corrects}, NullIfEmpty{e.reply_to}, e.source.system, e.source.type,
      e.source.id, dedupe, Blob{sealed.mac}, Blob{head_.hash}, Blob{sealed.hash});
  if (added == 0) {
    // Only a known de-duplication key is a duplicate; any other clash (an id used twice) must not pass as one.
    if (is_known_key(dedupe)) return false;
    throw std::runtime_error("the journal entry " + e.event_id + " clashes with another entry");
  }
  db_.run("INSERT INTO event_payload(position, event_id, body) VALUES(?,?,?)", e.position, e.event_id, sealed.body);
  head_.position = e.position;
  head_.hash = sealed.hash;
  if (seq) {
    ++*seq;
    counted_.push_back(e.incident_id);
  }
  return true;
}

void Applier::add_out(const Commit& commit) {
  for (const OutMessage& m : commit.decision.out) {
    const bool shown = !commit.shown_here.empty() && m.destination.starts_with(commit.shown_here);
    db_.run(
        "INSERT INTO outbox(id, destination, kind, body, state, attempts, due_ms, last_error) "
        "VALUES(?,?,?,?,?,0,0,'')",
        m.id, m.destination, m.kind, to_json(m.body), shown ? "done" : "pending");
  }
}

void Applier::settle_out(const Commit& commit) {
  for (const std::string& id : commit.out_done) {
    db_.run("UPDATE outbox SET state = 'done', last_error = '' WHERE id = ? AND state <> 'done'", id);
  }
  for (const Commit::Failure& f : commit.out_failed) {
    const char* const left = f.dead ? "dead" : "pending";
    const char* const state = f.delivered ? "done" : left;
    const int changed = db_.run(
        "UPDATE outbox SET attempts = attempts + 1, last_error = ?, due_ms = ?, state = ? "
        "WHERE id = ? AND state <> 'done' AND state = 'pending'",
        f.error, f.retry_ms, state, f.id);
    if (changed == 0 && f.dead) refuse_shown(f);
  }
}

// What was stored as delivered, because it is shown by this process, and was refused. Rare: there is no index for it.
void Applier::refuse_shown(const Commit::Failure& f) {
  db_.run(
      "UPDATE outbox SET attempts = attempts + 1, last_error = ?, due_ms = ?, state = 'dead' "
      "WHERE n = (SELECT max(n) FROM outbox WHERE id = ? AND state = 'done')",
      f.error, f.retry_ms, f.id);
}

// What the policy keeps no longer: each has its redaction in this commit or before it.
void Applier::scrub(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (id.starts_with("said:")) forget_words(id.substr(5));
    db_.run(
        "UPDATE event_payload SET body = NULL, scrubbed_ms = (SELECT max(written_ms) FROM event WHERE corrects = ? "
        "AND kind = 'redaction') WHERE position = (SELECT position FROM event WHERE event_id = ?) AND scrubbed_ms IS "
        "NULL AND EXISTS(SELECT 1 FROM event WHERE corrects = ? AND kind = 'redaction')",
        id, id, id);
  }
}

// The other places that hold the words of a message: what came in, and what the room shows. `key`: channel/post.
void Applier::forget_words(const std::string& key) {
  const std::size_t slash = key.find('/');
  const std::string channel = key.substr(0, slash), post = slash == std::string::npos ? "" : key.substr(slash + 1);
  if (post.empty()) return;
  const std::string there = "%:#" + channel, naming = "%\"" + post + "\"%";
  std::vector<std::pair<std::int64_t, Value>> rows;
  {
    auto row = db_.query(
        "SELECT n, body FROM outbox WHERE kind IN('human_post', 'human_change') AND destination LIKE ? AND body LIKE ?",
        there, naming);
    while (row->next()) {
      auto body = parse_json(row->text(1));
      if (body && (*body)["post_id"].as_string() == post) rows.emplace_back(row->integer(0), std::move(*body));
    }
  }
  for (auto& [n, body] : rows) {
    body.set("text", "");
    db_.run("UPDATE outbox SET body = ? WHERE n = ?", to_json(body), n);
  }
  forget_copies(there, naming, post);
  db_.run("UPDATE inbox SET body = ? WHERE kind = 'chat' AND done = 1 AND meta LIKE ?", Blob{""}, naming);
}

// What was made of it for other platforms says what the deletion says there, also where it still waits.
void Applier::forget_copies(const std::string& there, const std::string& naming, const std::string& post) {
  struct Copy {
    std::int64_t n;
    std::string destination;
    Value body;
  };
  std::vector<Copy> copies;
  std::map<std::string, Value> deletions;  // by destination
  {
    auto row = db_.query(
        "SELECT n, destination, body FROM outbox WHERE kind IN('post', 'edit') AND destination LIKE ? AND body LIKE ? "
        "ORDER BY n",
        there, naming);
    while (row->next()) {
      auto body = parse_json(row->text(2));
      if (!body || !(*body)["relayed"].as_bool()) continue;
      const std::string& id = (*body)["post_id"].as_string();
      if (id != post && !id.starts_with("file-" + post + "-")) continue;  // the copy, and the files that stand under it
      if ((*body)["deleted"].as_bool())
        deletions[row->text(1)] = (*body)["message"];
      else
        copies.push_back({row->integer(0), row->text(1), std::move(*body)});
    }
  }
  for (Copy& c : copies) {
    const auto said = deletions.find(c.destination);
    c.body.set("message", said == deletions.end() ? Value(Value::Map{{"text", "…"}}) : said->second);
    db_.run("UPDATE outbox SET body = ? WHERE n = ?", to_json(c.body), c.n);
  }
}

void Applier::put_files(const Commit& commit) {
  for (const StoredFile& f : commit.files) {
    db_.run("INSERT INTO room_file(id, name, channel, author, created_ms, size, bytes) VALUES(?,?,?,?,?,?,?)", f.id,
            f.name, f.channel, f.author, f.at, static_cast<std::int64_t>(f.bytes.size()), Blob{f.bytes});
  }
  for (const std::string& id : commit.files_gone) db_.run("DELETE FROM room_file WHERE id = ?", id);
}

void put_row(Db& db, const ProjectionRow& row) {
  std::string text;
  put_row(db, row, text);
}

void put_row(Db& db, const ProjectionRow& row, std::string& text) {
  if (row.body.is_null()) {
    db.run("DELETE FROM projection WHERE kind = ? AND id = ?", row.kind, row.id);
  } else {
    text.clear();
    append_json(text, row.body);
    db.run(
        "INSERT INTO projection(kind, id, body) VALUES(?,?,?) "
        "ON CONFLICT(kind, id) DO UPDATE SET body = excluded.body",
        row.kind, row.id, text);
  }
}

void Applier::put_rows(const std::vector<ProjectionRow>& rows) {
  for (const ProjectionRow& row : rows) put_row(db_, row, row_);
}

void Applier::put_timers(const std::vector<Timer>& timers) {
  for (const Timer& t : timers) {
    if (t.due_ms == 0) {
      db_.run("DELETE FROM timer WHERE id = ?", t.id);
    } else {
      db_.run(
          "INSERT INTO timer(id, due_ms, body) VALUES(?,?,?) "
          "ON CONFLICT(id) DO UPDATE SET due_ms = excluded.due_ms, body = excluded.body",
          t.id, t.due_ms, to_json(t.body));
    }
  }
}

}  // namespace muster::storage
