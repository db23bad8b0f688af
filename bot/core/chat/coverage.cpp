#include "bot/core/chat/coverage.h"

#include "bot/core/commands/words.h"

namespace muster {

std::string coverage_text(const std::vector<CoverageNote>& notes, std::string_view language) {
  std::string text;
  for (const CoverageNote& n : notes)
    text += (text.empty() ? "" : "; ") + say_with(language, "coverage." + n.key, n.words);
  return text;
}

Value to_value(const std::vector<CoverageNote>& notes) {
  Value list = Value::List{};
  for (const CoverageNote& n : notes) {
    Value words = Value::Map{};
    for (const auto& [name, word] : n.words) words.set(name, word);
    list.push(Value::Map{{"key", n.key}, {"words", std::move(words)}});
  }
  return list;
}

std::string coverage_text(const Value& data, std::string_view language) {
  std::vector<CoverageNote> notes;
  for (const Value& v : data["notes"].as_list()) {
    CoverageNote n{.key = v["key"].as_string(), .words = {}};
    for (const auto& [name, word] : v["words"].as_map()) n.words[name] = word.as_string();
    // Written by a newer version perhaps: then as it was said when it was written.
    if (!has_sentence("coverage." + n.key)) return data["why"].as_string();
    notes.push_back(std::move(n));
  }
  return notes.empty() ? data["why"].as_string() : coverage_text(notes, language);
}

}  // namespace muster
