// The table of the language: tests/data/cel/*.jsonl, written from the language definition. A case is an expression,
// perhaps with bindings, and the value it must have (tagged) or a part of the error it must give.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bot/base/json.h"
#include "bot/cel/cel.h"
#include "bot/cel/tagged.h"

namespace {

using namespace muster;

struct Case {
  std::string line;
  Value json;
};

std::vector<std::filesystem::path> tables() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(MUSTER_SOURCE_DIR "/tests/data/cel"))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Case> cases_of(const std::filesystem::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto json = parse_json(line, 300);
    REQUIRE_MESSAGE(json.has_value(), line);
    cases.push_back({line, std::move(*json)});
  }
  return cases;
}

cel::Bindings bindings_of(const Value& json) {
  cel::Bindings with;
  with.now(1'700'000'000'123);
  for (const auto& [name, value] : json["bindings"].as_map()) with.bind(name, *cel::from_tagged(value));
  return with;
}

cel::Options unchecked() {
  cel::Options o;
  o.check = false;
  return o;
}

struct Outcome {
  std::string value, error;
};

Outcome outcome(const Case& c, const cel::Options& options) {
  const auto program = cel::compile(c.json["expr"].as_string(), options);
  if (!program) return {"", cel::to_error(program.error()).message};
  const auto value = cel::evaluate(*program, bindings_of(c.json));
  if (!value) return {"", cel::to_error(value.error()).message};
  return {to_json(cel::to_tagged(*value)), ""};
}

bool passes(const Case& c, const Outcome& got) {
  if (c.json.has("error"))
    return !got.error.empty() && got.error.find(c.json["error"].as_string()) != std::string::npos;
  return got.error.empty() && got.value == to_json(cel::to_tagged(*cel::from_tagged(c.json["value"])));
}

}  // namespace

TEST_CASE("every case of the language's table has its value or its error") {
  std::size_t all = 0;
  for (const auto& file : tables()) {
    const std::vector<Case> cases = cases_of(file);
    std::size_t good = 0;
    for (const Case& c : cases) {
      const Outcome got = outcome(c, unchecked());
      const bool pass = passes(c, got);
      good += pass ? 1 : 0;
      CHECK_MESSAGE(pass, c.line.substr(0, 300), " gave ", got.value.substr(0, 200), got.error);
    }
    all += cases.size();
    MESSAGE(file.stem().string(), ": ", good, " of ", cases.size());
  }
  CHECK(all >= 2000);
}

TEST_CASE("what the checker says of a type is what evaluation yields, and checking changes no result") {
  std::size_t known = 0;
  for (const auto& file : tables()) {
    for (const Case& c : cases_of(file)) {
      const auto program = cel::compile(c.json["expr"].as_string());
      if (!program) continue;
      const auto value = cel::evaluate(*program, bindings_of(c.json));
      if (!value) continue;
      CHECK_MESSAGE(cel::takes(program->type(), value->kind()), c.line.substr(0, 300), " is said to be ",
                    cel::to_text(program->type()));
      CHECK_MESSAGE(passes(c, {to_json(cel::to_tagged(*value)), ""}), c.line.substr(0, 300));
      known += program->type().is_dyn() ? 0 : 1;
    }
  }
  CHECK(known > 1000);
}

TEST_CASE("a case that yields a value is refused by the checker only for its types") {
  for (const auto& file : tables()) {
    for (const Case& c : cases_of(file)) {
      if (c.json.has("error")) continue;
      const Outcome checked = outcome(c, {});
      if (checked.error.empty()) continue;
      const bool about_types =
          checked.error.find("cannot") != std::string::npos || checked.error.find("takes a") != std::string::npos ||
          checked.error.find("differ") != std::string::npos || checked.error.find("no duration") != std::string::npos ||
          checked.error.find("no function") != std::string::npos;
      CHECK_MESSAGE(about_types, c.line.substr(0, 300), " is refused: ", checked.error);
    }
  }
}
