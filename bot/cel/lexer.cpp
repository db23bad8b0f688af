#include "bot/cel/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "bot/base/text.h"
#include "bot/cel/escapes.h"

namespace muster::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_name(char c) { return starts_name(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// Longer signs first.
constexpr std::array<std::string_view, 25> signs = {"==", "!=", "<=", ">=", "&&", "||", "(", ")", "[",
                                                    "]",  "{",  "}",  ",",  ".",  ":",  "?", "<", ">",
                                                    "+",  "-",  "*",  "/",  "%",  "!",  "="};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Checked<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      skip_blank();
      Token token = next();
      if (problem_) return std::unexpected(*problem_);
      tokens.push_back(std::move(token));
      if (tokens.back().kind == Token::Kind::end) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return i_ + ahead < source_.size() ? source_[i_ + ahead] : '\0'; }
  std::string_view rest() const { return source_.substr(i_); }

  void skip_blank() {
    while (i_ < source_.size()) {
      if (rest().starts_with("//"))
        i_ = std::min(source_.find_first_of("\r\n", i_), source_.size());
      else if (is_space(peek()))
        ++i_;
      else
        return;
    }
  }

  Token fail(std::size_t at, std::string message, std::string next_step = {}) {
    problem_ = problem_at(source_, at, std::move(message), std::move(next_step));
    return {};
  }

  Token next() {
    if (i_ >= source_.size()) return {Token::Kind::end, i_, {}, {}, 0, 0};
    if (const auto prefix = quote_prefix()) return quoted(*prefix);
    const char c = peek();
    if (starts_name(c)) return name();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '`') return quoted_name();
    return sign();
  }

  Token token(Token::Kind kind, std::size_t start) const {
    return {kind, start, source_.substr(start, i_ - start), {}, 0, 0};
  }

  Token name() {
    const std::size_t start = i_;
    while (in_name(peek())) ++i_;
    return token(Token::Kind::name, start);
  }

  Token quoted_name() {
    const std::size_t start = i_++;
    constexpr std::string_view other = "_.-/ ";
    while (in_name(peek()) || (peek() != '\0' && other.find(peek()) != other.npos)) ++i_;
    if (peek() != '`' || i_ == start + 1)
      return fail(i_, "a field name in backticks holds letters, digits, '_', '.', '-', '/' and spaces",
                  "For other keys write map[\"key\"].");
    ++i_;
    Token t = token(Token::Kind::quoted_name, start);
    t.chars = std::string(t.raw.substr(1, t.raw.size() - 2));
    return t;
  }

  Token sign() {
    const auto found = std::find_if(signs.begin(), signs.end(), [&](auto s) { return rest().starts_with(s); });
    if (found == signs.end()) return unknown_character();
    if (*found == "=") return fail(i_, "a single = means nothing here", "Compare with ==.");
    const std::size_t start = i_;
    i_ += found->size();
    return token(Token::Kind::sign, start);
  }

  Token unknown_character() {
    if (peek() == '&' || peek() == '|')
      return fail(i_, std::string("a single ") + peek() + " means nothing here",
                  peek() == '&' ? "For \"and\" write &&." : "For \"or\" write ||.");
    std::size_t end = i_ + 1;
    while (end < source_.size() && (static_cast<unsigned char>(source_[end]) & 0xC0) == 0x80) ++end;
    const std::string character = static_cast<unsigned char>(peek()) < 0x20 || peek() == 0x7F
                                      ? "a control character"
                                      : "the character " + repair_utf8(source_.substr(i_, end - i_));
    return fail(i_, character + " cannot stand outside quotes", "Put text in quotes: \"…\" or '…'.");
  }

  // Numbers: 12, 12u, 0x1F, 1.5, .5, 1e9.
  Token number() {
    const std::size_t start = i_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
      i_ += 2;
      while (is_hex(peek())) ++i_;
      return whole(start, start + 2, 16);
    }
    while (is_digit(peek())) ++i_;
    const bool has_fraction = fraction(), has_exponent = exponent();
    return has_fraction || has_exponent ? real_number(start) : whole(start, start, 10);
  }

  bool fraction() {
    if (peek() != '.' || !is_digit(peek(1))) return false;
    ++i_;
    while (is_digit(peek())) ++i_;
    return true;
  }

  bool exponent() {
    if (peek() != 'e' && peek() != 'E') return false;
    const std::size_t sign_size = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (!is_digit(peek(1 + sign_size))) return false;
    i_ += 1 + sign_size;
    while (is_digit(peek())) ++i_;
    return true;
  }

  Token whole(std::size_t start, std::size_t digits, int base) {
    std::uint64_t n = 0;
    const auto read = std::from_chars(source_.data() + digits, source_.data() + i_, n, base);
    if (read.ec != std::errc()) return fail(start, "the number is larger than 64 bits hold");
    const bool is_unsigned = peek() == 'u' || peek() == 'U';
    if (is_unsigned) ++i_;
    if (in_name(peek())) return fail(i_, "a number runs into a name", "Put a space or an operator between them.");
    Token t = token(is_unsigned ? Token::Kind::uinteger : Token::Kind::integer, start);
    t.whole = n;
    return t;
  }

  Token real_number(std::size_t start) {
    if (in_name(peek())) return fail(i_, "a number runs into a name", "Put a space or an operator between them.");
    Token t = token(Token::Kind::real, start);
    const auto real = parse_double(t.raw);
    if (!real) return fail(start, "the number is larger than a double holds");
    t.real = *real;
    return t;
  }

  struct Prefix {
    std::size_t size;
    bool raw, bytes;
  };

  // b, r, br or rb in any case before a quote, or nothing before it.
  std::optional<Prefix> quote_prefix() const {
    Prefix p{0, false, false};
    for (; p.size < 2; ++p.size) {
      const char c = peek(p.size);
      if ((c == 'b' || c == 'B') && !p.bytes && !p.raw)
        p.bytes = true;
      else if ((c == 'r' || c == 'R') && !p.raw)
        p.raw = true;
      else
        break;
    }
    const char quote = peek(p.size);
    return quote == '"' || quote == '\'' ? std::optional(p) : std::nullopt;
  }

  Token quoted(const Prefix& prefix) {
    const std::size_t start = i_;
    i_ += prefix.size;
    const std::string_view mark =
        rest().starts_with("\"\"\"") || rest().starts_with("'''") ? rest().substr(0, 3) : rest().substr(0, 1);
    i_ += mark.size();
    const std::size_t first = i_;
    if (!find_end(mark, prefix.raw)) return fail(start, "the quote that opens here is not closed");
    const std::string_view body = source_.substr(first, i_ - first);
    i_ += mark.size();
    Token t = token(prefix.bytes ? Token::Kind::bytes : Token::Kind::text, start);
    auto chars = prefix.raw ? std::string(body) : read_escapes(body, prefix.bytes);
    if (!chars) return fail(first + chars.error().offset, chars.error().message, chars.error().next_step);
    t.chars = std::move(*chars);
    return t;
  }

  // Moves to the closing mark. In raw text a backslash is itself; elsewhere it takes the next character along.
  bool find_end(std::string_view mark, bool raw) {
    for (; i_ < source_.size(); ++i_) {
      if (rest().starts_with(mark)) return true;
      if (mark.size() == 1 && (peek() == '\n' || peek() == '\r')) return false;
      if (peek() == '\\' && !raw) ++i_;
    }
    return false;
  }

  std::string_view source_;
  std::size_t i_ = 0;
  std::optional<Problem> problem_;
};

}  // namespace

Checked<std::vector<Token>> read_tokens(std::string_view source) { return Lexer(source).run(); }

bool is_keyword(std::string_view name) { return name == "true" || name == "false" || name == "null" || name == "in"; }

bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 17> words = {"as",        "break",  "const",  "continue", "else", "for",
                                                      "function",  "if",     "import", "let",      "loop", "package",
                                                      "namespace", "return", "var",    "void",     "while"};
  return is_keyword(name) || std::find(words.begin(), words.end(), name) != words.end();
}

}  // namespace muster::cel
