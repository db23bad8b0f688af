// Names, functions and macros get their meaning.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "bot/cel/compiled.h"

namespace muster::cel {
namespace {

struct MacroDef {
  std::string_view name;
  std::size_t arguments;  // names included
  LoopKind kind;
  bool two_names;
  bool filtered;
};

constexpr std::array<MacroDef, 17> macros = {{
    {"all", 2, LoopKind::all, false, false},
    {"all", 3, LoopKind::all, true, false},
    {"exists", 2, LoopKind::exists, false, false},
    {"exists", 3, LoopKind::exists, true, false},
    {"exists_one", 2, LoopKind::exists_one, false, false},
    {"exists_one", 3, LoopKind::exists_one, true, false},
    {"existsOne", 2, LoopKind::exists_one, false, false},
    {"existsOne", 3, LoopKind::exists_one, true, false},
    {"map", 2, LoopKind::collect, false, false},
    {"map", 3, LoopKind::collect, false, true},
    {"filter", 2, LoopKind::keep, false, false},
    {"transformList", 3, LoopKind::collect, true, false},
    {"transformList", 4, LoopKind::collect, true, true},
    {"transformMap", 3, LoopKind::collect_map, true, false},
    {"transformMap", 4, LoopKind::collect_map, true, true},
    {"transformMapEntry", 3, LoopKind::collect_entries, true, false},
    {"transformMapEntry", 4, LoopKind::collect_entries, true, true},
}};

const MacroDef* find_macro(const Node& n) {
  if (!n.member) return nullptr;
  const auto it = std::find_if(macros.begin(), macros.end(),
                               [&](const MacroDef& m) { return m.name == n.text && m.arguments + 1 == n.kids.size(); });
  return it == macros.end() ? nullptr : &*it;
}

// These give the same answer every time and are dear: constants go through them once.
bool folds(std::string_view function) {
  constexpr std::array<std::string_view, 8> names = {"duration", "timestamp", "-_",    "int",
                                                     "uint",     "double",    "bytes", "bool"};
  return std::find(names.begin(), names.end(), function) != names.end();
}

class Resolver {
 public:
  Resolver(Compiled& program, const Options& options) : program_(program), tree_(program.tree), options_(options) {}

  void run() { visit(tree_.root); }

 private:
  [[noreturn]] void stop(std::size_t at, std::string message, std::string next_step = {}) const {
    throw Mistake{problem_at(program_.source, at, std::move(message), std::move(next_step))};
  }

  std::optional<std::uint32_t> local(std::string_view name) const {
    for (std::size_t i = scope_.size(); i-- > 0;)
      if (scope_[i] == name) return static_cast<std::uint32_t>(i);
    return std::nullopt;
  }

  void visit_all(const std::vector<NodeId>& kids) {
    for (const NodeId kid : kids) visit(kid);
  }

  void visit(NodeId id) {
    switch (tree_[id].op) {
      case Op::name:
      case Op::select:
        return variable(id);
      case Op::call:
        return function(id);
      case Op::message:
        tree_[id].text = message_type(tree_[id]);
        return visit_all(std::vector<NodeId>(tree_[id].kids));
      default:
        return visit_all(std::vector<NodeId>(tree_[id].kids));
    }
  }

  std::string message_type(const Node& n) const {
    for (std::string& name : candidates(options_.container, n.text))
      if (is_message(name)) return name;
    return n.text;
  }

  // --- variables and their fields
  void variable(NodeId id) {
    std::vector<std::string> path = dotted_name(tree_, id);
    if (path.empty()) return visit(tree_[id].kids[0]);  // a field of something that is no name
    if (const auto slot = path[0].starts_with('.') ? std::nullopt : local(path[0])) {
      Node& root = tree_[root_of(id)];
      root.op = Op::local;
      root.slot = *slot;
      return;
    }
    if (known_constant(id, joined_name(path))) return;
    for (NodeId inner = id;; inner = tree_[inner].kids[0]) {
      tree_[inner].words = candidates(options_.container, joined_name(dotted_name(tree_, inner)));
      if (tree_[inner].op == Op::name) break;
    }
    const std::size_t at = tree_[root_of(id)].at;
    if (path[0].starts_with('.')) path[0].erase(0, 1);
    // A type's name is a variable only when somebody binds one of that name.
    if (!kind_of_type(path[0])) program_.references.push_back({std::move(path), at, guarded_});
  }

  NodeId root_of(NodeId id) const {
    while (tree_[id].op == Op::select) id = tree_[id].kids[0];
    return id;
  }

  // google.protobuf.Timestamp and the like.
  bool known_constant(NodeId id, const std::string& name) {
    if (tree_[id].op != Op::select) return false;
    for (const std::string& candidate : candidates(options_.container, name)) {
      Node& n = tree_[id];
      if (candidate == "google.protobuf.NullValue.NULL_VALUE")
        n.constant = Val(std::int64_t{0});
      else if (kind_of_type(candidate) || is_message(candidate))
        n.constant = Val::type(candidate);
      else
        continue;
      n.op = Op::constant;
      n.kids.clear();
      return true;
    }
    return false;
  }

  // --- functions and macros
  void function(NodeId id) {
    if (tree_[id].member) take_namespace(id);
    const Node& n = tree_[id];
    if (const MacroDef* macro = find_macro(n)) return loop(id, *macro);
    if (!n.member && n.text == "has" && n.kids.size() == 1) return has(id);
    if (!n.member && n.text == "default" && n.kids.size() == 2) return fallback(id);
    if (!n.member && n.text == "cel.bind" && n.kids.size() == 3) return bind(id);
    visit_all(std::vector<NodeId>(n.kids));
    Node& call = tree_[id];
    if (!call.member && call.text.starts_with('.')) call.text.erase(0, 1);
    call.function = find_function(call.text, call.member);
    fold(id);
  }

  // math.abs(x) is parsed as a member of the variable math.
  void take_namespace(NodeId id) {
    const std::vector<std::string> space = dotted_name(tree_, tree_[id].kids[0]);
    if (space.empty() || local(space[0])) return;
    std::string name = joined_name(space) + "." + tree_[id].text;
    if (name.starts_with('.')) name.erase(0, 1);
    const bool known_space = is_namespace(joined_name(space)) && !options_.variables.contains(space[0]);
    if (!find_function(name, false) && name != "cel.bind" && !known_space) return;
    Node& n = tree_[id];
    n.member = false;
    n.text = std::move(name);
    n.kids.erase(n.kids.begin());
  }

  void fold(NodeId id) {
    Node& n = tree_[id];
    if (!n.function || n.member || n.kids.size() != 1 || tree_[n.kids[0]].op != Op::constant || !folds(n.text)) return;
    Budget budget{0, 1'000'000, std::nullopt};
    const Val argument = tree_[n.kids[0]].constant;
    Val result = call(*n.function, budget, {&argument, 1});
    if (result.failed()) return;
    n.op = Op::constant;
    n.constant = result.own();
    n.kids.clear();
  }

  void has(NodeId id) {
    const NodeId inner = tree_[id].kids[0];
    if (tree_[inner].op != Op::select)
      stop(tree_[inner].at, "has() asks for a field", "Write has(a.b); for other keys write \"key\" in a.");
    const bool before = std::exchange(guarded_, true);
    visit(inner);
    guarded_ = before;
    if (tree_[inner].op != Op::select) stop(tree_[inner].at, "has() asks for a field, not for a type");
    Node& n = tree_[id];
    n.op = Op::has;
    n.text = tree_[inner].text;
    n.words = tree_[inner].words;
    n.kids = tree_[inner].kids;
    n.at = tree_[inner].at;
  }

  void fallback(NodeId id) {
    const std::vector<NodeId> kids = tree_[id].kids;
    const bool before = std::exchange(guarded_, true);
    visit(kids[0]);
    guarded_ = before;
    visit(kids[1]);
    tree_[id].op = Op::fallback;
  }

  std::string simple_name(NodeId id) const {
    const Node& n = tree_[id];
    if (n.op != Op::name || n.text.starts_with('.'))
      stop(n.at, "here should come a simple name for the variable", "For example list.all(x, x > 0).");
    return n.text;
  }

  void enter(std::string name) {
    scope_.push_back(std::move(name));
    tree_.slots = std::max(tree_.slots, static_cast<std::uint32_t>(scope_.size()));
  }

  void loop(NodeId id, const MacroDef& macro) {
    const std::vector<NodeId> kids = tree_[id].kids;  // range, name, [name,] [filter,] body
    visit(kids[0]);
    const std::size_t names = macro.two_names ? 2 : 1;
    const std::string first = simple_name(kids[1]);
    const std::string second = macro.two_names ? simple_name(kids[2]) : "";
    if (macro.two_names && first == second) stop(tree_[kids[2]].at, "both variables are called " + first);
    Node& n = tree_[id];
    n.op = Op::loop;
    n.loop = macro.kind;
    n.filtered = macro.filtered;
    n.two_names = macro.two_names;
    n.slot = static_cast<std::uint32_t>(scope_.size());
    n.kids = {kids[0]};
    n.kids.insert(n.kids.end(), kids.begin() + static_cast<std::ptrdiff_t>(1 + names), kids.end());
    enter(first);
    if (macro.two_names) enter(second);
    for (std::size_t i = 1 + names; i < kids.size(); ++i) visit(kids[i]);
    scope_.resize(scope_.size() - names);
  }

  void bind(NodeId id) {
    const std::vector<NodeId> kids = tree_[id].kids;  // name, value, body
    const std::string name = simple_name(kids[0]);
    visit(kids[1]);
    Node& n = tree_[id];
    n.op = Op::bind;
    n.slot = static_cast<std::uint32_t>(scope_.size());
    n.kids = {kids[1], kids[2]};
    enter(name);
    visit(kids[2]);
    scope_.pop_back();
  }

  Compiled& program_;
  Tree& tree_;
  const Options& options_;
  std::vector<std::string> scope_;  // a local variable's slot is its place here
  bool guarded_ = false;
};

}  // namespace

std::vector<std::string> candidates(const std::string& container, const std::string& name) {
  if (name.starts_with('.')) return {name.substr(1)};
  std::vector<std::string> all;
  for (std::string scope = container; !scope.empty(); scope.erase(std::min(scope.rfind('.'), scope.size()))) {
    all.push_back(scope + "." + name);
    if (scope.find('.') == scope.npos) break;
  }
  all.push_back(name);
  return all;
}

void resolve(Compiled& program, const Options& options) { Resolver(program, options).run(); }

}  // namespace muster::cel
