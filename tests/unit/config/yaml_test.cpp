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

TEST_CASE("an empty text is an empty document") {
  const auto root = parse_yaml("# nothing\n");
  REQUIRE(root);
  CHECK(root->kind == YamlNode::Kind::null);
}
