#include "bot/core/alerts/labels.h"

#include <doctest/doctest.h>

#include <map>

using namespace muster;

TEST_CASE("labels read like a map of their pairs") {
  std::uint32_t dice = 1;
  const auto roll = [&dice](std::size_t below) {
    dice = dice * 1'664'525u + 1'013'904'223u;
    return (dice >> 8) % below;
  };
  for (int round = 0; round < 300; ++round) {
    Labels labels;
    std::map<std::string, std::string> wanted;
    for (std::size_t n = roll(8); n > 0; --n) {
      const std::string name(roll(3), static_cast<char>('a' + roll(4))), value(roll(40), static_cast<char>(roll(256)));
      labels.set(name, value);
      wanted[name] = value;
    }
    REQUIRE(labels.size() == wanted.size());
    CHECK(labels.empty() == wanted.empty());
    auto at = labels.begin();
    for (const auto& [name, value] : wanted) {
      CHECK(at->first == name);
      CHECK((at++)->second == value);
      CHECK(labels.at(name) == value);
      CHECK(labels.contains(name));
    }
    CHECK(at == labels.end());
    CHECK(!labels.contains("zz"));
    CHECK(labels.value_or_empty("zz").empty());
    CHECK(labels.find("zz") == labels.end());
  }
}

TEST_CASE("labels are equal when their pairs are, in whatever order they were given") {
  CHECK(Labels{{"b", "2"}, {"a", "1"}} == Labels{{"a", "1"}, {"b", "0"}, {"b", "2"}});
  CHECK(Labels{{"a", "12"}} != Labels{{"a1", "2"}});
  CHECK(Labels{} == Labels{});
}
