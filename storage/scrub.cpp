#include "storage/scrub.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/core/journal/scrub.h"
#include "storage/apply.h"
#include "storage/reader.h"
#include "storage/scrub_parts.h"
#include "storage/store_open.h"

namespace muster {
namespace storage {
namespace {

std::string inside_json(std::string_view text) {
  const std::string quoted = to_json(Value(text));
  return quoted.substr(1, quoted.size() - 2);
}

// Where a needle may stand: its beginning, as text and as it is written inside JSON.
std::vector<std::string> beginnings(const ScrubOrder& order) {
  std::vector<std::string> out;
  for (const std::string& needle : order.needles) {
    out.emplace_back(muster::beginning(needle));
    out.push_back(inside_json(muster::beginning(needle)));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool holds(std::string_view body, const std::vector<std::string>& beginnings) {
  return std::ranges::any_of(beginnings, [&](const std::string& b) { return body.contains(b); });
}

struct Row {
  std::int64_t n = 0;
  std::string body;
};

Value cleaned_json(const std::string& body, const ScrubOrder& order) {
  const auto value = parse_json(body, 128);
  return value ? without(*value, order.needles, order.mark) : Value(order.mark);
}

// The bytes of a sender may be JSON or not; what is JSON stays readable.
std::string cleaned_body(const std::string& body, const ScrubOrder& order) {
  if (parse_json(body, 128)) return to_json(cleaned_json(body, order));
  return without(std::string_view(body), order.needles, order.mark);
}

// The message itself, by the id of its post: how it was typed may differ from what was understood.
std::string post_of(Db& db, const ScrubOrder& order) {
  const std::string end = ":" + order.source_id;
  auto row = db.query("SELECT meta FROM inbox WHERE substr(dedupe_key, -length(?)) = ?", end, end);
  if (order.source_id.empty() || !row->next()) return {};
  const auto meta = parse_json(row->text(0), 128);
  return meta ? (*meta)["post"].as_string() : "";
}

std::size_t clean_inbox(Db& db, const ScrubOrder& order, const std::vector<std::string>& begin) {
  std::vector<Row> found;
  auto row = db.query("SELECT n, body, dedupe_key FROM inbox");
  while (row->next()) {
    const bool its_own = !order.source_id.empty() && row->view(2).ends_with(":" + order.source_id);
    if (its_own)
      found.push_back({row->integer(0), order.mark});
    else if (holds(row->view(1), begin))
      found.push_back({row->integer(0), cleaned_body(row->text(1), order)});
  }
  for (const Row& r : found) db.run("UPDATE inbox SET body = ? WHERE n = ?", Blob{r.body}, r.n);
  return found.size();
}

// A post that was made of the scrubbed message alone says the mark and nothing else.
Value emptied(Value body, const std::string& mark) {
  if (body.has("message")) body.set("message", Value::Map{{"text", mark}});
  if (body.has("text")) body.set("text", mark);
  if (body.has("files")) body.set("files", Value::List{});
  return body;
}

std::size_t destroy_files(Db& db, const ScrubOrder& order) {
  std::size_t n = 0;
  for (const std::string& id : order.files) {
    auto row = db.query("SELECT 1 FROM room_file WHERE id = ?", id);
    const bool there = row->next();
    row.reset();
    if (!there) continue;
    db.run("DELETE FROM room_file WHERE id = ?", id);
    ++n;
  }
  return n;
}

std::vector<OutMessage> clean_outbox(Db& db, const ScrubOrder& order, const std::vector<std::string>& begin) {
  std::vector<std::string> posts{order.source_id, post_of(db, order)};
  for (const char* kind : {"reply-", "told-"}) posts.push_back(kind + order.source_id);
  std::vector<OutMessage> changed;
  std::vector<std::int64_t> numbers;
  auto row = db.query("SELECT id, destination, kind, body, n FROM outbox ORDER BY n");
  while (row->next()) {
    const std::string_view body = row->view(3);
    const bool may_be_its = !order.source_id.empty() && body.contains(inside_json(order.source_id));
    if (!may_be_its && !holds(body, begin)) continue;
    const auto before = parse_json(row->text(3), 128);
    if (!before) continue;
    const std::string& post = (*before)["post_id"].as_string();
    const bool its_own = !order.source_id.empty() && !post.empty() && std::ranges::find(posts, post) != posts.end();
    Value after = its_own ? emptied(*before, order.mark) : without(*before, order.needles, order.mark);
    if (after == *before) continue;
    changed.push_back({row->text(0), row->text(1), row->text(2), std::move(after)});
    numbers.push_back(row->integer(4));
  }
  row.reset();
  for (std::size_t i = 0; i < changed.size(); ++i)
    db.run("UPDATE outbox SET body = ? WHERE n = ?", to_json(changed[i].body), numbers[i]);
  return changed;
}

std::size_t clean_timers(Db& db, const ScrubOrder& order, const std::vector<std::string>& begin) {
  std::vector<std::pair<std::string, std::string>> found;
  auto row = db.query("SELECT id, body FROM timer");
  while (row->next())
    if (holds(row->view(1), begin)) found.emplace_back(row->text(0), to_json(cleaned_json(row->text(1), order)));
  row.reset();
  for (const auto& [id, body] : found) db.run("UPDATE timer SET body = ? WHERE id = ?", body, id);
  return found.size();
}

void put_rows_anew(Db& db, const Refold& refold) {
  read_entries(db, 0, {}, refold.take);
  db.run("DELETE FROM projection");
  for (const ProjectionRow& row : refold.rows()) put_row(db, row);
}

}  // namespace
}  // namespace storage

Result<ScrubReport> scrub_everywhere(Store& store, const ScrubOrder& order, const Refold& refold) {
  ScrubReport report;
  auto done = dynamic_cast<storage::WorkStore&>(store).work_now([&](storage::Db& db) -> Result<void> {
    auto scrubbed = storage::in_transaction(db, [&]() -> Result<void> {
      if (auto r = storage::scrub(db, order.event_id); !r) return r;
      const auto begin = storage::beginnings(order);
      report.inbox = storage::clean_inbox(db, order, begin);
      report.out = storage::clean_outbox(db, order, begin);
      report.timers = storage::clean_timers(db, order, begin);
      report.files = storage::destroy_files(db, order);
      storage::put_rows_anew(db, refold);
      return {};
    });
    if (!scrubbed) return scrubbed;
    if (const auto cut = storage::cut_log(db); !cut) report.left = cut.error().message + " " + cut.error().next_step;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return report;
}

}  // namespace muster
