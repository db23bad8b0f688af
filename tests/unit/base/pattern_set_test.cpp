#include "bot/base/pattern_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace muster;

TEST_CASE("a set of patterns names every pattern that matches, ignoring case, and finds its places") {
  const auto set = PatternSet::build({R"(\bdisk\s+full\b)", "풀이\\s*가득", R"(^who\b)", R"(\d{3})"});
  REQUIRE(set.has_value());
  const std::string text = "The DISK  full again\nwho knows: 풀이 가득, 503 and 504";
  const auto maybe = set->candidates(text);
  for (std::size_t p = 0; p < 4; ++p) CHECK(std::ranges::find(maybe, p) != maybe.end());
  CHECK(set->find_all(0, text) == PatternSet::Spans{{4, 14}});
  CHECK(set->find_all(2, text).size() == 1);
  CHECK(set->find_all(3, text).size() == 2);
}

TEST_CASE("patterns whose words are missing are no candidates") {
  const auto set = PatternSet::build({R"(\bdisk\s+full\b)", "풀이\\s*가득"});
  REQUIRE(set.has_value());
  CHECK(set->candidates("the network is slow").empty());
  CHECK(set->candidates("").empty());
}

TEST_CASE("a pattern is a candidate wherever its words stand and however they are written; one without words always") {
  const auto set = PatternSet::build({"why|who", "이상합니다", R"(\d+)", R"(disk\s+full)"});
  REQUIRE(set.has_value());
  using Indices = std::vector<std::size_t>;
  CHECK(set->candidates("") == Indices{2});
  CHECK(set->candidates("wh") == Indices{2});
  CHECK(set->candidates("WHO") == Indices{0, 2});
  CHECK(set->candidates("and Why") == Indices{0, 2});
  CHECK(set->candidates("이상합니") == Indices{2});
  CHECK(set->candidates("왜 이상합니다 why") == Indices{0, 1, 2});
  CHECK(set->candidates("DISK, not FULL") == Indices{2, 3});
}

TEST_CASE("a broken pattern is an error and names itself") {
  const auto set = PatternSet::build({"fine", "(open"});
  REQUIRE_FALSE(set.has_value());
  CHECK(set.error().message.find("(open") != std::string::npos);
}
