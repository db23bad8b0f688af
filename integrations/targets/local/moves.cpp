#include "integrations/targets/local/moves.h"

#include <algorithm>

namespace muster::local {
namespace {

struct Sorted {
  std::vector<Seen> fresh, part, old;  // as wanted, as the stage wants, and neither
  int leaving = 0;
};

Sorted sort(const Wanted& wanted, const std::vector<Seen>& seen) {
  Sorted out;
  for (const Seen& one : seen) {
    const bool now = one.generation == wanted.generation;
    if (one.phase == Phase::leaving) {
      ++out.leaving;
    } else if (now && one.version == wanted.version) {
      out.fresh.push_back(one);
    } else if (now && !wanted.part_version.empty() && one.version == wanted.part_version) {
      out.part.push_back(one);
    } else {
      out.old.push_back(one);
    }
  }
  return out;
}

// Those that are not well go first, then the newest.
void least_useful_first(std::vector<Seen>& all) {
  std::ranges::sort(all, [](const Seen& a, const Seen& b) {
    const bool a_ready = a.phase == Phase::ready, b_ready = b.phase == Phase::ready;
    return a_ready != b_ready ? b_ready : a.number > b.number;
  });
}

int size(const std::vector<Seen>& all) { return static_cast<int>(all.size()); }

int ready_in(const std::vector<Seen>& all) {
  return static_cast<int>(std::ranges::count(all, Phase::ready, &Seen::phase));
}

// More than there should be: the least useful leave the list.
std::vector<Seen> surplus_of(std::vector<Seen>& all, int wanted) {
  least_useful_first(all);
  const auto end = all.begin() + std::max(0, size(all) - wanted);
  std::vector<Seen> over(all.begin(), end);
  all.erase(all.begin(), end);
  return over;
}

}  // namespace

Moves next_moves(const Wanted& wanted, const std::vector<Seen>& seen) {
  Sorted now = sort(wanted, seen);
  Moves moves;
  std::vector<Seen> over = surplus_of(now.fresh, wanted.of_version());
  for (Seen& one : surplus_of(now.part, wanted.part)) over.push_back(std::move(one));
  int leaving_now = 0;
  // What a stage replaces is needed until the new ones are well.
  if (!wanted.part_version.empty()) {
    now.old.insert(now.old.end(), over.begin(), over.end());
  } else {
    leaving_now = size(over);
    for (const Seen& one : over) moves.stop.push_back(one.id);
  }
  least_useful_first(now.old);
  const int ready = ready_in(now.fresh) + ready_in(now.part);
  const int needless = std::clamp(ready + size(now.old) - wanted.in_all(), 0, size(now.old));
  for (int i = 0; i < needless; ++i) moves.stop.push_back(now.old[static_cast<std::size_t>(i)].id);

  const int missing = wanted.of_version() - size(now.fresh), missing_part = wanted.part - size(now.part);
  const int here = size(now.fresh) + size(now.part) + size(now.old) + now.leaving + leaving_now;
  const int room = now.old.empty() ? missing + missing_part : std::max(0, wanted.in_all() + 1 - here);
  moves.start_part = std::clamp(room, 0, missing_part);
  moves.start = std::clamp(room - moves.start_part, 0, missing);
  for (const auto* group : {&now.fresh, &now.part})
    for (const Seen& one : *group)
      if (one.phase == Phase::failed) moves.failed.push_back(one.id);
  moves.all_there = missing == 0 && missing_part == 0 && now.old.empty() && now.leaving == 0 && leaving_now == 0;
  moves.all_ready = moves.all_there && ready == wanted.in_all();
  return moves;
}

}  // namespace muster::local
