// Rows that another version of the program wrote.
#include "bot/rows.h"

#include <doctest/doctest.h>

#include "storage/scrub.h"
#include "tests/support/temp_folder.h"

using namespace muster;

namespace {

// A row as no version of today writes it.
void write_old_row(Store& store) {
  Commit commit;
  commit.decision.rows.push_back({"incident", "INC-99", Value::Map{{"shape", "old"}}});
  REQUIRE(store.commit_now(std::move(commit)));
}

std::unique_ptr<Store> opened_in(const test::TempFolder& place) {
  StoreOptions options;
  options.folder = place.path();
  auto opened = open_store(std::move(options), [](const std::function<void()>& task) { task(); });
  REQUIRE(opened);
  return std::move(*opened);
}

}  // namespace

TEST_CASE("the first start of another program makes the rows anew, and only the first") {
  const test::TempFolder place;
  const auto opened = opened_in(place);
  Store& store = *opened;
  write_old_row(store);
  renew_rows_of_another(store, "build 1");
  CHECK(store.projections()->empty());
  write_old_row(store);
  renew_rows_of_another(store, "build 1");
  CHECK(store.projections()->size() == 1);
  renew_rows_of_another(store, "build 2");
  CHECK(store.projections()->empty());
  CHECK_FALSE(program_mark().empty());
  store.stop();
}

TEST_CASE("the rows of a new folder belong to the program that made it") {
  const test::TempFolder place;
  const auto opened = opened_in(place);
  Store& store = *opened;
  write_old_row(store);
  renew_rows_of_another(store, program_mark());
  CHECK(store.projections()->size() == 1);
  renew_rows_of_another(store, "build 2");
  CHECK(store.projections()->empty());
  store.stop();
}
