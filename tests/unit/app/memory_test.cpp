// When memory is given back: after work, and now and then while there is no end of it.
#include "bot/memory.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

// How often memory is given back in so many seconds in which every `step`th brings work.
int given_back(MemoryKeeper& keeper, int seconds, int step) {
  static std::uint64_t work = 0;
  int times = 0;
  for (int i = 0; i < seconds; ++i) {
    if (step > 0 && i % step == 0) ++work;
    if (keeper.tick(work)) ++times;
  }
  return times;
}

}  // namespace

TEST_CASE("memory is given back once when the work is over") {
  MemoryKeeper keeper;
  CHECK(given_back(keeper, 5, 1) == 0);
  CHECK(given_back(keeper, 60, 0) == 1);
  CHECK(given_back(keeper, 60, 0) == 0);
}

TEST_CASE("who never rests gives memory back now and then") {
  MemoryKeeper keeper;
  CHECK(given_back(keeper, 61, 1) == 3);
  CHECK(given_back(keeper, 61, 2) == 3);  // a second without work is no rest
}
