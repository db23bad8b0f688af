// Local times of a zone as moments. Any thread.
#pragma once
#include <optional>
#include <string_view>

#include "bot/base/clock.h"

namespace muster {

// A local time is one moment, except where clocks are changed: in a gap it is none (then `first` is the first moment
// behind the gap), in a fold it is two.
struct Moments {
  enum class Kind { one, gap, fold } kind = Kind::one;
  TimeMs first = 0, second = 0;  // second: of a fold
};

// No value: there is no such date or time, or no such zone.
std::optional<Moments> moments_of(const Civil& local, std::string_view zone);

}  // namespace muster
