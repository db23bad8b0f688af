#include "bot/core/commands/words.h"

#include <stdexcept>
#include <unordered_map>

#include "bot/core/commands/words_parts.h"

namespace muster {

const std::vector<Sentence>& catalogue() {
  static const std::vector<Sentence> all = [] {
    std::vector<Sentence> sentences;
    for (const auto part : {words_general(), words_ops()}) sentences.insert(sentences.end(), part.begin(), part.end());
    return sentences;
  }();
  return all;
}

std::string say(std::string_view language, std::string_view key, Words arguments) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const Sentence*> m;
    for (const Sentence& s : catalogue()) m[s.key] = &s;
    return m;
  }();
  const auto it = index.find(key);
  if (it == index.end()) throw std::logic_error("no such sentence: " + std::string(key));
  const std::string_view pattern = language == "ko" ? it->second->ko : it->second->en;
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += pattern[i];
      continue;
    }
    const std::string_view name = pattern.substr(i + 1, end - i - 1);
    for (const auto& [k, v] : arguments) {
      if (k == name) out += v;
    }
    i = end;
  }
  return out;
}

}  // namespace muster
