// PromQL, LogQL and Lucene: what the author wrote is followed character by character, so that it is known whether a
// value stands inside of a literal, behind a matcher's sign, or free.
#include "bot/base/text.h"
#include "runbooks/languages.h"

namespace muster::runbooks {
namespace {

using Sort = cel::Kind;

std::string expression_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// In single quotes a double quote has no escape, and the other way round.
std::string single_escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("'\"", at), text.size());
    out += literal_escaped(text.substr(at, end - at));
    if (end < text.size()) out += text[end] == '"' ? "\"" : "\\'";
    at = end + 1;
  }
  return out;
}

class Writer {
 public:
  Writer(const Marks& marks, bool lucene) : marks_(marks), lucene_(lucene) {}

  void literal(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      step(c);
      out_ += c;
      if (quote_ != 0 && quote_ != '#' && quote_ != '`' && c == '\\' && i + 1 < text.size()) out_ += text[++i];
    }
  }

  Result<void> value(const cel::Val& v) {
    if (quote_ == '#') {
      const auto text = text_of(v, true);
      if (!text) return std::unexpected(text.error());
      out_ += one_line(without_secret_marks(*text));
      return {};
    }
    return quote_ != 0 ? inside(v) : free(v);
  }

  std::string take() { return std::move(out_); }

 private:
  void step(char c) {
    if (quote_ == '#') {
      if (c == '\n') quote_ = 0;
    } else if (quote_ != 0) {
      if (c == quote_) quote_ = 0;
    } else if (c == '"' || ((c == '\'' || c == '`') && !lucene_)) {
      expression_ = behind_expression_sign();
      quote_ = c;
    } else if (c == '#' && !lucene_) {
      quote_ = '#';
    } else if (c == '{') {
      ++braces_;
    } else if (c == '}') {
      --braces_;
    }
  }

  bool behind(std::string_view sign) const { return trim(out_).ends_with(sign); }
  bool behind_expression_sign() const { return !lucene_ && (behind("=~") || behind("!~") || behind("|~")); }
  bool in_matcher() const {
    return !lucene_ && (behind_expression_sign() || behind("|=") || (braces_ > 0 && behind("=")));
  }

  Result<std::string> literal_of(const cel::Val& v, bool expression) const {
    if (expression && v.is(Sort::list)) return choice_of(v);
    auto text = text_of(v, false);
    if (text && expression) *text = marks_.in(*text) ? *text : expression_escaped(*text);
    return text;
  }

  Result<std::string> choice_of(const cel::Val& list) const {
    std::string all;
    for (std::size_t i = 0; i < list.as_list().size(); ++i) {
      const auto one = literal_of(list.as_list().at(i), false);
      if (!one) return one;
      all += (i ? "|" : "") + expression_escaped(*one);
    }
    return all;
  }

  Result<void> inside(const cel::Val& v) {
    const auto text = literal_of(v, expression_);
    if (!text) return std::unexpected(text.error());
    if (quote_ != '"' && marks_.in(*text)) return fail(ErrorKind::invalid, "a secret can stand in double quotes only");
    if (quote_ == '`' && text->find('`') != text->npos)
      return fail(ErrorKind::invalid, "a value holds a ` and would end the literal it stands in");
    if (quote_ == '`')
      out_ += without_secret_marks(repair_utf8(*text));
    else if (quote_ == '\'')
      out_ += single_escaped(without_secret_marks(*text));
    else
      out_ += marks_.weave(*text, SecretForm::literal, literal_escaped);
    return {};
  }

  Result<void> free(const cel::Val& v) {
    const bool number = v.is(Sort::integer) || v.is(Sort::uinteger) || v.is(Sort::real) || v.is(Sort::duration);
    if (number && !in_matcher()) {
      const auto text = text_of(v, false);
      if (!text) return std::unexpected(text.error());
      // A sign of its own would make "- -1" of "-1", or in Lucene "must not".
      out_ += lucene_ && text->starts_with('-') ? "\"" + *text + "\"" : *text;
      return {};
    }
    if (v.is(Sort::timestamp) && !in_matcher() && !lucene_) {
      out_ += std::to_string(v.as_timestamp().seconds);
      return {};
    }
    const auto text = literal_of(v, behind_expression_sign());
    if (!text) return std::unexpected(text.error());
    out_ += '"' + marks_.weave(*text, SecretForm::literal, literal_escaped) + '"';
    return {};
  }

  const Marks& marks_;
  bool lucene_;
  std::string out_;
  char quote_ = 0;  // the sign that ends where we are; # in a comment
  bool expression_ = false;
  int braces_ = 0;
};

Result<std::string> write(const Pieces& pieces, const Marks& marks, bool lucene) {
  Writer writer(marks, lucene);
  for (const Piece& p : pieces) {
    if (!p.value) {
      writer.literal(p.literal);
    } else if (const auto ok = writer.value(*p.value); !ok) {
      return std::unexpected(ok.error());
    }
  }
  return writer.take();
}

}  // namespace

Result<std::string> write_metrics(const Pieces& pieces, const Marks& marks) { return write(pieces, marks, false); }
Result<std::string> write_lucene(const Pieces& pieces, const Marks& marks) { return write(pieces, marks, true); }

}  // namespace muster::runbooks
