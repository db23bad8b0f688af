#include "bot/base/text.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace muster {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct CloseBreaks {
  void operator()(UBreakIterator* it) const { ubrk_close(it); }
};

// Length of the leading run of ASCII, eight bytes at a time: most of what arrives is nothing else.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080ULL) break;
    i += 8;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

bool is_ascii(std::string_view text) { return ascii_prefix(text) == text.size(); }

// Decodes one code point and moves `at` past it; negative when the bytes are ill-formed.
UChar32 next_code_point(std::string_view text, std::size_t& at) {
  std::int32_t i = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  const auto length = static_cast<std::int32_t>(std::min<std::size_t>(text.size() - at, 8));
  UChar32 c = 0;
  U8_NEXT(bytes, i, length, c);
  at += static_cast<std::size_t>(i);
  return c;
}

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out(utf8.size(), u'\0');  // never more units than bytes
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, utf8.data(),
                       static_cast<std::int32_t>(utf8.size()), 0xFFFD, nullptr, &status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU: UTF-8 to UTF-16 failed");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string to_utf8(const std::u16string& text) {
  std::string out(text.size() * 3, '\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, text.data(),
                     static_cast<std::int32_t>(text.size()), 0xFFFD, nullptr, &status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU: UTF-16 to UTF-8 failed");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// Runs an ICU string function, growing the buffer to what it asks for.
template <class Transform>
std::u16string transformed(const std::u16string& in, Transform transform) {
  std::u16string out(in.size() + 16, u'\0');
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length = transform(out.data(), static_cast<std::int32_t>(out.size()), status);
    const auto needed = static_cast<std::size_t>(std::max(length, 0));
    if (status == U_BUFFER_OVERFLOW_ERROR && needed > out.size()) {
      out.resize(needed);
      continue;
    }
    if (U_FAILURE(status)) throw std::runtime_error("ICU: a text transform failed");
    out.resize(needed);
    return out;
  }
}

// Opening an iterator costs far more than using it, so each thread keeps one.
UBreakIterator* grapheme_breaks() {
  thread_local const std::unique_ptr<UBreakIterator, CloseBreaks> it = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UBreakIterator, CloseBreaks> opened(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
    if (U_FAILURE(status)) throw std::runtime_error("ICU: no grapheme rules");
    return opened;
  }();
  return it.get();
}

// Calls `visit` with the end (a byte offset) of each grapheme until it returns false.
template <class Visit>
void for_each_grapheme(std::string_view text, Visit visit) {
  UErrorCode status = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &status);
  UBreakIterator* breaks = grapheme_breaks();
  ubrk_setUText(breaks, &source, &status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU: cannot walk over graphemes");
  ubrk_first(breaks);
  for (std::int32_t end = ubrk_next(breaks); end != UBRK_DONE; end = ubrk_next(breaks)) {
    if (!visit(static_cast<std::size_t>(end))) break;
  }
  utext_close(&source);
}

// Bytes are graphemes in ASCII, but for the pair CR LF.
bool bytes_are_graphemes(std::string_view text) { return is_ascii(text) && text.find('\r') == text.npos; }

bool is_control(UChar32 c) { return (c >= 0 && c < 0x20) || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029; }

// Marks that turn the writing direction also turn what stands behind the text; letters that are written from the right
// turn themselves.
bool forces_direction(UChar32 c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

// Whether nothing in it is a control character or such a mark, by the bytes that those begin with.
bool is_one_line(std::string_view text) {
  bool ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F || byte == 0xC2) return false;
    if (byte == 0xE2 && (text.substr(i + 1).starts_with('\x80') || text.substr(i + 1).starts_with('\x81')))
      return false;
    ascii = ascii && byte < 0x80;
  }
  return ascii || is_utf8(text);
}

std::u32string code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const UChar32 c = next_code_point(text, i);
    out.push_back(c < 0 ? U'\uFFFD' : static_cast<char32_t>(c));
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t i = ascii_prefix(text);
  while (i < text.size()) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      i += ascii_prefix(text.substr(i));
    } else if (next_code_point(text, i) < 0) {
      return false;
    }
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    out += next_code_point(text, i) < 0 ? replacement : text.substr(start, i - start);
  }
  return out;
}

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const std::u16string wide = to_utf16(text);
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfc = unorm2_getNFCInstance(&status);
  const auto length = static_cast<std::int32_t>(wide.size());
  if (U_SUCCESS(status) && unorm2_isNormalized(nfc, wide.data(), length, &status) && U_SUCCESS(status)) {
    return repair_utf8(text);
  }
  return to_utf8(transformed(wide, [&](UChar* out, std::int32_t capacity, UErrorCode& error) {
    return unorm2_normalize(nfc, wide.data(), length, out, capacity, &error);
  }));
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0));
  return out;
}

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  const std::u16string wide = to_utf16(text);
  return to_utf8(transformed(wide, [&](UChar* out, std::int32_t capacity, UErrorCode& error) {
    return u_strFoldCase(out, capacity, wide.data(), static_cast<std::int32_t>(wide.size()), U_FOLD_CASE_DEFAULT,
                         &error);
  }));
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(white);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i) out += separator;
    out += parts[i];
  }
  return out;
}

std::string one_line(std::string_view text) {
  if (is_one_line(text)) return std::string(trim(text));
  std::string out;
  out.reserve(text.size());
  bool after_control = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const UChar32 c = next_code_point(text, i);
    if (is_control(c)) {  // an ill-formed sequence is negative, and dealt with below
      if (!out.empty() && out.back() != ' ') out += ' ';
      after_control = true;
      continue;
    }
    if (forces_direction(c) || (c == ' ' && after_control)) continue;
    after_control = false;
    out += c < 0 ? replacement : text.substr(start, i - start);
  }
  return std::string(trim(out));
}

std::string clip(std::string_view text, std::size_t max_graphemes) {
  if (code_point_count(text) <= max_graphemes) return repair_utf8(text);
  if (max_graphemes == 0) return {};
  const std::string clean = repair_utf8(text);
  std::size_t count = 0, end = 0, keep = 0;  // keep: end of the last grapheme that leaves room for the mark
  for_each_grapheme(clean, [&](std::size_t at) {
    if (++count < max_graphemes) keep = at;
    end = at;
    return count <= max_graphemes;
  });
  if (count <= max_graphemes && end == clean.size()) return clean;
  return clean.substr(0, keep).append(ellipsis);
}

std::size_t grapheme_count(std::string_view text) {
  if (bytes_are_graphemes(text)) return text.size();
  std::size_t count = 0;
  for_each_grapheme(text, [&](std::size_t) {
    ++count;
    return true;
  });
  return count;
}

std::size_t code_point_count(std::string_view text) {
  std::size_t i = ascii_prefix(text), count = i;
  while (i < text.size()) {
    next_code_point(text, i);
    ++count;
  }
  return count;
}

std::string clip_bytes(std::string_view text, std::size_t max_bytes) {
  std::string clean = repair_utf8(text);
  if (clean.size() <= max_bytes) return clean;
  if (max_bytes < ellipsis.size()) return {};
  const std::size_t room = max_bytes - ellipsis.size();
  std::size_t keep = 0;
  if (bytes_are_graphemes(std::string_view(clean).substr(0, room + 1))) {
    keep = room;
  } else {
    for_each_grapheme(clean, [&](std::size_t at) {
      if (at > room) return false;
      keep = at;
      return true;
    });
  }
  clean.resize(keep);
  return clean.append(ellipsis);
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

int edit_distance(std::string_view a_text, std::string_view b_text, int limit) {
  const std::u32string a = code_points(a_text), b = code_points(b_text);
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (limit < 0 || gap > static_cast<std::size_t>(limit)) return limit + 1;
  std::vector<int> older(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    int best = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    // A swap reaches back two rows, so only two hopeless rows in a row end it; one more is cheap.
    if (best > limit + 1) return limit + 1;
    std::swap(older, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates, int limit,
                                 std::size_t most) {
  const std::string folded = fold_case(word);
  std::vector<std::pair<int, std::string>> found;
  for (const std::string& candidate : candidates) {
    // Two edits of a three-letter word reach almost every other one, and two letters more make `what` of `at`.
    const bool is_short = code_point_count(folded) <= 3 || code_point_count(candidate) <= 2;
    const int allowed = is_short ? std::min(limit, 1) : limit;
    const int distance = edit_distance(folded, fold_case(candidate), allowed);
    if (distance <= allowed) found.emplace_back(distance, candidate);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<std::string> out;
  for (auto& [distance, candidate] : found) {
    if (out.size() == most) break;
    out.push_back(std::move(candidate));
  }
  return out;
}

}  // namespace muster
