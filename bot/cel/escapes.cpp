#include "bot/cel/escapes.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "bot/base/text.h"

namespace muster::cel {
namespace {

constexpr char32_t bad = 0xFFFFFFFF;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char32_t digits_of(std::string_view text, int base) {
  char32_t n = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0 || digit >= base) return bad;
    n = n * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
  }
  return n;
}

std::optional<char> plain_escape(char c) {
  constexpr std::string_view from = "abfnrtv\\?\"'`", to = "\a\b\f\n\r\t\v\\?\"'`";
  const std::size_t i = from.find(c);
  return i == from.npos ? std::nullopt : std::optional(to[i]);
}

class Escapes {
 public:
  Escapes(std::string_view body, bool bytes) : body_(body), bytes_(bytes) {}

  Checked<std::string> run() {
    while (i_ < body_.size()) {
      const std::size_t start = i_;
      if (body_[i_] != '\\') {
        out_ += body_[i_++];
      } else if (!escape()) {
        return std::unexpected(Problem{message_, "For text with many backslashes write r\"…\".", start, 1, 1});
      }
    }
    return std::move(out_);
  }

 private:
  bool refuse(std::string message) {
    message_ = std::move(message);
    return false;
  }

  bool escape() {
    const char c = ++i_ < body_.size() ? body_[i_] : '\0';
    if (const auto plain = plain_escape(c)) {
      out_ += *plain;
      ++i_;
      return true;
    }
    if (c == 'x' || c == 'X') return code(1, 2, 16);
    if (c >= '0' && c <= '3') return code(0, 3, 8);
    if (c != 'u' && c != 'U') return refuse("there is no such escape");
    if (bytes_) return refuse("bytes have no \\u and \\U escapes; write octets as \\xFF");
    return code(1, c == 'u' ? 4 : 8, 16);
  }

  bool code(std::size_t skip, std::size_t count, int base) {
    const std::string_view digits = i_ + skip < body_.size() ? body_.substr(i_ + skip, count) : "";
    const char32_t n = digits.size() == count ? digits_of(digits, base) : bad;
    if (n == bad)
      return refuse("the escape needs " + std::to_string(count) + (base == 8 ? " octal" : " hex") + " digits");
    if (n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF)) return refuse("that is no character of Unicode");
    i_ += skip + count;
    if (bytes_)
      out_ += static_cast<char>(n);
    else
      append_utf8(n, out_);
    return true;
  }

  std::string_view body_;
  bool bytes_;
  std::size_t i_ = 0;
  std::string out_;
  std::string message_;
};

std::string chars_text(double d, std::chars_format format) {
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, format).ptr;
  return {buffer, end};
}

// Whether a decimal number beyond the range of doubles is beyond its small end.
bool is_tiny(std::string_view decimal) {
  const std::size_t e = std::min(decimal.find_first_of("eE"), decimal.size());
  const std::size_t point = std::min(decimal.substr(0, e).find('.'), e);
  const std::size_t first = std::min(decimal.substr(0, e).find_first_of("123456789"), e);
  long exponent = 0;
  std::string_view digits = decimal.substr(std::min(e + 1, decimal.size()));
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec == std::errc::result_out_of_range)
    return digits.starts_with('-');
  return static_cast<long>(point) - static_cast<long>(first) + exponent < 0;
}

std::optional<std::string> not_finite(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
  return std::nullopt;
}

}  // namespace

Checked<std::string> read_escapes(std::string_view body, bool bytes) { return Escapes(body, bytes).run(); }

void append_utf8(char32_t code_point, std::string& out) {
  char buffer[4];
  std::size_t n = 0;
  U8_APPEND_UNSAFE(reinterpret_cast<std::uint8_t*>(buffer), n, code_point);
  out.append(buffer, n);
}

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& i) {
  UChar32 c = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  U8_NEXT(bytes, i, text.size(), c);
  return c < 0 ? std::nullopt : std::optional(static_cast<char32_t>(c));
}

std::optional<double> parse_double(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const std::string_view size = text.substr(has_sign ? 1 : 0);
  const std::string word = lower_ascii(size);
  if (word == "nan" && !has_sign) return std::numeric_limits<double>::quiet_NaN();
  if (word == "infinity" || word == "inf")
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (size.empty() || size.size() > 1000 || size.find_first_not_of("0123456789.eE+-") != size.npos) return std::nullopt;
  if (size.front() == '-' || size.front() == '+') return std::nullopt;
  double d = 0;
  const auto read = std::from_chars(size.data(), size.data() + size.size(), d);
  if (read.ec == std::errc::invalid_argument || read.ptr != size.data() + size.size()) return std::nullopt;
  if (read.ec != std::errc() && !is_tiny(size)) return std::nullopt;  // else 0: what is smaller than the smallest
  return negative ? -d : d;
}

std::string double_text(double d) {
  if (const auto word = not_finite(d)) return *word;
  const double size = std::fabs(d);
  const bool plain = d == 0 || (size >= 1e-5 && size < 1e17);
  return chars_text(d, plain ? std::chars_format::fixed : std::chars_format::scientific);
}

std::string fixed_text(double d, int digits) {
  if (const auto word = not_finite(d)) return *word;
  char buffer[1500];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::fixed, digits).ptr;
  return {buffer, end};
}

std::string shortest_fixed_text(double d) {
  if (const auto word = not_finite(d)) return *word;
  return chars_text(d, std::chars_format::fixed);
}

}  // namespace muster::cel
