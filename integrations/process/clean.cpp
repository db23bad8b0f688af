#include "integrations/process/clean.h"

#include <algorithm>

#include "bot/base/redact.h"
#include "bot/base/text.h"

namespace muster::process {
namespace {

constexpr std::size_t cut_search = 8 << 10;
constexpr std::size_t key_bytes_max = 16 << 10;  // no private key in text form is longer
constexpr std::string_view key_begin = "-----BEGIN ", key_end = "-----END ";
constexpr std::size_t secret_bytes_min = 6;  // shorter ones would blot out ordinary words

// Past an escape sequence that begins at `at` (ESC): CSI to its final byte, OSC and its kin to BEL or ST, else two.
std::size_t past_escape(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  const char kind = text[at + 1];
  std::size_t i = at + 2;
  if (kind == '[') {
    while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7e)) {
      if (text[i] == '\n' || i - at > 64) return i;  // no sequence after all: lose no line for it
      ++i;
    }
    return std::min(i + 1, text.size());
  }
  if (kind == ']' || kind == 'P' || kind == '^' || kind == '_') {
    for (; i < text.size() && text[i] != '\n' && i - at < 4096; ++i) {
      if (text[i] == '\a') return i + 1;
      if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '\\') return i + 2;
    }
    return i;
  }
  return kind == '\n' ? at + 1 : at + 2;
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {
      i = past_escape(text, i);
      continue;
    }
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t') {
      out += text[i];
    }
    ++i;
  }
  return out;
}

// The second control set (U+0080 to U+009F) and what turns the direction of text around.
std::string without_tricks(std::string text) {
  if (text.find_first_of("\xc2\xe2") == text.npos) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    const auto at = [&](std::size_t n) { return n < rest.size() ? static_cast<unsigned char>(rest[n]) : 0u; };
    const bool direction =
        at(0) == 0xe2 && ((at(1) == 0x80 && ((at(2) >= 0xaa && at(2) <= 0xae) || at(2) == 0x8e || at(2) == 0x8f)) ||
                          (at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9));
    if (at(0) == 0xc2 && at(1) >= 0x80 && at(1) <= 0x9f) {
      i += 2;
    } else if (direction) {
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size() + 2 && i < bytes.size(); i += 3) {
    unsigned group = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < n ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j <= n; ++j) out += digits[group >> (18 - 6 * j) & 63];
  }
  return out;  // without padding: so it is also found where other text follows
}

std::string percent(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      (out += '%') += {hex[b >> 4], hex[b & 15]};
  }
  return out;
}

void mask(std::string& text, const std::string& secret) {
  constexpr std::string_view masked = "[REDACTED:secret]";
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at + masked.size())) {
    text.replace(at, secret.size(), masked);
  }
}

}  // namespace

std::string clean_output(std::string_view bytes, const std::vector<std::string>& secrets) {
  std::string text = without_tricks(repair_utf8(without_controls(bytes)));
  for (const std::string& secret : secrets) {
    if (secret.size() < secret_bytes_min) continue;
    for (const std::string& form : {secret, base64(secret), percent(secret)}) mask(text, form);
  }
  return redact(text).text;
}

std::string cut_head(std::string text) {
  const std::size_t begin = text.rfind(key_begin), end = text.rfind(key_end);
  // Not at its very beginning: a piece of nothing would never get on.
  if (begin != text.npos && begin > 0 && (end == text.npos || end < begin) && text.size() - begin < key_bytes_max) {
    text.resize(begin);
    return text;
  }
  const std::size_t line = text.rfind('\n');
  if (line != text.npos && text.size() - line < cut_search) text.resize(line + 1);
  return text;
}

std::string cut_tail(std::string text) {
  const std::size_t begin = text.find(key_begin), end = text.find(key_end);
  const bool inside = end != text.npos && end < key_bytes_max && (begin == text.npos || begin > end);
  const std::size_t line = text.find('\n', inside ? end : 0);
  if (inside) {
    text.erase(0, line == text.npos ? text.size() : line + 1);
  } else if (line != text.npos && line < cut_search) {
    text.erase(0, line + 1);
  }
  return text;
}

bool looks_binary(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, 8 << 10);
  if (sample.find('\0') != sample.npos) return true;
  // The sample may end inside a letter: up to three bytes of it are forgiven.
  for (std::size_t cut = 0; cut < 4 && cut <= sample.size(); ++cut) {
    for (std::size_t skip = 0; skip < 4 && skip + cut <= sample.size(); ++skip) {
      if (is_utf8(sample.substr(skip, sample.size() - cut - skip))) return false;
    }
  }
  return true;
}

}  // namespace muster::process
