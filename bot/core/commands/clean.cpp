#include "bot/core/commands/clean.h"

#include <cstdint>

#include "bot/base/text.h"

namespace muster {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// The text is valid UTF-8 by now.
CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  const char32_t first = byte(0);
  if (first < 0x80 || first < 0xC0) return {first, 1};
  const std::size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (at + bytes > text.size()) return {first, 1};
  char32_t value = first & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) value = (value << 6) | (byte(i) & 0x3Fu);
  return {value, bytes};
}

bool is_odd_space(char32_t c) {
  return c == '\t' || c == '\v' || c == '\f' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_line_end(char32_t c) { return c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029; }

bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }

// Also the marks that turn the direction of text: they can show a command other than the one that runs.
bool is_invisible(char32_t c) {
  return c == 0xAD || c == 0x200B || is_joiner(c) || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         c == 0x2060 || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// Joiners carry meaning inside emoji families and in Arabic and Indic words; elsewhere they only hide.
bool keeps_joiner_after(char32_t before) {
  return before >= 0x1F000 || before == 0xFE0F || (before >= 0x2600 && before <= 0x27BF) ||
         (before >= 0x0600 && before <= 0x0DFF);
}

bool is_long_dash(char32_t c) {
  return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 || c == 0xFF0D;
}

char straight_quote(char32_t c) {
  if (c >= 0x2018 && c <= 0x201B) return '\'';
  if (c >= 0x201C && c <= 0x201F) return '"';
  if (c == 0x2CB) return '`';  // as Slack shows one between backticks
  return 0;
}

bool is_ascii_digit(char32_t c) { return c >= '0' && c <= '9'; }

// &lt; &gt; &amp; once, so that "&amp;lt;" stays the text "&lt;".
std::size_t decode_entity(std::string_view text, std::string& out) {
  for (auto [name, character] : {std::pair<std::string_view, char>{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}})
    if (text.starts_with(name)) return out += character, name.size();
  return 0;
}

std::string decode_entities(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto used = decode_entity(text.substr(i), out))
      i += used;
    else
      out += text[i++];
  }
  return out;
}

// What stands between < and > of a Slack tag, as a token; empty when it is no tag.
std::string tag_text(std::string_view inside) {
  const auto bar = inside.find('|');
  const auto target = inside.substr(0, bar);
  const auto label = bar == std::string_view::npos ? std::string_view{} : inside.substr(bar + 1);
  if (target.size() > 1 && (target[0] == '@' || target[0] == '#')) return std::string(target);
  if (target.starts_with("!subteam^")) return "@" + std::string(target.substr(9));
  if (target.starts_with("!") && target.find('^') != std::string_view::npos) return decode_entities(label);
  if (target.size() > 1 && target[0] == '!') return "@" + std::string(target.substr(1));
  const bool mail = target.starts_with("mailto:") || target.starts_with("tel:");
  if (!mail && target.find("://") == std::string_view::npos) return {};
  if (!label.empty()) return decode_entities(label);
  return decode_entities(mail ? target.substr(target.find(':') + 1) : target);
}

// Bytes used by a tag at the start of the text; 0 when there is none.
std::size_t decode_tag(std::string_view text, std::string& out) {
  const auto close = text.find_first_of(">\n");
  if (text.empty() || text[0] != '<' || close == std::string_view::npos || text[close] != '>') return 0;
  const auto token = tag_text(text.substr(1, close - 1));
  if (token.empty() || token.find_first_of(" \t") == 0) return 0;
  out += token;
  return close + 1;
}

// A dash before a digit is a sign, before anything else of a word the start of a flag; alone it is punctuation.
std::size_t decode_dash(std::string_view text, CodePoint dash, std::string& out) {
  std::size_t used = dash.bytes;
  while (used < text.size()) {
    const auto next = code_point_at(text, used);
    if (next.value != '-' && !is_long_dash(next.value)) break;
    used += next.bytes;
  }
  const auto next = used < text.size() ? code_point_at(text, used) : CodePoint{' ', 1};
  if (next.value == ' ' || next.value == '\n' || is_odd_space(next.value) || is_line_end(next.value))
    out += text.substr(0, used);
  else
    out += is_ascii_digit(next.value) ? "-" : "--";
  return used;
}

// Bytes used by the character at the start; appends what it becomes.
std::size_t clean_character(std::string_view text, char32_t before, std::string& out) {
  const auto c = code_point_at(text, 0);
  const bool token_start = out.empty() || out.back() == ' ' || out.back() == '\n';
  if (c.value == '<')
    if (const auto used = decode_tag(text, out)) return used;
  if (c.value == '&')
    if (const auto used = decode_entity(text, out)) return used;
  if (is_long_dash(c.value) && token_start) return decode_dash(text, c, out);
  if (c.value == '\r' && text.size() > 1 && text[1] == '\n') return 1;
  if (is_joiner(c.value) && keeps_joiner_after(before))
    out += text.substr(0, c.bytes);
  else if (is_line_end(c.value))
    out += '\n';
  else if (is_odd_space(c.value))
    out += ' ';
  else if (const char quote = straight_quote(c.value))
    out += quote;
  else if (!is_invisible(c.value) && (c.value >= 0x20 || c.value == '\n') && c.value != 0x7F)
    out += text.substr(0, c.bytes);
  return c.bytes;
}

// Stays as it is, wherever it stands.
bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '<' && c != '&'; }

std::string clean_prose(std::string_view text, bool after_code) {
  const std::string normal = to_nfc(text);
  std::string out = after_code ? "`" : "";  // what follows code is not the start of a token
  char32_t before = 0;
  for (std::size_t i = 0; i < normal.size();) {
    if (is_plain(normal[i])) {
      before = static_cast<unsigned char>(normal[i]);
      out += normal[i++];
      continue;
    }
    const auto rest = std::string_view(normal).substr(i);
    const auto used = clean_character(rest, before, out);
    before = code_point_at(rest, 0).value;
    i += used;
  }
  return after_code ? out.substr(1) : out;
}

// One past the end of the code that starts at `at`, or `at` when it is not closed.
std::size_t code_end(std::string_view text, std::size_t at) {
  const std::string_view fence = text.substr(at).starts_with("```") ? "```" : "`";
  const auto close = text.find(fence, at + fence.size());
  if (close == std::string_view::npos) return at;
  const auto line_end = text.find('\n', at);
  return fence.size() == 1 && line_end < close ? at : close + fence.size();
}

}  // namespace

std::string clean_command(std::string_view text) {
  const std::string valid = repair_utf8(text);
  const std::string_view all = valid;
  std::string out;
  std::size_t prose = 0;
  for (auto tick = all.find('`'); tick != std::string_view::npos;) {
    const auto end = code_end(all, tick);
    if (end == tick) {
      const auto other = all.find_first_not_of('`', tick);
      tick = other == std::string_view::npos ? other : all.find('`', other);
      continue;
    }
    out += clean_prose(all.substr(prose, tick - prose), prose > 0);
    out += all.substr(tick, end - tick);
    prose = end;
    tick = all.find('`', end);
  }
  return out + clean_prose(all.substr(prose), prose > 0);
}

}  // namespace muster
