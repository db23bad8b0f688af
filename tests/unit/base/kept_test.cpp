// Texts and values that are kept once.
#include "bot/base/kept.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("equal texts and values are one in a pool, different ones are not, and what is empty takes nothing") {
  KeptPool pool;
  const Word a = pool.word("waiting"), b = pool.word("waiting"), c = pool.word("running");
  CHECK(a.same_as(b));
  CHECK_FALSE(a.same_as(c));
  CHECK(a == "waiting");
  CHECK(a == b);
  CHECK_FALSE(a == c);
  const Value tree = Value::Map{{"plan", Value::List{1, "x", 2.5, true, nullptr}}};
  CHECK(pool.value(tree).same_as(pool.value(tree)));
  CHECK_FALSE(pool.value(tree).same_as(pool.value(Value::Map{{"plan", Value::List{1, "x", 2.5, true}}})));
  CHECK_FALSE(pool.value(1).same_as(pool.value(1.0)));
  CHECK(pool.value(tree)["plan"].as_list().size() == 5);
  const std::size_t before = pool.size();
  CHECK(pool.word("").empty());
  CHECK(pool.value({}).is_null());
  CHECK(pool.size() == before);
  CHECK(sizeof(Word) == sizeof(void*));
  CHECK(sizeof(KeptValue) == sizeof(void*));
}

TEST_CASE("a kept text outlives its pool and its first owner, and a copy of a pool shares what it keeps") {
  Word kept;
  {
    KeptPool pool;
    kept = pool.word("group:oncall");
    const KeptPool copy = pool;
    CHECK(copy.size() == 1);
  }
  const Word copy = kept;
  kept = "other";
  CHECK(copy.text() == "group:oncall");
  CHECK(kept == "other");
  kept.clear();
  CHECK(kept.text().empty());
}

TEST_CASE("what nobody holds any more leaves the pool, what is held stays one") {
  KeptPool pool;
  const Word held = pool.word("held");
  for (int i = 0; i < 100'000; ++i) pool.word("gone " + std::to_string(i));
  CHECK(pool.size() < 3'000);
  CHECK(pool.word("held").same_as(held));
}
