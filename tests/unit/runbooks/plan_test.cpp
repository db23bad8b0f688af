// `plan`: reads for real, writes with their final arguments, and where it has to stop.
#include "runbooks/plan.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/seen.h"

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

TEST_CASE("a secret inside of a map of a plan is named, never shown with its marks") {
  int reads = 0;
  const std::string plan = planned(
      "runbook: x\nsecrets: {t: env:TOKEN}\nsteps:\n  - http: {url: \"https://a.example.com\", headers: {A: \"Bearer "
      "${secret.t}\"}}\n    timeout: 5s\n",
      reads);
  CHECK(plan.find("[secret env:TOKEN]") != std::string::npos);
  CHECK(plan.find("u0002") == std::string::npos);
}

TEST_CASE("a change that its target has no command for is refused in the plan") {
  const auto loaded = load_runbook("runbook: x\nsteps:\n  - restart: {service: api, env: prod}\n", "x.yaml");
  REQUIRE(loaded.runbook);
  CoreConfig config;
  Rule everybody;
  everybody.name = "everybody", everybody.who = {"*"}, everybody.effect = "run";
  config.policy = {everybody};
  State state;
  Plan plan({{"x", {loaded.runbook, {}, false}}}, config, state, 1'893'456'000'000);
  StartWish wish;
  wish.runbook = "x";
  wish.person = "ana";
  REQUIRE_FALSE(plan.begin(std::move(wish)).has_value());
  while (const auto order = plan.next()) {
    AttemptReport r;
    r.result = Value::Map{{"replicas", 6}, {"can", Value::List{"scale", "deploy"}}};
    plan.take(*order, r);
  }
  CHECK_FALSE(plan.whole());
  REQUIRE(plan.lines().size() == 1);
  CHECK(plan.lines()[0].how.back().words.at("why") == "The target of api in prod has no `restart`.");
}

TEST_CASE("what a step found is told as people read it") {
  const Value one = Value::Map{
      {"state", "one"}, {"value", 5450.06}, {"series", Value::List{Value::Map{{"text", "5.45k"}, {"value", 5450.06}}}}};
  CHECK(seen_brief(one) == "5.45k");
  CHECK(seen_brief(Value::Map{{"state", "no_data"}, {"series", Value::List{}}}) == "");
  Value many = Value::List{};
  for (const char* name : {"a", "b", "c", "d"})
    many.push(Value::Map{{"labels", Value::Map{{"job", name}}}, {"text", "1"}});
  CHECK(seen_brief(Value::Map{{"state", "many"}, {"series", many}}) == "job=a 1, job=b 1, job=c 1 (+1)");
  CHECK(seen_brief(Value::Map{{"lines", Value::List{"x", "y", "z"}}, {"count", 3}}) == "x, y (+1)");
  CHECK(seen_brief(Value::Map{{"locks", Value::List{}}, {"replicas", 6}, {"version", "v1"}}) ==
        "replicas=6 version=v1");
  CHECK(seen_lines(Value::Map{{"status", 200}, {"body", "{}"}, {"json", Value::Map{{"n", 1}}}}) ==
        "json: {\"n\":1}\nstatus: 200");
}
