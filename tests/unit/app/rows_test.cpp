// Rows that another version of the program wrote.
#include "bot/rows.h"

#include <doctest/doctest.h>

#include <map>

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

// Decisions go on while the rows are made anew: what they wrote meanwhile is newer than what was read, and stays.
TEST_CASE("rows that are written while others are made anew stay, however many there are") {
  const test::TempFolder place;
  const auto opened = opened_in(place);
  Store& store = *opened;
  constexpr int many = 450;  // several slices
  const auto row = [](int i, const char* shape) {
    return ProjectionRow{"incident", "INC-" + std::to_string(100 + i), Value::Map{{"shape", shape}}};
  };
  Commit old;
  for (int i = 0; i < many; ++i) old.decision.rows.push_back(row(i, "old"));
  REQUIRE(store.commit_now(std::move(old)));
  const auto renewed = renew_rows(store, "build 2",
                                  {[](const Entry&) {},
                                   [&] {
                                     Commit meanwhile;
                                     meanwhile.decision.rows = {row(3, "own"), row(many, "own")};
                                     REQUIRE(store.commit_now(std::move(meanwhile)));
                                     std::vector<ProjectionRow> wanted;
                                     for (int i = 0; i < many; i += 2) wanted.push_back(row(i, "new"));
                                     return wanted;
                                   }});
  REQUIRE(renewed);
  CHECK(*renewed);
  std::map<std::string, std::string> shapes;
  for (const ProjectionRow& r : *store.projections()) shapes[r.id] = r.body["shape"].as_string();
  CHECK(shapes.size() == many / 2 + 2);
  CHECK(shapes["INC-100"] == "new");
  CHECK(shapes["INC-103"] == "own");
  CHECK(shapes["INC-548"] == "new");
  CHECK(shapes["INC-550"] == "own");
  store.stop();
}
