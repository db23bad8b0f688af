// The gradual type checker: what is known must fit; what is unknown is dyn and fits everywhere.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/cel/compiled.h"
#include "bot/cel/pattern.h"

namespace muster::cel {
namespace {

using K = Type::Kind;

class Checker {
 public:
  Checker(const Compiled& program, const Options& options)
      : program_(program), tree_(program.tree), options_(options), locals_(program.tree.slots) {}

  Type run() {
    const Type result = type_of(tree_.root);
    if (options_.wanted && !go_together(result, *options_.wanted))
      stop(tree_.root, "here should come " + to_text(*options_.wanted) + ", and this is " + to_text(result),
           options_.wanted->is(K::boolean) ? "Nothing counts as true by itself: compare, for example x != \"\"." : "");
    return result;
  }

 private:
  [[noreturn]] void stop(NodeId at, std::string message, std::string next_step = {}) const {
    throw Mistake{problem_at(program_.source, tree_[at].at, std::move(message), std::move(next_step))};
  }

  static std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const auto near = nearest(word, known, 2, 1);
    return near.empty() ? std::string() : "Did you mean " + near[0] + "?";
  }

  Type type_of(NodeId id) {
    const Node& n = tree_[id];
    switch (n.op) {
      case Op::constant:
        return of_value(n.constant);
      case Op::name:
        return variable(id);
      case Op::local:
        return locals_[n.slot];
      case Op::select:
        return field(id);
      case Op::has:
        field(id);
        return Type::boolean();
      case Op::index:
        return indexed(id);
      case Op::call:
        return called(id);
      case Op::both:
      case Op::either:
        for (const NodeId kid : n.kids) want_bool(kid, n.op == Op::both ? "&&" : "||");
        return Type::boolean();
      case Op::choose:
        return chosen(id);
      case Op::list:
        return list(id);
      case Op::map:
        return map(id);
      case Op::message:
        return message(id);
      case Op::loop:
        return loop(id);
      case Op::bind:
        locals_[n.slot] = type_of(n.kids[0]);
        return type_of(n.kids[1]);
      case Op::fallback:
        return fallback(id);
    }
    return Type::dyn();
  }

  static Type of_value(const Val& v) {
    constexpr K kinds[] = {K::null, K::boolean, K::integer,   K::uinteger, K::real, K::text, K::bytes,
                           K::dyn,  K::dyn,     K::timestamp, K::duration, K::type, K::dyn};
    return Type::of(kinds[static_cast<std::size_t>(v.kind())]);
  }

  const Type* declared(const Node& n) const {
    for (const std::string& name : n.words)
      if (const auto it = options_.variables.find(name); it != options_.variables.end()) return &it->second;
    return nullptr;
  }

  Type variable(NodeId id) const {
    const Node& n = tree_[id];
    if (const Type* t = declared(n)) return *t;
    const std::string& name = n.words.back();
    if (name == "now") return Type::timestamp();
    if (options_.open) return Type::dyn();  // also of a type's name: a variable of that name may be bound
    if (kind_of_type(name)) return Type::of(K::type);
    std::vector<std::string> known = {"now", "true", "false", "null"};
    for (const auto& [variable, type] : options_.variables) known.push_back(variable);
    stop(id, "there is no variable " + name, unknown_variable_help(name, known));
  }

  static std::string unknown_variable_help(const std::string& name, std::vector<std::string>& known) {
    if (std::string near = did_you_mean(name, known); !near.empty()) return near;
    known.erase(known.begin() + 1, known.begin() + 4);
    return "Known here: " + join(known, ", ") + ". For text write \"" + name + "\".";
  }

  // Also of has(kid.text).
  Type field(NodeId id) {
    const Node& n = tree_[id];
    if (const Type* t = declared(n)) return *t;
    const Type inner = type_of(n.kids[0]);
    if (inner.is_dyn()) return inner;
    if (inner.is(K::map)) {
      if (!go_together(inner.params[0], Type::text())) stop(id, "the keys of this map are no text", "Write map[key].");
      return inner.params[1];
    }
    if (!inner.is(K::object)) stop(id, "." + n.text + " cannot be read from " + to_text(inner));
    return member(id, inner, n.text);
  }

  Type member(NodeId id, const Type& object, const std::string& name) const {
    if (const auto it = object.fields->find(name); it != object.fields->end()) return it->second;
    std::vector<std::string> known;
    for (const auto& [field, type] : *object.fields) known.push_back(field);
    std::string help = did_you_mean(name, known);
    stop(id, "there is no field " + name, help.empty() ? "Known here: " + join(known, ", ") + "." : help);
  }

  Type indexed(NodeId id) {
    const Node& n = tree_[id];
    const Type inner = type_of(n.kids[0]);
    const Type key = type_of(n.kids[1]);
    if (inner.is_dyn()) return inner;
    if (inner.is(K::list)) {
      if (!key.is(K::integer) && !key.is_dyn()) stop(n.kids[1], "a list's index is an int, not " + to_text(key));
      return inner.params[0];
    }
    if (inner.is(K::object) && go_together(key, Type::text())) {
      const Node& k = tree_[n.kids[1]];
      return k.op == Op::constant ? member(n.kids[1], inner, std::string(k.constant.as_chars())) : Type::dyn();
    }
    if (!inner.is(K::map)) stop(id, "[ ] cannot look into " + to_text(inner));
    if (!go_together(key, inner.params[0]))
      stop(n.kids[1], "the keys of this map are " + to_text(inner.params[0]) + ", not " + to_text(key));
    return inner.params[1];
  }

  void want_bool(NodeId id, const std::string& where) {
    const Type t = type_of(id);
    if (!go_together(t, Type::boolean()) || t.is(K::null))
      stop(id, where + " takes a bool, and this is " + to_text(t),
           "Nothing counts as true by itself: compare, for example x != \"\".");
  }

  // --- calls
  Type called(NodeId id) {
    const Node& n = tree_[id];
    std::vector<Type> args;
    for (const NodeId kid : n.kids) args.push_back(type_of(kid));
    if (!n.function) unknown_function(id);
    check_constant(id);
    std::optional<Type> result;
    for (const Overload& o : n.function->overloads) {
      Bound bound;
      if (!takes_all(o.signature, args, bound)) continue;
      const Type t = replaced(o.signature.result, bound);
      result = result ? joined(*result, t) : t;
    }
    if (!result) no_way(id, args);
    return *result;
  }

  static bool takes_all(const Signature& s, const std::vector<Type>& args, Bound& bound) {
    if (s.repeats ? args.size() < s.params.size() : args.size() != s.params.size()) return false;
    for (std::size_t i = 0; i < args.size(); ++i)
      if (!fits(args[i], s.params[std::min(i, s.params.size() - 1)], bound)) return false;
    return true;
  }

  [[noreturn]] void no_way(NodeId id, const std::vector<Type>& args) const {
    const Node& n = tree_[id];
    std::string given;
    for (const Type& t : args) given += (given.empty() ? "" : ", ") + to_text(t);
    const std::string& name = n.text;
    if (name[0] == '_' || name[0] == '@' || name[0] == '-' || name[0] == '!') {
      const std::string sign = name == "@in" ? "in" : name.substr(name[0] == '_', name.size() - (name[0] == '_') - 1);
      stop(id, sign + " cannot take " + given, number_help(args));
    }
    std::string ways;
    for (const Overload& o : n.function->overloads) ways += (ways.empty() ? "" : " or ") + to_text(o.signature);
    stop(id, name + " cannot take (" + given + ")", "It is called as " + ways + ".");
  }

  static std::string number_help(const std::vector<Type>& args) {
    const auto number = [](const Type& t) { return t.is(K::integer) || t.is(K::uinteger) || t.is(K::real); };
    if (args.size() != 2 || !number(args[0]) || !number(args[1])) return {};
    return "Numbers of different types do not mix: convert with int(), uint() or double().";
  }

  [[noreturn]] void unknown_function(NodeId id) const {
    const Node& n = tree_[id];
    if (find_function(n.text, !n.member))
      stop(id, n.text + (n.member ? " is called without a value before it" : " is called on a value"),
           n.member ? "Write " + n.text + "(…)." : "Write value." + n.text + "(…).");
    static const std::vector<std::string> macro_names = {
        "has",           "all",          "exists",  "exists_one", "map",
        "transformList", "transformMap", "default", "filter",     "transformMapEntry"};
    if (std::find(macro_names.begin(), macro_names.end(), n.text) != macro_names.end())
      stop(id, n.text + " is not called like this", "For example list.all(x, x > 0), has(a.b), default(a.b, 0).");
    std::vector<std::string> known = function_names();
    known.insert(known.end(), macro_names.begin(), macro_names.end());
    stop(id, "there is no function " + n.text, did_you_mean(n.text, known));
  }

  // What is constant and can only fail is told before evaluation.
  void check_constant(NodeId id) const {
    const Node& n = tree_[id];
    const Node& last = tree_[n.kids.empty() ? id : n.kids.back()];
    if (last.op != Op::constant || !last.constant.is(Kind::text)) return;
    if (n.text == "matches") {
      const auto found = pattern_found("", last.constant.as_chars());
      if (!found) stop(n.kids.back(), found.error());
    } else if ((n.text == "duration" || n.text == "timestamp") && n.kids.size() == 1) {
      Budget budget{0, 1000, std::nullopt};
      const Val made = call(*n.function, budget, {&last.constant, 1});
      if (made.failed()) stop(n.kids.back(), made.as_failure().message);
    }
  }

  // --- the rest
  Type chosen(NodeId id) {
    const Node& n = tree_[id];
    want_bool(n.kids[0], "? :");
    const Type yes = type_of(n.kids[1]), no = type_of(n.kids[2]);
    if (!go_together(yes, no))
      stop(id, "the two cases differ: " + to_text(yes) + " and " + to_text(no), "Say dyn(x) when that is meant.");
    return joined(yes, no);
  }

  Type fallback(NodeId id) {
    const Type first = type_of(tree_[id].kids[0]), second = type_of(tree_[id].kids[1]);
    return joined(first, second);
  }

  Type list(NodeId id) {
    Type items;
    bool first = true;
    for (const NodeId kid : tree_[id].kids) {
      const Type t = type_of(kid);
      items = first ? t : go_together(items, t) ? joined(items, t) : Type::dyn();
      first = false;
    }
    return Type::list(items);
  }

  Type map(NodeId id) {
    const Node& n = tree_[id];
    Type keys, values;
    for (std::size_t i = 0; i < n.kids.size(); i += 2) {
      const Type key = type_of(n.kids[i]), value = type_of(n.kids[i + 1]);
      if (!key.is_dyn() && !key.is(K::boolean) && !key.is(K::integer) && !key.is(K::uinteger) && !key.is(K::text))
        stop(n.kids[i], "a map's key is a bool, int, uint or string, not " + to_text(key));
      keys = i == 0 ? key : joined(keys, key);
      values = i == 0 ? value : joined(values, value);
    }
    return Type::map(keys, values);
  }

  Type message(NodeId id) {
    const Node& n = tree_[id];
    for (const NodeId kid : n.kids) type_of(kid);
    if (!is_message(n.text)) stop(id, "there is no message type " + n.text, "For a map write {\"key\": value}.");
    if (n.text == "google.protobuf.Timestamp") return Type::timestamp();
    if (n.text == "google.protobuf.Duration") return Type::duration();
    return Type::dyn();
  }

  Type loop(NodeId id) {
    const Node& n = tree_[id];
    const Type range = type_of(n.kids[0]);
    Type key, item;
    if (range.is(K::list)) {
      item = range.params[0];
      key = n.two_names ? Type::integer() : item;
    } else if (range.is(K::map)) {
      key = range.params[0];
      item = range.params[1];
    } else if (range.is(K::object)) {
      key = Type::text();
    } else if (!range.is_dyn()) {
      stop(n.kids[0], "a loop goes over a list or a map, not " + to_text(range));
    }
    locals_[n.slot] = key;
    if (n.two_names) locals_[n.slot + 1] = item;
    if (n.filtered) want_bool(n.kids[1], "a filter");
    return loop_result(n, range, n.two_names && range.is(K::list) ? Type::integer() : key);
  }

  Type loop_result(const Node& n, const Type& range, const Type& key) {
    const NodeId body = n.kids.back();
    switch (n.loop) {
      case LoopKind::all:
      case LoopKind::exists:
      case LoopKind::exists_one:
        want_bool(body, "the condition");
        return Type::boolean();
      case LoopKind::keep:
        want_bool(body, "the condition");
        return range.is(K::list) ? range : Type::list(key);
      case LoopKind::collect:
        return Type::list(type_of(body));
      case LoopKind::collect_map:
        return Type::map(range.is_dyn() ? Type::dyn() : key, type_of(body));
      default: {
        const Type entry = type_of(body);
        if (!entry.is(K::map) && !entry.is_dyn()) stop(body, "transformMapEntry() needs a map, not " + to_text(entry));
        return entry.is_dyn() ? Type::map(Type::dyn(), Type::dyn()) : entry;
      }
    }
  }

  const Compiled& program_;
  const Tree& tree_;
  const Options& options_;
  std::vector<Type> locals_;
};

}  // namespace

Type check(const Compiled& program, const Options& options) { return Checker(program, options).run(); }

}  // namespace muster::cel
