// Events that are handed over in the order in which they came, also where one must wait for a look-up.
#pragma once
#include <deque>
#include <iterator>
#include <utility>

namespace muster {

template <typename Item>
struct InOrder {
  std::deque<Item> waiting;
  bool looking = false;  // the first one waits for an answer

  // `known` answers false after it set `looking` and asked; pump() is called again when the answer is there.
  template <typename Known, typename HandOver>
  void pump(const Known& known, const HandOver& hand_over) {
    if (std::exchange(pumping_, true)) return;
    while (!looking && !waiting.empty() && known(waiting.front())) {
      const Item item = std::move(waiting.front());
      waiting.pop_front();
      hand_over(item);
    }
    pumping_ = false;
  }
  // All but the one whose answer is still to come.
  std::deque<Item> drop() {
    const auto first = waiting.begin() + (looking && !waiting.empty() ? 1 : 0);
    std::deque<Item> dropped(std::make_move_iterator(first), std::make_move_iterator(waiting.end()));
    waiting.erase(first, waiting.end());
    return dropped;
  }

 private:
  bool pumping_ = false;
};

}  // namespace muster
