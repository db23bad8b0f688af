#include "bot/base/letters.h"

#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>
#include <map>

namespace muster {

namespace {

constexpr std::array first = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
                              "ss", "",   "j", "jj", "ch", "k", "t", "p", "h"};
constexpr std::array middle = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo", "ye", "o",  "wa", "wae",
                               "oe", "yo", "u",  "wo",  "we", "wi", "yu",  "eu", "ui", "i"};
constexpr std::array last = {"",  "k", "k", "k", "n", "n", "n", "t",  "l", "k", "m", "l", "l", "l",
                             "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"};

// The parts of which Unicode composes Hangul, in its order: "각" is U+1100 U+1161 U+11A8.
std::string jamo(UChar32 c) {
  constexpr UChar32 firsts = 0x1100, middles = 0x1161, lasts = 0x11A7;
  const auto in = [c](UChar32 begin, std::size_t count) {
    return c >= begin && c < begin + static_cast<UChar32>(count);
  };
  if (in(firsts, first.size())) return first[static_cast<std::size_t>(c - firsts)];
  if (in(middles, middle.size())) return middle[static_cast<std::size_t>(c - middles)];
  return in(lasts, last.size()) ? last[static_cast<std::size_t>(c - lasts)] : "";
}

bool is_jamo(UChar32 c) { return c >= 0x1100 && c <= 0x11FF; }
bool is_mark(UChar32 c) { return c >= 0x0300 && c <= 0x036F; }

// What has no plain letter inside it.
std::string_view plain_letter(UChar32 c) {
  static const std::map<UChar32, std::string_view> all = {
      {0xDF, "ss"}, {0xC6, "AE"}, {0xE6, "ae"}, {0xD8, "O"},  {0xF8, "o"},  {0xD0, "D"},  {0xF0, "d"},   {0xDE, "Th"},
      {0xFE, "th"}, {0x110, "D"}, {0x111, "d"}, {0x131, "i"}, {0x141, "L"}, {0x142, "l"}, {0x152, "OE"}, {0x153, "oe"}};
  const auto it = all.find(c);
  return it == all.end() ? std::string_view() : it->second;
}

void add_utf8(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t n = 0;
  U8_APPEND_UNSAFE(bytes, n, c);
  out.append(bytes, static_cast<std::size_t>(n));
}

void add_part(std::string& out, UChar32 part, Hangul hangul) {
  if (is_mark(part)) return;
  if (is_jamo(part))
    out += hangul == Hangul::spelled ? jamo(part) : " ";
  else if (const std::string_view plain = plain_letter(part); !plain.empty())
    out += plain;
  else
    add_utf8(out, part);
}

// A character is the letters, marks and jamo that it is made of; what is no character is U+FFFD.
void add_letters(std::string& out, UChar32 c, Hangul hangul) {
  constexpr std::int32_t parts_max = 18;  // the longest there is
  UChar parts[parts_max];
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t n = unorm2_getDecomposition(unorm2_getNFKDInstance(&status), c, parts, parts_max, &status);
  if (n < 0 || U_FAILURE(status)) return add_part(out, c, hangul);
  for (std::int32_t i = 0; i < n;) {
    UChar32 part = 0;
    U16_NEXT(parts, i, n, part);
    add_part(out, part, hangul);
  }
}

}  // namespace

std::string latin_letters(std::string_view text, Hangul hangul) {
  std::string out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, length, c);
    add_letters(out, c < 0 ? 0xFFFD : c, hangul);
  }
  return out;
}

}  // namespace muster
