#include "bot/core/chat/markup.h"

#include "bot/base/text.h"

namespace muster {

std::size_t markup_end(std::string_view text, std::size_t at) {
  const char mark = text[at];
  for (std::size_t i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
    } else if (text[i] == mark) {
      return i > at + 1 ? i : std::string_view::npos;
    } else if (text[i] == '`') {  // strong text may hold code, and a star in there ends nothing
      if (const std::size_t end = markup_end(text, i); end != std::string_view::npos) i = end;
    }
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string clip_markup(std::string_view text, std::size_t graphemes) {
  std::string cut = clip(std::string(text), graphemes);
  if (cut == text) return cut;
  std::string open;  // marks that were begun and are not ended
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const char c = cut[i];
    if (c == '\n') open.clear();
    if (c == '\\') {
      ++i;
    } else if (!open.empty() && open.back() == c) {
      open.pop_back();
    } else if (c == '`' || (c == '*' && (open.empty() || open.back() != '`'))) {
      if (markup_end(text, i) != std::string_view::npos) open += c;
    }
  }
  // A cut shows as one character; before it no backslash may be left alone.
  constexpr std::string_view dots = "…";
  if (cut.ends_with(dots)) {
    const std::size_t body = cut.size() - dots.size();
    std::size_t slashes = 0;
    while (slashes < body && cut[body - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 1) cut.erase(body - 1, 1);
  }
  for (; !open.empty(); open.pop_back()) cut += open.back();
  return cut;
}

}  // namespace muster
