// The door for the rest of the product: bindings, names, results, limits.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "bot/base/json.h"
#include "bot/cel/cases.h"
#include "bot/cel/cel.h"
#include "bot/cel/tagged.h"

namespace {

using namespace muster;

std::string result(std::string_view source, const cel::Bindings& with = {}, std::uint64_t limit = cel::cost_max) {
  const auto program = cel::compile(source);
  if (!program) return cel::to_error(program.error()).message;
  const auto value = cel::evaluate(*program, with, limit);
  return value ? to_json(cel::to_json_value(*value)) : cel::to_error(value.error()).message;
}

}  // namespace

TEST_CASE("JSON-like values are bound where they lie, and results outlive them") {
  std::optional<cel::Val> kept;
  {
    const Value alert = *parse_json(R"({"labels":{"team":"db"},"count":3,"ratio":0.5,"tags":["a",null,true]})");
    cel::Bindings with;
    with.bind("alert", alert);
    CHECK(result("alert.labels.team + '!'", with) == R"("db!")");
    CHECK(result("alert.count + 1", with) == "4");
    CHECK(result("alert.ratio * 2.0", with) == "1.0");
    CHECK(result("alert.tags", with) == R"(["a",null,true])");
    CHECK(result("alert.labels == {'team': 'db'}", with) == "true");
    CHECK(result("alert.map(k, k)", with) == R"(["count","labels","ratio","tags"])");
    kept = *cel::evaluate(*cel::compile("[alert.labels, alert.tags[0]]"), with);
  }
  CHECK(to_json(cel::to_json_value(*kept)) == R"([{"team":"db"},"a"])");
}

TEST_CASE("members of a map are bound as variables, and a later binding replaces an earlier one") {
  const Value all = *parse_json(R"({"x":1,"y":{"z":2}})");
  const Value other = 5;
  cel::Bindings with;
  with.bind_members(all).bind("x", other);
  CHECK(result("x + y.z", with) == "7");
}

TEST_CASE("a condition must be true or false: nothing counts as true by itself") {
  const Value one = 1;
  cel::Bindings with;
  with.bind("x", one);
  CHECK(*cel::test(*cel::compile("x == 1"), with));
  CHECK_FALSE(*cel::test(*cel::compile("x == 2"), with));
  const auto no_bool = cel::test(*cel::compile("x"), with);
  REQUIRE_FALSE(no_bool);
  CHECK(no_bool.error().message == "a condition must be true or false, and this is int");
  CHECK_FALSE(no_bool.error().next_step.empty());
  CHECK_FALSE(cel::test(*cel::compile("y"), with));
}

TEST_CASE("the present time comes from the bindings only") {
  cel::Bindings with;
  with.now(-1500);
  CHECK(result("now", with) == R"("1969-12-31T23:59:58.5Z")");
  CHECK(result("age(timestamp(-10))", with) == R"("8.5s")");
  CHECK(result("now") == "line 1, column 1: there is no variable now");
  CHECK(result("age(timestamp(0))").find("the present time is not known here") != std::string::npos);
}

TEST_CASE("a program tells which variables it reads and which of them are guarded") {
  const auto program =
      cel::compile("has(svc.last.at) && svc.last.at < now || default(run.x, 0) > [1].map(y, y + z)[0]");
  REQUIRE(program);
  CHECK(program->names() == std::vector<std::string>{"now", "run", "svc", "z"});
  const auto& refs = program->references();
  REQUIRE(refs.size() == 5);
  CHECK(refs[0].path == std::vector<std::string>{"svc", "last", "at"});
  CHECK(refs[0].guarded);
  CHECK(refs[1].path == std::vector<std::string>{"svc", "last", "at"});
  CHECK_FALSE(refs[1].guarded);
  CHECK(refs[1].offset == 20);
  CHECK(refs[3].path == std::vector<std::string>{"run", "x"});
  CHECK(refs[3].guarded);
}

TEST_CASE("errors at evaluation stand at their place") {
  const Value x = *parse_json(R"({"a":1})");
  cel::Bindings with;
  with.bind("x", x);
  CHECK(result("x.a > 0 && x.b > 0", with) == "line 1, column 14: no such key: \"b\"");
  CHECK(result("[1, 2].map(n, 10 / (n - 1))", with) == "line 1, column 18: division by zero");
  CHECK(result("true &&\n x.a / 0 == 1", with) == "line 2, column 6: division by zero");
}

TEST_CASE("cost is limited, and no operator absorbs that") {
  CHECK(result("[1, 2, 3].all(x, x > 0)", {}, 10).ends_with(": the expression costs too much to evaluate"));
  CHECK(result("[1, 2, 3].all(x, x > 0) || true", {}, 10).find("costs too much") != std::string::npos);
  CHECK(result("default([1, 2, 3].all(x, x > 0), true)", {}, 10).find("costs too much") != std::string::npos);
  CHECK(result("[1, 2, 3].all(x, x > 0)", {}, 100) == "true");
}

TEST_CASE("values as plain JSON") {
  CHECK(result("{'u': 18446744073709551615u, 'b': b'hi', 't': timestamp(0), 'd': duration('1m'), 'y': int}") ==
        R"({"b":"aGk=","d":"60s","t":"1970-01-01T00:00:00Z","u":18446744073709551616.0,"y":"int"})");
  CHECK(result("{1: 'a', true: 'b', 2u: 'c'}") == R"({"1":"a","2":"c","true":"b"})");
  CHECK(result("[0.0 / 0.0, 1.0 / 0.0]") == R"(["NaN","Infinity"])");
}

TEST_CASE("tagged values are read back as they were written") {
  for (const char* source :
       {"null", "true", "-5", "5u", "1.5", "0.0/0.0", "-1.0/0.0", "'é'", "b'\\xff\\x00'", "[1, [2u]]",
        "{'a': {1: 2, true: null}}", "timestamp('2020-01-01T00:00:00.5Z')", "duration('-1.5s')", "int"}) {
    const auto value = cel::evaluate(*cel::compile(source), {});
    REQUIRE_MESSAGE(value.has_value(), source);
    const std::string text = to_json(cel::to_tagged(*value));
    const auto again = cel::from_tagged(*parse_json(text));
    REQUIRE_MESSAGE(again.has_value(), text);
    CHECK(to_json(cel::to_tagged(*again)) == text);
  }
}

TEST_CASE("a case's line is answered by a value or an error, also when it is wrong") {
  const auto answer = [](std::string_view line) { return cel::answer_case(line, 0); };
  CHECK(answer(R"({"expr":"x + 1","bindings":{"x":{"int64":"41"}}})") == R"({"value":{"int64":"42"}})");
  CHECK(answer(R"({"expr":"x","bindings":{"x":{"a":[1,2.5]}}})") ==
        R"({"value":{"map":[[{"string":"a"},{"list":[{"int64":"1"},{"double":2.5}]}]]}})");
  CHECK(answer(R"({"expr":"1 +"})") ==
        R"({"error":"line 1, column 4: the expression ends here, but a value should come"})");
  CHECK(answer(R"({"expr":"y","container":"x","bindings":{"x.y":{"bool":true}}})") == R"({"value":{"bool":true}})");
  for (const char* wrong :
       {"", "nonsense", "[]", "{}", R"({"expr":1})", R"({"expr":"x","bindings":[]})",
        R"({"expr":"x","bindings":{"x":{"int64":"a"}}})", R"({"expr":"x","bindings":{"x":{"bytes":"%"}}})",
        R"({"expr":"x","bindings":{"x":{"map":[[1]]}}})", R"({"expr":"x","bindings":{"x":{"duration":"1"}}})"})
    CHECK_MESSAGE(answer(wrong).starts_with(R"({"error":)"), wrong);
}

TEST_CASE("each line has one answer, whatever the lines say and however they end") {
  const auto answers = [](const std::string& lines) {
    std::istringstream in(lines);
    std::ostringstream out;
    cel::answer_cases(in, out, VirtualClock());
    return out.str();
  };
  CHECK(answers("").empty());
  CHECK(answers("{\"expr\":\"1\"}\r\n{\"expr\":\"2\"}") ==
        "{\"value\":{\"int64\":\"1\"}}\n{\"value\":{\"int64\":\"2\"}}\n");
  const std::string odd = answers("\n\xff\n" + std::string(1, '\0') + "\n{\"expr\":\"3\"}\n");
  CHECK(std::count(odd.begin(), odd.end(), '\n') == 4);
  CHECK(odd.ends_with("\n{\"value\":{\"int64\":\"3\"}}\n"));
}

TEST_CASE("a line of any length costs a bounded piece of memory, and the line behind it is answered") {
  const std::string fits = "{\"expr\":\"size(x)\",\"bindings\":{\"x\":\"" + std::string(3'000'000, 'a') + "\"}}\n";
  const std::string too_long(cel::case_bytes_max + 1, 'a');
  std::istringstream in(fits + too_long + "\n{\"expr\":\"2\"}\n");
  std::ostringstream out;
  cel::answer_cases(in, out, VirtualClock());
  CHECK(out.str() ==
        "{\"value\":{\"int64\":\"3000000\"}}\n"
        "{\"error\":\"the line is longer than 4 MB\"}\n"
        "{\"value\":{\"int64\":\"2\"}}\n");
}
