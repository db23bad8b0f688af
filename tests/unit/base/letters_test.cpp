#include "bot/base/letters.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("Hangul is spelled in Latin letters, also where it comes in parts") {
  CHECK(latin_letters("장애 42") == "jangae 42");
  CHECK(latin_letters("값") == "gap");
  CHECK(latin_letters("\u1100\u1161\u11A8") == latin_letters("각"));
  CHECK(latin_letters("결제 API", Hangul::left_out).find("API") != std::string::npos);
  CHECK(latin_letters("결제", Hangul::left_out).find_first_not_of(' ') == std::string::npos);
}

TEST_CASE("letters with marks are the letters, other scripts stay, what is no text does no harm") {
  CHECK(latin_letters("Àéîñ Łódź Øß œuvre ﬁ ＡＰＩ") == "Aein Lodz Oss oeuvre fi API");
  CHECK(latin_letters("ÅngstroÖm e\u0301") == "AngstroOm e");
  CHECK(latin_letters("дом 家 😀") == "дом 家 😀");
  CHECK(latin_letters("ab\xED") == "ab\uFFFD");
  CHECK(latin_letters("").empty());
}
