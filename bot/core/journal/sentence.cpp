#include "bot/core/journal/sentence.h"

#include <map>

#include "bot/core/commands/words.h"
#include "bot/core/journal/entry.h"
#include "bot/core/journal/view.h"

namespace muster {

Value sentence_value(const std::string& key, Value words) {
  return Value::Map{{"key", key}, {"words", std::move(words)}};
}

// Written by a newer version perhaps: then the reader has the English.
std::string sentence_text(const Value& sentence, std::string_view language) {
  const std::string& key = sentence["key"].as_string();
  if (key.empty() || !has_sentence(key)) return {};
  std::map<std::string, std::string> words;
  for (const auto& [name, word] : sentence["words"].as_map())
    words[std::string(name)] = word.is_map() ? sentence_text(word, language) : word.as_string();
  return say_with(language, key, words);
}

void write_sentence(Entry& e, const std::string& key, Value words) {
  Value sentence = sentence_value(key, std::move(words));
  e.text = sentence_text(sentence, "en");
  e.data.set("sentence", std::move(sentence));
}

std::string entry_text(const Entry& e, std::string_view language) {
  const std::string said = e.scrubbed ? std::string() : sentence_text(e.data["sentence"], language);
  return said.empty() ? e.text : said;
}

std::string row_text(const ViewRow& row, std::string_view language) {
  if (row.text == words_not_kept) return say(language, "entry.not_kept");
  return row.text == row.entry->text ? entry_text(*row.entry, language) : row.text;
}

}  // namespace muster
