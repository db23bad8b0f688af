// Wrong runbooks and exactly what is said about each: tests/data/runbooks/wrong.txt. MUSTER_REWRITE=1 writes the
// findings anew; read them then.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "runbooks/lint.h"

namespace {

using namespace muster;
using namespace muster::runbooks;

const std::string folder = std::string(MUSTER_SOURCE_DIR) + "/tests/data/runbooks/";

std::string file_text(const std::string& name) {
  std::ifstream in(folder + name);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Case {
  std::string title, text, findings;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  std::istringstream in(file_text("wrong.txt"));
  bool findings = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      out.push_back({line.substr(4), "", ""});
      findings = false;
    } else if (line == "----") {
      findings = true;
    } else if (!findings) {
      out.back().text += line + "\n";
    } else if (!line.empty()) {
      out.back().findings += line + "\n";
    }
  }
  return out;
}

Person person(const std::string& id, std::vector<std::string> groups) {
  Person p;
  p.id = p.name = id;
  p.groups = std::move(groups);
  return p;
}

Service service(const std::string& name, std::vector<std::string> environments) {
  Service s;
  s.name = name;
  s.environments = std::move(environments);
  return s;
}

CoreConfig team() {
  CoreConfig config;
  config.people = {person("ana", {"oncall", "platform"}), person("bo", {"oncall"}), person("sam", {"lonely"})};
  config.services = {service("api", {"prod", "staging"}), service("worker", {"prod"})};
  Rule anybody;
  anybody.who = {"*"};
  anybody.verbs = {"*"};
  anybody.effect = "run";
  config.policy = {anybody};
  return config;
}

using Library = std::map<std::string, std::shared_ptr<const Runbook>>;

Library library() {
  Library out;
  const auto add = [&](const std::string& name, const std::string& rest) {
    const LoadedRunbook loaded = load_runbook("runbook: " + name + "\n" + rest, name);
    REQUIRE_MESSAGE(loaded.runbook, name);
    out[name] = loaded.runbook;
  };
  add("writer", "steps: [{restart: {service: worker, env: prod}}]");
  add("writer-with-input", "inputs: {node: {type: string}, count: {type: int, default: 1}}\nsteps: [{message: hi}]");
  add("circle-a", "steps: [{call: circle-b}]");
  add("circle-b", "steps: [{call: circle-a}]");
  for (int i = 1; i <= 5; ++i) add("deep-" + std::to_string(i), "steps: [{call: deep-" + std::to_string(i + 1) + "}]");
  add("deep-6", "steps: [{message: hi}]");
  return out;
}

LintContext context(const CoreConfig& config, const Library& others) {
  return {&config, [&others](const std::string& name) {
            const auto it = others.find(name);
            return it == others.end() ? nullptr : it->second;
          }};
}

std::string said(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& f : findings) {
    out += std::to_string(f.place.line) + ":" + std::to_string(f.place.column) + " " + f.code +
           (f.level == Finding::Level::warning ? " (warning) " : " ") + f.message;
    if (!f.advice.empty()) out += " | " + f.advice;
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("each wrong runbook gets exactly its findings") {
  const CoreConfig config = team();
  const Library others = library();
  std::string rewritten;
  std::set<std::string> codes;
  const std::vector<Case> all = cases();
  CHECK(all.size() >= 80);
  for (const Case& c : all) {
    CAPTURE(c.title);
    const LoadedRunbook loaded = load_and_lint(c.text, "x.yaml", context(config, others));
    const std::string findings = said(loaded.findings);
    CHECK_FALSE(loaded.findings.empty());
    for (const Finding& f : loaded.findings) codes.insert(f.code);
    if (std::getenv("MUSTER_REWRITE") == nullptr) CHECK(findings == c.findings);
    rewritten += "=== " + c.title + "\n" + c.text + "----\n" + findings + "\n";
  }
  if (std::getenv("MUSTER_REWRITE") != nullptr) std::ofstream(folder + "wrong.txt") << rewritten;
  // Every code is met at least once, and every code that is met is in the list.
  std::set<std::string> known;
  for (const FindingCode& f : finding_codes()) known.insert(std::string(f.code));
  for (const std::string& code : codes) CHECK_MESSAGE(known.contains(code), code);
  for (const std::string& code : known) CHECK_MESSAGE(codes.contains(code), code << " has no case");
}

TEST_CASE("the examples of the language have no findings, with and without a configuration") {
  CoreConfig config = team();
  config.people[1].groups.push_back("oncall-api");
  config.people[0].groups.push_back("oncall-api");
  for (const char* name : {"api-saturation.yaml", "restart-worker.yaml"}) {
    const std::string text = file_text(name);
    CHECK(said(load_and_lint(text, name).findings) == "");
    CHECK(said(load_and_lint(text, name, {&config, {}}).findings) == "");
  }
}

TEST_CASE("a finding is shown with its line and a caret under the place") {
  const std::string text = "runbook: x\nsteps:\n  - message: ${1 +}\n";
  const LoadedRunbook loaded = load_runbook(text, "x.yaml");
  REQUIRE(loaded.findings.size() == 1);
  const std::string shown = format_finding(loaded.findings[0], text, "x.yaml");
  CHECK(shown.find("x.yaml:3:19: error RB031: ") == 0);
  CHECK(shown.find("\n  3 |   - message: ${1 +}\n    |                   ^\n") != std::string::npos);
}

TEST_CASE("a runbook that only a person starts may write without an approval, one with the grant too") {
  const std::string step = "steps: [{restart: {service: worker, env: prod}}]\n";
  CHECK(load_and_lint("runbook: x\n" + step, "x").findings.empty());
  CHECK(load_and_lint("runbook: x\ntriggers: [{alert: a=b}]\n" + step, "x").findings.empty());
  CHECK(load_and_lint("runbook: x\ntriggers: [{alert: a=b, mode: auto}]\nguard: {unattended: true}\n" + step, "x")
            .findings.empty());
}

TEST_CASE("an approval counts for all that follows it, also inside of groups") {
  const std::string head = "runbook: x\ntriggers: [{alert: a=b, mode: auto}]\nsteps:\n";
  const std::string approve = "approve: {by: group:oncall, text: go}, timeout: 5m";
  const std::string write = "restart: {service: worker, env: prod}";
  for (const std::string& steps : {
           "  - {" + approve + "}\n  - {" + write + "}\n",
           "  - block: [{" + approve + "}]\n  - parallel: [{" + write + "}, {" + write + "}]\n",
           "  - parallel: [{" + approve + "}, {query: up}]\n  - {" + write + "}\n",
           "  - if: now > timestamp('2030-01-01T00:00:00Z')\n    block: [{" + approve + "}, {" + write + "}]\n",
           "  - for_each: {in: [1], steps: [{" + approve + "}, {" + write + "}, {message: \"${item}\"}]}\n",
       })
    CHECK(said(load_and_lint(head + steps, "x").findings) == "");
}

TEST_CASE("a platform's group that is too small now is a warning, for its members are known when somebody is asked") {
  CoreConfig config = team();
  config.people[0].groups.push_back("slack:@sre");
  const LoadedRunbook loaded =
      load_and_lint("runbook: x\nsteps:\n  - approve: {by: \"group:slack:@sre\", text: go}\n    timeout: 5m\n",
                    "x.yaml", {&config, {}});
  REQUIRE(loaded.findings.size() == 1);
  CHECK(loaded.findings[0].code == "RB063");
  CHECK_FALSE(has_errors(loaded.findings));
}

TEST_CASE("a finding is told in the language of the reader, with the names and the advice") {
  const Finding f{Finding::Level::error, {3, 5}, "RB050", "there is no step `svcc`", "Did you mean `svc`?"};
  CHECK(told_reason("en", f) == "there is no step `svcc`");
  CHECK(told_advice("en", f) == "Did you mean `svc`?");
  CHECK(told_reason("ko", f) == "단계도 아니고 정해진 이름도 아닙니다. (`svcc`)");
  CHECK(told_advice("ko", f) == "`svc`를 말한 것입니까?");
  const CoreConfig config = team();
  const Library others = library();
  for (const Case& c : cases())
    for (const Finding& each : load_and_lint(c.text, "x.yaml", context(config, others)).findings) {
      CAPTURE(each.message);
      const std::string ko = told_reason("ko", each);
      CHECK(std::ranges::any_of(ko, [](char ch) { return static_cast<unsigned char>(ch) >= 0xea; }));
    }
}

TEST_CASE("what the readers of YAML, expressions and patterns say is told in Korean, word for word recognised") {
  const auto told = [](const std::string& text) {
    const LoadedRunbook loaded = load_and_lint(text, "x.yaml", {});
    REQUIRE_FALSE(loaded.findings.empty());
    return told_reason("ko", loaded.findings.front());
  };
  const auto with_if = [](const std::string& expression) {
    return "runbook: x\nsteps:\n  - if: '" + expression + "'\n    message: hello\n";
  };
  const auto with_pattern = [](const std::string& pattern) {
    return "runbook: x\ninputs:\n  a: {type: string, pattern: '" + pattern + "'}\nsteps:\n  - message: ${inputs.a}\n";
  };
  const std::pair<std::string, const char*> rows[] = {
      {"runbook: x\nsteps:\n\t- message: hello\n", "들여쓰기에 탭"},
      {"runbook: x: y\n", "따옴표로 감쌉니다"},
      {"runbook: x\nsteps: [a, b\n", "`,`나 `]`"},
      {"runbook: \"x\nsteps: 1\n", "파일이 도중에 끝납니다"},
      {with_if("run.status =="), "식이 여기서 끝나는데"},
      {with_if("run.status = 1"), "비교는 `==`로"},
      {with_if("\"open"), "따옴표가 닫히지 않았습니다"},
      {with_if("1 +"), "식이 여기서 끝나는데"},
      {with_if("1"), "bool 타입이 와야"},
      {with_if("run.nothing == 1"), "`nothing`이라는 필드는 없습니다"},
      {with_if("nofunction(1)"), "`nofunction`이라는 함수는 없습니다"},
      {with_if("1 + \"a\" == 2"), "타입에 쓸 수 없습니다"},
      {with_if("run.status && true"), "bool이 와야 하는데"},
      {with_pattern("(abc"), "`)`가 빠졌습니다: `(abc`"},
      {with_pattern("[abc"), "`]`가 빠졌습니다"},
      {with_pattern("*a"), "되풀이할 것이 앞에 없습니다"},
      {with_pattern("a**"), "겹칠 수 없습니다"},
      {with_pattern("(?=a)"), "RE2에 없는 표기"},
      {with_pattern("[z-a]"), "문자 범위"},
  };
  for (const auto& [text, part] : rows) {
    CAPTURE(text);
    const std::string ko = told(text);
    CAPTURE(ko);
    CHECK(ko.find(part) != std::string::npos);
  }
}

TEST_CASE(
    "a runbook of many steps is linted in a moment: what an expression speaks of is looked up, not all there is") {
  const auto steps_of = [](int n) {
    std::string text = "runbook: big\ninputs: {service: {type: service}}\nsteps:\n";
    for (int i = 0; i < n; ++i)
      text += "  - id: q" + std::to_string(i) + "\n    timeout: 10s\n    query: sum(up{job=${inputs.service}}) + " +
              std::to_string(i) + "\n  - if: q" + std::to_string(i) + ".value > 1.0\n    message: it is ${q" +
              std::to_string(i) + ".value}\n";
    return *load_runbook(text, "big.yaml").runbook;
  };
  // Work, not time: twice as many steps may cost little more than twice as much.
  const auto cost = [](const Runbook& book) {
    const auto from = std::clock();
    for (int i = 0; i < 5; ++i) CHECK(lint_runbook(book, {}).empty());
    return static_cast<double>(std::clock() - from);
  };
  const Runbook small = steps_of(60), large = steps_of(240);
  static_cast<void>(cost(small));
  CHECK(cost(large) < 10 * cost(small));
}
