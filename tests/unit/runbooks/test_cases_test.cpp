// `runbook test`: cases with mocks, run by the real engine.
#include "runbooks/test_cases.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "bot/base/text.h"

using namespace muster;
using namespace muster::runbooks;

namespace {

std::string file_text(const std::string& name) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/tests/data/runbooks/" + name);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

Library with(const std::string& text) {
  const auto loaded = load_runbook(text, "x.yaml");
  Library library;
  REQUIRE(loaded.runbook);
  library[loaded.runbook->name] = {loaded.runbook, {}, false};
  return library;
}

std::string problems(const TestReport& report) {
  std::string out;
  for (const auto& f : report.findings) out += std::to_string(f.place.line) + ": " + f.message + "\n";
  for (const auto& c : report.cases)
    for (const auto& p : c.problems) out += c.name + ": " + p + "\n";
  return out;
}

constexpr const char* small =
    "runbook: small\nsteps:\n  - id: a\n    query: up\n  - id: b\n    if: a.value > 1.0\n"
    "    run: [fix]\n    timeout: 1m\n";

TestReport tested(const std::string& cases) {
  const Library library = with(small);
  return run_tests(library, *library.at("small").runbook, load_tests("tests_for: small\ncases:\n" + cases));
}

}  // namespace

TEST_CASE("the example of the documentation passes its test") {
  const Library library = with(file_text("api-saturation.yaml"));
  const auto report =
      run_tests(library, *library.at("api-saturation").runbook, load_tests(file_text("api-saturation.test.yaml")));
  CHECK(problems(report) == "");
  CHECK(report.passed());
  CHECK(report.covered > 8);
  CHECK(report.covered < report.branches);
}

TEST_CASE("what differs from the expectation is said, and a step without a mock") {
  const auto wrong = tested("  - name: x\n    mock: {a: {value: 2.0}}\n    expect: {status: succeeded}\n");
  CHECK_FALSE(wrong.passed());
  CHECK(problems(wrong).find("step `b` (run) has no mock") != std::string::npos);
  CHECK(problems(wrong).find("status: expected succeeded, was failed") != std::string::npos);
}

TEST_CASE("branches that no case reaches are named") {
  const auto report = tested("  - name: x\n    mock: {a: {value: 0.5}}\n    expect: {status: succeeded, ran: [a]}\n");
  CHECK(problems(report) == "");
  CHECK(report.branches == 3);
  CHECK(report.covered == 2);
  CHECK(join(report.not_covered, ",") == "1");
}

TEST_CASE("the step that failed inside of a group is named, not the group") {
  const Library library = with(
      "runbook: deep\nsteps:\n  - parallel:\n      - id: a\n        query: up\n        on_error: continue\n"
      "      - block:\n          - id: b\n            query: down\n  - message: never\n");
  const auto report =
      run_tests(library, *library.at("deep").runbook,
                load_tests("tests_for: deep\ncases:\n  - name: x\n    mock: {a: unavailable, b: refused}\n"
                           "    expect: {status: failed, failed_step: b}\n"));
  CHECK(problems(report) == "");
}

TEST_CASE("a change that begins and fails is put back, with the lock it was under") {
  const Library library = with(
      "runbook: half\nsteps:\n  - id: hold\n    lock: {env: prod}\n    undo: auto\n"
      "  - id: grow\n    scale: {service: api, env: prod, replicas: 8}\n    undo: auto\non_failure:\n  - undo: all\n");
  const auto report =
      run_tests(library, *library.at("half").runbook,
                load_tests("tests_for: half\ncases:\n  - name: x\n    mock: {grow: {previous: 6, fails: unavailable}}\n"
                           "    expect: {status: undone, failed_step: grow, undone: [grow, hold]}\n"));
  CHECK(problems(report) == "");
}

TEST_CASE("what an approval asks and why a run was stopped can be expected") {
  const Library library = with(
      "runbook: words\nsteps:\n  - id: go\n    approve: {by: \"group:oncall\", text: Shall we now}\n    timeout: 1m\n"
      "  - stop: {status: handed_over, reason: Nobody home}\n");
  const auto report =
      run_tests(library, *library.at("words").runbook,
                load_tests("tests_for: words\ncases:\n  - name: x\n    mock: {go: {decision: approved}}\n"
                           "    expect: {status: handed_over, said: [Shall we now, Nobody home]}\n"));
  CHECK(problems(report) == "");
}
