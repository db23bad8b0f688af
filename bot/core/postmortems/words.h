// The words of reports in each language: section titles, prompts, labels. An unknown key prints itself.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace muster {

struct SectionWords {
  std::string_view id, en, ko;
  std::string_view prompt_en, prompt_ko;  // empty: no person needs to write here
};
std::span<const SectionWords> section_words();  // the 24 sections, in order

std::string_view report_word(std::string_view key, bool korean);
std::string kind_word(std::string_view kind, bool korean);         // "Alert firing"; unknown kinds as they are
std::string_view source_word(std::string_view type, bool korean);  // "in chat"; empty: a type nobody here writes

}  // namespace muster
