// Values that are kept in one piece.
#include "bot/base/packed.h"

#include <doctest/doctest.h>

#include <limits>

#include "bot/base/json.h"

using namespace muster;

namespace {

Value everything() {
  return Value::Map{{"yes", true},
                    {"no", false},
                    {"nothing", nullptr},
                    {"small", -1},
                    {"least", std::numeric_limits<std::int64_t>::min()},
                    {"most", std::numeric_limits<std::int64_t>::max()},
                    {"part", 0.1},
                    {"text", "\x01 한글 \xff"},
                    {"long", std::string(300, 'x')},
                    {"empty", Value::List{Value::List{}, Value::Map{}, ""}},
                    {"plan", Value::Map{{"checks", Value::List{Value::Map{{"name", "ci"}}, 2}}}}};
}

}  // namespace

TEST_CASE("a packed value is read as it was, whole and by its members") {
  const Value whole = everything();
  const Packed packed(whole);
  CHECK(packed.is_map());
  CHECK(packed.get() == whole);
  for (const auto& [name, member] : whole.as_map()) CHECK(packed.member(name) == member);
  CHECK(packed.member("absent").is_null());
  CHECK(packed.member("plan")["checks"].as_list().size() == 2);
  for (const Value& single : {Value(7), Value("x"), Value(true), Value(2.5), Value(Value::List{1, 2})}) {
    CHECK(Packed(single).get() == single);
    CHECK_FALSE(Packed(single).is_map());
    CHECK(Packed(single).member("x").is_null());
  }
}

TEST_CASE("nothing packed takes nothing, and an empty map is a map") {
  CHECK(sizeof(Packed) == sizeof(void*));
  CHECK(Packed().is_null());
  CHECK(Packed(Value()).is_null());
  CHECK(Packed().get().is_null());
  CHECK(Packed().member("x").is_null());
  const Packed empty{Value(Value::Map{})};
  CHECK(empty.is_map());
  CHECK(empty.get().as_map().empty());
}

TEST_CASE("a packed map is smaller than its text") {
  const Value plan = Value::Map{{"arguments", Value::Map{{"service", "search"}, {"env", "prod"}, {"replicas", 3}}},
                                {"checks", Value::List{Value::Map{{"name", "lock"}, {"mark", "passed"}}}}};
  CHECK(Packed(plan).size() < to_json(plan).size());
}
