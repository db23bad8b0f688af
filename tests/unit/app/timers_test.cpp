// Armed timers: which ring, in what order, and that the compact ones of alerts come back as they were.
#include "bot/timers.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

Timer expiry(const std::string& alert, TimeMs due) {
  return {"alert-expiry:" + alert, due, Value::Map{{"alert", alert}}};
}

std::vector<std::string> ids(const std::vector<Timer>& timers) {
  std::vector<std::string> out;
  for (const Timer& t : timers) out.push_back(t.id);
  return out;
}

}  // namespace

TEST_CASE("timers ring once, the longest overdue first") {
  DueTimers timers;
  timers.remember({{"update-due:INC-1", 30, Value::Map{{"said", 1}}}, expiry("E2", 20), expiry("E10", 40)});
  CHECK(timers.take_due(19).empty());
  CHECK(ids(timers.take_due(30)) == std::vector<std::string>{"alert-expiry:E2", "update-due:INC-1"});
  CHECK(timers.take_due(30).empty());
  CHECK(timers.size() == 1);
  CHECK(ids(timers.take_due(1000)) == std::vector<std::string>{"alert-expiry:E10"});
  CHECK(timers.size() == 0);
}

TEST_CASE("a timer comes back whole, whether it is kept short or not") {
  DueTimers timers;
  const Timer odd{"alert-expiry:E07", 5, Value::Map{{"alert", "E07"}}};
  const Timer more{"alert-expiry:E3", 6, Value::Map{{"alert", "E3"}, {"why", "test"}}};
  timers.remember({expiry("E12", 4), odd, more});
  const std::vector<Timer> due = timers.take_due(10);
  REQUIRE(due.size() == 3);
  CHECK(due[0].body == expiry("E12", 4).body);
  CHECK(due[1].id == odd.id);
  CHECK(due[1].body == odd.body);
  CHECK(due[2].body == more.body);
}

TEST_CASE("timers of runs and questions come back whole, move and are forgotten like any other") {
  DueTimers timers;
  const Timer run{"run:R12", 4, Value::Map{{"run", "R12"}}}, question{"question:A3", 5, Value::Map{{"id", "A3"}}};
  const Timer odd{"run:12", 6, Value::Map{{"run", "12"}}}, other{"run:R2", 7, Value::Map{{"run", "R1"}}};
  timers.remember({run, question, odd, other, {"run:R4", 3, Value::Map{{"run", "R4"}}}});
  timers.remember({{"run:R4", 0, {}}});
  CHECK(timers.size() == 4);
  const std::vector<Timer> due = timers.take_due(10);
  REQUIRE(due.size() == 4);
  const Timer* const wanted[] = {&run, &question, &odd, &other};
  for (std::size_t i = 0; i < due.size(); ++i) {
    CHECK(due[i].id == wanted[i]->id);
    CHECK(due[i].body == wanted[i]->body);
  }
}

TEST_CASE("what waits for a length of time is told from what waits for an hour of the day") {
  DueTimers timers;
  timers.remember({expiry("E2", 20),
                   {"update-due:INC-1", 30, {}},
                   {"schedule:T1", 40, {}},
                   {"group-wait:ab", 50, {}},
                   {"alert-ends:x", 60, {}}});
  std::vector<Timer> waits = timers.of_a_length();
  CHECK(ids(waits) == std::vector<std::string>{"alert-ends:x", "alert-expiry:E2", "group-wait:ab"});
  for (Timer& t : waits) t.due_ms -= 15;  // the wall clock was set back
  timers.remember(waits);
  CHECK(ids(timers.take_due(5)) == std::vector<std::string>{"alert-expiry:E2"});
  CHECK(ids(timers.take_due(35)) == std::vector<std::string>{"update-due:INC-1", "group-wait:ab"});
}

TEST_CASE("arming again moves a timer and due 0 forgets it") {
  DueTimers timers;
  timers.remember({expiry("E1", 10), {"x", 10, {}}});
  timers.remember({expiry("E1", 50), {"x", 60, {}}});
  CHECK(timers.size() == 2);
  CHECK(timers.take_due(49).empty());
  timers.remember({{"x", 0, {}}, {"alert-expiry:E1", 0, {}}});
  CHECK(timers.size() == 0);
  CHECK(timers.take_due(100).empty());
}

TEST_CASE("timers of one moment ring in the order of their names") {
  DueTimers timers;
  timers.remember({{"b", 5, {}}, expiry("E9", 5), {"a", 5, {}}, expiry("E11", 5)});
  CHECK(ids(timers.take_due(5)) == std::vector<std::string>{"a", "alert-expiry:E11", "alert-expiry:E9", "b"});
}
