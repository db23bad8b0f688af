#include "bot/cel/types.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace muster::cel {
namespace {

using K = Type::Kind;

constexpr std::array<std::pair<std::string_view, K>, 13> names = {{{"dyn", K::dyn},
                                                                   {"null_type", K::null},
                                                                   {"bool", K::boolean},
                                                                   {"int", K::integer},
                                                                   {"uint", K::uinteger},
                                                                   {"double", K::real},
                                                                   {"string", K::text},
                                                                   {"bytes", K::bytes},
                                                                   {"list", K::list},
                                                                   {"map", K::map},
                                                                   {"timestamp", K::timestamp},
                                                                   {"duration", K::duration},
                                                                   {"type", K::type}}};

std::string_view name_of(K kind) {
  for (const auto& [name, k] : names)
    if (k == kind) return name;
  return "map";  // an object is a map to a reader
}

// Recursive descent over a signature's text.
struct SignatureReader {
  std::string_view rest;

  void blank() {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  bool take(std::string_view sign) {
    blank();
    if (!rest.starts_with(sign)) return false;
    rest.remove_prefix(sign.size());
    return true;
  }
  void expect(std::string_view sign) {
    if (!take(sign)) throw std::logic_error("a signature is wrong before: " + std::string(rest));
  }
  std::string_view word() {
    blank();
    const std::string_view w = rest.substr(0, rest.find_first_of(" (),.-", 0));
    rest.remove_prefix(w.size());
    return w;
  }
  Type type() {
    const std::string_view w = word();
    if (w.size() == 1 && w[0] >= 'A' && w[0] <= 'Z') return {K::variable, {}, nullptr, w[0]};
    for (const auto& [name, kind] : names) {
      if (name != w) continue;
      Type t = Type::of(kind);
      if (kind != K::list && kind != K::map) return t;
      expect("(");
      t.params.push_back(type());
      if (kind == K::map) expect(","), t.params.push_back(type());
      expect(")");
      return t;
    }
    throw std::logic_error("a signature names no type: " + std::string(w));
  }
};

bool all_fit(const Type& from, const Type& to, Bound& bound) {
  for (std::size_t i = 0; i < to.params.size(); ++i)
    if (!fits(from.params[i], to.params[i], bound)) return false;
  return true;
}

bool fits_variable(const Type& from, const Type& to, Bound& bound) {
  const auto it = bound.find(to.name);
  if (it == bound.end()) {
    bound.emplace(to.name, from);
    return true;
  }
  if (!go_together(from, it->second)) return false;
  it->second = joined(from, it->second);
  return true;
}

// An object seen as a map from text to what its members have in common.
Type as_map(const Type& object) {
  Type values;
  bool first = true;
  for (const auto& [name, type] : *object.fields) {
    values = first ? type : joined(values, type);
    first = false;
  }
  return Type::map(Type::text(), values);
}

}  // namespace

Type Type::object(Fields members) { return {Kind::object, {}, std::make_shared<const Fields>(std::move(members)), 0}; }

bool Type::operator==(const Type& other) const {
  if (kind != other.kind || name != other.name || params != other.params) return false;
  return fields == other.fields || (fields && other.fields && *fields == *other.fields);
}

std::string to_text(const Type& type) {
  if (type.is(K::variable)) return std::string(1, type.name);
  std::string text(name_of(type.kind));
  for (std::size_t i = 0; i < type.params.size(); ++i) text += (i == 0 ? "(" : ", ") + to_text(type.params[i]);
  return text + (type.params.empty() ? "" : ")");
}

bool fits(const Type& from, const Type& to, Bound& bound) {
  if (to.is(K::variable)) return fits_variable(from, to, bound);
  if (from.is_dyn() || to.is_dyn()) return true;
  if (from.is(K::object) && to.is(K::map)) return fits(as_map(from), to, bound);
  if (from.is(K::object) && to.is(K::object)) return true;
  if (from.kind != to.kind) return false;
  return from.params.size() == to.params.size() && all_fit(from, to, bound);
}

Type replaced(const Type& type, const Bound& bound) {
  if (type.is(K::variable)) {
    const auto it = bound.find(type.name);
    return it == bound.end() ? Type::dyn() : it->second;
  }
  Type out = type;
  for (Type& p : out.params) p = replaced(p, bound);
  return out;
}

bool go_together(const Type& a, const Type& b) {
  if (a.is_dyn() || b.is_dyn() || a.is(K::null) || b.is(K::null)) return true;
  Bound none;
  return fits(a, b, none) || fits(b, a, none);
}

Type joined(const Type& a, const Type& b) {
  if (a == b || b.is(K::null)) return a;
  if (a.is(K::null)) return b;
  if (a.kind != b.kind || a.params.size() != b.params.size() || a.is(K::object)) return Type::dyn();
  Type out = a;
  for (std::size_t i = 0; i < out.params.size(); ++i) out.params[i] = joined(a.params[i], b.params[i]);
  return out;
}

bool takes(const Type& type, Kind value) {
  switch (type.kind) {
    case K::dyn:
    case K::variable:
      return true;
    case K::null:
      return value == Kind::null;
    case K::boolean:
      return value == Kind::boolean;
    case K::integer:
      return value == Kind::integer;
    case K::uinteger:
      return value == Kind::uinteger;
    case K::real:
      return value == Kind::real;
    case K::text:
      return value == Kind::text;
    case K::bytes:
      return value == Kind::bytes;
    case K::list:
      return value == Kind::list;
    case K::map:
    case K::object:
      return value == Kind::map;
    case K::timestamp:
      return value == Kind::timestamp;
    case K::duration:
      return value == Kind::duration;
    case K::type:
      return value == Kind::type;
  }
  return false;
}

Signature read_signature(std::string_view text) {
  Signature s;
  const std::size_t receiver = text.find(':');
  s.member = receiver != text.npos;
  if (s.member) {
    SignatureReader before{text.substr(0, receiver)};
    s.params.push_back(before.type());
  }
  const std::string_view head = s.member ? text.substr(receiver + 1) : text;
  const std::size_t open = head.find('(');
  s.function = std::string(head.substr(0, open));
  SignatureReader in{head.substr(open)};
  in.expect("(");
  while (!in.take(")")) {
    s.params.push_back(in.type());
    s.repeats = in.take("...");
    in.take(",");
  }
  in.expect("->");
  s.result = in.type();
  return s;
}

std::string to_text(const Signature& signature) {
  std::string text;
  std::size_t first = 0;
  if (signature.member) text = to_text(signature.params[first++]) + ".";
  text += signature.function + "(";
  for (std::size_t i = first; i < signature.params.size(); ++i)
    text += (i > first ? ", " : "") + to_text(signature.params[i]);
  return text + (signature.repeats ? "…" : "") + ")";
}

}  // namespace muster::cel
