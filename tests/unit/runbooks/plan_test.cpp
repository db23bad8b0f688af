// `plan`: reads for real, writes with their final arguments, and where it has to stop.
#include "runbooks/plan.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"

using namespace muster;
using namespace muster::runbooks;

namespace {

std::string planned(const std::string& text, int& reads) {
  const auto loaded = load_runbook(text, "x.yaml");
  REQUIRE(loaded.runbook);
  CoreConfig config;
  for (const char* id : {"ana", "bo"}) {
    Person p;
    p.id = p.name = id;
    p.groups = {"oncall"};
    config.people.push_back(p);
  }
  Rule everybody;
  everybody.name = "everybody", everybody.who = {"*"}, everybody.effect = "run";
  config.policy = {everybody};
  State state;
  Plan plan({{loaded.runbook->name, {loaded.runbook, {}, false}}}, config, state, 1'893'456'000'000);
  StartWish wish;
  wish.runbook = loaded.runbook->name;
  wish.person = "ana";
  REQUIRE_FALSE(plan.begin(std::move(wish)).has_value());
  reads = 0;
  while (const auto order = plan.next()) {
    ++reads;
    CHECK((order->effect == "read" || order->stage == "look"));
    AttemptReport r;
    r.result = Value::Map{{"value", 2.5}, {"replicas", 6}};
    plan.take(*order, r);
  }
  std::string out;
  for (const PlanLine& l : plan.lines()) {
    out += l.step + " | " + l.what + " |";
    for (const Refusal& h : l.how) out += " " + say_with("en", h.key, h.words);
    out += "\n";
  }
  out += plan.whole() ? "whole" : "not whole";
  return out;
}

}  // namespace

TEST_CASE("a plan reads, shows writes with their arguments and who would approve") {
  int reads = 0;
  const std::string plan = planned(
      "runbook: x\nsteps:\n  - id: seen\n    query: up\n  - id: ok\n    approve: {by: \"group:oncall\", text: Go}\n"
      "    timeout: 5m\n  - id: wide\n    scale: {service: api, env: prod, replicas: \"${int(seen.value) + 5}\"}\n",
      reads);
  CHECK(reads == 2);  // the query, and what is there before the scale
  CHECK(plan.find("seen | promql=up | read: ") != std::string::npos);
  CHECK_MESSAGE(plan.contains("asks for 1 approval of group:oncall first: bo"), plan);
  CHECK(plan.find("wide | env=prod replicas=7 service=api | would run") != std::string::npos);
}

TEST_CASE("a plan stops at the first value that only a write could give, and says so") {
  int reads = 0;
  const std::string plan = planned(
      "runbook: x\nsteps:\n  - id: made\n    run: [make]\n    timeout: 1m\n  - id: used\n    run: [use, "
      "\"${made.output}\"]\n    timeout: 1m\n",
      reads);
  CHECK(reads == 0);
  CHECK(plan.find("made | argv=[\"make\"] | would run") != std::string::npos);
  CHECK(plan.find("used |  | stops here: it needs a value that only a change before it can give") != std::string::npos);
}
