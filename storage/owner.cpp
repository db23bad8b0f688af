#include "storage/owner.h"

namespace muster::storage {
namespace {

std::int64_t owner_in(Db& db) {
  const auto known = db.query("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'owner'");
  return known->next() ? known->integer(0) : 0;
}

}  // namespace

std::int64_t take_ownership(Db& db) {
  db.run("BEGIN IMMEDIATE");
  const std::int64_t mine = owner_in(db) + 1;
  db.run("INSERT INTO meta(key, value) VALUES('owner', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
         std::to_string(mine));
  db.run("COMMIT");
  return mine;
}

void check_owner(Db& db, std::int64_t owner) {
  if (owner_in(db) != owner) throw SqlError(lost_ownership, "another process owns this database now");
}

}  // namespace muster::storage
