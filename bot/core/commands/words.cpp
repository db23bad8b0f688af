#include "bot/core/commands/words.h"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "bot/core/commands/words_parts.h"

namespace muster {

const std::vector<Sentence>& catalogue() {
  static const std::vector<Sentence> all = [] {
    std::vector<Sentence> sentences;
    for (const auto part :
         {words_general(), words_books(),    words_capture(),  words_changes(),  words_channels(),  words_cli(),
          words_codes(),   words_foreign(),  words_health(),   words_identity(), words_incidents(), words_later(),
          words_lint(),    words_locks(),    words_ops(),      words_page(),     words_platforms(), words_questions(),
          words_reading(), words_records(),  words_runbooks(), words_runs(),     words_schedules(), words_scrub(),
          words_self(),    words_silences(), words_slack(),    words_stages(),   words_storage(),   words_together(),
          words_verbs(),   words_webhooks()})
      sentences.insert(sentences.end(), part.begin(), part.end());
    return sentences;
  }();
  return all;
}

namespace {

using Find = std::function<std::string_view(std::string_view)>;

const Sentence& sentence(std::string_view key) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const Sentence*> m;
    for (const Sentence& s : catalogue()) m[s.key] = &s;
    return m;
  }();
  const auto it = index.find(key);
  if (it == index.end()) throw std::logic_error("no such sentence: " + std::string(key));
  return *it->second;
}

// Does the word end in a consonant, as Korean says it? Digits are read aloud; marks at the end do not count.
bool ends_in_consonant(std::string_view text) {
  while (!text.empty() && std::string_view("`*\"')]").contains(text.back())) text.remove_suffix(1);
  if (text.empty()) return false;
  const char last = text.back();
  if (last >= '0' && last <= '9') return std::string_view("013678").contains(last);
  if (text.size() < 3 || static_cast<unsigned char>(last) < 0x80) return std::string_view("lmnrLMNR").contains(last);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const std::size_t at = text.size() - 3;
  const unsigned code = (byte(at) & 0x0Fu) << 12 | (byte(at + 1) & 0x3Fu) << 6 | (byte(at + 2) & 0x3Fu);
  return code >= 0xAC00 && code <= 0xD7A3 && (code - 0xAC00) % 28 != 0;
}

// "이(가)" and its like in a Korean sentence become the one that fits the word before; bytes of the pattern used.
std::size_t add_particle(std::string& out, std::string_view pattern) {
  struct Pair {
    std::string_view both, closed, open;
  };
  static constexpr Pair pairs[] = {{"이(가)", "이", "가"}, {"은(는)", "은", "는"}, {"을(를)", "을", "를"}};
  for (const Pair& p : pairs) {
    if (!pattern.starts_with(p.both)) continue;
    out += ends_in_consonant(out) ? p.closed : p.open;
    return p.both.size();
  }
  return 0;
}

// {name} is the argument; {n?alert|alerts} is the first word when n is 1, else the second.
std::string fill(std::string_view pattern, const Find& find) {
  std::string out;
  // Everything else stands for itself; particles begin with this byte.
  const auto is_special = [](char c) { return c == '{' || c == '\xEC'; };
  for (std::size_t i = 0; i < pattern.size();) {
    const auto special = std::find_if(pattern.begin() + static_cast<std::ptrdiff_t>(i), pattern.end(), is_special);
    out += pattern.substr(i, static_cast<std::size_t>(special - pattern.begin()) - i);
    i = static_cast<std::size_t>(special - pattern.begin());
    if (i == pattern.size()) break;
    if (const std::size_t used = add_particle(out, pattern.substr(i))) {
      i += used;
      continue;
    }
    const std::size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += pattern[i++];
      continue;
    }
    const std::string_view inside = pattern.substr(i + 1, end - i - 1);
    const std::size_t choice = inside.find('?'), bar = inside.find('|');
    if (choice == std::string_view::npos || bar == std::string_view::npos)
      out += find(inside);
    else
      out +=
          find(inside.substr(0, choice)) == "1" ? inside.substr(choice + 1, bar - choice - 1) : inside.substr(bar + 1);
    i = end + 1;
  }
  return out;
}

}  // namespace

bool has_sentence(std::string_view key) {
  static const auto index = [] {
    std::set<std::string_view> keys;
    for (const Sentence& s : catalogue()) keys.insert(s.key);
    return keys;
  }();
  return index.contains(key);
}

std::string say(std::string_view language, std::string_view key, Words arguments) {
  const Sentence& s = sentence(key);
  return fill(language == "ko" ? s.ko : s.en, [&](std::string_view name) {
    for (const auto& [k, v] : arguments)
      if (k == name) return v;
    return std::string_view{};
  });
}

std::string say_with(std::string_view language, std::string_view key,
                     const std::map<std::string, std::string>& arguments) {
  const Sentence& s = sentence(key);
  return fill(language == "ko" ? s.ko : s.en, [&](std::string_view name) {
    const auto it = arguments.find(std::string(name));
    return it == arguments.end() ? std::string_view{} : std::string_view(it->second);
  });
}

}  // namespace muster
