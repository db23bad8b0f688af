// What the linter found, as people in chat read it.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/lint.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t names_max = 4;
constexpr std::size_t foreign_max = 200;

// The names in a sentence: what stands between back quotes, each once.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('`'); at != text.npos && names.size() < names_max;) {
    const std::size_t end = text.find('`', at + 1);
    if (end == text.npos) break;
    std::string name(text.substr(at, end + 1 - at));
    if (name.size() > 2 && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    at = text.find('`', end + 1);
  }
  return names;
}

// The sentence of another reader (YAML, matchers, regular expressions, CEL), which has no other language.
bool is_foreign(const std::string& code) {
  constexpr std::string_view codes[] = {"RB001", "RB019", "RB022", "RB031", "RB040", "RB041"};
  return std::ranges::find(codes, code) != std::end(codes);
}

}  // namespace

std::string told_reason(const std::string& language, const Finding& f) {
  if (language != "ko") return one_line(f.message);
  std::string text = say(language, "lint." + f.code);
  if (is_foreign(f.code)) return text + " (" + clip(one_line(f.message), foreign_max) + ")";
  if (const auto names = names_in(f.message); !names.empty()) text += " (" + join(names, ", ") + ")";
  return text;
}

std::string told_advice(const std::string& language, const Finding& f) {
  std::string_view advice = trim(f.advice);
  if (language != "ko" || advice.empty()) return one_line(f.advice);
  constexpr std::pair<std::string_view, std::string_view> forms[] = {{"Did you mean ", "lint.did_you_mean"},
                                                                     {"Known here is ", "lint.one_of"},
                                                                     {"One of ", "lint.one_of"},
                                                                     {"Here it is called ", "lint.called"},
                                                                     {"For example ", "lint.example"},
                                                                     {"Write, for example, ", "lint.example"},
                                                                     {"Write ", "lint.write"},
                                                                     {"It is in ", "lint.one_of"}};
  for (const auto& [begin, key] : forms) {
    if (!advice.starts_with(begin)) continue;
    advice.remove_prefix(begin.size());
    while (advice.ends_with('.') || advice.ends_with('?')) advice.remove_suffix(1);
    return say(language, key, {{"what", one_line(std::string(advice))}});
  }
  // Said in another way, it is at least known which names it speaks of.
  const auto names = names_in(advice);
  return names.empty() ? std::string() : say(language, "lint.see", {{"what", join(names, ", ")}});
}

}  // namespace muster::runbooks
