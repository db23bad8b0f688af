// `runbook test`: the real engine with mocks for the world and a clock that is turned; no network, milliseconds.
// A test file stands beside its runbook: NAME.test.yaml. Any thread.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runbooks/engine.h"

namespace muster::runbooks {

struct TestCase {
  std::string name;
  Value inputs = Value::Map{}, mock = Value::Map{}, alert, expect;
  TimeMs now = 0;
  Place place;
};

struct TestFile {
  std::string tests_for;
  std::vector<TestCase> cases;
  std::vector<Finding> findings;
};
TestFile load_tests(std::string_view text);

struct CaseResult {
  std::string name;
  std::vector<std::string> problems;  // none: passed
  std::string status;
  std::vector<std::string> ran, undone;
};

struct TestReport {
  std::vector<CaseResult> cases;
  std::vector<Finding> findings;
  // Branches: every step begun; every `if` also not; every approval also refused.
  int branches = 0, covered = 0;
  std::vector<std::string> not_covered;  // "grow", "blame_deploy skipped", "go refused"
  bool passed() const;
};

// mock, by step id: a map is the result (of an approval {decision, by}, of an ask the answers, of a change what it was:
// {previous: 6}); a list is one after the other, the last one stays; a word is how it fails: timeout, unavailable,
// refused …, `lost` when nobody knows. A change that begins and then fails is {previous: 6, fails: timeout}.
// A turn of a for_each, or a step of a runbook that was called, can have its own: by its path in the run, `5_3.0`.
// `ask_undo: undo` is the answer to whether what began is put back after a refusal.
TestReport run_tests(const Library& library, const Runbook& runbook, const TestFile& tests);
using SeeRun = std::function<void(const Book&, const Run&)>;  // the run as it ended
CaseResult run_case(const Library& library, const Runbook& runbook, const TestCase& test,
                    std::map<std::string, bool>* branches = nullptr, const SeeRun& see = {});

// Which steps with a name ran, and which were put back, in order: what a case can expect.
struct Trace {
  std::vector<std::string> ran, undone;
};
Trace trace_of(const Book& book, const Run& run);

}  // namespace muster::runbooks
