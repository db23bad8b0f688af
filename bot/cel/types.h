// Types as far as they are known before evaluation. What is not known is `dyn` and fits everywhere. Any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/cel/value.h"

namespace muster::cel {

struct Type {
  enum class Kind : std::uint8_t {
    dyn,
    null,
    boolean,
    integer,
    uinteger,
    real,
    text,
    bytes,
    list,    // params: items
    map,     // params: keys, values
    object,  // a map whose members are known by name
    timestamp,
    duration,
    type,
    variable,  // `name`: a type parameter of a signature
  };
  using Fields = std::map<std::string, Type, std::less<>>;

  Kind kind = Kind::dyn;
  std::vector<Type> params;
  std::shared_ptr<const Fields> fields;  // of an object
  char name = 0;                         // of a variable

  static Type of(Kind k) { return {k, {}, nullptr, 0}; }
  static Type dyn() { return {}; }
  static Type boolean() { return of(Kind::boolean); }
  static Type integer() { return of(Kind::integer); }
  static Type real() { return of(Kind::real); }
  static Type text() { return of(Kind::text); }
  static Type timestamp() { return of(Kind::timestamp); }
  static Type duration() { return of(Kind::duration); }
  static Type list(Type items) { return {Kind::list, {std::move(items)}, nullptr, 0}; }
  static Type map(Type keys, Type values) { return {Kind::map, {std::move(keys), std::move(values)}, nullptr, 0}; }
  // Only these members exist; reading another is an error before evaluation.
  static Type object(Fields members);

  bool is(Kind k) const { return kind == k; }
  bool is_dyn() const { return kind == Kind::dyn; }
  bool operator==(const Type& other) const;
};

std::string to_text(const Type& type);  // int, list(string), map(string, dyn)

// What the type parameters of one signature stand for.
using Bound = std::map<char, Type>;

// Whether a value of type `from` may stand where `to` is asked for; binds parameters.
bool fits(const Type& from, const Type& to, Bound& bound);
Type replaced(const Type& type, const Bound& bound);  // parameters by what they stand for, dyn when unbound
// The type of "one or the other"; dyn when they do not go together.
Type joined(const Type& a, const Type& b);
bool go_together(const Type& a, const Type& b);

// Whether a value at run time is of this kind; parameters and dyn take all.
bool takes(const Type& type, Kind value);

// One way to call a function, read from text such as "size(list(A)) -> int", or "string:indexOf(string, int) -> int"
// for a member. A type parameter is one capital letter; "..." after the last parameter repeats it.
struct Signature {
  std::string function;
  bool member = false;  // called as a.f(b); `params` begins with a
  bool repeats = false;
  std::vector<Type> params;
  Type result;
};
Signature read_signature(std::string_view text);  // throws on a wrong one: they are ours
std::string to_text(const Signature& signature);

}  // namespace muster::cel
