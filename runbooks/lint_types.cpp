// The types the linter knows: of inputs, of what is told of a run, and of what an argument takes.
#include "runbooks/lint_parts.h"

namespace muster::runbooks {

using cel::Type;

Type run_type() {
  Type::Fields names;
  for (const char* name : {"id", "runbook", "status", "failure", "failed_step", "reason", "person", "incident", "alert",
                           "started", "took", "summary"})
    names.emplace(name, Type::text());
  names.emplace("changed", Type::boolean());
  return Type::object(std::move(names));
}

bool takes(Kind kind, const Type& t) {
  using K = Type::Kind;
  if (t.is_dyn()) return true;
  const bool number = t.is(K::integer) || t.is(K::uinteger) || t.is(K::real);
  switch (kind) {
    case Kind::integer:
    case Kind::number:
      return number;
    case Kind::boolean:
      return t.is(K::boolean);
    case Kind::duration:
      return t.is(K::duration) || t.is(K::text);
    case Kind::time:
      return t.is(K::timestamp) || t.is(K::text);
    case Kind::any_list:
    case Kind::int_list:
      return t.is(K::list);
    case Kind::service:
    case Kind::environment:
    case Kind::people:
    case Kind::channel:
      return t.is(K::text);
    case Kind::version:
      return t.is(K::text) || t.is(K::integer);
    case Kind::argv:
      return !t.is(K::list) && !t.is(K::map) && !t.is(K::object) && !t.is(K::null);
    default:
      return true;
  }
}

Type input_type(const Input& input) {
  const std::string& t = input.type;
  if (t == "int") return Type::integer();
  if (t == "float" || t == "percent") return Type::real();
  if (t == "bool") return Type::boolean();
  if (t == "duration") return Type::duration();
  if (t == "time") return Type::timestamp();
  if (t != "list") return Type::text();
  Input one = input;
  one.type = input.item_type.empty() ? "string" : input.item_type;
  return Type::list(input_type(one));
}

}  // namespace muster::runbooks
