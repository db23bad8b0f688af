// Runs from the first step to the last, in a world whose clock is turned by hand.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::RunWorld;

namespace {

std::string saturation() {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/tests/data/runbooks/api-saturation.yaml");
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string steps_of(const Run& run) {
  std::string out;
  for (const std::string& path : run.order)
    if (const auto it = run.steps.find(path); it != run.steps.end())
      out += path + ":" + it->second.status + (it->second.error.empty() ? "" : "(" + it->second.error + ")") + " ";
  return out;
}

Value slow() { return Value::Map{{"value", 2.4}}; }
Value lookup() {
  return Value::Map{{"replicas", 6},
                    {"version", "v7"},
                    {"last_deploy", Value::Map{{"at", "2029-12-01T00:00:00Z"}, {"version", "v7"}}}};
}

struct Saturated : RunWorld {
  Saturated() {
    add_person("dot", {"oncall-api"});
    add_runbook(saturation());
    provider.reads["query"] = slow();
    provider.reads["lookup"] = lookup();
    provider.reads["run"] = Value::Map{{"lines", Value::List{}}};
  }
  std::string begin() { return start("api-saturation", Value::Map{{"service", "api"}, {"env", "prod"}}); }
};

}  // namespace

TEST_CASE("a run of two simple steps ends with its final message") {
  RunWorld w;
  w.add_runbook("runbook: hello\nsteps:\n  - id: a\n    set: {x: 1}\n  - message: \"x is ${a.x}\"\n");
  const std::string id = w.start("hello");
  REQUIRE(id == "R1");
  CHECK(w.run(id).status == "succeeded");
  CHECK(steps_of(w.run(id)) == "0:succeeded 1:succeeded ");
  CHECK(w.posted("run-R1"));
  CHECK(w.posted("run-R1-final"));
}

TEST_CASE("an approved scale that helps ends well, with one effect") {
  Saturated w;
  const std::string id = w.begin();
  w.deliver();
  INFO(steps_of(w.run(id)));
  REQUIRE(w.run(id).status == "waiting");
  w.answer(w.open_question(id), "dot", true);
  w.deliver();
  INFO(steps_of(w.run(id)));
  CHECK(w.provider.replicas["api"] == 8);
  w.provider.reads["query"] = Value::Map{{"value", 0.2}};
  w.pass(5 * minute_ms);
  INFO(steps_of(w.run(id)));
  CHECK(w.run(id).status == "succeeded");
  CHECK(w.effects("R1 5") == 1);
}

TEST_CASE("a scale that does not help is put back and an incident is opened") {
  Saturated w;
  const std::string id = w.begin();
  w.deliver();
  w.answer(w.open_question(id), "dot", true);
  w.pass(20 * minute_ms);
  INFO(steps_of(w.run(id)));
  CHECK(w.run(id).status == "undone");
  CHECK(w.run(id).failed_step == "recovered");
  CHECK(w.provider.replicas["api"] == 6);
  CHECK(w.state.incidents.size() == 1);
  CHECK(w.effects("R1 undo.5") == 1);
}

TEST_CASE("a refusal ends the run as denied and nothing was changed") {
  Saturated w;
  const std::string id = w.begin();
  w.deliver();
  w.answer(w.open_question(id), "dot", false);
  w.deliver();
  CHECK(w.run(id).status == "denied");
  CHECK(w.provider.replicas["api"] == 6);
}

TEST_CASE("an approval is void when the facts changed, and asked again") {
  Saturated w;
  const std::string id = w.begin();
  w.deliver();
  const std::string first = w.open_question(id);
  w.provider.replicas["api"] = 12;  // somebody else scaled it meanwhile
  w.answer(first, "dot", true);
  w.deliver();
  INFO(steps_of(w.run(id)));
  const std::string second = w.open_question(id);
  CHECK(second != "");
  CHECK(second != first);
  CHECK(w.provider.replicas["api"] == 12);
  w.answer(second, "dot", true);
  w.deliver();
  INFO(steps_of(w.run(id)));
  CHECK(w.provider.replicas["api"] == 8);
}
