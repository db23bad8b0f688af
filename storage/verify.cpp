#include "storage/verify.h"

#include <unordered_map>

#include "bot/base/hash.h"
#include "storage/chain.h"
#include "storage/files.h"
#include "storage/reader.h"
#include "storage/store_open.h"

namespace muster {
namespace storage {
namespace {

constexpr std::size_t problems_max = 100;  // a broken file should not fill the screen or the memory

class Verifier {
 public:
  explicit Verifier(std::string key) : key_(std::move(key)) {}

  void check(const Entry& e, const Link& link) {
    ++report.entries;
    const std::string at = "position " + std::to_string(e.position) + " (" + e.event_id + "): ";
    check_chain(e, link, at);
    check_payload(e, link, at);
    if (!e.incident_id.empty() && e.seq != ++seq_[e.incident_id]) {
      problem(at + "gap in " + e.incident_id + ": expected number " + std::to_string(seq_[e.incident_id]) + ", found " +
              std::to_string(e.seq));
      seq_[e.incident_id] = e.seq;
    }
  }
  void problem(std::string text) {
    if (report.problems.size() < problems_max) report.problems.push_back(std::move(text));
  }

  VerifyReport report;

 private:
  // Goes on from the stored hash, so that one broken row is reported once.
  void check_chain(const Entry& e, const Link& link, const std::string& at) {
    if (e.position != ++position_) {
      problem(at + "expected position " + std::to_string(position_) + ": rows are missing before it");
      position_ = e.position;
    }
    if (link.previous != last_) problem(at + "does not link to the row before it");
    if (link.hash != row_hash(e, link.mac, link.previous)) problem(at + "the row was changed after it was written");
    last_ = link.hash;
  }
  void check_payload(const Entry& e, const Link& link, const std::string& at) {
    if (e.scrubbed) {
      ++report.scrubbed;
    } else if (!link.has_payload || link.payload_event_id != e.event_id) {
      problem(at + "the payload is missing");
    } else if (!equal_constant_time(link.mac, payload_mac(key_, e.event_id, link.body))) {
      problem(at + "the payload does not match its MAC");
    }
  }

  std::string key_;
  std::string last_ = first_link();
  std::int64_t position_ = 0;
  std::unordered_map<std::string, std::int64_t> seq_;
};

void check_references(Db& db, Verifier& verifier) {
  auto dangling = db.query(
      "SELECT c.position, c.event_id, c.corrects FROM event c WHERE c.corrects IS NOT NULL "
      "AND NOT EXISTS(SELECT 1 FROM event t WHERE t.event_id = c.corrects) ORDER BY c.position");
  while (dangling->next()) {
    verifier.problem("position " + dangling->text(0) + " (" + dangling->text(1) + "): refers to " + dangling->text(2) +
                     ", which is not in the journal");
  }
  auto silent = db.query(
      "SELECT p.position, p.event_id FROM event_payload p WHERE p.scrubbed_ms IS NOT NULL AND NOT "
      "EXISTS(SELECT 1 FROM event r WHERE r.corrects = p.event_id AND r.kind = 'redaction') "
      "ORDER BY p.position");
  while (silent->next()) {
    verifier.problem("position " + silent->text(0) + " (" + silent->text(1) +
                     "): the payload was destroyed without a redaction entry");
  }
  auto orphans = db.query(
      "SELECT p.position FROM event_payload p WHERE NOT EXISTS"
      "(SELECT 1 FROM event e WHERE e.position = p.position) ORDER BY p.position");
  while (orphans->next()) verifier.problem("position " + orphans->text(0) + ": a payload without a journal row");
  auto health = db.query("PRAGMA quick_check(5)");
  while (health->next()) {
    if (health->view(0) != "ok") verifier.problem("the file: " + health->text(0));
  }
}

Result<VerifyReport> verify(const std::string& folder, const RowsCheck& rows) {
  auto db = open_for_reading(folder);
  if (!db) return std::unexpected(db.error());
  auto key = read_key(key_path(folder));
  if (!key) return std::unexpected(key.error());
  Verifier verifier(std::move(*key));
  db->run("BEGIN");  // one snapshot for all questions, whatever the bot writes meanwhile
  each_row(*db, 0, {}, [&verifier](const Entry& e, const Link& link) { verifier.check(e, link); });
  check_references(*db, verifier);
  if (rows.take) read_entries(*db, 0, {}, rows.take);
  if (rows.problems)
    for (std::string& problem : rows.problems(read_projections(*db))) verifier.problem(std::move(problem));
  db->run("COMMIT");
  return std::move(verifier.report);
}

}  // namespace
}  // namespace storage

Result<VerifyReport> verify_journal(const std::string& folder) { return verify_journal(folder, {}); }

Result<VerifyReport> verify_journal(const std::string& folder, const RowsCheck& rows) {
  try {
    return storage::verify(folder, rows);
  } catch (const storage::SqlError& error) {
    return std::unexpected(storage::explain(error, storage::db_path(folder)));
  }
}

}  // namespace muster
