// How many connections are kept open for calls to come. A crowd opens one for each call under way, and each takes some
// 35 kB for as long as it is open: what the last seconds did not need goes. One thread.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace muster {

class ConnectionsKept {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t least = 6, most = 32;  // of all hosts, those at work too
  static constexpr std::chrono::seconds remembered{20};

  // Asked at every turn with what is under way. The new number where it has changed: more at once, fewer when so many
  // were not needed for a while.
  std::optional<std::size_t> change(std::size_t under_way, Clock::time_point now) {
    needed_ = std::max(needed_, under_way);
    if (std::clamp(needed_, least, most) <= kept_ && now - since_ < remembered) return std::nullopt;
    const std::size_t kept = std::clamp(needed_, least, most);
    needed_ = under_way;
    since_ = now;
    if (kept == kept_) return std::nullopt;
    kept_ = kept;
    return kept;
  }

 private:
  std::size_t kept_ = 0, needed_ = 0;
  Clock::time_point since_ = {};
};

}  // namespace muster
