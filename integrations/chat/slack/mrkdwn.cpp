#include "integrations/chat/slack/mrkdwn.h"

#include <algorithm>
#include <array>

#include "bot/base/text.h"
#include "bot/core/chat/markup.h"

namespace muster {

namespace {

constexpr std::string_view kWordJoiner = "\xE2\x81\xA0";  // U+2060: no width, no break

void append_escaped(std::string& out, char c) {
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
    default:
      out += c;
  }
}

bool is_marker(char c) { return c == '*' || c == '_' || c == '~' || c == '`'; }

void append_inert(std::string& out, char c) {
  if (!is_marker(c)) return append_escaped(out, c);
  out += kWordJoiner;
  out += c;
  out += kWordJoiner;
}

// Between backticks nothing is a marker, and what is copied from there must be what was meant; but Slack knows no way
// to write a backtick there. The letter that looks like one stands in for it, and commands take it back for what it is.
void append_code(std::string& out, std::string_view inside) {
  out += '`';
  for (const char c : inside) c == '`' ? void(out += slack_backtick) : append_escaped(out, c);
  out += '`';
}

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z');
}

// snake_case is no italics: between two word characters Slack leaves the underscore alone.
bool inside_word(std::string_view text, std::size_t i) {
  return i > 0 && i + 1 < text.size() && is_word(text[i - 1]) && is_word(text[i + 1]);
}

// "https://…/_all" is one thing: a joiner inside would make another address of it.
bool inside_address(std::string_view text, std::size_t i) {
  const std::size_t before = text.find_last_of(" \n\t<>(\"", i);
  const std::string_view word = text.substr(before == std::string_view::npos ? 0 : before + 1);
  return word.starts_with("https://") || word.starts_with("http://");
}

// "#inc-7" at `i`: the link to it, and `i` on its last letter; empty: it is no channel of ours.
std::string channel_at(std::string_view text, std::size_t& i, const SlackChannelId& channel) {
  if (!channel || (i > 0 && is_word(text[i - 1])) || inside_address(text, i)) return {};
  std::size_t end = i + 1;
  while (end < text.size() && (is_word(text[end]) || text[end] == '-' || text[end] == '_')) ++end;
  const std::string id = channel(text.substr(i + 1, end - i - 1));
  if (id.empty()) return {};
  i = end - 1;
  return "<#" + id + ">";
}

constexpr std::array<bool, 256> bytes_that_matter() {
  std::array<bool, 256> matter{};
  for (const char c : std::string_view("\\`*_~&<>#")) matter[static_cast<unsigned char>(c)] = true;
  return matter;
}

// Where what means something to Slack begins, from `i` on: all before it is copied in one piece.
std::size_t plain_until(std::string_view text, std::size_t i) {
  static constexpr std::array<bool, 256> matters = bytes_that_matter();
  while (i < text.size() && !matters[static_cast<unsigned char>(text[i])]) ++i;
  return i;
}

std::size_t utf16_units(std::string_view grapheme_or_text) {
  std::size_t units = 0;
  for (const char c : grapheme_or_text) {
    const auto u = static_cast<unsigned char>(c);
    if ((u & 0xC0) != 0x80) units += u >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace

std::string slack_mrkdwn(std::string_view text, const SlackChannelId& channel) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::size_t strong_end = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t plain = plain_until(text, i);
    out.append(text, i, plain - i);
    if ((i = plain) == text.size()) break;
    const char c = text[i];
    const bool mark = c == '*' || c == '`';
    const std::size_t end = mark && i != strong_end ? markup_end(text, i) : std::string_view::npos;
    if (c == '\\' && i + 1 < text.size()) {
      append_inert(out, text[++i]);
    } else if (i == strong_end) {
      out += c;
    } else if (c == '`' && end != std::string_view::npos) {
      append_code(out, unescaped(text.substr(i + 1, end - i - 1)));
      i = end;
    } else if (c == '*' && end != std::string_view::npos) {
      strong_end = end;
      out += c;
    } else if (mark || ((c == '_' || c == '~') && !inside_word(text, i) && !inside_address(text, i))) {
      append_inert(out, c);
    } else if (const std::string link = c == '#' ? channel_at(text, i, channel) : std::string(); !link.empty()) {
      out += link;
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

std::string slack_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t plain = plain_until(text, i);
    out.append(text, i, plain - i);
    if ((i = plain) < text.size()) append_escaped(out, text[i]);
  }
  return out;
}

std::string slack_plain(std::string_view text) {
  std::string out;
  std::size_t strong_end = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool mark = c == '*' || c == '`';
    const std::size_t end = mark && i != strong_end ? markup_end(text, i) : std::string_view::npos;
    if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (c == '`' && end != std::string_view::npos) {
      out += unescaped(text.substr(i + 1, end - i - 1));
      i = end;
    } else if (c == '*' && end != std::string_view::npos) {
      strong_end = end;
    } else if (i != strong_end) {
      out += c;
    }
  }
  return out;
}

std::size_t utf16_length(std::string_view text) { return utf16_units(text); }

std::string clip_utf16(std::string_view text, std::size_t most) {
  if (utf16_units(text) <= most) return std::string(text);
  // A grapheme has at least one unit, so `most` of them is an upper bound; some have dozens.
  std::size_t keep = most;
  std::string cut = clip(text, keep);
  while (keep > 0 && utf16_units(cut) > most) {
    keep -= std::clamp<std::size_t>((utf16_units(cut) - most) / 16, 1, keep);
    cut = clip(text, keep);
  }
  return cut;
}

}  // namespace muster
