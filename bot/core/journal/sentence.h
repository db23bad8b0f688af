// What the bot itself writes into an entry: a sentence of the catalogue with its words, so that each reader has it in
// their language. The text beside it is the same in English, for whoever reads the journal as it is.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/value.h"

namespace muster {

struct Entry;
struct ViewRow;

// `words`: strings by name; one may be a sentence of its own, as sentence_value() makes it. After the entry's data.
void write_sentence(Entry& entry, const std::string& key, Value words);
Value sentence_value(const std::string& key, Value words);
std::string sentence_text(const Value& sentence, std::string_view language);  // empty: the catalogue has none
std::string entry_text(const Entry& entry, std::string_view language);        // its text where a person wrote it
std::string row_text(const ViewRow& row, std::string_view language);          // as it was corrected, else the entry's

// In the place of words that the policy does not keep.
inline constexpr std::string_view words_not_kept = "(deleted in chat, text not kept)";

}  // namespace muster
