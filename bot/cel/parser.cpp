#include <algorithm>
#include <limits>
#include <optional>

#include "bot/cel/lexer.h"
#include "bot/cel/tree.h"

namespace muster::cel {
namespace {

using T = Token::Kind;

int precedence(const Token& t) {
  if (t.kind == T::name && t.raw == "in") return 1;
  if (t.kind != T::sign) return 0;
  if (t.raw == "==" || t.raw == "!=" || t.raw == "<" || t.raw == "<=" || t.raw == ">" || t.raw == ">=") return 1;
  if (t.raw == "+" || t.raw == "-") return 2;
  if (t.raw == "*" || t.raw == "/" || t.raw == "%") return 3;
  return 0;
}

// A mistake ends parsing from wherever it is found; it never leaves this file.
struct Stop {
  Problem problem;
};

class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

  Tree run() {
    tree_.root = expression();
    if (now().kind != T::end) unexpected("an operator or the end");
    return std::move(tree_);
  }

 private:
  // --- tokens
  const Token& now() const { return tokens_[i_]; }
  const Token& ahead() const { return tokens_[std::min(i_ + 1, tokens_.size() - 1)]; }
  Token take() { return tokens_[i_ + 1 < tokens_.size() ? i_++ : i_]; }
  bool accept(std::string_view sign) {
    if (!now().is(sign)) return false;
    ++i_;
    return true;
  }
  [[noreturn]] void stop(std::size_t at, std::string message, std::string next_step = {}) const {
    throw Stop{problem_at(source_, at, std::move(message), std::move(next_step))};
  }
  [[noreturn]] void unexpected(const std::string& wanted) const {
    if (now().kind == T::end) stop(now().at, "the expression ends here, but " + wanted + " should come");
    std::string found(now().raw.substr(0, 30));
    stop(now().at, "here should come " + wanted + ", not " + found);
  }
  void expect(std::string_view sign, const std::string& why) {
    if (!accept(sign)) unexpected(std::string(sign) + why);
  }

  // --- nodes
  NodeId add(Node node) {
    int depth = 0;
    for (const NodeId kid : node.kids) depth = std::max<int>(depth, tree_[kid].depth);
    if (depth >= tree_depth_max) stop(node.at, "the expression is nested too deeply");
    node.depth = static_cast<std::uint16_t>(depth + 1);
    tree_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(tree_.nodes.size() - 1);
  }
  NodeId add(Op op, std::size_t at, std::vector<NodeId> kids, std::string text = {}) {
    Node n;
    n.op = op;
    n.at = at;
    n.kids = std::move(kids);
    n.text = std::move(text);
    return add(std::move(n));
  }
  NodeId constant(std::size_t at, Val value) {
    Node n;
    n.at = at;
    n.constant = std::move(value);
    return add(std::move(n));
  }

  // --- grammar
  struct Level {
    explicit Level(Parser& p) : parser(p) {
      if (++p.level_ > nesting_max) p.stop(p.now().at, "the expression is nested too deeply");
    }
    ~Level() { --parser.level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Parser& parser;
  };

  NodeId expression() {
    const Level level(*this);
    const NodeId condition = either();
    const std::size_t at = now().at;
    if (!accept("?")) return condition;
    const NodeId yes = either();
    expect(":", " and the value for the other case");
    const NodeId no = expression();
    return add(Op::choose, at, {condition, yes, no});
  }

  NodeId either() {
    return row(Op::either, "||", [this] { return both(); });
  }
  NodeId both() {
    return row(Op::both, "&&", [this] { return binary(1); });
  }

  template <class Next>
  NodeId row(Op op, std::string_view sign, Next next) {
    std::vector<NodeId> kids = {next()};
    const std::size_t at = now().at;
    while (accept(sign)) kids.push_back(next());
    return kids.size() == 1 ? kids[0] : add(op, at, std::move(kids));
  }

  NodeId binary(int lowest) {
    NodeId left = unary();
    while (precedence(now()) >= lowest) {
      const Token sign = take();
      const NodeId right = binary(precedence(sign) + 1);
      const std::string name = sign.raw == "in" ? "@in" : "_" + std::string(sign.raw) + "_";
      left = add(Op::call, sign.at, {left, right}, name);
    }
    return left;
  }

  // A row of ! or a row of -; a minus right before a number belongs to the number.
  NodeId unary() {
    const Level level(*this);
    std::vector<std::size_t> places;
    const bool negation = now().is("-");
    if (!negation && !now().is("!")) return member();
    const std::string_view sign = now().raw;
    while (now().is(sign) && !(negation && is_number(ahead()))) places.push_back(take().at);
    NodeId inner = member();
    for (; !places.empty(); places.pop_back()) inner = add(Op::call, places.back(), {inner}, negation ? "-_" : "!_");
    return inner;
  }

  static bool is_number(const Token& t) { return t.kind == T::integer || t.kind == T::real; }

  NodeId member() {
    NodeId inner = primary();
    while (true) {
      const std::size_t at = now().at;
      if (accept(".")) {
        inner = field(inner);
      } else if (accept("[")) {
        if (now().is("?")) no_optionals();
        const NodeId key = expression();
        expect("]", " to close the index");
        inner = add(Op::index, at, {inner, key});
      } else if (now().is("{")) {
        inner = message(inner);
      } else {
        return inner;
      }
    }
  }

  [[noreturn]] void no_optionals() const {
    stop(now().at, "optional values (?) are no part of this language",
         "Ask with has(a.b), or say default(a.b, other).");
  }

  bool is_field_name() const {
    return now().kind == T::quoted_name || (now().kind == T::name && !is_keyword(now().raw));
  }

  // After the dot: a field, or a call with the left side as receiver.
  NodeId field(NodeId inner) {
    if (now().is("?")) no_optionals();
    if (!is_field_name()) unexpected("a field name after the dot");
    const Token name = take();
    if (name.kind == T::quoted_name) return add(Op::select, name.at, {inner}, name.chars);
    if (!accept("(")) return add(Op::select, name.at, {inner}, std::string(name.raw));
    std::vector<NodeId> kids = {inner};
    arguments(kids);
    const NodeId id = add(Op::call, name.at, std::move(kids), std::string(name.raw));
    tree_[id].member = true;
    return id;
  }

  // Without a trailing comma, as the grammar says.
  void arguments(std::vector<NodeId>& kids) {
    if (accept(")")) return;
    do kids.push_back(expression());
    while (accept(","));
    expect(")", " to close the call");
  }

  NodeId primary() {
    const Token& t = now();
    switch (t.kind) {
      case T::integer:
      case T::uinteger:
      case T::real:
      case T::text:
      case T::bytes:
        return literal(take());
      case T::name:
        return name();
      case T::quoted_name:
        stop(t.at, "backticks are for field names after a dot");
      case T::end:
        unexpected("a value");
      case T::sign:
        break;
    }
    if (t.is("-") && is_number(ahead())) return negative();
    if (t.is(".") && ahead().kind == T::name) return name();
    if (t.is("(")) return parenthesis();
    if (t.is("[")) return list();
    if (t.is("{")) return map();
    unexpected("a value");
  }

  NodeId parenthesis() {
    take();
    const NodeId inner = expression();
    expect(")", " to close the parenthesis");
    return inner;
  }

  NodeId literal(const Token& t) {
    switch (t.kind) {
      case T::integer:
        if (t.whole > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          stop(t.at, "the number is too large for an int", "Write it as a uint: " + std::string(t.raw) + "u.");
        return constant(t.at, static_cast<std::int64_t>(t.whole));
      case T::uinteger:
        return constant(t.at, t.whole);
      case T::real:
        return constant(t.at, t.real);
      case T::text:
        return constant(t.at, Val::text(t.chars));
      default:
        return constant(t.at, Val::bytes(t.chars));
    }
  }

  NodeId negative() {
    const std::size_t at = take().at;
    const Token t = take();
    if (t.kind == T::real) return constant(at, -t.real);
    if (t.whole > (std::uint64_t{1} << 63)) stop(at, "the number is too small for an int");
    return constant(at, static_cast<std::int64_t>(0 - t.whole));
  }

  // true, false, null, a variable or a function.
  NodeId name() {
    const std::size_t at = now().at;
    const bool absolute = accept(".");
    const Token t = take();
    if (!absolute && (t.raw == "true" || t.raw == "false")) return constant(at, t.raw == "true");
    if (!absolute && t.raw == "null") return constant(at, Val());
    if (is_reserved(t.raw))
      stop(t.at, "\"" + std::string(t.raw) + "\" is a reserved word and names nothing",
           t.raw == "if" ? "For a choice write condition ? value : other." : "");
    const std::string text = (absolute ? "." : "") + std::string(t.raw);
    if (!accept("(")) return add(Op::name, at, {}, text);
    std::vector<NodeId> kids;
    arguments(kids);
    return add(Op::call, t.at, std::move(kids), text);
  }

  NodeId list() {
    const std::size_t at = take().at;
    std::vector<NodeId> kids;
    while (!accept("]")) {
      if (now().is("?")) no_optionals();
      kids.push_back(expression());
      if (accept(",")) continue;
      expect("]", " or a comma in the list");
      break;
    }
    return add(Op::list, at, std::move(kids));
  }

  NodeId map() {
    const std::size_t at = take().at;
    std::vector<NodeId> kids;
    while (!accept("}")) {
      if (now().is("?")) no_optionals();
      kids.push_back(expression());
      expect(":", " between key and value");
      kids.push_back(expression());
      if (accept(",")) continue;
      expect("}", " or a comma in the map");
      break;
    }
    return add(Op::map, at, std::move(kids));
  }

  // google.protobuf.Int64Value{value: 1}
  NodeId message(NodeId type) {
    const std::vector<std::string> name = dotted_name(tree_, type);
    if (name.empty()) unexpected("an operator");
    Node n;
    n.op = Op::message;
    n.at = tree_[type].at;
    n.text = joined_name(name);
    take();
    while (!accept("}")) {
      n.words.push_back(message_field(n.words));
      expect(":", " after the field's name");
      n.kids.push_back(expression());
      if (accept(",")) continue;
      expect("}", " or a comma in the message");
      break;
    }
    return add(std::move(n));
  }

  std::string message_field(const std::vector<std::string>& before) {
    if (now().is("?")) no_optionals();
    if (!is_field_name()) unexpected("a field's name");
    const Token t = take();
    std::string field = t.kind == T::name ? std::string(t.raw) : t.chars;
    if (std::find(before.begin(), before.end(), field) != before.end())
      stop(t.at, "the field " + field + " is there twice");
    return field;
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t i_ = 0;
  int level_ = 0;
  Tree tree_;
};

}  // namespace

std::vector<std::string> dotted_name(const Tree& tree, NodeId id) {
  std::vector<std::string> words;
  while (tree[id].op == Op::select) {
    words.push_back(tree[id].text);
    id = tree[id].kids[0];
  }
  if (tree[id].op != Op::name) return {};
  words.push_back(tree[id].text);
  std::reverse(words.begin(), words.end());
  return words;
}

std::string joined_name(const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& w : words) name += (name.empty() ? "" : ".") + w;
  return name;
}

Checked<Tree> parse(std::string_view source) {
  if (source.size() > source_bytes_max)
    return std::unexpected(problem_at(source, 0, "the expression is longer than 64 kB"));
  auto tokens = read_tokens(source);
  if (!tokens) return std::unexpected(tokens.error());
  try {
    return Parser(source, std::move(*tokens)).run();
  } catch (const Stop& stop) {
    return std::unexpected(stop.problem);
  }
}

}  // namespace muster::cel
