// Text: contains, matches and the string extension. Positions count code points.
#include <algorithm>
#include <array>

#include "bot/base/text.h"
#include "bot/cel/escapes.h"
#include "bot/cel/functions.h"
#include "bot/cel/pattern.h"

namespace muster::cel {
namespace {

using Args = std::span<const Val>;

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The byte where code point `n` begins; the end for one past the last; empty beyond.
std::optional<std::size_t> byte_of(std::string_view text, std::int64_t n) {
  if (n < 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!starts_code_point(text[i])) continue;
    if (n-- == 0) return i;
  }
  return n == 0 ? std::optional(text.size()) : std::nullopt;
}

std::int64_t position(std::string_view text, std::size_t byte) {
  return std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), starts_code_point);
}

Val no_index(std::int64_t n) { return Val::failure("index out of range: " + std::to_string(n)); }

bool pay(Budget& budget, Args args) { return budget.spend(args[0].as_chars().size() / 32); }

Val contains(Budget& budget, Args args) {
  if (!pay(budget, args)) return too_costly();
  return args[0].as_chars().find(args[1].as_chars()) != std::string_view::npos;
}
Val starts_with(Budget&, Args args) { return args[0].as_chars().starts_with(args[1].as_chars()); }
Val ends_with(Budget&, Args args) { return args[0].as_chars().ends_with(args[1].as_chars()); }

Val matches(Budget& budget, Args args) {
  if (!budget.spend(1 + args[0].as_chars().size() / 8)) return too_costly();
  const auto found = pattern_found(args[0].as_chars(), args[1].as_chars());
  return found ? Val(*found) : Val::failure(found.error());
}

Val char_at(Budget& budget, Args args) {
  if (!pay(budget, args)) return too_costly();
  const std::string_view text = args[0].as_chars();
  const auto byte = byte_of(text, args[1].as_int());
  if (!byte) return no_index(args[1].as_int());
  std::size_t end = *byte;
  if (end < text.size()) next_code_point(text, end);
  return Val::text(std::string(text.substr(*byte, end - *byte)));
}

Val found_at(std::string_view text, std::size_t byte) {
  return byte == text.npos ? std::int64_t{-1} : position(text, byte);
}

Val index_of(Budget& budget, Args args) {
  if (!pay(budget, args)) return too_costly();
  const std::string_view text = args[0].as_chars();
  const std::int64_t from = args.size() > 2 ? args[2].as_int() : 0;
  const auto byte = byte_of(text, from);
  return byte ? found_at(text, text.find(args[1].as_chars(), *byte)) : no_index(from);
}

Val last_index_of(Budget& budget, Args args) {
  if (!pay(budget, args)) return too_costly();
  const std::string_view text = args[0].as_chars();
  if (args.size() == 2) return found_at(text, text.rfind(args[1].as_chars()));
  const auto byte = byte_of(text, args[2].as_int());
  return byte ? found_at(text, text.rfind(args[1].as_chars(), *byte)) : no_index(args[2].as_int());
}

std::string changed_ascii(std::string_view text, char first, char last, int by) {
  std::string out(text);
  for (char& c : out)
    if (c >= first && c <= last) c = static_cast<char>(c + by);
  return out;
}
Val lower(Budget& budget, Args args) { return paid_text(budget, changed_ascii(args[0].as_chars(), 'A', 'Z', 32)); }
Val upper(Budget& budget, Args args) { return paid_text(budget, changed_ascii(args[0].as_chars(), 'a', 'z', -32)); }

// Every occurrence up to `limit` (negative: all); an empty one is found before each code point and at the end.
Val replace(Budget& budget, Args args) {
  const std::string_view text = args[0].as_chars(), old = args[1].as_chars(), fresh = args[2].as_chars();
  std::int64_t limit = args.size() > 3 ? args[3].as_int() : -1;
  std::string out;
  std::size_t i = 0;
  while (limit != 0) {
    const std::size_t hit = text.find(old, i);
    if (hit == text.npos) break;
    if (!budget.spend(1 + (fresh.size() + hit - i) / 8)) return too_costly();
    out.append(text.substr(i, hit - i)).append(fresh);
    i = hit + old.size();
    --limit;
    if (!old.empty()) continue;
    if (i == text.size()) return Val::text(std::move(out));
    const std::size_t start = i;
    next_code_point(text, i);
    out.append(text.substr(start, i - start));
  }
  return paid_text(budget, out.append(text.substr(i)));
}

// Into code points: what splitting by nothing means.
std::size_t next_part(std::string_view text, std::size_t i, std::string_view separator) {
  if (!separator.empty()) return text.find(separator, i);
  if (i >= text.size()) return text.npos;
  next_code_point(text, i);
  return i < text.size() ? i : text.npos;
}

// Into at most `limit` parts (negative: all).
Val split(Budget& budget, Args args) {
  const std::string_view text = args[0].as_chars(), separator = args[1].as_chars();
  std::int64_t limit = args.size() > 2 ? args[2].as_int() : -1;
  std::vector<Val> parts;
  if (limit == 0 || (text.empty() && separator.empty())) return Val::list(std::move(parts));
  std::size_t i = 0;
  for (; limit != 1; --limit) {
    const std::size_t hit = next_part(text, i, separator);
    if (hit == text.npos) break;
    if (!budget.spend(1 + (hit - i) / 8)) return too_costly();
    parts.push_back(Val::text(std::string(text.substr(i, hit - i))));
    i = hit + separator.size();
  }
  if (!budget.spend(1 + (text.size() - i) / 8)) return too_costly();
  parts.push_back(Val::text(std::string(text.substr(i))));
  return Val::list(std::move(parts));
}

Val join(Budget& budget, Args args) {
  const std::string_view between = args.size() > 1 ? args[1].as_chars() : "";
  const List& list = args[0].as_list();
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Val item = list.at(i);
    if (!item.is(Kind::text))
      return Val::failure("join() takes a list of strings, not " + std::string(item.type_name()));
    if (!budget.spend(1 + (item.as_chars().size() + between.size()) / 8)) return too_costly();
    out.append(i > 0 ? between : "").append(item.as_chars());
  }
  return Val::text(std::move(out));
}

Val substring(Budget& budget, Args args) {
  if (!pay(budget, args)) return too_costly();
  const std::string_view text = args[0].as_chars();
  const auto begin = byte_of(text, args[1].as_int());
  if (!begin) return no_index(args[1].as_int());
  if (args.size() == 2) return paid_text(budget, std::string(text.substr(*begin)));
  const auto end = byte_of(text, args[2].as_int());
  if (!end) return no_index(args[2].as_int());
  if (*end < *begin)
    return Val::failure("invalid substring range: start " + std::to_string(args[1].as_int()) + ", end " +
                        std::to_string(args[2].as_int()));
  return paid_text(budget, std::string(text.substr(*begin, *end - *begin)));
}

// White_Space of Unicode.
bool is_white(char32_t c) {
  if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680) return true;
  return (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Val trim_white(Budget& budget, Args args) {
  const std::string_view text = args[0].as_chars();
  std::size_t begin = text.size(), end = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const auto c = next_code_point(text, i);
    if (c && is_white(*c)) continue;
    begin = std::min(begin, start);
    end = i;
  }
  return paid_text(budget, begin < end ? std::string(text.substr(begin, end - begin)) : std::string());
}

Val reverse(Budget& budget, Args args) {
  const std::string_view text = args[0].as_chars();
  std::string out;
  out.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t start = end - 1;
    while (start > 0 && !starts_code_point(text[start])) --start;
    out.append(text.substr(start, end - start));
    end = start;
  }
  return paid_text(budget, std::move(out));
}

Val quote(Budget& budget, Args args) {
  constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
  std::string out = "\"";
  for (const char c : args[0].as_chars()) {
    const std::size_t i = special.find(c);
    if (i == special.npos)
      out += c;
    else
      out.append({'\\', letters[i]});
  }
  return paid_text(budget, out + "\"");
}

constexpr std::array string_definitions = {
    Definition{"string:contains(string) -> bool", contains},
    Definition{"string:startsWith(string) -> bool", starts_with},
    Definition{"string:endsWith(string) -> bool", ends_with},
    Definition{"string:matches(string) -> bool", matches},
    Definition{"matches(string, string) -> bool", matches},
    Definition{"string:charAt(int) -> string", char_at},
    Definition{"string:indexOf(string) -> int", index_of},
    Definition{"string:indexOf(string, int) -> int", index_of},
    Definition{"string:lastIndexOf(string) -> int", last_index_of},
    Definition{"string:lastIndexOf(string, int) -> int", last_index_of},
    Definition{"string:lowerAscii() -> string", lower},
    Definition{"string:upperAscii() -> string", upper},
    Definition{"string:replace(string, string) -> string", replace},
    Definition{"string:replace(string, string, int) -> string", replace},
    Definition{"string:split(string) -> list(string)", split},
    Definition{"string:split(string, int) -> list(string)", split},
    Definition{"list(string):join() -> string", join},
    Definition{"list(string):join(string) -> string", join},
    Definition{"string:substring(int) -> string", substring},
    Definition{"string:substring(int, int) -> string", substring},
    Definition{"string:trim() -> string", trim_white},
    Definition{"string:reverse() -> string", reverse},
    Definition{"strings.quote(string) -> string", quote},
};

}  // namespace

std::span<const Definition> string_functions() { return string_definitions; }

}  // namespace muster::cel
