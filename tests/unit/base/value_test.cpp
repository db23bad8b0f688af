// Maps of values: sorted whatever the order they came in.
#include "bot/base/value.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace muster;

namespace {

std::string names(const Value::Map& map) {
  std::string out;
  for (const auto& [name, value] : map) out += name + "=" + std::to_string(value.as_int()) + " ";
  return out;
}

}  // namespace

TEST_CASE("a map's members are sorted by name, however they were written") {
  Value v = Value::Map{{"m", 1}, {"z", 2}, {"a", 3}};
  CHECK(names(v.as_map()) == "a=3 m=1 z=2 ");
  v.set("k", 4);
  v.set("zz", 5);
  v.set("", 6);
  CHECK(names(v.as_map()) == "=6 a=3 k=4 m=1 z=2 zz=5 ");
  v.set("m", 7);
  CHECK(v.as_map().size() == 6);
  CHECK(v["m"].as_int() == 7);
  CHECK(v["nothing"].is_null());
  CHECK(!v.has("n"));
  CHECK(v.has(""));
}

TEST_CASE("of a name given twice the last value counts, among few and among many") {
  for (const int size : {3, 200}) {
    CAPTURE(size);
    Value::Map::Members members;
    for (int i = size; i-- > 0;) members.emplace_back("k" + std::to_string(1000 + i), i);
    for (int i = 0; i < size; i += 2) members.emplace_back("k" + std::to_string(1000 + i), -i);
    const Value::Map map = Value::Map::of(std::move(members));
    CHECK(map.size() == static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) CHECK(map.find("k" + std::to_string(1000 + i))->second == Value(i % 2 ? i : -i));
    CHECK(std::ranges::is_sorted(map, {}, [](const auto& member) { return member.first; }));
  }
}

TEST_CASE("bytes decide the order, so that text beyond ASCII comes last") {
  const Value v = Value::Map{{"é", 1}, {"z", 2}, {"Z", 3}};
  CHECK(names(v.as_map()) == "Z=3 z=2 é=1 ");
}

TEST_CASE("two maps are equal when their members are, in whatever order they were set") {
  Value a, b;
  a.set("x", 1);
  a.set("y", Value::List{"l"});
  b.set("y", Value::List{"l"});
  b.set("x", 1);
  CHECK(a == b);
  b.set("x", 2);
  CHECK(a != b);
}
