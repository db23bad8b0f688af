// The math extension.
#include <array>
#include <cmath>
#include <limits>

#include "bot/cel/functions.h"

namespace muster::cel {
namespace {

using Args = std::span<const Val>;

// Of several numbers, or of one list of them; the first of equals stays.
template <class Better>
Val pick(std::string_view name, Args args, Better better) {
  std::vector<Val> listed;
  if (args.size() == 1 && args[0].is(Kind::list)) {
    const List& list = args[0].as_list();
    for (std::size_t i = 0; i < list.size(); ++i) listed.push_back(list.at(i));
    if (listed.empty()) return Val::failure(std::string(name) + "() of an empty list");
    args = listed;
  }
  const Val* best = &args[0];
  for (const Val& v : args) {
    if (!v.is_number())
      return Val::failure("no matching overload: " + std::string(name) + "() takes numbers, not " +
                          std::string(v.type_name()));
    const auto order = compare(v, *best);
    if (order && better(*order)) best = &v;
  }
  return *best;
}

Val greatest(Budget& budget, Args args) {
  const std::uint64_t n = args[0].is(Kind::list) ? args[0].as_list().size() : 1;
  if (!budget.spend(n)) return too_costly();
  return pick("math.greatest", args, [](std::partial_ordering o) { return o > 0; });
}
Val least(Budget& budget, Args args) {
  const std::uint64_t n = args[0].is(Kind::list) ? args[0].as_list().size() : 1;
  if (!budget.spend(n)) return too_costly();
  return pick("math.least", args, [](std::partial_ordering o) { return o < 0; });
}

Val ceil(Budget&, Args args) { return std::ceil(args[0].as_double()); }
Val floor(Budget&, Args args) { return std::floor(args[0].as_double()); }
Val round(Budget&, Args args) { return std::round(args[0].as_double()); }  // half away from zero
Val trunc(Budget&, Args args) { return std::trunc(args[0].as_double()); }
Val is_nan(Budget&, Args args) { return std::isnan(args[0].as_double()); }
Val is_inf(Budget&, Args args) { return std::isinf(args[0].as_double()); }
Val is_finite(Budget&, Args args) { return std::isfinite(args[0].as_double()); }
Val root_of_double(Budget&, Args args) { return std::sqrt(args[0].as_double()); }
Val root_of_int(Budget&, Args args) { return std::sqrt(static_cast<double>(args[0].as_int())); }
Val root_of_uint(Budget&, Args args) { return std::sqrt(static_cast<double>(args[0].as_uint())); }

Val size_of_int(Budget&, Args args) {
  const std::int64_t n = args[0].as_int();
  if (n == std::numeric_limits<std::int64_t>::min()) return Val::failure("overflow: the result does not fit an int");
  return n < 0 ? -n : n;
}
Val size_of_uint(Budget&, Args args) { return args[0]; }
Val size_of_double(Budget&, Args args) { return std::fabs(args[0].as_double()); }

Val sign_of_int(Budget&, Args args) {
  const std::int64_t n = args[0].as_int();
  return static_cast<std::int64_t>((n > 0) - (n < 0));
}
Val sign_of_uint(Budget&, Args args) { return static_cast<std::uint64_t>(args[0].as_uint() > 0); }
Val sign_of_double(Budget&, Args args) {
  const double d = args[0].as_double();
  return std::isnan(d) || d == 0 ? d : std::copysign(1.0, d);
}

std::uint64_t bits(const Val& v) { return v.is(Kind::uinteger) ? v.as_uint() : static_cast<std::uint64_t>(v.as_int()); }
Val like(const Val& v, std::uint64_t n) { return v.is(Kind::uinteger) ? Val(n) : Val(static_cast<std::int64_t>(n)); }

Val bit_and(Budget&, Args args) { return like(args[0], bits(args[0]) & bits(args[1])); }
Val bit_or(Budget&, Args args) { return like(args[0], bits(args[0]) | bits(args[1])); }
Val bit_xor(Budget&, Args args) { return like(args[0], bits(args[0]) ^ bits(args[1])); }
Val bit_not(Budget&, Args args) { return like(args[0], ~bits(args[0])); }

template <class Move>
Val shift(Args args, Move move) {
  const std::int64_t offset = args[1].as_int();
  if (offset < 0) return Val::failure("a shift by a negative offset: " + std::to_string(offset));
  return like(args[0], offset > 63 ? 0 : move(bits(args[0]), offset));
}
Val shift_left(Budget&, Args args) {
  return shift(args, [](std::uint64_t n, std::int64_t by) { return n << by; });
}
Val shift_right(Budget&, Args args) {  // zeros come in from the left, also into an int
  return shift(args, [](std::uint64_t n, std::int64_t by) { return n >> by; });
}

constexpr std::array math_definitions = {
    Definition{"math.greatest(int...) -> int", greatest},
    Definition{"math.greatest(uint...) -> uint", greatest},
    Definition{"math.greatest(double...) -> double", greatest},
    Definition{"math.greatest(dyn...) -> dyn", greatest},
    Definition{"math.least(int...) -> int", least},
    Definition{"math.least(uint...) -> uint", least},
    Definition{"math.least(double...) -> double", least},
    Definition{"math.least(dyn...) -> dyn", least},
    Definition{"math.ceil(double) -> double", ceil},
    Definition{"math.floor(double) -> double", floor},
    Definition{"math.round(double) -> double", round},
    Definition{"math.trunc(double) -> double", trunc},
    Definition{"math.abs(int) -> int", size_of_int},
    Definition{"math.abs(uint) -> uint", size_of_uint},
    Definition{"math.abs(double) -> double", size_of_double},
    Definition{"math.sign(int) -> int", sign_of_int},
    Definition{"math.sign(uint) -> uint", sign_of_uint},
    Definition{"math.sign(double) -> double", sign_of_double},
    Definition{"math.sqrt(double) -> double", root_of_double},
    Definition{"math.sqrt(int) -> double", root_of_int},
    Definition{"math.sqrt(uint) -> double", root_of_uint},
    Definition{"math.isNaN(double) -> bool", is_nan},
    Definition{"math.isInf(double) -> bool", is_inf},
    Definition{"math.isFinite(double) -> bool", is_finite},
    Definition{"math.bitAnd(int, int) -> int", bit_and},
    Definition{"math.bitAnd(uint, uint) -> uint", bit_and},
    Definition{"math.bitOr(int, int) -> int", bit_or},
    Definition{"math.bitOr(uint, uint) -> uint", bit_or},
    Definition{"math.bitXor(int, int) -> int", bit_xor},
    Definition{"math.bitXor(uint, uint) -> uint", bit_xor},
    Definition{"math.bitNot(int) -> int", bit_not},
    Definition{"math.bitNot(uint) -> uint", bit_not},
    Definition{"math.bitShiftLeft(int, int) -> int", shift_left},
    Definition{"math.bitShiftLeft(uint, int) -> uint", shift_left},
    Definition{"math.bitShiftRight(int, int) -> int", shift_right},
    Definition{"math.bitShiftRight(uint, int) -> uint", shift_right},
};

}  // namespace

std::span<const Definition> math_functions() { return math_definitions; }

}  // namespace muster::cel
