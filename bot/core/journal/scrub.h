// What stands in for an entry whose payload is destroyed, and how the destroyed text is found elsewhere. Any thread.
#pragma once
#include <string>
#include <vector>

#include "bot/core/journal/entry.h"

namespace muster {

struct Scrubbed {
  Entry entry;                       // the same facts, every free text replaced by the mark
  std::vector<std::string> needles;  // the texts that went, in each shape in which they may have been written down
};

// Ids, times, severities, statuses and roles stay, so that the state folds as before; every other text goes.
Scrubbed scrubbed(const Entry& entry, const std::string& mark);

// The text without the needles. A needle that was cut off (by a limit on length) is found by its beginning.
std::string without(std::string_view text, const std::vector<std::string>& needles, const std::string& mark);
Value without(const Value& value, const std::vector<std::string>& needles, const std::string& mark);
// The first bytes of a needle that must be there for `without` to change anything.
std::string_view beginning(std::string_view needle);

}  // namespace muster
