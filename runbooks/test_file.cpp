// The text of a test file -> its cases.
#include <algorithm>

#include "bot/base/yaml.h"
#include "runbooks/test_cases.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

Value value_of(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) return {};
  if (node.kind == YamlNode::Kind::scalar) return node.quoted ? Value(node.text) : core_scalar(node.text);
  if (node.kind == YamlNode::Kind::list) {
    Value list = Value::List{};
    for (const YamlNode& item : node.items) list.push(value_of(item));
    return list;
  }
  Value map = Value::Map{};
  for (const YamlMember& m : node.members) map.set(m.key, value_of(m.value));
  return map;
}

Finding wrong(int line, int column, std::string message, std::string advice = {}) {
  return {.level = Finding::Level::error,
          .place = {line, column},
          .code = "RT001",
          .message = std::move(message),
          .advice = std::move(advice)};
}

constexpr std::string_view case_keys[] = {"name", "inputs", "mock", "now", "alert", "expect"};
constexpr std::string_view expect_keys[] = {"status", "ran", "undone", "failed_step", "said", "reason"};

template <class Keys>
void check_keys(const YamlNode& node, const Keys& keys, TestFile& file) {
  for (const YamlMember& m : node.members)
    if (std::ranges::find(keys, std::string_view(m.key)) == std::end(keys))
      file.findings.push_back(wrong(m.line, m.column, "unknown key `" + m.key + "`"));
}

void read_case(const YamlNode& node, TestFile& file) {
  check_keys(node, case_keys, file);
  TestCase test;
  test.place = {node.line, node.column};
  const Value all = value_of(node);
  test.name = all["name"].as_string();
  for (auto [key, to] : {std::pair{"inputs", &test.inputs}, std::pair{"mock", &test.mock}})
    if (all[key].is_map()) *to = all[key];
  test.alert = all["alert"];
  test.expect = all["expect"];
  const auto now = parse_time(all["now"].is_null() ? "2030-01-01T00:00:00Z" : all["now"].as_string());
  if (!now) file.findings.push_back(wrong(node.line, node.column, "`now` is no time: " + now.error().message));
  test.now = now.value_or(0);
  if (const YamlNode* expect = node.find("expect"))
    check_keys(*expect, expect_keys, file);
  else
    file.findings.push_back(wrong(node.line, node.column, "a case needs `expect`"));
  file.cases.push_back(std::move(test));
}

}  // namespace

TestFile load_tests(std::string_view text) {
  TestFile file;
  const YamlDocument doc = read_yaml(text);
  for (const YamlProblem& p : doc.problems) file.findings.push_back(wrong(p.line, p.column, p.message));
  const YamlNode* name = doc.root.find("tests_for");
  const YamlNode* cases = doc.root.find("cases");
  if (!name || !cases || cases->kind != YamlNode::Kind::list) {
    file.findings.push_back(wrong(1, 1, "a test file needs `tests_for: NAME` and a list `cases`"));
    return file;
  }
  file.tests_for = name->text;
  for (const YamlNode& node : cases->items) read_case(node, file);
  return file;
}

}  // namespace muster::runbooks
