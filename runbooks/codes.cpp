// Every code of a finding. Codes are stable: one that is not used any more is not given away again. What they mean
// stands in the catalogue (words_lint.cpp), in every language.
#include "bot/core/commands/words.h"
#include "runbooks/lint.h"

namespace muster::runbooks {

const std::vector<FindingCode>& finding_codes() {
  static const std::vector<FindingCode> codes = [] {
    constexpr std::string_view prefix = "lint.RB";
    std::vector<FindingCode> found;
    for (const Sentence& s : catalogue())
      if (s.key.starts_with(prefix)) found.push_back({s.key.substr(prefix.size() - 2), s.en});
    return found;
  }();
  return codes;
}

}  // namespace muster::runbooks
