// The runbooks that are shipped: each is what the linter wants, each has tests that pass and come everywhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "bot/base/text.h"
#include "runbooks/lint.h"
#include "runbooks/test_cases.h"

using namespace muster;
using namespace muster::runbooks;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(MUSTER_SOURCE_DIR) / "runbooks" / "catalogue";

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml" && !entry.path().stem().string().ends_with(".test"))
      out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

fs::path test_of(fs::path path) { return path.replace_extension(".test.yaml"); }

Library library() {
  Library out;
  for (const fs::path& path : files()) {
    const auto loaded = load_runbook(read(path), path.filename().string());
    if (loaded.runbook) out[loaded.runbook->name] = {loaded.runbook, {}, false};
  }
  return out;
}

std::string findings_of(const fs::path& path, const Library& all) {
  LintContext context;
  context.find = [&](const std::string& name) {
    const auto it = all.find(name);
    return it == all.end() ? nullptr : it->second.runbook;
  };
  const std::string text = read(path);
  std::string out;
  for (const Finding& f : load_and_lint(text, path.filename().string(), context).findings)
    out += format_finding(f, text, path.filename().string());
  return out;
}

std::string problems_of(const TestReport& report) {
  std::string out;
  for (const Finding& f : report.findings) out += "line " + std::to_string(f.place.line) + ": " + f.message + "\n";
  for (const CaseResult& c : report.cases)
    for (const std::string& p : c.problems) out += c.name + ": " + p + "\n";
  return out;
}

// The steps on a way from the first that come before any approval, and write.
void writes_before_yes(const std::vector<Step>& steps, bool& approved, std::string& found) {
  for (const Step& s : steps) {
    bool inside = approved;
    writes_before_yes(s.steps, inside, found);
    if (s.verb == "block" && !s.condition && !s.continue_on_error) approved = inside;
    if (s.effect == Effect::write && !approved) found += s.id + " ";
    if (s.verb == "approve" && !s.condition && !s.continue_on_error) approved = true;
  }
}

}  // namespace

TEST_CASE("the linter has nothing to say of the catalogue") {
  const Library all = library();
  CHECK(files().size() >= 10);
  CHECK(all.size() == files().size());
  for (const fs::path& path : files()) {
    CHECK(findings_of(path, all) == "");
    CHECK(all.contains(path.stem().string()));
  }
}

TEST_CASE("the catalogue only suggests; a team that says mode: auto gets no finding either") {
  const Library all = library();
  std::size_t triggers = 0;
  for (const auto& [name, known] : all) {
    CAPTURE(name);
    for (const Trigger& t : known.runbook->triggers) CHECK_FALSE(t.automatic);
    std::string text = known.runbook->text;
    for (std::size_t at = text.find("\n  - alert:"); at != text.npos; at = text.find("\n  - alert:", at + 1)) {
      text.insert(text.find('\n', at + 1), "\n    mode: auto");
      ++triggers;
    }
    const auto loaded = load_and_lint(text, name, {});
    REQUIRE(loaded.runbook);
    // Some ask for what only a person knows: these can only be suggested.
    for (const Finding& f : loaded.findings) CHECK(f.code == "RB069");
    for (const Trigger& t : loaded.runbook->triggers) CHECK(t.automatic);
  }
  CHECK(triggers >= 8);
}

TEST_CASE("no runbook of the catalogue writes before somebody said yes, whoever started it") {
  for (const auto& [name, known] : library()) {
    CAPTURE(name);
    CHECK_FALSE(known.runbook->guard.unattended);
    bool approved = false;
    std::string found;
    writes_before_yes(known.runbook->steps, approved, found);
    for (const auto* rest : {&known.runbook->on_failure, &known.runbook->finally}) {
      bool no = false;
      writes_before_yes(*rest, no, found);
    }
    CHECK(found == "");
  }
}

TEST_CASE("the tests of the catalogue pass and come to every branch") {
  const auto begin = std::chrono::steady_clock::now();
  const Library all = library();
  std::size_t cases = 0;
  for (const auto& [name, known] : all) {
    CAPTURE(name);
    const TestFile tests = load_tests(read(test_of(folder / (name + ".yaml"))));
    CHECK(tests.tests_for == name);
    const TestReport report = run_tests(all, *known.runbook, tests);
    CHECK(problems_of(report) == "");
    CHECK(report.passed());
    CHECK(join(report.not_covered, ", ") == "");
    cases += report.cases.size();
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  std::printf("catalogue: %zu runbooks, %zu cases in %.0f ms\n", all.size(), cases, took.count());
}

TEST_CASE("every runbook of the catalogue is in its documentation, and nothing else") {
  const std::string page = read(fs::path(MUSTER_SOURCE_DIR) / "docs" / "catalogue.md");
  std::size_t lines = 0;
  for (std::size_t at = page.find("\n| `"); at != page.npos; at = page.find("\n| `", at + 1)) ++lines;
  CHECK(lines == files().size());
  for (const fs::path& path : files()) CHECK(page.find("| `" + path.stem().string() + "`") != page.npos);
}
