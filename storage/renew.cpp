// Rows that another program wrote are made anew beside a running bot. What takes long (reading and folding the journal)
// is done on a connection of its own; the writer gets the differences in slices, so that decisions wait for one slice
// and not for all of them.
#include <algorithm>
#include <map>

#include "storage/apply.h"
#include "storage/reader.h"
#include "storage/scrub.h"
#include "storage/scrub_parts.h"
#include "storage/store_open.h"

namespace muster {
namespace storage {
namespace {

constexpr std::size_t slice_rows = 200;  // some milliseconds of the writer's time

struct Difference {
  Value was;  // in the file when it was read; null: it was not there
  ProjectionRow row;
};

bool written_by(Db& db, const std::string& program) {
  const auto known = db.query("SELECT value FROM meta WHERE key = 'rows_by'");
  return known->next() && known->text(0) == program;
}

std::vector<Difference> differences(std::vector<ProjectionRow> in_file, std::vector<ProjectionRow> wanted) {
  std::map<std::pair<std::string, std::string>, Difference> all;
  for (ProjectionRow& row : in_file) all[{row.kind, row.id}] = {std::move(row.body), {row.kind, row.id, {}}};
  for (ProjectionRow& row : wanted) {
    Difference& d = all[{row.kind, row.id}];
    d.row = std::move(row);
  }
  std::vector<Difference> out;
  for (auto& [key, d] : all)
    if (d.was != d.row.body) out.push_back(std::move(d));
  return out;
}

// Journal and rows as of one moment.
Result<std::vector<Difference>> find_differences(Db& db, const Refold& refold) {
  std::vector<Difference> out;
  auto read = guarded(db, [&] {
    db.run("BEGIN");
    read_entries(db, 0, {}, refold.take);
    std::vector<ProjectionRow> in_file = read_projections(db);
    db.run("COMMIT");
    out = differences(std::move(in_file), refold.rows());
  });
  if (!read) return std::unexpected(read.error());
  return out;
}

// A row that was written since it was read is this program's own by now.
void put_if_untouched(Db& db, const Difference& d) {
  if (read_projection(db, d.row.kind, d.row.id) == d.was) put_row(db, d.row);
}

}  // namespace
}  // namespace storage

Result<bool> renew_rows(Store& store, const std::string& program, const Refold& refold) {
  auto& working = dynamic_cast<storage::WorkStore&>(store);
  auto reading = storage::open_for_reading(working.folder());
  if (!reading) return std::unexpected(reading.error());
  bool same = false;
  auto looked = storage::guarded(*reading, [&] { same = storage::written_by(*reading, program); });
  if (!looked) return std::unexpected(looked.error());
  if (same) return false;
  const auto found = storage::find_differences(*reading, refold);
  if (!found) return std::unexpected(found.error());
  for (std::size_t from = 0; from < found->size(); from += storage::slice_rows) {
    const std::size_t to = std::min(from + storage::slice_rows, found->size());
    auto done = working.work_now([&](storage::Db& db) {
      return storage::in_transaction(db, [&]() -> Result<void> {
        for (std::size_t i = from; i < to; ++i) storage::put_if_untouched(db, (*found)[i]);
        return {};
      });
    });
    if (!done) return std::unexpected(done.error());
  }
  // Last: a start after a crash in between begins again.
  auto marked = working.work_now([&](storage::Db& db) -> Result<void> {
    db.run("INSERT INTO meta(key, value) VALUES('rows_by', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
           program);
    return {};
  });
  if (!marked) return std::unexpected(marked.error());
  return !found->empty();
}

}  // namespace muster
