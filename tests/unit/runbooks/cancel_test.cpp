// Cancelling while a run puts things back or says its last words: what always comes last begins all the same.
#include <doctest/doctest.h>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::RunWorld;

namespace {

void cancel(RunWorld& w, const std::string& id, bool undo = false) {
  w.decide([&](Work& work) { REQUIRE(w.engine.cancel_run(work, id, undo, "", {}).has_value()); });
  w.deliver();
}

constexpr const char* failing =
    "runbook: failing\nsteps:\n  - id: grow\n    scale: {service: api, env: prod, replicas: 9}\n    undo: auto\n"
    "  - stop: {status: failed, reason: as wanted}\non_failure:\n  - id: calm\n    wait: 1h\n  - undo: all\n"
    "finally:\n  - id: last\n    wait: 10m\n  - id: word\n    message: the end\n";

}  // namespace

TEST_CASE("a cancel in on_failure ends its waits, asks about what began, and finally still comes") {
  RunWorld w;
  w.add_runbook(failing);
  const std::string id = w.start("failing");
  w.deliver();
  REQUIRE(w.run(id).phase == "on_failure");
  cancel(w, id);
  CHECK(w.run(id).steps.at("on_failure.0").status == "failed");
  CHECK_FALSE(w.run(id).steps.contains("on_failure.1"));
  CHECK(w.run(id).phase == "ask_undo");
  CHECK(w.provider.replicas["api"] == 9);
  cancel(w, id);  // once more: leave it
  CHECK(w.run(id).phase == "finally");
  CHECK_FALSE(w.run(id).over());
  w.pass(11 * minute_ms);
  CHECK(w.run(id).over());
  CHECK(w.run(id).status == "failed");
  CHECK(w.run(id).steps.at("finally.1").status == "succeeded");
}

TEST_CASE("a cancel with --undo in on_failure goes straight to putting back") {
  RunWorld w;
  w.add_runbook(failing);
  const std::string id = w.start("failing");
  w.deliver();
  cancel(w, id, true);
  CHECK(w.provider.replicas["api"] == 6);
  w.pass(11 * minute_ms);
  CHECK(w.run(id).over());
}

TEST_CASE("a cancel in finally stops what is under way, not what comes after it") {
  RunWorld w;
  w.add_runbook(
      "runbook: ends\nsteps:\n  - set: {a: 1}\nfinally:\n  - id: first\n    wait: 1h\n  - id: second\n    wait: 1h\n"
      "  - message: the end\n");
  const std::string id = w.start("ends");
  w.pass(second_ms);
  REQUIRE(w.run(id).phase == "finally");
  cancel(w, id);
  CHECK(w.run(id).steps.at("finally.0").status == "failed");
  CHECK(w.run(id).steps.at("finally.1").status == "waiting");
  CHECK_FALSE(w.run(id).over());
  w.pass(second_ms);
  cancel(w, id);
  CHECK(w.run(id).steps.at("finally.1").status == "failed");
  CHECK(w.run(id).over());
  CHECK(w.posted("-final"));
  CHECK(w.run(id).status == "succeeded");  // its steps had succeeded before anybody cancelled
}

TEST_CASE("a cancel while things are put back begins nothing more and says what is not put back") {
  RunWorld w;
  w.add_runbook(
      "runbook: back\nsteps:\n  - id: one\n    scale: {service: api, env: prod, replicas: 9}\n    undo: auto\n"
      "  - id: two\n    run: [mark]\n    timeout: 1m\n    undo: [{run: [back], timeout: 10m}]\n"
      "  - id: sure\n    approve: {by: \"group:oncall\", text: Go on}\n    timeout: 1h\n");
  w.provider.override = [](const AttemptOrder& o, AttemptReport& r) {
    const auto& argv = o.arguments["argv"].as_list();
    if (o.mode == AttemptOrder::Mode::halt || argv.empty() || argv[0].as_string() != "back") return false;
    r.error_kind = "silent";  // it takes its time
    return true;
  };
  const std::string id = w.start("back");
  w.deliver();
  cancel(w, id, true);
  REQUIRE(w.run(id).phase == "undo");
  cancel(w, id);
  CHECK(w.run(id).over());
  CHECK(w.run(id).status == "undo_failed");
  CHECK(w.provider.replicas["api"] == 9);
}

TEST_CASE("what was put back is called by its name, and by what it does where it has none") {
  RunWorld w;
  w.add_runbook(
      "runbook: unnamed\nsteps:\n  - scale: {service: api, env: prod, replicas: 9}\n    undo: auto\n"
      "  - id: locked\n    lock: {env: prod}\n    undo: auto\n  - stop: {status: failed, reason: as wanted}\n"
      "on_failure:\n  - undo: all\n");
  const std::string id = w.start("unnamed");
  w.deliver();
  REQUIRE(w.run(id).status == "undone");
  std::string shown;
  w.decide([&](Work& work) { shown = plain_text(w.engine.run_message(work, w.run(id))); });
  CHECK(shown.find("put back scale") != std::string::npos);
  CHECK(shown.find("put back locked") != std::string::npos);
}
