// Posts that people wait for. Where a channel has a long queue they go before the rest (docs/together.md and
// docs/architecture.md say which they are); among themselves they keep their order.
#pragma once
#include <algorithm>
#include <cstddef>

#include "bot/core/engine/engine.h"

namespace muster {

// The posts of the decision from the `first` on.
inline void make_urgent(Work& w, std::size_t first) {
  for (std::size_t n = first; n < w.decision.out.size(); ++n)
    if (w.decision.out[n].kind == "post") w.decision.out[n].body.set("urgent", true);
}

// The message that was made last.
inline void make_urgent(Work& w) {
  if (!w.decision.out.empty()) make_urgent(w, w.decision.out.size() - 1);
}

// Of one of the two gravest severities of the configuration.
inline bool is_grave(const CoreConfig& config, const std::string& severity) {
  const auto& all = config.severities;
  const auto it = std::ranges::find(all, severity, &SeverityRule::name);
  return it != all.end() && it - all.begin() < 2;
}

}  // namespace muster
