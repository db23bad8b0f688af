// How far steps are is gathered: the newest word of each, a few runs at a time, none forgotten.
#include <doctest/doctest.h>

#include "bot/run_progress.h"

using namespace muster;

TEST_CASE("progress is told at once, then once in three seconds, three runs at a time, the longest waiting first") {
  std::vector<std::function<void()>> later;
  std::vector<std::vector<runbooks::StepProgress>> told;
  ProgressBoard board(
      [&](DurationMs wait, std::function<void()> then) {
        CHECK(wait == 3 * second_ms);
        later.push_back(std::move(then));
      },
      [&](std::vector<runbooks::StepProgress> p) { told.push_back(std::move(p)); });
  const auto turn = [&] {
    REQUIRE(later.size() == 1);
    const auto then = later.front();
    later.clear();
    then();
  };
  board.take({"R1", "0", "a", "one", ""});
  REQUIRE(told.size() == 1);
  for (const char* run : {"R2", "R3", "R4", "R5"}) board.take({run, "0", "a", "first", ""});
  board.take({"R2", "0", "a", "newest", ""});
  CHECK(told.size() == 1);
  turn();
  REQUIRE(told.size() == 2);
  REQUIRE(told[1].size() == 3);
  CHECK(told[1][0].line == "newest");
  CHECK(told[1][2].run == "R4");
  turn();
  REQUIRE(told.size() == 3);
  CHECK(told[2][0].run == "R5");
  turn();  // nothing waits: it rests until the next word
  CHECK(told.size() == 3);
  CHECK(later.empty());
}
