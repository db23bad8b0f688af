#include "integrations/targets/local/moves.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace muster::local;

namespace {

std::string text_of(const Moves& m) {
  std::string text = "start " + std::to_string(m.start);
  if (m.start_part > 0) text += " part " + std::to_string(m.start_part);
  for (const std::string& id : m.stop) text += " stop " + id;
  for (const std::string& id : m.failed) text += " failed " + id;
  if (m.all_there) text += " there";
  if (m.all_ready) text += " ready";
  return text;
}

// "1.0+" ready, "1.0?" starting, "1.0!" failed, "1.0-" leaving; ids are p1, p2, …
std::vector<Seen> seen(const std::vector<std::string>& all) {
  const std::map<char, Phase> phases = {
      {'+', Phase::ready}, {'?', Phase::starting}, {'!', Phase::failed}, {'-', Phase::leaving}};
  std::vector<Seen> out;
  for (const std::string& one : all) {
    const auto number = static_cast<std::int64_t>(out.size()) + 1;
    out.push_back({"p" + std::to_string(number), one.substr(0, one.size() - 1), 0, phases.at(one.back()), number});
  }
  return out;
}

}  // namespace

TEST_CASE("a rollout goes one over the number, and an old one ends only when a new one is well") {
  const Wanted wanted{"1.1", 2, 0};
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+"}))) == "start 1");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1?"}))) == "start 0");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+"}))) == "start 0 stop p2");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0-", "1.1+"}))) == "start 0");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.1+"}))) == "start 1");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.1+", "1.1+"}))) == "start 0 stop p1");
  CHECK(text_of(next_moves(wanted, seen({"1.0-", "1.1+", "1.1+"}))) == "start 0");
  CHECK(text_of(next_moves(wanted, seen({"1.1+", "1.1+"}))) == "start 0 there ready");
}

TEST_CASE("a scale starts what is missing at once and ends the newest first") {
  CHECK(text_of(next_moves({"1.0", 4, 0}, seen({"1.0+"}))) == "start 3");
  CHECK(text_of(next_moves({"1.0", 1, 0}, seen({"1.0+", "1.0+", "1.0+"}))) == "start 0 stop p3 stop p2");
  CHECK(text_of(next_moves({"1.0", 0, 0}, seen({"1.0+"}))) == "start 0 stop p1");
  CHECK(text_of(next_moves({"1.0", 0, 0}, {})) == "start 0 there ready");
}

TEST_CASE("what does not become well is told, and goes first when there are too many") {
  CHECK(text_of(next_moves({"1.1", 1, 0}, seen({"1.0+", "1.1!"}))) == "start 0 failed p2");
  CHECK(text_of(next_moves({"1.0", 1, 0}, seen({"1.0!", "1.0+"}))) == "start 0 stop p1");
  CHECK(text_of(next_moves({"1.0", 2, 0}, seen({"1.0+", "1.0?"}))) == "start 0 there");
}

TEST_CASE("going back keeps the old ones that are still there") {
  // 1.1 did not work; one of the two old ones had ended already.
  CHECK(text_of(next_moves({"1.0", 2, 0}, seen({"1.0+", "1.1+", "1.1!"}))) == "start 0 stop p3");
  CHECK(text_of(next_moves({"1.0", 2, 0}, seen({"1.0+", "1.1+"}))) == "start 1");
  CHECK(text_of(next_moves({"1.0", 2, 0}, seen({"1.0+", "1.1+", "1.0+"}))) == "start 0 stop p2");
}

TEST_CASE("from any state the moves lead to what is wanted, never below the number of those that were well") {
  for (int replicas = 0; replicas <= 5; ++replicas) {
    for (int old = 0; old <= 6; ++old) {
      CAPTURE(replicas);
      CAPTURE(old);
      std::vector<Seen> now = seen(std::vector<std::string>(static_cast<std::size_t>(old), "1.0+"));
      const Wanted wanted{"1.1", replicas, 0};
      std::int64_t number = old;
      int turns = 0;
      for (; !next_moves(wanted, now).all_ready && turns < 100; ++turns) {
        const Moves moves = next_moves(wanted, now);
        std::erase_if(now, [](const Seen& s) { return s.phase == Phase::leaving; });
        for (Seen& s : now) {
          if (std::ranges::count(moves.stop, s.id) > 0) s.phase = Phase::leaving;
          if (s.phase == Phase::starting) s.phase = Phase::ready;
        }
        for (int i = 0; i < moves.start; ++i) {
          ++number;
          now.push_back({"p" + std::to_string(number), "1.1", 0, Phase::starting, number});
        }
        const auto well = std::ranges::count(now, Phase::ready, &Seen::phase);
        CHECK(well >= std::min(old, replicas));
        CHECK(static_cast<int>(now.size()) <= std::max(old, replicas) + 1);
      }
      CHECK(turns < 100);
    }
  }
}

TEST_CASE("a part comes first, and one of the others ends only when it is well") {
  Wanted wanted{"1.0", 3, 0};
  wanted.part_version = "1.1";
  wanted.part = 1;
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.0+"}))) == "start 0 part 1");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.0+", "1.1?"}))) == "start 0");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.0+", "1.1+"}))) == "start 0 stop p3");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.0-", "1.1+"}))) == "start 0");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+"}))) == "start 0 there ready");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.0+", "1.1!"}))) == "start 0 failed p4");
}

TEST_CASE("all of it beside the old ones: nothing ends") {
  Wanted wanted{"1.0", 2, 0};
  wanted.part_version = "1.1";
  wanted.part = 2;
  wanted.beside = true;
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+"}))) == "start 0 part 2");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+", "1.1?"}))) == "start 0 there");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+", "1.1+"}))) == "start 0 there ready");
  // The switch: the old ones end at once.
  CHECK(text_of(next_moves(Wanted{"1.1", 2, 0}, seen({"1.0+", "1.0+", "1.1+", "1.1+"}))) == "start 0 stop p2 stop p1");
}

TEST_CASE("a part that is put back ends when the others are all there again") {
  const Wanted wanted{"1.0", 3, 0};
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+"}))) == "start 1");
  CHECK(text_of(next_moves(wanted, seen({"1.0+", "1.0+", "1.1+", "1.0+"}))) == "start 0 stop p3");
}
