// Text with ${…} in it, and bare expressions.
#include "bot/base/text.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t expression_bytes_max = 8192;

// Behind the string literal that begins at `at` with a quote; npos when it does not end.
std::size_t string_end(std::string_view text, std::size_t at) {
  const char before = at > 0 ? text[at - 1] : ' ';
  const bool raw = before == 'r' || before == 'R';
  const bool triple = text.substr(at, 3) == std::string(3, text[at]);
  const std::string_view quote = text.substr(at, triple ? 3 : 1);
  for (std::size_t i = at + quote.size(); i < text.size(); ++i) {
    if (text[i] == '\\' && !raw)
      ++i;
    else if (text.substr(i, quote.size()) == quote)
      return i + quote.size();
  }
  return text.npos;
}

// The place of the `}` that ends the expression which begins at `from`; npos when there is none.
std::size_t expression_end(std::string_view text, std::size_t from) {
  int open = 0;
  for (std::size_t i = from; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = string_end(text, i);
      if (i == text.npos) return i;
      continue;
    }
    if (c == '}' && open-- == 0) return i;
    if (c == '{') ++open;
    ++i;
  }
  return text.npos;
}

// Finds each `${` of a scalar again in the file, where it stands as it is.
class Openings {
 public:
  Openings(const Reader& in, const YamlNode& node) : in_(in), at_(in.offset_of(node)), fallback_(in.place(node)) {}

  // Offset behind the next `${`; npos when the file writes it in another way ("\x24{").
  std::size_t next() {
    if (at_ == std::string_view::npos) return at_;
    const std::size_t found = in_.text().find("${", at_);
    return at_ = found == std::string_view::npos ? found : found + 2;
  }
  Place place() const { return at_ == std::string_view::npos ? fallback_ : in_.place_of(at_); }
  void pass(std::string_view expression) {  // those that stand inside of an expression
    for (std::size_t i = expression.find("${"); i != expression.npos; i = expression.find("${", i + 2)) next();
  }

 private:
  const Reader& in_;
  std::size_t at_;
  Place fallback_;
};

std::optional<cel::Program> compile(Reader& in, std::string_view source, Place place, bool condition) {
  if (trim(source).empty()) {
    in.error("RB031", place, "the expression is empty");
    return std::nullopt;
  }
  if (source.size() > expression_bytes_max) {
    in.error("RB031", place, "the expression is longer than " + std::to_string(expression_bytes_max) + " bytes");
    return std::nullopt;
  }
  cel::Options options;
  if (condition) options.wanted = cel::Type::boolean();
  auto program = cel::compile(source, options);
  if (program) return std::move(*program);
  in.error("RB031", place_inside(place, program.error()), program.error().message, program.error().next_step);
  return std::nullopt;
}

void add_text(Template& out, std::string_view text) {
  if (text.empty()) return;
  if (out.parts.empty() || out.parts.back().expression) out.parts.emplace_back();
  out.parts.back().text += text;
}

// Reads what begins with `${` at `at`; the offset behind it.
std::size_t add_expression(Reader& in, std::string_view text, std::size_t at, Openings& openings, Template& out) {
  openings.next();
  const Place place = openings.place();
  const std::size_t end = expression_end(text, at + 2);
  if (end == text.npos) {
    in.error("RB030", place, "this ${ is not closed", "Write ${…}; for the two characters themselves write $${.");
    return text.size();
  }
  const std::string_view source = text.substr(at + 2, end - at - 2);
  openings.pass(source);
  if (auto program = compile(in, source, place, false)) out.parts.push_back({{}, std::move(*program), place});
  return end + 1;
}

}  // namespace

Place place_inside(Place begin, const cel::Problem& p) {
  if (p.line <= 1) return {begin.line, begin.column + p.column - 1};
  return {begin.line + p.line - 1, 1};  // folded lines: the line is what can be known
}

Template read_template(Reader& in, const YamlNode& node) {
  Template out;
  out.place = in.place(node);
  out.quoted = node.quoted;
  Openings openings(in, node);
  const std::string_view text = node.text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t dollar = text.find('$', at);
    add_text(out, text.substr(at, dollar == text.npos ? dollar : dollar - at));
    if (dollar == text.npos) break;
    if (text.substr(dollar, 3) == "$${") {
      openings.next();
      add_text(out, "${");
      out.quoted = true;  // what was escaped is text
      at = dollar + 3;
    } else if (text.substr(dollar, 2) == "${") {
      at = add_expression(in, text, dollar, openings, out);
    } else {
      add_text(out, "$");
      at = dollar + 1;
    }
  }
  return out;
}

std::optional<Expression> read_condition(Reader& in, const YamlNode& node, std::string_view name) {
  const Place place = in.place(node);
  if (node.kind != YamlNode::Kind::scalar) {
    in.error("RB032", place, "`" + std::string(name) + "` takes a condition, such as inputs.count > 2");
    return std::nullopt;
  }
  if (trim(node.text).starts_with("${")) {
    in.error("RB032", place, "`" + std::string(name) + "` is an expression already",
             "Write it bare, without ${ and }.");
    return std::nullopt;
  }
  // A quoted or folded text begins behind its mark: the place is that of the text when it stands there as it is.
  const std::size_t found = in.text().find(node.text.substr(0, node.text.find('\n')), in.offset_of(node));
  const bool near = found != std::string_view::npos && found - in.offset_of(node) < 200;
  const Place begin = near ? in.place_of(found) : place;
  auto program = compile(in, node.text, begin, true);
  if (!program) return std::nullopt;
  return Expression{std::move(*program), begin};
}

Field read_field(Reader& in, const YamlNode& node) {
  Field out;
  out.place = in.place(node);
  switch (node.kind) {
    case YamlNode::Kind::null:
      break;
    case YamlNode::Kind::scalar:
      out.kind = Field::Kind::scalar;
      out.scalar = read_template(in, node);
      break;
    case YamlNode::Kind::list:
      out.kind = Field::Kind::list;
      for (const YamlNode& item : node.items) out.items.push_back(read_field(in, item));
      break;
    case YamlNode::Kind::map:
      out.kind = Field::Kind::map;
      for (const YamlMember& m : node.members) out.members.emplace_back(m.key, read_field(in, m.value));
      break;
  }
  return out;
}

}  // namespace muster::runbooks
