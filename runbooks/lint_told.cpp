// What the linter found, as people in chat read it.
#include <algorithm>
#include <map>

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

// Whether the sentence of the catalogue, a text with {places}, is this text; and what stands at its places.
bool is_said(std::string_view pattern, std::string_view text, std::map<std::string, std::string>& places) {
  std::string open;  // the place that is being filled
  while (!pattern.empty()) {
    const std::size_t brace = pattern.find('{'), close = pattern.find('}', brace);
    const bool place = brace != pattern.npos && close != pattern.npos;
    const std::string_view fixed = pattern.substr(0, place ? brace : pattern.npos);
    const std::size_t at = open.empty()            ? (text.starts_with(fixed) ? 0 : text.npos)
                           : place                 ? text.find(fixed)
                           : text.ends_with(fixed) ? text.size() - fixed.size()
                                                   : text.npos;
    if (at == text.npos) return false;
    if (!open.empty()) places[open] = std::string(text.substr(0, at));
    text.remove_prefix(at + fixed.size());
    open = place ? std::string(pattern.substr(brace + 1, close - brace - 1)) : std::string();
    pattern.remove_prefix(place ? close + 1 : pattern.size());
  }
  if (!open.empty()) places[open] = std::string(text);
  return !open.empty() || text.empty();
}

// What another reader said, in the language, where the catalogue has its sentence (words_foreign.cpp); else as it is.
std::string said_by_reader(const std::string& language, std::string_view text) {
  for (const std::string_view who : {"not YAML: ", "not a regular expression: "})
    if (text.starts_with(who)) text.remove_prefix(who.size());
  constexpr std::string_view begun = " that began in line ";
  std::string line;
  if (const std::size_t at = text.rfind(begun); at != text.npos) {
    line = text.substr(at + begun.size());
    text = text.substr(0, at);
  }
  // What the YAML reader was at says less than the line in which that began.
  for (const std::string_view doing : {" while parsing a", " while scanning a"})
    if (const std::size_t at = text.find(doing); at != text.npos) text = text.substr(0, at);
  std::string told(text);
  for (const Sentence& s : catalogue()) {
    std::map<std::string, std::string> places;
    if (!s.key.starts_with("foreign.") || s.key == "foreign.in_line" || !is_said(s.en, text, places)) continue;
    told = say_with(language, s.key, places);
    break;
  }
  return line.empty() ? told : say(language, "foreign.in_line", {{"what", told}, {"n", line}});
}

// Whose reason is what another reader says: YAML, matchers, regular expressions, CEL.
bool is_foreign(const std::string& code) {
  constexpr std::string_view codes[] = {"RB001", "RB019", "RB022", "RB031", "RB040", "RB041"};
  return std::ranges::find(codes, code) != std::end(codes);
}

}  // namespace

std::string told_reason(const std::string& language, const Finding& f) {
  if (language != "ko") return one_line(f.message);
  std::string text = say(language, "lint." + f.code);
  if (is_foreign(f.code)) return text + " (" + clip(said_by_reader(language, one_line(f.message)), foreign_max) + ")";
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
