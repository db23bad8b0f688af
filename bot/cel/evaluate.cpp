#include <array>

#include "bot/cel/compiled.h"
#include "bot/cel/tagged.h"

namespace muster::cel {
namespace {

constexpr std::size_t result_size_max = 1'000'000;

class Machine {
 public:
  Machine(const Compiled& program, const Bindings& bindings, std::uint64_t limit)
      : tree_(program.tree), bindings_(bindings), budget_{0, limit, bindings.now()}, locals_(program.tree.slots) {}

  Val run() {
    Val v = eval(tree_.root);
    if (v.failed()) return v;
    if (v.is(Kind::list) || v.is(Kind::map)) {
      if (tree_size(v, result_size_max) >= result_size_max)
        return Val::failure("the result is too large", Failure::Why::limit);
    }
    return v.own();
  }

 private:
  Val eval(NodeId id) {
    const Node& n = tree_[id];
    Val v = budget_.spend(1) ? step(n) : too_costly();
    if (v.failed() && v.as_failure().at == Failure::no_place) v.as_failure().at = n.at;
    return v;
  }

  Val step(const Node& n) {
    switch (n.op) {
      case Op::constant:
        return n.constant.lent();
      case Op::name:
        return variable(n);
      case Op::local:
        return locals_[n.slot];
      case Op::select:
        return field(n);
      case Op::has:
        return has(n);
      case Op::index:
        return indexed(n);
      case Op::call:
        return call_function(n);
      case Op::both:
        return row(n, false);
      case Op::either:
        return row(n, true);
      case Op::choose:
        return choose(n);
      case Op::list:
        return list(n);
      case Op::map:
        return map(n);
      case Op::message:
        return message(n);
      case Op::loop:
        return loop(n);
      case Op::bind:
        return bind(n);
      case Op::fallback:
        return fallback(n);
    }
    return Val::failure("an unknown step");
  }

  const Val* bound(const Node& n) const {
    for (const std::string& name : n.words)
      if (const Val* v = bindings_.find(name)) return v;
    return nullptr;
  }

  Val variable(const Node& n) {
    if (const Val* v = bound(n)) return *v;
    const std::string& name = n.words.back();
    if (name == "now" && budget_.now) return *budget_.now;
    if (const auto kind = kind_of_type(name); kind) return Val::borrowed_type(name);
    return Val::failure("there is no variable " + name, Failure::Why::missing);
  }

  Val field(const Node& n) {
    if (bindings_.has_dotted())
      if (const Val* v = bound(n)) return *v;
    Val inner = eval(n.kids[0]);
    return inner.failed() ? inner : select(inner, n.text);
  }

  Val has(const Node& n) {
    if (bindings_.has_dotted() && bound(n)) return true;
    const Val inner = eval(n.kids[0]);
    if (inner.failed()) return inner;
    if (inner.is(Kind::map)) return inner.as_map().find(std::string_view(n.text)).has_value();
    return Val::failure("no matching overload: has() cannot look into " + std::string(inner.type_name()));
  }

  Val indexed(const Node& n) {
    const Val container = eval(n.kids[0]);
    if (container.failed()) return container;
    const Val key = eval(n.kids[1]);
    return key.failed() ? key : index(container, key);
  }

  Val call_function(const Node& n) {
    if (!n.function) return Val::failure("unbound function: there is no function " + n.text);
    if (n.kids.size() == 2) {
      std::array<Val, 2> args;
      return call_with(n, args);
    }
    if (n.kids.size() == 1) {
      std::array<Val, 1> args;
      return call_with(n, args);
    }
    std::vector<Val> args(n.kids.size());
    return call_with(n, args);
  }

  Val call_with(const Node& n, std::span<Val> args) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      args[i] = eval(n.kids[i]);
      if (args[i].failed()) return std::move(args[i]);
    }
    return call(*n.function, budget_, args);
  }

  // && and ||: a `deciding` operand wins over any error, wherever it stands.
  Val row(const Node& n, bool deciding) {
    Val problem;
    for (const NodeId kid : n.kids) {
      Val v = eval(kid);
      if (decides(v, deciding)) return v;
      keep_problem(v, problem, kid, n.op == Op::both ? "&&" : "||");
    }
    return problem.failed() ? problem : Val(!deciding);
  }

  static bool decides(const Val& v, bool deciding) {
    return (v.is(Kind::boolean) && v.as_bool() == deciding) ||
           (v.failed() && v.as_failure().why == Failure::Why::limit);
  }

  void keep_problem(const Val& v, Val& problem, NodeId at, const char* where) {
    if (problem.failed() || v.is(Kind::boolean)) return;
    problem = v.failed() ? v : no_bool(v, where);
    if (problem.as_failure().at == Failure::no_place) problem.as_failure().at = tree_[at].at;
  }

  static Val no_bool(const Val& v, const std::string& where) {
    return Val::failure("no matching overload: " + where + " takes a bool, not " + std::string(v.type_name()));
  }

  Val choose(const Node& n) {
    const Val condition = eval(n.kids[0]);
    if (condition.failed()) return condition;
    if (!condition.is(Kind::boolean)) return no_bool(condition, "? :");
    return eval(n.kids[condition.as_bool() ? 1 : 2]);
  }

  Val list(const Node& n) {
    std::vector<Val> items;
    items.reserve(n.kids.size());
    for (const NodeId kid : n.kids) {
      items.push_back(eval(kid));
      if (items.back().failed()) return items.back();
    }
    return Val::list(std::move(items));
  }

  Val map(const Node& n) {
    Entries entries;
    for (std::size_t i = 0; i < n.kids.size(); i += 2) {
      Val key = eval(n.kids[i]);
      if (key.failed()) return key;
      Val value = eval(n.kids[i + 1]);
      if (value.failed()) return value;
      entries.emplace_back(std::move(key), std::move(value));
    }
    return Val::map(std::move(entries));
  }

  Val message(const Node& n) {
    std::vector<Val> values;
    for (const NodeId kid : n.kids) {
      values.push_back(eval(kid));
      if (values.back().failed()) return values.back();
    }
    return make_message(n.text, n.words, values);
  }

  Val bind(const Node& n) {
    Val value = eval(n.kids[0]);
    if (value.failed()) return value;
    locals_[n.slot] = std::move(value);
    return eval(n.kids[1]);
  }

  // default(x, y): y when x is not there or null; other errors stay errors.
  Val fallback(const Node& n) {
    Val v = eval(n.kids[0]);
    const bool missing = v.is(Kind::null) || (v.failed() && v.as_failure().why == Failure::Why::missing);
    return missing ? eval(n.kids[1]) : v;
  }

  // --- loops
  struct Loop {
    const Node& node;
    Val problem;             // of all and exists: the first, unless the answer is decided
    std::int64_t hits = 0;   // of exists_one
    std::vector<Val> items;  // of lists
    Entries entries;         // of maps
  };

  Val loop(const Node& n) {
    const Val range = eval(n.kids[0]);
    if (range.failed()) return range;
    Loop state{n, {}, 0, {}, {}};
    std::optional<Val> early;
    if (range.is(Kind::list))
      early = over_list(range.as_list(), state);
    else if (range.is(Kind::map))
      early = over_map(range.as_map(), state);
    else
      return Val::failure("no matching overload: a loop goes over a list or a map, not " +
                          std::string(range.type_name()));
    return early ? std::move(*early) : finished(state);
  }

  std::optional<Val> over_list(const List& list, Loop& state) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Val key = static_cast<std::int64_t>(i);
      if (auto early = turn(state, state.node.two_names ? key : list.at(i), list.at(i), key)) return early;
    }
    return std::nullopt;
  }

  std::optional<Val> over_map(const Map& map, Loop& state) {
    for (const auto& [key, value] : map.entries())
      if (auto early = turn(state, key, state.node.two_names ? value : key, key)) return early;
    return std::nullopt;
  }

  // One item; a value when the loop is decided.
  std::optional<Val> turn(Loop& state, const Val& first, const Val& second, const Val& key) {
    const Node& n = state.node;
    if (!budget_.spend(1)) return too_costly();
    locals_[n.slot] = first;
    if (n.two_names) locals_[n.slot + 1] = second;
    if (n.filtered) {
      Val wanted = eval(n.kids[1]);
      if (!wanted.is(Kind::boolean)) return wanted.failed() ? wanted : no_bool(wanted, "a filter");
      if (!wanted.as_bool()) return std::nullopt;
    }
    Val body = eval(n.kids.back());
    switch (n.loop) {
      case LoopKind::all:
      case LoopKind::exists:
        return quantify(state, body);
      case LoopKind::exists_one:
      case LoopKind::keep:
        return select_item(state, body, second);
      default:
        return collect(state, std::move(body), key);
    }
  }

  std::optional<Val> quantify(Loop& state, const Val& body) {
    const bool all = state.node.loop == LoopKind::all;
    if (decides(body, !all)) return body;
    keep_problem(body, state.problem, state.node.kids.back(), all ? "all()" : "exists()");
    return std::nullopt;
  }

  static std::optional<Val> select_item(Loop& state, const Val& body, const Val& item) {
    if (body.failed()) return body;
    if (!body.is(Kind::boolean)) return no_bool(body, "the condition");
    if (!body.as_bool()) return std::nullopt;
    ++state.hits;
    if (state.node.loop == LoopKind::keep) state.items.push_back(item);
    return std::nullopt;
  }

  static std::optional<Val> collect(Loop& state, Val body, const Val& key) {
    if (body.failed()) return body;
    if (state.node.loop == LoopKind::collect) {
      state.items.push_back(std::move(body));
    } else if (state.node.loop == LoopKind::collect_map) {
      state.entries.emplace_back(key, std::move(body));
    } else {
      if (!body.is(Kind::map))
        return Val::failure("transformMapEntry() needs a map of what to add, not " + std::string(body.type_name()));
      for (auto& entry : body.as_map().entries()) state.entries.push_back(std::move(entry));
    }
    return std::nullopt;
  }

  static Val finished(Loop& state) {
    switch (state.node.loop) {
      case LoopKind::all:
        return state.problem.failed() ? state.problem : Val(true);
      case LoopKind::exists:
        return state.problem.failed() ? state.problem : Val(false);
      case LoopKind::exists_one:
        return state.hits == 1;
      case LoopKind::collect:
      case LoopKind::keep:
        return Val::list(std::move(state.items));
      default:
        return Val::map(std::move(state.entries));
    }
  }

  const Tree& tree_;
  const Bindings& bindings_;
  Budget budget_;
  std::vector<Val> locals_;
};

}  // namespace

Checked<Val> evaluate(const Program& program, const Bindings& bindings, std::uint64_t cost_limit) {
  Val v = Machine(program.compiled(), bindings, cost_limit).run();
  if (!v.failed()) return v;
  const Failure& f = v.as_failure();
  return std::unexpected(problem_at(program.source(), f.at == Failure::no_place ? 0 : f.at, f.message));
}

Checked<bool> test(const Program& program, const Bindings& bindings, std::uint64_t cost_limit) {
  const auto v = evaluate(program, bindings, cost_limit);
  if (!v) return std::unexpected(v.error());
  if (v->is(Kind::boolean)) return v->as_bool();
  return std::unexpected(problem_at(program.source(), 0,
                                    "a condition must be true or false, and this is " + std::string(v->type_name()),
                                    "Nothing counts as true by itself: compare, for example x != \"\"."));
}

}  // namespace muster::cel
