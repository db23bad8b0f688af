// Types and references: each expression is compiled again, now with the types of all it may read. Steps are walked in
// their order, so that at each of them it is known what has run before.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "runbooks/lint_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

using cel::Type;

struct Known {
  Type type;
  std::string doubt;      // why it may not be there: "has an `if`"; empty: it is there
  std::string condition;  // the `if` it stands under, when that is the doubt
};
using Scope = std::map<std::string, Known, std::less<>>;

// Where an expression stands.
struct Spot {
  std::optional<Type> item, it;
  std::vector<std::string> conditions;  // of this step and those around it
  std::set<std::string> certain;        // ids that such a condition has asked for with has()
  Place place;
};

bool is_root(std::string_view name) { return std::ranges::find(root_names, name) != std::end(root_names); }

class Walker {
 public:
  explicit Walker(const Lint& lint) : lint_(lint), book_(lint.book) {
    Type::Fields inputs, secrets;
    for (const Input& i : book_.inputs) inputs.emplace(i.name, input_type(i));
    for (const auto& [name, reference] : book_.secrets) secrets.emplace(name, Type::text());
    roots_ = {{"inputs", Type::object(std::move(inputs))},
              {"secret", Type::object(std::move(secrets))},
              {"run", run_type()},
              {"alert", Type::map(Type::text(), Type::dyn())},
              {"incident", Type::map(Type::text(), Type::dyn())}};
    each_step(book_, [&](const Step& s) {
      if (s.named) all_.emplace(s.id, &s);
    });
  }

  void run() {
    Scope scope;
    Spot spot;
    if (book_.guard.key) text(*book_.guard.key, scope, spot, nullptr);
    steps(book_.steps, scope, spot, false);
    Scope after = scope;
    for (const auto& [name, value] : book_.outputs) text(value, after, spot, nullptr);
    for (auto& [id, known] : scope) {
      known.doubt = "may not have been reached";
      known.condition.clear();
    }
    Scope failed = scope, last = scope;
    steps(book_.on_failure, failed, spot, false);
    steps(book_.finally, last, spot, false);
    unused();
  }

 private:
  // --- steps
  void steps(const std::vector<Step>& list, Scope& scope, const Spot& spot, bool at_once) {
    if (!at_once) {
      for (const Step& s : list) step(s, scope, spot);
      return;
    }
    const Scope before = scope;
    for (const Step& s : list) {
      Scope seen = before;
      step(s, seen, spot);
      for (auto& [id, known] : seen)
        if (!before.contains(id)) scope.insert_or_assign(id, known);
    }
  }

  void step(const Step& s, Scope& scope, const Spot& around) {
    Spot spot = around;
    if (s.condition) {
      condition(*s.condition, scope, spot);
      spot.conditions.push_back(s.condition->program.source());
      for (const cel::Reference& r : s.condition->program.references())
        if (r.guarded) spot.certain.insert(r.path[0]);
    }
    arguments(s, scope, spot);
    if (s.until) until(s, scope, spot);
    probe(s, scope, spot);
    Type result = result_of(s, scope, spot);
    inside(s, scope, spot);
    if (s.verb == "wait") check_repeat(s, scope);
    if (s.named) scope.insert_or_assign(s.id, Known{std::move(result), doubt_of(s), condition_of(s)});
    if (s.undo.steps.empty()) return;
    Scope with_itself = scope;
    if (s.named) with_itself[s.id].doubt = "may not have finished";
    steps(s.undo.steps, with_itself, spot, false);
  }

  static std::string doubt_of(const Step& s) {
    if (s.condition) return "has an `if` and may be skipped";
    return s.continue_on_error ? "may fail and the run goes on (`on_error: continue`)" : "";
  }
  static std::string condition_of(const Step& s) {
    return s.condition && !s.continue_on_error ? s.condition->program.source() : "";
  }

  void inside(const Step& s, Scope& scope, const Spot& spot) {
    if (s.steps.empty()) return;
    Spot in = spot;
    if (s.verb == "for_each") {
      in.item = item_type(s, scope, spot);
      Scope turn = scope;  // what a turn makes is gone after it
      steps(s.steps, turn, in, false);
      return;
    }
    Scope body = scope;
    steps(s.steps, body, in, s.verb == "parallel");
    for (auto& [id, known] : body) {
      if (scope.contains(id)) continue;
      if (s.condition || s.continue_on_error) {
        known.doubt = known.doubt.empty() ? "stands in a group that " + doubt_of(s) : known.doubt;
        known.condition = known.condition.empty() ? condition_of(s) : "";
      }
      scope.emplace(id, known);
    }
  }

  Type item_type(const Step& s, const Scope& scope, const Spot& spot) const {
    const Field* in = s.arguments.find("in");
    if (!in) return Type::dyn();
    if (in->kind == Field::Kind::list) {
      Type joined;
      for (std::size_t i = 0; i < in->items.size(); ++i) {
        const Type t = type_of(in->items[i], scope, spot);
        joined = i == 0 ? t : cel::joined(joined, t);
      }
      return joined;
    }
    const Type list = type_of(*in, scope, spot);
    return list.is(Type::Kind::list) ? list.params[0] : Type::dyn();
  }

  void check_repeat(const Step& s, const Scope& scope) {
    const std::string id = literal_argument(s, "repeat");
    if (id.empty()) return;
    const auto it = all_.find(id);
    const Place place = s.arguments.find("repeat")->place;
    if (it == all_.end()) return unknown(id, place, "RB056");
    if (!scope.contains(id))
      lint_.error("RB056", place, "`" + id + "` has not run before this", "Repeat a read step that stands above.");
    else if (it->second->effect != Effect::read || it->second->verb == "wait")
      lint_.error("RB056", place, "`" + id + "` is no read step: repeating it would do something again",
                  "Only query, lookup, http GET and steps with effect: read are repeated.");
  }

  void until(const Step& s, const Scope& scope, const Spot& around) {
    Spot spot = around;
    const auto it = scope.find(literal_argument(s, "repeat"));
    spot.it = it == scope.end() ? Type::dyn() : it->second.type;
    condition(*s.until, scope, spot);
  }

  void probe(const Step& s, const Scope& scope, const Spot& around) {
    if (!s.probe) return;
    arguments(*s.probe->look, scope, around);
    Spot spot = around;
    spot.it = result_of(*s.probe->look, scope, around);
    condition(s.probe->applied, scope, spot);
  }

  // --- what a step leaves
  Type result_of(const Step& s, const Scope& scope, const Spot& spot) const {
    const Verb* verb = find_verb(s.verb);
    if (!verb) return Type::dyn();
    if (s.verb == "set") {
      Type::Fields fields;
      for (const auto& [name, value] : s.arguments.members) fields.emplace(name, type_of(value, scope, spot));
      return Type::object(std::move(fields));
    }
    if (s.verb == "wait") {
      const auto it = scope.find(literal_argument(s, "repeat"));
      return it == scope.end() ? Type::object({}) : it->second.type;
    }
    if (s.verb == "ask") {
      Type::Fields fields{{"by", Type::text()}};
      for (const Input& i : s.form) fields.emplace(i.name, input_type(i));
      return Type::object(std::move(fields));
    }
    return s.verb == "call" ? outputs_of(s) : result_type(*verb);
  }

  Type outputs_of(const Step& s) const {
    const auto called = lint_.context.find ? lint_.context.find(literal_argument(s, "runbook")) : nullptr;
    if (!called) return Type::dyn();
    Type::Fields fields;
    for (const auto& [name, value] : called->outputs) fields.emplace(name, Type::dyn());
    return Type::object(std::move(fields));
  }

  Type type_of(const Field& field, const Scope& scope, const Spot& spot) const {
    if (field.kind == Field::Kind::null) return Type::of(Type::Kind::null);
    if (field.kind != Field::Kind::scalar) return Type::dyn();
    if (field.scalar.whole()) {
      const cel::Program& read = *field.scalar.parts[0].expression;
      const auto program = cel::compile(read.source(), options(read, scope, spot));
      return program ? program->type() : Type::dyn();
    }
    if (!field.scalar.literal()) return Type::text();
    const Value v = literal_value(field.scalar);
    if (v.is_bool()) return Type::boolean();
    if (v.is_int()) return Type::integer();
    return v.is_double() ? Type::real() : v.is_null() ? Type::of(Type::Kind::null) : Type::text();
  }

  // --- expressions
  // Of the names that may be read here those that the expression speaks of: a runbook may have hundreds of steps.
  cel::Options options(const cel::Program& program, const Scope& scope, const Spot& spot) const {
    cel::Options o;
    o.open = false;
    for (const cel::Reference& r : program.references()) {
      if (const auto root = roots_.find(r.path[0]); root != roots_.end()) o.variables.insert(*root);
      if (const auto known = scope.find(r.path[0]); known != scope.end())
        o.variables.insert_or_assign(known->first, known->second.type);
    }
    if (spot.item) o.variables.insert_or_assign("item", *spot.item);
    if (spot.it) o.variables.insert_or_assign("it", *spot.it);
    return o;
  }

  void condition(const Expression& e, const Scope& scope, const Spot& spot) {
    if (!references(e.program, e.place, scope, spot)) return;
    cel::Options o = options(e.program, scope, spot);
    o.wanted = Type::boolean();
    check(e.program, e.place, o);
  }

  std::optional<Type> expression(const Template::Part& part, const Scope& scope, const Spot& spot) {
    if (!references(*part.expression, part.place, scope, spot)) return std::nullopt;
    return check(*part.expression, part.place, options(*part.expression, scope, spot));
  }

  std::optional<Type> check(const cel::Program& program, Place place, const cel::Options& o) {
    const auto typed = cel::compile(program.source(), o);
    if (typed) return typed->type();
    lint_.error("RB040", place_inside(place, typed.error()), typed.error().message, typed.error().next_step);
    return std::nullopt;
  }

  void text(const Template& t, const Scope& scope, const Spot& spot, const Argument* argument) {
    for (const Template::Part& part : t.parts) {
      if (!part.expression) continue;
      const auto type = expression(part, scope, spot);
      const bool part_counts = argument && (t.whole() || argument->kind == Kind::text || argument->kind == Kind::argv);
      if (type && part_counts) fits_argument(*argument, *type, part.place);
    }
  }

  void arguments(const Step& s, const Scope& scope, const Spot& spot) {
    const Verb* verb = find_verb(s.verb);
    for (const auto& [name, field] : s.arguments.members) {
      const Argument* a = verb && !verb->any_names ? find_argument(*verb, name) : nullptr;
      if (a && a->kind == Kind::rows)
        rows(*a, field, scope, spot);
      else
        each_text(field, [&](const Template& t) { text(t, scope, spot, a); });
    }
  }

  void rows(const Argument& a, const Field& list, const Scope& scope, const Spot& spot) {
    for (const Field& item : list.items)
      for (const auto& [name, field] : item.members) {
        const Argument* each = find_argument(*a.rows, name);
        if (each && each->kind == Kind::condition)
          sampled(field.scalar, scope, spot);
        else
          each_text(field, [&](const Template& t) { text(t, scope, spot, each); });
      }
  }

  // A condition over the fresh answer of a query; it is compiled anew each time, as it is only text here.
  void sampled(const Template& t, const Scope& scope, const Spot& around) {
    auto program = cel::compile(literal_text(t));
    if (!program) return;
    Spot spot = around;
    spot.it = result_type(*find_verb("query"));
    condition({std::move(*program), t.place}, scope, spot);
  }

  // --- what an argument takes
  void fits_argument(const Argument& a, const Type& t, Place place) {
    const bool address = a.language == Language::url && (t.is(Type::Kind::list) || t.is(Type::Kind::map));
    if (takes(a.kind, t) && !address) return;
    const bool text = t.is(Type::Kind::text) && a.kind == Kind::integer;
    lint_.error("RB041", place,
                "`" + std::string(a.name) + "` takes a " + std::string(name_of(a.kind)) + ", and this is " + to_text(t),
                text ? "Convert text with int(x)." : "");
  }

  // --- references
  bool references(const cel::Program& program, Place place, const Scope& scope, const Spot& spot) {
    std::set<std::string> guarded = spot.certain;
    for (const cel::Reference& r : program.references())
      if (r.guarded) guarded.insert(r.path[0] == "inputs" && r.path.size() > 1 ? "inputs." + r.path[1] : r.path[0]);
    bool fine = true;
    for (const cel::Reference& r : program.references()) {
      const Place at = place_inside(place, cel::problem_at(program.source(), r.offset, ""));
      fine &= is_root(r.path[0]) || r.path[0] == "it" || r.path[0] == "now" ? root(r, at, spot, guarded)
                                                                            : step_read(r, at, scope, spot, guarded);
    }
    return fine;
  }

  bool root(const cel::Reference& r, Place at, const Spot& spot, const std::set<std::string>& guarded) {
    const std::string& name = r.path[0];
    if (name == "it" && !spot.it) {
      lint_.error("RB053", at, "`it` is the fresh sample: it is known in `until` and `applied` only");
      return false;
    }
    if (name == "item" && !spot.item) {
      lint_.error("RB054", at, "`item` is known inside of for_each only");
      return false;
    }
    if (name == "inputs" && r.path.size() > 1) return input(r, at, guarded);
    if (name == "inputs") used_.insert("");  // all of them
    if (name == "secret" && r.path.size() > 1 && !book_.secrets.contains(r.path[1])) {
      Names names;
      for (const auto& [secret, reference] : book_.secrets) names.push_back(secret);
      lint_.error("RB055", at, "there is no secret " + shown(r.path[1]),
                  names.empty() ? "Name it under `secrets`." : did_you_mean(r.path[1], names));
      return false;
    }
    if ((name == "alert" || name == "incident") && !guarded.contains(name))
      lint_.warning("RB058", at, "`" + name + "` is empty when a person starts the run outside of one",
                    "Take it by an input with `from`, or say default(x, …).");
    return true;
  }

  bool input(const cel::Reference& r, Place at, const std::set<std::string>& guarded) {
    const std::string& name = r.path[1];
    used_.insert(name);
    const auto it = std::ranges::find(book_.inputs, name, &Input::name);
    if (it == book_.inputs.end()) {
      Names names;
      for (const Input& i : book_.inputs) names.push_back(i.name);
      lint_.error("RB055", at, "there is no input " + shown(name),
                  names.empty() ? "Name it under `inputs`." : did_you_mean(name, names));
      return false;
    }
    if (!it->required && it->standard.is_null() && !guarded.contains("inputs." + name)) {
      lint_.error("RB052", at, "`inputs." + name + "` may be missing: it is not required and has no default",
                  "Say default(inputs." + name + ", …), or has(inputs." + name + ").");
      return false;
    }
    return true;
  }

  bool step_read(const cel::Reference& r, Place at, const Scope& scope, const Spot& spot,
                 const std::set<std::string>& guarded) {
    const std::string& id = r.path[0];
    const auto it = scope.find(id);
    if (it == scope.end()) {
      if (all_.contains(id))
        lint_.error("RB051", at, "`" + id + "` has not run here: it comes later, at the same time or in another group",
                    "Read only steps that stand above.");
      else
        unknown(id, at, "RB050");
      return false;
    }
    if (it->second.doubt.empty() || guarded.contains(id)) return true;
    if (!it->second.condition.empty() &&
        std::ranges::find(spot.conditions, it->second.condition) != spot.conditions.end())
      return true;
    const std::string path = join(r.path, ".");
    lint_.error("RB052", at, "`" + id + "` " + it->second.doubt, "Say default(" + path + ", …), or has(" + path + ").");
    return false;
  }

  void unknown(const std::string& id, Place at, std::string_view code) {
    Names names;
    for (const auto& [known, s] : all_) names.push_back(known);
    if (code == "RB050") names.insert(names.end(), std::begin(root_names), std::end(root_names));
    std::string advice = did_you_mean(id, names);
    if (code == "RB050" && std::ranges::any_of(book_.inputs, [&](const Input& i) { return i.name == id; }))
      advice = "Inputs are read as inputs." + id + ".";
    lint_.error(code, at, "there is no step " + shown(id), std::move(advice));
  }

  void unused() {
    if (used_.contains("")) return;
    for (const Input& i : book_.inputs)
      if (!used_.contains(i.name)) lint_.warning("RB076", i.place, "`" + i.name + "` is read nowhere");
  }

  const Lint& lint_;
  const Runbook& book_;
  Type::Fields roots_;
  std::map<std::string, const Step*, std::less<>> all_;
  std::set<std::string> used_;
};

}  // namespace

void lint_references(const Lint& lint) { Walker(lint).run(); }

}  // namespace muster::runbooks
