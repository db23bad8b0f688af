#include "integrations/targets/local/moves.h"

#include <algorithm>

namespace muster::local {
namespace {

struct Sorted {
  std::vector<Seen> fresh, old;  // as wanted, and not
  int leaving = 0;
};

Sorted sort(const Wanted& wanted, const std::vector<Seen>& seen) {
  Sorted out;
  for (const Seen& one : seen) {
    if (one.phase == Phase::leaving) {
      ++out.leaving;
    } else if (one.version == wanted.version && one.generation == wanted.generation) {
      out.fresh.push_back(one);
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

}  // namespace

Moves next_moves(const Wanted& wanted, const std::vector<Seen>& seen) {
  Sorted now = sort(wanted, seen);
  Moves moves;
  least_useful_first(now.fresh);
  least_useful_first(now.old);
  const int surplus = std::max(0, size(now.fresh) - wanted.replicas);
  for (int i = 0; i < surplus; ++i) moves.stop.push_back(now.fresh[static_cast<std::size_t>(i)].id);
  now.fresh.erase(now.fresh.begin(), now.fresh.begin() + surplus);

  const int ready = static_cast<int>(std::ranges::count(now.fresh, Phase::ready, &Seen::phase));
  const int needless = std::clamp(ready + size(now.old) - wanted.replicas, 0, size(now.old));
  for (int i = 0; i < needless; ++i) moves.stop.push_back(now.old[static_cast<std::size_t>(i)].id);

  const int missing = wanted.replicas - size(now.fresh);
  const int room = wanted.replicas + 1 - (size(now.fresh) + size(now.old) + now.leaving + surplus);
  moves.start = now.old.empty() ? missing : std::clamp(room, 0, missing);
  for (const Seen& one : now.fresh) {
    if (one.phase == Phase::failed) moves.failed.push_back(one.id);
  }
  moves.all_there = missing == 0 && now.old.empty() && now.leaving == 0 && surplus == 0;
  moves.all_ready = moves.all_there && ready == wanted.replicas;
  return moves;
}

}  // namespace muster::local
