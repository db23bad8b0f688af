// Wording that ends an analysis before it began: blame, counterfactuals, one cause, hindsight. A writing aid: it
// shows the place, the reason and a rewrite, and a person decides. Works offline, in English and Korean.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

enum class WordingLevel { info, warn, error };

struct WordingFinding {
  std::string_view rule;  // BL02, KL01
  WordingLevel level = WordingLevel::info;
  std::size_t begin = 0, end = 0;  // bytes of the text given
  std::string_view why, rewrite;
};

// In NFC, which the rules need: Korean typed on some systems arrives decomposed.
std::string wording_form(std::string_view text);

// Findings in the order of the rules, one per rule (its first place). The text is in wording_form and its names are
// masked by Roster::mask. Code, links, file names, quoted lines and what `lint-ok RULE: reason` excuses are skipped.
// `section` is the id of the report's section ("luck", "actions"), or empty.
std::vector<WordingFinding> wording_findings(std::string_view masked_text, std::string_view section = {});

// Typed text with such a finding stays out of reports until a person has rewritten it.
bool holds_back(const std::vector<WordingFinding>& findings);

}  // namespace muster
