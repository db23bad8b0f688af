// The table behind lint.h: blame, counterfactuals, single causes, hindsight, pledges; English and Korean.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "bot/core/postmortems/lint.h"

namespace muster {

struct WordingRule {
  std::string_view id;
  WordingLevel level = WordingLevel::warn;
  std::vector<std::string_view> patterns;
  std::vector<std::string_view> unless;  // a hit that overlaps one of these is none
  std::string_view off_in;               // the section where the rule is silent
  std::string_view why, rewrite;
};

std::span<const WordingRule> wording_rules_en();
std::span<const WordingRule> wording_rules_ko();

}  // namespace muster
