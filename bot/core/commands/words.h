// The catalogue of every sentence the bot says, in each language. {name} places are filled from the arguments.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

using Words = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The sentence in "en" or "ko"; an unknown key is a bug and throws.
std::string say(std::string_view language, std::string_view key, Words arguments = {});

struct Sentence {
  std::string_view key, en, ko;
};
const std::vector<Sentence>& catalogue();

}  // namespace muster
