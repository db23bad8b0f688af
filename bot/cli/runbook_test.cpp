#include "bot/cli/runbook_test.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/cli/flags.h"
#include "bot/cli/runbook_files.h"
#include "runbooks/test_cases.h"

namespace muster {
namespace {

using runbooks::Library;
using runbooks::Runbook;
using runbooks::TestReport;

struct Tally {
  std::size_t runbooks = 0, cases = 0, failed = 0, unread = 0;
  Value all = Value::List{};
};

std::string test_file_of(const std::string& path) {
  return std::filesystem::path(path).replace_extension(".test.yaml").string();
}

// What a runbook calls, and what those call.
void add_called(RunbookFiles& files, const std::string& path, const std::vector<runbooks::Step>& steps, Library& out);

void add_runbook(RunbookFiles& files, const std::string& path, std::shared_ptr<const Runbook> book, Library& out) {
  if (!book || !out.try_emplace(book->name, Library::mapped_type{book, {}, false}).second) return;
  for (const auto* steps : {&book->steps, &book->on_failure, &book->finally}) add_called(files, path, *steps, out);
}

void add_called(RunbookFiles& files, const std::string& path, const std::vector<runbooks::Step>& steps, Library& out) {
  for (const runbooks::Step& s : steps) {
    const runbooks::Field* name = s.verb == "call" ? s.arguments.find("runbook") : nullptr;
    if (name && name->scalar.literal() && !name->scalar.parts.empty())
      add_runbook(files, path, files.called(name->scalar.parts[0].text, path), out);
    add_called(files, path, s.steps, out);
  }
}

Value report_value(const Runbook& book, const std::string& file, const TestReport& r) {
  Value cases = Value::List{};
  const auto list = [](const std::vector<std::string>& texts) {
    Value out = Value::List{};
    for (const std::string& t : texts) out.push(t);
    return out;
  };
  for (const auto& c : r.cases)
    cases.push(Value::Map{{"name", c.name},
                          {"passed", c.problems.empty()},
                          {"problems", list(c.problems)},
                          {"status", c.status},
                          {"ran", list(c.ran)},
                          {"undone", list(c.undone)}});
  return Value::Map{{"runbook", book.name},   {"file", file},         {"cases", cases},
                    {"branches", r.branches}, {"covered", r.covered}, {"not_covered", list(r.not_covered)}};
}

void print_report(const Runbook& book, const std::string& file, const TestReport& r, std::size_t failed) {
  std::cout << book.name << ": ";
  if (failed)
    std::cout << failed << " of " << r.cases.size() << " cases failed";
  else
    std::cout << r.cases.size() << (r.cases.size() == 1 ? " case passed" : " cases passed");
  std::cout << ", " << r.covered << " of " << r.branches << " branches";
  if (!r.not_covered.empty()) std::cout << "; not reached: " << join(r.not_covered, ", ");
  std::cout << "\n";
  for (const auto& f : r.findings)
    std::cout << "  " << file << ":" << f.place.line << ":" << f.place.column << ": " << f.message << "\n";
  for (const auto& c : r.cases)
    for (const std::string& problem : c.problems) std::cout << "  " << c.name << ": " << problem << "\n";
}

void test_one(RunbookFiles& files, const std::string& path, bool json, Tally& tally) {
  const auto text = RunbookFiles::read(path);
  const auto tests = RunbookFiles::read(test_file_of(path));
  if (!text || !tests) {
    complain(!text ? text.error()
                   : Error{ErrorKind::not_found, "`" + path + "` has no tests.",
                           "Write them into " + test_file_of(path) + " (docs/runbooks.md)."});
    ++tally.unread;
    return;
  }
  const auto loaded = runbooks::load_runbook(*text, path);
  for (const auto& f : loaded.findings) std::cerr << runbooks::format_finding(f, *text, path);
  if (!loaded.runbook) {
    ++tally.unread;
    return;
  }
  Library library;
  add_runbook(files, path, loaded.runbook, library);
  runbooks::TestFile cases = runbooks::load_tests(*tests);
  if (cases.findings.empty() && cases.tests_for != loaded.runbook->name)
    cases.findings.push_back(
        {.place = {1, 1}, .code = "RT001", .message = "`tests_for` is not " + loaded.runbook->name, .advice = {}});
  const TestReport report = runbooks::run_tests(library, *loaded.runbook, cases);
  const auto failed =
      static_cast<std::size_t>(std::ranges::count_if(report.cases, [](const auto& c) { return !c.problems.empty(); }));
  tally.cases += report.cases.size();
  tally.failed += failed;
  if (!report.passed() && failed == 0) ++tally.unread;
  if (json)
    tally.all.push(report_value(*loaded.runbook, test_file_of(path), report));
  else
    print_report(*loaded.runbook, test_file_of(path), report, failed);
}

}  // namespace

int test_runbooks(RunbookFiles& files, const std::vector<std::string>& names, bool json) {
  const std::vector<std::string> wanted = names.empty() ? files.all() : runbooks_of(names);
  if (wanted.empty()) {
    std::cerr << "Name a runbook: a file, or with --config a name in its folder runbooks.\n";
    return exit_usage;
  }
  const auto begin = std::chrono::steady_clock::now();
  Tally tally;
  for (const std::string& name : wanted) {
    const auto path = files.path_of(name);
    if (path) {
      ++tally.runbooks;
      test_one(files, *path, json, tally);
    } else {
      complain(path.error());
      ++tally.unread;
    }
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  if (json)
    std::cout << to_json(tally.all, 2) << "\n";
  else if (tally.runbooks > 0)
    std::cout << tally.runbooks << (tally.runbooks == 1 ? " runbook: " : " runbooks: ") << tally.cases - tally.failed
              << " cases passed, " << tally.failed << " failed, in " << static_cast<int>(took.count()) << " ms\n";
  return tally.failed || tally.unread ? exit_failed : exit_fine;
}

}  // namespace muster
