#include "bot/base/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "bot/base/text.h"

using namespace muster;

namespace {

std::string again(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? to_json(*parsed) : "refused: " + parsed.error().message;
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("what is parsed prints in canonical form") {
  struct Row {
    const char *in, *out;
  };
  const Row rows[] = {
      {R"( { "b" : 1 , "a" : [ true , null ] } )", R"({"a":[true,null],"b":1})"},
      {R"({"a":1,"a":2})", R"({"a":2})"},
      {R"("결제 🚨 שלום e\u0301")", "\"결제 🚨 שלום e\u0301\""},
      {R"("\ud83d\udea8")", R"("🚨")"},
      {R"("a\/b\u0007\"\\\n\u0000")", "\"a/b\\u0007\\\"\\\\\\n\\u0000\""},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808.0"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551616", "18446744073709551616.0"},
      {"184467440737095516159", "184467440737095516160.0"},
      {"-1e-400", "-0.0"},
      {"0.1", "0.1"},
      {"1.0", "1.0"},
      {"1e300", "1e+300"},
      {"{}", "{}"},
      {"[]", "[]"},
      {"\xEF\xBB\xBF[1]", "[1]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.in);
    CHECK(again(row.in) == row.out);
  }
}

TEST_CASE("broken text in strings becomes U+FFFD") {
  CHECK(again(R"("a\ud800b")") == "\"a\uFFFDb\"");
  CHECK(again(R"("a\uDC00b")") == "\"a\uFFFDb\"");
  CHECK(again(R"("\ud83d")") == "\"\uFFFD\"");
  CHECK(again(R"("\ud83d\ud83d\udea8")") == "\"\uFFFD🚨\"");
  CHECK(again(R"("\ud83d\n")") == "\"\uFFFD\\n\"");
  CHECK(again(R"("\\ud800")") == R"("\\ud800")");
  CHECK(again("\"a\xFF\xC3(\"") == "\"a\uFFFD\uFFFD(\"");
  CHECK(to_json(Value("\xED\xA0\x80x")).find("\xED") == std::string::npos);
}

TEST_CASE("JSON may be 64 levels deep and no deeper") {
  CHECK(parse_json(nested(64)));
  REQUIRE_FALSE(parse_json(nested(65)));
  CHECK(parse_json(nested(65)).error().kind == ErrorKind::invalid);
  CHECK(parse_json(nested(65)).error().message == "JSON is nested deeper than 64 levels");
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
  CHECK_FALSE(parse_json("[[1]]", 1));
}

TEST_CASE("members of one name are left out at any depth, and are read like all others") {
  const auto left = [](const char* text) {
    const auto parsed = parse_json_without("x", text);
    return parsed ? to_json(*parsed) : parsed.error().message;
  };
  CHECK(left(R"({"a":1,"x":[{"a":[1,"x"]},2],"z":{"x":{"x":{"b":1}},"c":"x"}})") == R"({"a":1,"z":{"c":"x"}})");
  CHECK(left(R"([{"x":null},{"x":true},{"x":1.5},{"x":"s","y":"x"},"x"])") == R"([{},{},{},{"y":"x"},"x"])");
  CHECK(left(R"({"x":{}})") == "{}");
  CHECK(left(R"({"x":[1,],"a":1})").starts_with("not valid JSON at byte "));
  CHECK_FALSE(parse_json_without("x", R"({"x":)" + nested(64) + "}"));
  CHECK(parse_json_without("x", R"({"x":)" + nested(63) + "}"));
}

TEST_CASE("what is no JSON is refused with the place") {
  for (const char* bad : {"", " ", "{", "[1,]", "{\"a\":}", "nul", "[1] 2", "'a'", "\"\\u12\"", "\"\\ud8\"", "1e999",
                          "// c\n1", "\"a\nb\"", "\"\\"}) {
    CAPTURE(bad);
    REQUIRE_FALSE(parse_json(bad));
    CHECK(parse_json(bad).error().kind == ErrorKind::invalid);
    CHECK(parse_json(bad).error().message.starts_with("not valid JSON at byte "));
  }
}

TEST_CASE("a zero byte is no end of a document") {
  using namespace std::string_view_literals;
  CHECK_FALSE(parse_json("[1]\0"sv));
  CHECK_FALSE(parse_json("[1]\0[2]"sv));
  CHECK_FALSE(parse_json("\"a\0b\""sv));
  CHECK(parse_json("[1]\0"sv.substr(0, 3)));
}

TEST_CASE("numbers keep their type through print and parse") {
  for (const double d : {0.0, -0.5, 1.0, 1e22, 5e-324, 1.7976931348623157e308, 3.141592653589793}) {
    const auto back = parse_json(to_json(Value(d)));
    REQUIRE(back);
    CHECK(back->is_double());
    CHECK(back->as_double() == d);
  }
  CHECK(to_json(Value(std::nan(""))) == "null");
}

TEST_CASE("indentation is for people") {
  CHECK(to_json(parse_json(R"({"b":[1,{}],"a":[]})").value(), 2) ==
        "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {}\n  ]\n}");
}

TEST_CASE("what needs an escape gets one wherever it stands in a longer text") {
  for (const char special : {'"', '\\', '\n', '\x01', '\x1f'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text = "abcdefgh !#[]~\x7f 한국어 abcdefghijklmnopqrs";
      text[at] = special;
      const std::string json = to_json(Value(text));
      CAPTURE(json);
      CHECK(json.size() > repair_utf8(text).size() + 2);
      CHECK(parse_json(json)->as_string() == repair_utf8(text));
    }
  }
}

TEST_CASE("a text without escapes prints as it is at every length, as a name and as a value") {
  std::string text;
  for (int i = 0; i < 70; ++i, text += static_cast<char>('!' + i % 0x5e)) {
    std::erase_if(text, [](char c) { return c == '"' || c == '\\'; });
    CHECK(to_json(Value(text)) == '"' + text + '"');
    CHECK(to_json(Value(Value::Map{{text, text}})) == "{\"" + text + "\":\"" + text + "\"}");
    CHECK(to_json(Value(text + "한\xFF")) == '"' + text + "한\uFFFD\"");
  }
  CHECK(to_json(Value(Value::Map{{"a", 1}, {"b\n", Value::Map{}}})) == R"({"a":1,"b\n":{}})");
}
