// Mistakes are told before evaluation, with their place, where types are known.
#include <doctest/doctest.h>

#include <string>

#include "bot/cel/cel.h"

namespace {

using namespace muster;
using cel::Type;

cel::Options alert_options() {
  cel::Options o;
  o.open = false;
  o.variables["alert"] = Type::object({{"severity", Type::text()},
                                       {"labels", Type::map(Type::text(), Type::text())},
                                       {"since", Type::timestamp()},
                                       {"count", Type::integer()}});
  o.variables["env"] = Type::text();
  o.variables["anything"] = Type::dyn();
  o.wanted = Type::boolean();
  return o;
}

// Empty when the expression is fine.
std::string mistake(std::string_view source, const cel::Options& options = alert_options()) {
  const auto program = cel::compile(source, options);
  return program ? std::string() : cel::to_error(program.error()).message + "|" + program.error().next_step;
}

std::string type_of(std::string_view source) {
  const auto program = cel::compile(source);
  return program ? cel::to_text(program->type()) : cel::to_error(program.error()).message;
}

}  // namespace

TEST_CASE("a condition over known variables passes") {
  CHECK(mistake("alert.severity == 'page' && env in ['prod', 'staging']") == "");
  CHECK(mistake("alert.labels.team == 'db' || has(alert.labels.team)") == "");
  CHECK(mistake("age(alert.since) > duration('5m') && alert.count >= 3") == "");
  CHECK(mistake("anything.deep.inside[0] == 1") == "");
  CHECK(mistake("alert.labels.all(name, value, value != '')") == "");
  CHECK(mistake("default(anything.x, 0) > 1") == "");
}

TEST_CASE("an unknown variable, field or function is named, with what was probably meant") {
  CHECK(mistake("alrt.severity == 'page'") == "line 1, column 1: there is no variable alrt|Did you mean alert?");
  CHECK(mistake("alert.severty == 'page'") == "line 1, column 7: there is no field severty|Did you mean severity?");
  CHECK(mistake("alert['severty'] == 'page'") == "line 1, column 7: there is no field severty|Did you mean severity?");
  CHECK(mistake("has(alert.severty)") == "line 1, column 11: there is no field severty|Did you mean severity?");
  CHECK(mistake("env.startWith('p')") == "line 1, column 5: there is no function startWith|Did you mean startsWith?");
  CHECK(mistake("env == prod") ==
        "line 1, column 8: there is no variable prod|Known here: now, alert, anything, env. For text write \"prod\".");
  CHECK(mistake("startsWith(env, 'p')") ==
        "line 1, column 1: startsWith is called on a value|Write value.startsWith(…).");
}

TEST_CASE("types that do not go together are told with the place") {
  CHECK(mistake("alert.count == 'three'") == "line 1, column 13: == cannot take int, string|");
  CHECK(
      mistake("alert.count + 1.5 > 2.0") ==
      "line 1, column 13: + cannot take int, double|Numbers of different types do not mix: convert with int(), uint() "
      "or double().");
  CHECK(
      mistake("alert.count") ==
      "line 1, column 7: here should come bool, and this is int|Nothing counts as true by itself: compare, for example "
      "x != \"\".");
  CHECK(
      mistake("env && true") ==
      "line 1, column 1: && takes a bool, and this is string|Nothing counts as true by itself: compare, for example x "
      "!= \"\".");
  CHECK(mistake("!env").starts_with("line 1, column 1: ! cannot take string|"));
  CHECK(mistake("alert.count.x == 1").starts_with("line 1, column 13: .x cannot be read from int|"));
  CHECK(mistake("env.size(1) == 1").find("string.size()") != std::string::npos);
  CHECK(mistake("true ? env : 1").starts_with("line 1, column 6: the two cases differ: string and int|"));
  CHECK(mistake("[1, 2].all(x, x == 'a')").starts_with("line 1, column 17: == cannot take int, string|"));
  CHECK(mistake("alert.count in ['a']").starts_with("line 1, column 13: in cannot take int, list(string)|"));
}

TEST_CASE("numbers of every kind may be compared by size, and null with everything") {
  CHECK(mistake("alert.count > 2.5") == "");
  CHECK(mistake("1u < 2") == "");
  CHECK(mistake("env == null || null != alert.labels") == "");
}

TEST_CASE("constants that can only fail are told before evaluation") {
  CHECK(mistake("env.matches('[')").starts_with("line 1, column 13: not a regular expression"));
  CHECK(mistake("age(alert.since) > duration('5 minutes')").starts_with("line 1, column 29: type conversion error"));
  CHECK(mistake("timestamp('yesterday') < now").starts_with("line 1, column 11: type conversion error"));
}

TEST_CASE("types are inferred") {
  CHECK(type_of("1 + 2") == "int");
  CHECK(type_of("[1, 2]") == "list(int)");
  CHECK(type_of("[1, 'a']") == "list(dyn)");
  CHECK(type_of("[]") == "list(dyn)");
  CHECK(type_of("{'a': [1u]}") == "map(string, list(uint))");
  CHECK(type_of("{'a': 1}['a']") == "int");
  CHECK(type_of("[1].map(x, string(x))") == "list(string)");
  CHECK(type_of("{'a': 1}.transformMap(k, v, v > 0)") == "map(string, bool)");
  CHECK(type_of("['a'].transformList(i, v, i)") == "list(int)");
  CHECK(type_of("[[], [[]], [[1]]]") == "list(list(dyn))");
  CHECK(type_of("unknown.field") == "dyn");
  CHECK(type_of("unknown + 1") == "int");
  CHECK(type_of("timestamp(0) - timestamp(1)") == "duration");
  CHECK(type_of("math.greatest(1, 2.0)") == "dyn");
  CHECK(type_of("type(1)") == "type");
  CHECK(type_of("now") == "timestamp");
}

TEST_CASE("the caret stands under the mistake, also after wide characters, tabs and in long lines") {
  const auto shown = [](std::string_view source) {
    const auto p = cel::compile(source);
    return p ? std::string() : cel::with_caret(source, p.error());
  };
  CHECK(shown("1 + + 2") == "line 1, column 5: here should come a value, not +\n  1 + + 2\n      ^");
  CHECK(shown("true &&\n  sise(x) > 1") == "line 2, column 3: there is no function sise\n    sise(x) > 1\n    ^");
  CHECK(shown("'한국' + $") ==
        "line 1, column 8: the character $ cannot stand outside quotes\n  '한국' + $\n           ^");
  CHECK(shown("\t1 1") == "line 1, column 4: here should come an operator or the end, not 1\n  \t1 1\n  \t  ^");
  const std::string lined = shown(std::string(300, ' ') + "$ " + std::string(300, ' ') + "1");
  const std::size_t caret = lined.rfind('\n');
  CHECK(lined.substr(caret).size() < 120);
  CHECK(lined.find("…") != std::string::npos);
  CHECK(shown("'\x1b[31m").find('\x1b') == std::string::npos);
}
