#include "bot/silence_watch.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace muster;
using observability::SilenceLook;

namespace {

struct World {
  VirtualClock clock{1'700'000'000'000};
  State state;
  observability::Answer<SilenceLook> answer = SilenceLook{};
  std::vector<std::string> looks;
  std::vector<SilenceSeen> told;
  SilenceWatch watch{{.state = [this]() -> const State& { return state; },
                      .look =
                          [this](const Silence& l, const SilenceWatch::Answered& done) {
                            looks.push_back(l.id);
                            done(answer);
                          },
                      .tell = [this](const SilenceSeen& s) { told.push_back(s); },
                      .clock = clock}};

  void add(int number) {
    Silence l;
    l.id = "L" + std::to_string(number);
    l.status = "active";
    l.remote = "r" + std::to_string(number);
    l.matchers = {{"alertname", "=", "Disk"}, {"env", "=~", "prod"}};
    l.until_ms = clock.now() + hour_ms;
    state.silences[number] = l;
  }
  SilenceLook as_it_was(int number) const {
    const Silence& l = state.silences.at(number);
    SilenceLook look{true, true, {}};
    look.found.id = l.remote;
    look.found.until_ms = l.until_ms;
    look.found.matchers = {l.matchers.rbegin(), l.matchers.rend()};  // it has an order of its own
    return look;
  }
  void seconds(int n) {
    for (; n > 0; --n) {
      clock.set(clock.now() + second_ms);
      watch.tick();
    }
  }
};

}  // namespace

TEST_CASE("a silence that holds is looked at every half minute, and nothing is said while it is as it was") {
  World w;
  w.add(1);
  w.answer = w.as_it_was(1);
  w.seconds(29);
  CHECK(w.looks.empty());
  w.seconds(95);
  CHECK(w.looks.size() == 4);
  CHECK(w.told.empty());
  w.state.silences.at(1).status = "over";
  w.seconds(120);
  CHECK(w.looks.size() == 4);
}

TEST_CASE("what was ended or moved at its source is told, and what cannot be asked is not") {
  World w;
  w.add(1);
  w.answer = std::unexpected(observability::Failure{"unavailable", "away", false});
  w.seconds(31);
  CHECK(w.looks.size() == 1);
  CHECK(w.told.empty());
  SilenceLook moved = w.as_it_was(1);
  moved.found.until_ms += 10 * minute_ms;
  w.answer = moved;
  w.seconds(30);
  REQUIRE(w.told.size() == 1);
  CHECK(w.told.at(0).there);
  CHECK(w.told.at(0).until_ms == moved.found.until_ms);
  w.answer = SilenceLook{false, true, {}};
  w.seconds(30);
  REQUIRE(w.told.size() == 2);
  CHECK_FALSE(w.told.at(1).there);
}

TEST_CASE("a source that does not know a silence is believed the second time") {
  World w;
  w.add(1);
  w.answer = SilenceLook{false, false, {}};
  w.seconds(31);
  CHECK(w.looks.size() == 1);
  CHECK(w.told.empty());
  w.seconds(30);
  CHECK(w.told.size() == 1);
}

TEST_CASE("many silences are looked at one a second, the one that waited longest first") {
  World w;
  for (int n = 1; n <= 50; ++n) w.add(n);
  w.answer = std::unexpected(observability::Failure{"timeout", "slow", false});
  w.seconds(30 + 50);
  CHECK(w.looks.size() == 50);
  CHECK(std::set<std::string>(w.looks.begin(), w.looks.end()).size() == 50);
}
