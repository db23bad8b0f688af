// What was read of one channel's gap, until it is handed over in the order in which it was said: the history comes
// newest page first, and threads after all of it.
#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "integrations/chat/read_marks.h"

namespace muster {

// Bounds: beyond them what was read so far is handed over, and what is older comes after it.
struct GatheredMost {
  std::size_t items, bytes;
  DurationMs ms;
};

template <typename Item>
class Gathered {
 public:
  explicit Gathered(GatheredMost most) : most_(most) {}

  void add(std::string ts, Item item, std::size_t bytes, TimeMs now) {
    if (items_.empty()) since_ = now;
    bytes_ += bytes;
    items_.emplace_back(std::move(ts), std::move(item));
  }
  bool is_too_much() const { return items_.size() >= most_.items || bytes_ >= most_.bytes; }
  bool is_too_long(TimeMs now) const {  // also after a clock was set back: nothing may be held for hours
    return !items_.empty() && (now - since_ >= most_.ms || now < since_);
  }
  // Oldest first; those of one time in the order in which they came. Nothing is left.
  std::vector<std::pair<std::string, Item>> take() {
    std::ranges::stable_sort(items_,
                             [](const auto& a, const auto& b) { return ReadMarks::is_later(b.first, a.first); });
    bytes_ = 0;
    return std::exchange(items_, {});
  }

 private:
  GatheredMost most_;
  std::vector<std::pair<std::string, Item>> items_;
  std::size_t bytes_ = 0;
  TimeMs since_ = 0;
};

}  // namespace muster
