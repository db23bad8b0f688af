// A recorded run is a case that passes: of every case of the catalogue, and of a runbook with every verb.
#include "runbooks/record.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "../../support/run_world.h"
#include "bot/base/text.h"
#include "runbooks/test_cases.h"

using namespace muster;
using namespace muster::runbooks;
using muster::test::RunWorld;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

RecordedCase recorded(RunWorld& w, const std::string& id) {
  const Book* book = w.engine.book_of(w.run(id));
  REQUIRE(book);
  const auto made = record_case(*book, w.run(id));
  REQUIRE(made.has_value());
  return *made;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every case of the catalogue, recorded from its own run, passes again and says the same") {
  const fs::path folder = fs::path(MUSTER_SOURCE_DIR) / "runbooks" / "catalogue";
  Library library;
  std::vector<fs::path> tests;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".test.yaml")) tests.push_back(entry.path());
    if (!name.ends_with(".yaml") || name.ends_with(".test.yaml")) continue;
    const auto loaded = load_runbook(text_of(entry.path()), name);
    REQUIRE(loaded.runbook);
    library[loaded.runbook->name] = {loaded.runbook, {}, false};
  }
  int recorded_cases = 0;
  for (const fs::path& path : tests) {
    const TestFile file = load_tests(text_of(path));
    const auto& book = library.at(file.tests_for).runbook;
    for (const TestCase& test : file.cases) {
      INFO(file.tests_for, ": ", test.name);
      std::optional<RecordedCase> made;
      CaseResult first = run_case(library, *book, test, nullptr, [&](const Book& pinned, const Run& run) {
        const auto one = record_case(pinned, run);
        REQUIRE(one.has_value());
        made = *one;
      });
      REQUIRE(made.has_value());
      INFO(made->yaml);
      CHECK(join(made->differs, "; ") == "");
      const TestFile again = load_tests(made->yaml);
      REQUIRE(again.cases.size() == 1);
      CHECK(again.findings.empty());
      const CaseResult second = run_case(library, *book, again.cases.front());
      CHECK(second.problems.empty());
      CHECK(second.status == first.status);
      CHECK(second.ran == first.ran);
      CHECK(second.undone == first.undone);
      ++recorded_cases;
    }
  }
  CHECK(recorded_cases > 20);
}

TEST_CASE("turns that went differently, an answer, a refusal and what was put back are in the case") {
  RunWorld w;
  w.add_runbook(
      "runbook: many\nsteps:\n  - id: grow\n    scale: {service: api, env: prod, replicas: 9}\n    undo: auto\n"
      "  - id: each\n    for_each:\n      in: [a, b, c]\n      max_failures: 1\n      steps:\n        - id: touch\n"
      "          run: [touch, \"${item}\"]\n          timeout: 1m\n"
      "  - id: how\n    ask: {text: How many, form: {count: {type: int}}}\n    timeout: 5m\n"
      "  - id: sure\n    approve: {by: \"group:oncall\", text: Go on}\n    timeout: 5m\non_failure:\n  - undo: all\n");
  w.provider.override = [](const AttemptOrder& o, AttemptReport& r) {
    if (o.verb != "run" || o.arguments["argv"].as_list().back().as_string() != "b") return false;
    r.end = AttemptReport::End::failed;
    r.error_kind = "refused";
    return true;
  };
  const std::string id = w.start("many");
  w.deliver();
  Entry by;
  by.actor = {.type = "user", .id = "bo", .handle = "bo", .display = "bo"};
  w.decide([&](Work& work) { REQUIRE(w.engine.answer(work, id, {{"count", "3"}}, by).has_value()); });
  w.pass(10 * minute_ms);  // nobody approves
  REQUIRE(w.run(id).over());
  const RecordedCase made = recorded(w, id);
  INFO(made.yaml);
  CHECK(join(made.differs, "; ") == "");
  CHECK(made.file == "many.test.yaml");
  CHECK(contains(made.yaml, "\"1_1.0\": refused"));
  CHECK(contains(made.yaml, "how: {by: bo, count: 3}"));
  CHECK(contains(made.yaml, "sure: {decision: expired}"));
  CHECK(contains(made.yaml, "grow: {previous: 6, replicas: 9}"));
  CHECK(contains(made.yaml, "undone: [grow]"));
}

TEST_CASE("no secret is in a recorded case, and what nobody can repeat is refused") {
  RunWorld w;
  w.add_runbook(
      "runbook: quiet\ninputs:\n  token: {type: string, secret: true}\nsteps:\n  - id: seen\n    query: up\n");
  w.provider.reads["query"] = Value::Map{{"value", 1.0}, {"password", "hunter2hunter2"}};
  const std::string id = w.start("quiet", Value::Map{{"token", "env:PLACE"}});
  CHECK(record_case(*w.engine.book_of(w.run(id)), w.run(id)).error().key == "run.not_over");
  w.deliver();
  REQUIRE(w.run(id).status == "succeeded");
  const RecordedCase made = recorded(w, id);
  CHECK_FALSE(contains(made.yaml, "hunter2"));
  CHECK(contains(made.yaml, "token: \"env:PLACE\""));
  CHECK(join(made.differs, "; ") == "");

  w.add_runbook("runbook: long\nsteps:\n  - wait: 1h\n");
  const std::string other = w.start("long");
  w.decide([&](Work& work) { REQUIRE(w.engine.cancel_run(work, other, false, "", {}).has_value()); });
  REQUIRE(w.run(other).over());
  CHECK(record_case(*w.engine.book_of(w.run(other)), w.run(other)).error().key == "record.was_cancelled");
}

TEST_CASE("a run that a lock stopped is recorded, and it is said that the case goes otherwise") {
  RunWorld w;
  w.add_runbook("runbook: bound\nsteps:\n  - id: grow\n    scale: {service: api, env: prod, replicas: 9}\n");
  w.decide([&](Work& work) {
    LockWish wish;
    wish.service = "api", wish.environment = "prod", wish.owner = "cy", wish.reason = "mine";
    REQUIRE(take_lock(work, std::move(wish)).has_value());
  });
  const std::string id = w.start("bound");
  w.deliver();
  REQUIRE(w.run(id).status == "failed");
  CHECK_FALSE(recorded(w, id).yaml.empty());
}

TEST_CASE("what a run waited for happens again in its recorded case, and does not where it did not") {
  for (const bool comes : {true, false}) {
    RunWorld w;
    w.add_runbook(
        "runbook: over\nsteps:\n  - id: calm\n    wait: {event: alert_resolved}\n    timeout: 1h\n"
        "  - message: done\n");
    w.alert("E1", "firing", {{"alertname", "X"}});
    w.decide([&](Work& work) {
      StartWish wish;
      wish.runbook = "over";
      wish.person = "ana";
      wish.alert = "E1";
      REQUIRE(w.engine.start_run(work, wish).has_value());
    });
    w.pass(10 * minute_ms);
    if (comes) w.alert("E1", "resolved", {{"alertname", "X"}});
    w.pass(2 * hour_ms);
    REQUIRE(w.run("R1").over());
    CHECK(w.run("R1").status == (comes ? "succeeded" : "failed"));
    const RecordedCase made = recorded(w, "R1");
    CHECK(contains(made.yaml, comes ? "calm: happened" : "calm: timeout"));
    CHECK(made.differs.empty());
  }
}
