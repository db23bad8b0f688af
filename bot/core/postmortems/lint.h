// The wording rules that hold back quoted chat text: blame, counterfactuals, hindsight (domain rules BL01, 02, 07, 08).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Rule ids found in text whose names are already masked by Roster::mask, in order. BL07 is only advice.
std::vector<std::string> wording_findings(std::string_view masked_text);
bool holds_back(const std::vector<std::string>& findings);

}  // namespace muster
