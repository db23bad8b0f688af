#include "bot/cel/problem.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "bot/base/text.h"

namespace muster::cel {
namespace {

constexpr std::size_t shown_bytes_max = 100;

std::string place(const Problem& p) {
  return "line " + std::to_string(p.line) + ", column " + std::to_string(p.column) + ": " + p.message;
}

bool is_wide(UChar32 c) {
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

// White space as wide as the text on a terminal.
std::string blanks(std::string_view text) {
  std::string out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, text.size(), c);
    out += c == '\t' ? "\t" : is_wide(c) ? "  " : " ";
  }
  return out;
}

std::size_t at_border(std::string_view text, std::size_t i) {
  while (i > 0 && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) --i;
  return i;
}

// Control characters must not reach a terminal.
std::string harmless(std::string_view text) {
  std::string out = repair_utf8(text);
  for (char& c : out)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = ' ';
  return out;
}

}  // namespace

Problem problem_at(std::string_view source, std::size_t offset, std::string message, std::string next_step) {
  Problem p{std::move(message), std::move(next_step), std::min(offset, source.size()), 1, 1};
  const std::string_view before = source.substr(0, p.offset);
  p.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  p.column += static_cast<int>(code_point_count(before.substr(start)));
  return p;
}

std::string with_caret(std::string_view source, const Problem& problem) {
  const std::size_t offset = std::min(problem.offset, source.size());
  const std::size_t start = source.substr(0, offset).rfind('\n') + 1;
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  std::size_t column = offset - start, cut = 0;
  if (line.size() > shown_bytes_max && column > shown_bytes_max / 2)
    cut = at_border(line, column - shown_bytes_max / 2);
  const std::size_t end = at_border(line, std::min(line.size(), cut + shown_bytes_max));
  const std::string head = cut > 0 ? "…" : "";
  const std::string tail = end < line.size() ? "…" : "";
  const std::string before = harmless(line.substr(cut, column - cut));
  return place(problem) + "\n  " + head + harmless(line.substr(cut, end - cut)) + tail + "\n  " + blanks(head) +
         blanks(before) + "^";
}

Error to_error(const Problem& problem) { return {ErrorKind::invalid, place(problem), problem.next_step}; }

}  // namespace muster::cel
