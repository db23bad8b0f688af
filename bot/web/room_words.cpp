#include "bot/web/room_words.h"

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/web/room_answers.h"

namespace muster {

std::string in_language(const std::string& page, const std::string& language) {
  std::string out;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t open = page.find("{{", at), close = open == std::string::npos ? open : page.find("}}", open);
    if (close == std::string::npos) return out + page.substr(at);
    out += page.substr(at, open - at);
    const std::string key = page.substr(open + 2, close - open - 2);
    out += key == "lang" ? language : escape_html(say(language, "ui." + key));
    at = close + 2;
  }
  return out;
}

Value page_words(const std::string& language) {
  constexpr std::string_view prefix = "ui.";
  Value words = Value::Map{};
  for (const Sentence& s : catalogue())
    if (s.key.starts_with(prefix))
      words.set(std::string(s.key.substr(prefix.size())), std::string(language == "ko" ? s.ko : s.en));
  return words;
}

}  // namespace muster
