// The sample incident as entries, for the tests of facts and reports.
#pragma once
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bot/base/json.h"
#include "bot/core/journal/import.h"

namespace muster_test {

inline std::string read_data(const std::string& name) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/tests/data/incidents/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::vector<muster::Entry> sample_entries() {
  std::vector<muster::Entry> out;
  std::istringstream in(read_data("checkout-latency.jsonl"));
  for (std::string line; std::getline(in, line);) {
    auto entry = muster::entry_from_fact(muster::parse_json(line).value());
    if (!entry) throw std::runtime_error(entry.error().message);
    out.push_back(*entry);
  }
  return out;
}

}  // namespace muster_test
