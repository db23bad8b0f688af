// A folder of its own for each test, and short ways to make commits.
#pragma once
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "storage/store.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

class Folder : public TempFolder {
 public:
  Folder() : TempFolder("store") {}
  std::string db() const { return path() + "/muster.db"; }
};

inline StoreOptions options_for(const std::string& folder) {
  StoreOptions options;
  options.folder = folder;
  options.now = [] { return TimeMs{1'000'000}; };
  return options;
}

inline std::unique_ptr<Store> open(const std::string& folder) {
  auto store = open_store(options_for(folder), {});
  INFO((store ? std::string() : store.error().message));
  REQUIRE(store.has_value());
  return std::move(*store);
}

inline Entry entry(const std::string& id, const std::string& incident = "INC-1") {
  Entry e;
  e.event_id = id;
  e.incident_id = incident;
  e.kind = "note";
  e.text = "text of " + id;
  e.data = Value(Value::Map{{"n", 7}});
  e.occurred_ms = 10;
  e.received_ms = 20;
  return e;
}

inline Commit with_entries(std::vector<Entry> entries) {
  Commit c;
  c.decision.entries = std::move(entries);
  return c;
}

inline InboxItem item(const std::string& key) {
  return {key, "chat", "body of " + key, 5, Value(Value::Map{{"r", 1}})};
}

inline OutMessage message(const std::string& id, const std::string& destination = "room:#a") {
  return {id, destination, "post", Value(Value::Map{{"text", id}})};
}

inline std::vector<Entry> journal(Store& store) {
  std::vector<Entry> all;
  REQUIRE(store.read_journal(0, [&all](const Entry& e) { all.push_back(e); }).has_value());
  return all;
}

// Plain SQL on the file, past the store. Returns the error message, empty when it worked.
inline std::string raw_sql(const std::string& file, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
  const std::string message = error ? error : "";
  sqlite3_free(error);
  sqlite3_close(db);
  return message;
}

inline std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline VerifyReport verified(const std::string& folder) {
  auto report = verify_journal(folder);
  INFO((report ? std::string() : report.error().message));
  REQUIRE(report.has_value());
  return *report;
}

}  // namespace muster::test
