// What runs that wait hold, and what a start makes of them.
#include <doctest/doctest.h>

#include "../../support/run_world.h"

using namespace muster;
using muster::test::RunWorld;

namespace {

constexpr const char* asks =
    "runbook: asks\ninputs:\n  n: {type: int}\nsteps:\n  - id: seen\n    query: up\n"
    "  - id: sure\n    approve: {by: \"group:oncall\", text: Go on}\n    timeout: 10h\n  - message: done\n";

struct Waiting : RunWorld {
  Waiting() {
    add_runbook(asks);
    provider.reads["query"] = Value::Map{{"value", 1.0}};
    for (int i = 0; i < 3; ++i) {
      start("asks", Value::Map{{"n", i}});
      deliver();
    }
  }
};

}  // namespace

TEST_CASE("runs of one definition share it, and the plans that wait for a yes, also after a restart") {
  Waiting w;
  for (int life = 0; life < 2; ++life) {
    const Run &one = w.run("R1"), &two = w.run("R2");
    REQUIRE(one.status == "waiting");
    CHECK(one.pinned == two.pinned);
    CHECK(w.engine.book_of(one) == w.engine.book_of(two));
    const StepRun &a = one.steps.at("1"), &b = two.steps.at("1");
    REQUIRE(a.arguments["plan"].is_map());
    CHECK(a.arguments.same_as(b.arguments));
    CHECK(one.steps.at("0").result.same_as(two.steps.at("0").result));
    CHECK(a.status.same_as(b.status));
    CHECK(one.channel.same_as(two.channel));
    CHECK(w.state.questions.at(1).group.same_as(w.state.questions.at(2).group));
    CHECK_FALSE(one.inputs == two.inputs);
    w.restart();
  }
}

TEST_CASE("an edited runbook is another definition, and the runs of the old one keep theirs") {
  Waiting w;
  w.add_runbook(std::string(asks) + "  - message: twice\n");
  w.start("asks", Value::Map{{"n", 7}});
  w.deliver();
  CHECK_FALSE(w.run("R4").pinned == w.run("R1").pinned);
  CHECK(w.run("R1").pinned == w.run("R3").pinned);
  CHECK(w.run("R1").pinned->text == asks);
}

TEST_CASE("a start says nothing of runs that only wait, keeps their timers, and shows what goes on") {
  Waiting w;
  const std::size_t said = w.out.size(), entries = w.journal.size();
  w.timers.erase("run:R1");
  w.restart();
  CHECK(w.out.size() == said);
  CHECK(w.journal.size() == entries);
  CHECK(w.timers.contains("run:R1"));
  w.answer("A1", "bo", true);
  w.deliver();
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.posted("run-R1-final"));
}

TEST_CASE("a wait says what it saw last and when it ends at the latest, and its failure says so too") {
  RunWorld w;
  w.add_runbook(
      "runbook: q\nsteps:\n  - id: lag\n    query: lag\n  - wait: {repeat: lag, until: it.value < 10.0, every: 30s}\n"
      "    timeout: 10m\n");
  w.provider.reads["query"] = Value::Map{{"state", "one"}, {"value", 4508.99}};
  w.start("q");
  w.deliver();
  w.pass(minute_ms);
  std::string shown;
  w.decide([&](Work& work) { shown = plain_text(w.engine.run_message(work, w.run("R1"))); });
  CHECK(shown.find("4.51k") != std::string::npos);
  CHECK(shown.find("at the latest") != std::string::npos);
  w.pass(10 * minute_ms);
  CHECK(w.run("R1").status == "failed");
  CHECK(w.run("R1").failure.text().find("more than 10m") != std::string::npos);
  CHECK(w.run("R1").failure.text().find("last value was 4.51k") != std::string::npos);
}

TEST_CASE("an expression over a query that found nothing says which one and what to write") {
  RunWorld w;
  w.add_runbook("runbook: q\nsteps:\n  - id: lag\n    query: lag\n  - message: \"${lag.value}\"\n");
  w.provider.reads["query"] = Value::Map{{"state", "no_data"}, {"series", Value::List{}}};
  w.start("q");
  w.deliver();
  CHECK(w.run("R1").status == "failed");
  CHECK(w.run("R1").failure.text().find("`lag` found no data; default(lag.value, …)") != std::string::npos);
}

TEST_CASE("a condition that has to hold begins to hold anew after a restart, for nobody was looking") {
  for (const bool restarts : {false, true}) {
    RunWorld w;
    w.add_runbook(
        "runbook: calm\nsteps:\n  - id: depth\n    query: up\n"
        "  - wait: {repeat: depth, until: it.value < 10.0, every: 15s, hold: 2m}\n    timeout: 1h\n");
    w.provider.reads["query"] = Value::Map{{"value", 1.0}};
    const std::string id = w.start("calm");
    w.pass(minute_ms);
    REQUIRE(w.run(id).steps.at("1").held_since_ms != 0);
    if (restarts) w.restart();
    w.pass(minute_ms + 30 * second_ms);
    CHECK(w.run(id).over() == !restarts);
    w.pass(minute_ms);
    CHECK(w.run(id).status == "succeeded");
  }
}
