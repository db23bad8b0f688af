#include "bot/base/text.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

const std::string family = "👩‍👩‍👧‍👦";

}  // namespace

TEST_CASE("only well-formed UTF-8 is UTF-8") {
  for (const char* good : {"", "abc", "한글", "🚨", "שלום", "twelve bytes 한"}) CHECK(is_utf8(good));
  for (const char* bad : {"\xFF", "abcdefgh\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK(is_utf8(repair_utf8(bad)));
    CHECK(repair_utf8(bad).find("\uFFFD") != std::string::npos);
  }
  CHECK(repair_utf8("a\xFF한") == "a\uFFFD한");
}

TEST_CASE("text is composed") {
  CHECK(to_nfc("cafe\u0301") == "caf\u00E9");
  CHECK(to_nfc("\u1112\u1161\u11AB\u1100\u1173\u11AF") == "한글");
  CHECK(to_nfc("a\xFF한") == "a\uFFFD한");
  CHECK(to_nfc("plain") == "plain");
}

TEST_CASE("case folds beyond ASCII") {
  CHECK(fold_case("Straße ÄÖ") == "strasse äö");
  CHECK(fold_case("CRIT") == "crit");
  CHECK(fold_case("심각") == "심각");
  CHECK(lower_ascii("AbÄ") == "abÄ");
}

TEST_CASE("strings are trimmed, split and joined") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim("  ").empty());
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(join({"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(join({}, ", ").empty());
}

TEST_CASE("one line has no control characters") {
  CHECK(one_line("a\r\n\tb") == "a b");
  CHECK(one_line("결제 지연\n두 번째") == "결제 지연 두 번째");
  CHECK(one_line("\na  b\n") == "a  b");
  CHECK(one_line("a\u2028b\u0085c\x1B[31m") == "a b c [31m");
  CHECK(one_line("a \n b") == "a b");
  CHECK(one_line("a\xFF") == "a\uFFFD");
  CHECK(one_line("\u00A0° ’ … 큐\u2028큐 ") == "\u00A0° ’ … 큐 큐");
  CHECK(one_line(" 큐가 늘어난다. ") == "큐가 늘어난다.");
  CHECK(one_line("큐\x7f가") == "큐 가");
}

TEST_CASE("graphemes are what people count") {
  struct Row {
    std::string text;
    std::size_t graphemes, code_points;
  };
  const Row rows[] = {
      {"", 0, 0},     {"abc", 3, 3},  {"한글", 2, 2},   {"e\u0301x", 2, 3}, {family, 1, 7},
      {"🇰🇷🇩🇪", 2, 4}, {"שָׁלוֹם", 4, 7}, {"a\r\nb", 3, 4}, {"👍🏽", 1, 2}, {"\u1112\u1161\u11AB", 1, 3}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(grapheme_count(row.text) == row.graphemes);
    CHECK(code_point_count(row.text) == row.code_points);
  }
}

TEST_CASE("in one line nothing turns the words behind it round") {
  CHECK(one_line("evil \u202Egnp.exe") == "evil gnp.exe");
  CHECK(one_line("\u2067a\u2069 b") == "a b");
  CHECK(one_line("שירות התשלומים") == "שירות התשלומים");
  CHECK(one_line("naïve – ok") == "naïve – ok");
}

TEST_CASE("clipping never splits a character and never exceeds the limit") {
  CHECK(clip("hello", 5) == "hello");
  CHECK(clip("hello", 4) == "hel…");
  CHECK(clip("결제 서비스 지연", 4) == "결제 …");
  CHECK(clip(family + family + "x", 2) == family + "…");
  CHECK(clip(family + family, 2) == family + family);
  CHECK(clip("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
  CHECK(clip("abc", 0).empty());
  CHECK(clip("abc", 1) == "…");
  CHECK(clip("a\xFF", 9) == "a\uFFFD");
}

TEST_CASE("clipping by bytes keeps whole characters") {
  CHECK(clip_bytes("hello", 5) == "hello");
  CHECK(clip_bytes("hello world", 8) == "hello…");
  CHECK(clip_bytes("한글한글", 11) == "한글…");
  CHECK(clip_bytes("x" + family + "yyy", 12) == "x…");
  CHECK(clip_bytes("abcdefg", 2).empty());
  for (std::size_t n = 0; n < 40; ++n) CHECK(clip_bytes("é한🚨" + family + "tail", n).size() <= n);
}

TEST_CASE("HTML is escaped") { CHECK(escape_html("<a href=\"x\">&'한") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;한"); }

TEST_CASE("edit distance counts code points and swaps") {
  CHECK(edit_distance("deploy", "deploy", 2) == 0);
  CHECK(edit_distance("deploy", "depoly", 2) == 1);
  CHECK(edit_distance("배포", "배표", 2) == 1);
  CHECK(edit_distance("kitten", "sitting", 5) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) == 3);
  CHECK(edit_distance("", "abcdef", 2) == 3);
}

TEST_CASE("the nearest words come first") {
  CHECK(nearest("incidnet", {"runbook", "incidents", "incident"}) == std::vector<std::string>{"incident", "incidents"});
  CHECK(nearest("xyz", {"ack", "run"}).empty());
  CHECK(nearest("what", {"at", "wait"}) == std::vector<std::string>{"wait"});
  CHECK(nearest("annna", {"ana"}).size() == 1);
  CHECK(nearest("ACKE", {"ack", "acks"}).size() == 2);
}
