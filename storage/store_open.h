// What the files of storage/ share about an open store.
#pragma once
#include <functional>
#include <string>

#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

// The store as storage/ itself sees it: work that is no decision runs on the writer thread, alone.
class WorkStore : public Store {
 public:
  virtual Result<void> work_now(std::function<Result<void>(Db&)> work) = 0;
  virtual std::string folder() const = 0;
};

// Read-only, also beside a running bot; the file must have today's schema. Throws SqlError.
Result<Db> open_for_reading(const std::string& folder);

// Turns a thrown SqlError into a value.
template <class F>
Result<void> guarded(const Db& db, F&& action) {
  try {
    action();
    return {};
  } catch (const SqlError& error) {
    return std::unexpected(explain(error, db.path()));
  }
}

}  // namespace muster::storage
