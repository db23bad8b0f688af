#include "bot/base/yaml.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster;

TEST_CASE("nodes know their place and keep the order of the file") {
  const auto root = parse_yaml("b: 1\na:\n  - \"true\"\n  - 나\n");
  REQUIRE(root);
  REQUIRE(root->members.size() == 2);
  CHECK(root->members[0].key == "b");
  const YamlNode* list = root->find("a");
  REQUIRE(list != nullptr);
  REQUIRE(list->items.size() == 2);
  CHECK(list->items[0].quoted);
  CHECK(list->items[1].text == "나");
  CHECK(list->items[1].line == 4);
  CHECK(list->items[1].column == 5);
  CHECK(root->find("c") == nullptr);
}

TEST_CASE("a key that stands twice is a problem with its place, and the first value stays") {
  const YamlDocument document = read_yaml("a: 1\nb: 2\na: 3\n");
  REQUIRE(document.problems.size() == 1);
  CHECK(document.problems[0].line == 3);
  CHECK(document.root.find("a")->text == "1");
}

TEST_CASE("aliases, second documents, depth, size and bytes that are no text are refused") {
  CHECK_FALSE(parse_yaml("a: &x 1\nb: *x\n"));
  CHECK_FALSE(parse_yaml("a: 1\n---\nb: 2\n"));
  CHECK_FALSE(parse_yaml(std::string(200, '[') + std::string(200, ']')));
  CHECK(parse_yaml(std::string(20, '[') + std::string(20, ']')));
  CHECK_FALSE(parse_yaml(std::string(yaml_bytes_max + 1, ' ')));
  CHECK_FALSE(parse_yaml("a: \xff\n"));
  CHECK_FALSE(parse_yaml("a: [1\n"));
  CHECK_FALSE(parse_yaml("? [a]\n: 1\n"));
}

TEST_CASE("what is no YAML is told with its place and with what it was found in") {
  const auto told = [](std::string_view text) {
    const YamlDocument document = read_yaml(text);
    REQUIRE(document.problems.size() == 1);
    CHECK(document.root.kind == YamlNode::Kind::null);
    const YamlProblem& p = document.problems.front();
    return std::to_string(p.line) + ":" + std::to_string(p.column) + " " + p.message;
  };
  CHECK(told("a: [1,\n  2\nb: 3\n") ==
        "3:2 not YAML: did not find expected ',' or ']' while parsing a flow sequence that began in line 1");
  CHECK(told("a:\n\t- b\n") == "2:1 not YAML: a tab stands in the indentation, where only spaces may");
  CHECK(told("a: b\n한: \x07\n") == "2:6 not YAML: control characters are not allowed");
  CHECK(told("a: b: c\n") == "1:5 not YAML: mapping values are not allowed in this context");
}

TEST_CASE("no value, null and a tilde are nothing; in quotes, as a block and as a longer word they are text") {
  const auto root = parse_yaml("a:\nb: ~\nc: null\nd: \"null\"\ne: nullify\nf: |\n  ~\ng: ''\nh: on\n");
  REQUIRE(root);
  for (const char* nothing : {"a", "b", "c"}) CHECK(root->find(nothing)->kind == YamlNode::Kind::null);
  for (const char* text : {"d", "e", "f", "g", "h"}) CHECK(root->find(text)->kind == YamlNode::Kind::scalar);
  CHECK(root->find("f")->text == "~\n");
  CHECK(root->find("f")->quoted);
  CHECK(root->find("g")->quoted);
  CHECK_FALSE(root->find("h")->quoted);
}

TEST_CASE("an empty text is an empty document") {
  const auto root = parse_yaml("# nothing\n");
  REQUIRE(root);
  CHECK(root->kind == YamlNode::Kind::null);
}
