// + - * / % == < in and their like, size, index and field.
#include <array>
#include <cmath>
#include <limits>

#include "bot/base/text.h"
#include "bot/cel/functions.h"
#include "bot/cel/time.h"

namespace muster::cel {
namespace {

using Args = std::span<const Val>;

Val overflow(std::string_view what) { return Val::failure("overflow: the result does not fit " + std::string(what)); }

Val mismatch(std::string_view name, Args args) { return no_overload(*find_function(name, false), args); }

template <class T>
Val limited(const std::optional<T>& result) {
  if (result) return *result;
  return overflow(std::is_same_v<T, Timestamp> ? "a timestamp (years 1 to 9999)" : "a duration (292 years)");
}

bool both(Args args, Kind kind) { return args[0].is(kind) && args[1].is(kind); }

// The whole-number operators share their shape: a builtin that tells of overflow.
template <class Whole, class Real>
Val arithmetic(std::string_view name, Args args, Whole whole, Real real) {
  if (both(args, Kind::integer)) {
    std::int64_t out = 0;
    return whole(args[0].as_int(), args[1].as_int(), &out) ? overflow("an int") : Val(out);
  }
  if (both(args, Kind::uinteger)) {
    std::uint64_t out = 0;
    return whole(args[0].as_uint(), args[1].as_uint(), &out) ? overflow("a uint") : Val(out);
  }
  if (both(args, Kind::real)) return real(args[0].as_double(), args[1].as_double());
  return mismatch(name, args);
}

Val joined_lists(Budget& budget, const List& a, const List& b) {
  if (!budget.spend(a.size() + b.size())) return too_costly();
  std::vector<Val> items;
  items.reserve(a.size() + b.size());
  for (std::size_t i = 0; i < a.size(); ++i) items.push_back(a.at(i));
  for (std::size_t i = 0; i < b.size(); ++i) items.push_back(b.at(i));
  return Val::list(std::move(items));
}

Val plus(Budget& budget, Args args) {
  const Val &a = args[0], &b = args[1];
  if (both(args, Kind::text)) return paid_text(budget, std::string(a.as_chars()).append(b.as_chars()));
  if (both(args, Kind::bytes)) return paid_bytes(budget, std::string(a.as_chars()).append(b.as_chars()));
  if (both(args, Kind::list)) return joined_lists(budget, a.as_list(), b.as_list());
  if (both(args, Kind::duration)) return limited(add(a.as_duration(), b.as_duration()));
  if (a.is(Kind::timestamp) && b.is(Kind::duration)) return limited(add(a.as_timestamp(), b.as_duration()));
  if (a.is(Kind::duration) && b.is(Kind::timestamp)) return limited(add(b.as_timestamp(), a.as_duration()));
  return arithmetic(
      "_+_", args, [](auto x, auto y, auto* out) { return __builtin_add_overflow(x, y, out); },
      [](double x, double y) { return Val(x + y); });
}

Val minus(Budget&, Args args) {
  const Val &a = args[0], &b = args[1];
  if (both(args, Kind::timestamp)) return limited(subtract(a.as_timestamp(), b.as_timestamp()));
  if (both(args, Kind::duration)) return limited(subtract(a.as_duration(), b.as_duration()));
  if (a.is(Kind::timestamp) && b.is(Kind::duration)) {
    if (b.as_duration().nanos == std::numeric_limits<std::int64_t>::min()) return limited(std::optional<Timestamp>());
    return limited(add(a.as_timestamp(), Duration{-b.as_duration().nanos}));
  }
  return arithmetic(
      "_-_", args, [](auto x, auto y, auto* out) { return __builtin_sub_overflow(x, y, out); },
      [](double x, double y) { return Val(x - y); });
}

Val times(Budget&, Args args) {
  return arithmetic(
      "_*_", args, [](auto x, auto y, auto* out) { return __builtin_mul_overflow(x, y, out); },
      [](double x, double y) { return Val(x * y); });
}

bool is_lowest_by_minus_one(Args args) {
  return args[0].as_int() == std::numeric_limits<std::int64_t>::min() && args[1].as_int() == -1;
}

Val divide(Budget&, Args args) {
  if (both(args, Kind::real)) return args[0].as_double() / args[1].as_double();
  if (both(args, Kind::integer)) {
    if (args[1].as_int() == 0) return Val::failure("division by zero");
    return is_lowest_by_minus_one(args) ? overflow("an int") : Val(args[0].as_int() / args[1].as_int());
  }
  if (!both(args, Kind::uinteger)) return mismatch("_/_", args);
  if (args[1].as_uint() == 0) return Val::failure("division by zero");
  return args[0].as_uint() / args[1].as_uint();
}

Val modulo(Budget&, Args args) {
  if (both(args, Kind::integer)) {
    if (args[1].as_int() == 0) return Val::failure("modulus by zero");
    return is_lowest_by_minus_one(args) ? overflow("an int") : Val(args[0].as_int() % args[1].as_int());
  }
  if (!both(args, Kind::uinteger)) return mismatch("_%_", args);
  if (args[1].as_uint() == 0) return Val::failure("modulus by zero");
  return args[0].as_uint() % args[1].as_uint();
}

Val negate(Budget&, Args args) {
  if (args[0].is(Kind::real)) return -args[0].as_double();
  if (!args[0].is(Kind::integer)) return mismatch("-_", args);
  if (args[0].as_int() == std::numeric_limits<std::int64_t>::min()) return overflow("an int");
  return -args[0].as_int();
}

Val invert(Budget&, Args args) { return args[0].is(Kind::boolean) ? Val(!args[0].as_bool()) : mismatch("!_", args); }

Val equal(Budget& budget, Args args) {
  const auto same = equals(args[0], args[1], budget.cost, budget.limit);
  return same ? Val(*same) : too_costly();
}

Val unequal(Budget& budget, Args args) {
  const auto same = equals(args[0], args[1], budget.cost, budget.limit);
  return same ? Val(!*same) : too_costly();
}

template <class Test>
Val ordered(std::string_view name, Args args, Test test) {
  const auto order = compare(args[0], args[1]);
  return order ? Val(test(*order)) : mismatch(name, args);
}

Val less(Budget&, Args args) {
  return ordered("_<_", args, [](std::partial_ordering o) { return o < 0; });
}
Val less_or_equal(Budget&, Args args) {
  return ordered("_<=_", args, [](std::partial_ordering o) { return o <= 0; });
}
Val greater(Budget&, Args args) {
  return ordered("_>_", args, [](std::partial_ordering o) { return o > 0; });
}
Val greater_or_equal(Budget&, Args args) {
  return ordered("_>=_", args, [](std::partial_ordering o) { return o >= 0; });
}

Val in(Budget& budget, Args args) {
  if (args[1].is(Kind::map)) return args[1].as_map().find(args[0]).has_value();
  if (!args[1].is(Kind::list)) return mismatch("@in", args);
  const List& list = args[1].as_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto same = equals(args[0], list.at(i), budget.cost, budget.limit);
    if (!same) return too_costly();
    if (*same) return true;
  }
  return false;
}

Val size(Budget& budget, Args args) {
  const Val& v = args[0];
  if (v.is(Kind::list)) return static_cast<std::int64_t>(v.as_list().size());
  if (v.is(Kind::map)) return static_cast<std::int64_t>(v.as_map().size());
  if (!budget.spend(v.as_chars().size() / 64)) return too_costly();
  return static_cast<std::int64_t>(v.is(Kind::bytes) ? v.as_chars().size() : code_point_count(v.as_chars()));
}

constexpr std::array<std::pair<std::string_view, Run>, 14> operators = {{{"_+_", plus},
                                                                         {"_-_", minus},
                                                                         {"_*_", times},
                                                                         {"_/_", divide},
                                                                         {"_%_", modulo},
                                                                         {"-_", negate},
                                                                         {"!_", invert},
                                                                         {"_==_", equal},
                                                                         {"_!=_", unequal},
                                                                         {"_<_", less},
                                                                         {"_<=_", less_or_equal},
                                                                         {"_>_", greater},
                                                                         {"_>=_", greater_or_equal},
                                                                         {"@in", in}}};

// Signatures of < <= > >=: each kind with itself, numbers also with each other.
std::vector<std::string> order_signatures() {
  constexpr std::array<std::string_view, 5> others = {"bool", "string", "bytes", "timestamp", "duration"};
  constexpr std::array<std::string_view, 3> numbers = {"int", "uint", "double"};
  std::vector<std::string> all;
  const auto add = [&all](std::string_view op, std::string_view a, std::string_view b) {
    all.push_back(std::string(op) + "(" + std::string(a) + ", " + std::string(b) + ") -> bool");
  };
  for (const std::string_view op : {"_<_", "_<=_", "_>_", "_>=_"}) {
    for (const auto kind : others) add(op, kind, kind);
    for (const auto a : numbers)
      for (const auto b : numbers) add(op, a, b);
  }
  return all;
}

constexpr std::array fixed_signatures = {
    "_+_(int, int) -> int",
    "_+_(uint, uint) -> uint",
    "_+_(double, double) -> double",
    "_+_(string, string) -> string",
    "_+_(bytes, bytes) -> bytes",
    "_+_(list(A), list(A)) -> list(A)",
    "_+_(timestamp, duration) -> timestamp",
    "_+_(duration, timestamp) -> timestamp",
    "_+_(duration, duration) -> duration",
    "_-_(int, int) -> int",
    "_-_(uint, uint) -> uint",
    "_-_(double, double) -> double",
    "_-_(timestamp, timestamp) -> duration",
    "_-_(timestamp, duration) -> timestamp",
    "_-_(duration, duration) -> duration",
    "_*_(int, int) -> int",
    "_*_(uint, uint) -> uint",
    "_*_(double, double) -> double",
    "_/_(int, int) -> int",
    "_/_(uint, uint) -> uint",
    "_/_(double, double) -> double",
    "_%_(int, int) -> int",
    "_%_(uint, uint) -> uint",
    "-_(int) -> int",
    "-_(double) -> double",
    "!_(bool) -> bool",
    "_==_(A, A) -> bool",
    "_!=_(A, A) -> bool",
    "@in(A, list(A)) -> bool",
    "@in(A, map(A, B)) -> bool",
};

constexpr std::array size_signatures = {
    Definition{"size(string) -> int", size},   Definition{"size(bytes) -> int", size},
    Definition{"size(list(A)) -> int", size},  Definition{"size(map(A, B)) -> int", size},
    Definition{"string:size() -> int", size},  Definition{"bytes:size() -> int", size},
    Definition{"list(A):size() -> int", size}, Definition{"map(A, B):size() -> int", size},
};

// A list's index may come as a uint or as a double without fraction.
std::optional<std::int64_t> list_index(const Val& key) {
  if (key.is(Kind::integer)) return key.as_int();
  if (key.is(Kind::uinteger) && key.as_uint() <= 0x7FFFFFFFFFFFFFFF) return static_cast<std::int64_t>(key.as_uint());
  if (key.is(Kind::real) && std::trunc(key.as_double()) == key.as_double() && std::fabs(key.as_double()) < 9e15)
    return static_cast<std::int64_t>(key.as_double());
  return std::nullopt;
}

std::string key_text(const Val& key) {
  if (key.is(Kind::text)) return "\"" + clip(one_line(key.as_chars()), 60) + "\"";
  if (key.is(Kind::integer)) return std::to_string(key.as_int());
  if (key.is(Kind::uinteger)) return std::to_string(key.as_uint()) + "u";
  if (key.is(Kind::boolean)) return key.as_bool() ? "true" : "false";
  return "of type " + std::string(key.type_name());
}

}  // namespace

Run direct_operator(std::string_view name) {
  for (const auto& [op, run] : operators)
    if (op == name) return run;
  return nullptr;
}

std::span<const Definition> operator_functions() {
  static const std::vector<std::string> orders = order_signatures();
  static const std::vector<Definition> all = [] {
    std::vector<Definition> d(size_signatures.begin(), size_signatures.end());
    for (const char* s : fixed_signatures) d.push_back({s, nullptr});
    for (const std::string& s : orders) d.push_back({s, nullptr});
    return d;
  }();
  return all;
}

Val index(const Val& container, const Val& key) {
  if (container.is(Kind::map)) {
    auto found = container.as_map().find(key);
    return found ? std::move(*found) : Val::failure("no such key: " + key_text(key), Failure::Why::missing);
  }
  if (!container.is(Kind::list))
    return Val::failure("no matching overload: [ ] cannot look into " + std::string(container.type_name()));
  const auto i = list_index(key);
  if (!i) return Val::failure("a list's index must be a whole number");
  const List& list = container.as_list();
  if (*i >= 0 && static_cast<std::size_t>(*i) < list.size()) return list.at(static_cast<std::size_t>(*i));
  return Val::failure("index out of range: " + std::to_string(*i) + " in a list of " + std::to_string(list.size()),
                      Failure::Why::missing);
}

Val select(const Val& container, const std::string& field) {
  if (!container.is(Kind::map))
    return Val::failure("no such field: ." + field + " cannot be read from " + std::string(container.type_name()),
                        container.is(Kind::null) ? Failure::Why::missing : Failure::Why::failed);
  auto found = container.as_map().find(std::string_view(field));
  return found ? std::move(*found) : Val::failure("no such key: \"" + field + "\"", Failure::Why::missing);
}

}  // namespace muster::cel
