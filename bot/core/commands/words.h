// The catalogue of every sentence the bot says, in each language. {name} places are filled from the arguments,
// {n?alert|alerts} is the first word when n is 1; a Korean "이(가)" becomes the one that fits the word before it.
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

using Words = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The sentence in "en" or "ko"; an unknown key is a bug and throws.
std::string say(std::string_view language, std::string_view key, Words arguments = {});
std::string say_with(std::string_view language, std::string_view key,
                     const std::map<std::string, std::string>& arguments);
bool has_sentence(std::string_view key);

struct Sentence {
  std::string_view key, en, ko;
};
const std::vector<Sentence>& catalogue();

}  // namespace muster
