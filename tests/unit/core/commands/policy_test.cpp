#include "bot/core/commands/policy.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "bot/base/regex.h"

using namespace muster;

namespace {

Ask person(std::string verb, std::vector<std::string> roles = {}) {
  Ask a;
  a.person = "ann", a.verb = std::move(verb), a.roles = std::move(roles);
  return a;
}

Rule rule(std::vector<std::string> who, std::vector<std::string> verbs, std::string effect) {
  Rule r;
  r.who = std::move(who), r.verbs = std::move(verbs), r.effect = std::move(effect);
  return r;
}

}  // namespace

TEST_CASE("the default policy lets known people work and keeps administration to owners") {
  const auto rules = default_policy();
  const auto effect = [&](const Ask& a) { return decide_policy(rules, a).effect; };
  CHECK(effect(person("declare")) == "run");
  Ask deploy = person("deploy");
  CHECK(effect(deploy) == "run");
  deploy.is_protected = true;
  CHECK(effect(deploy) == "approve");
  deploy.roles = {"glass"};
  CHECK(effect(deploy) == "confirm");
  deploy.verb = "restart";
  CHECK(effect(deploy) == "confirm");
  Ask at_the_machine = deploy;
  at_the_machine.person.clear(), at_the_machine.operator_ = true;
  CHECK(effect(at_the_machine) == "confirm");
  CHECK(effect(person("break-glass")) == "deny");
  CHECK(effect(person("break-glass", {"oncall"})) == "confirm");
  CHECK(effect(person("override")) == "deny");
  CHECK(effect(person("override", {"owner"})) == "run");
  CHECK(effect(person("postmortem publish")) == "deny");
  CHECK(effect(person("postmortem publish", {"owner"})) == "confirm");
  for (auto verb : {"config reload", "grant", "revoke"}) {
    CHECK(effect(person(verb)) == "deny");
    CHECK(effect(person(verb, {"owner"})) == "run");
    Ask op;
    op.operator_ = true, op.verb = verb;
    CHECK(effect(op) == "run");
  }
  Ask robot;
  robot.automation = true, robot.verb = "declare";
  CHECK(effect(robot) == "deny");
  Ask nobody;
  nobody.verb = "status";
  CHECK(effect(nobody) == "deny");
}

TEST_CASE("the first matching line decides and the end denies") {
  auto first = rule({"group:sre"}, {"severity"}, "confirm");
  first.matchers = {"severity=~\"sev1|sev2\""};
  first.where = {"incident"};
  auto second = rule({"*"}, {"severity"}, "approve");
  second.approvals = 2, second.approve_group = "leads", second.name = "two leads";
  const std::vector<Rule> rules{first, second};
  auto ask = person("severity");
  ask.groups = {"sre"}, ask.incident_channel = true, ask.arguments = {{"severity", "sev2"}};
  CHECK(decide_policy(rules, ask).line == 1);
  CHECK(decide_policy(rules, ask).effect == "confirm");
  ask.arguments["severity"] = "sev3";
  const auto v = decide_policy(rules, ask);
  CHECK(v.line == 2);
  CHECK(v.rule == "two leads");
  CHECK(v.approvals == 2);
  CHECK(v.approve_group == "leads");
  ask.verb = "note";
  CHECK(decide_policy(rules, ask).effect == "deny");
  CHECK(decide_policy(rules, ask).rule == "end");
  CHECK(decide_policy(rules, ask).line == 3);
}

TEST_CASE("answering a question needs no line, but a line may deny it, and strangers answer nothing") {
  const std::vector<Rule> none;
  for (auto verb : {"yes", "no", "approve", "deny", "withdraw"}) {
    CHECK(decide_policy(none, person(verb)).effect == "run");
    CHECK(decide_policy({rule({"*"}, {verb}, "deny")}, person(verb)).effect == "deny");
    Ask stranger;
    stranger.verb = verb;
    CHECK(decide_policy(none, stranger).effect == "deny");
  }
  CHECK(decide_policy(none, person("approvals")).effect == "deny");
}

TEST_CASE("an alias for the whole team is an owner's by default") {
  const auto rules = default_policy();
  auto ask = person("alias set");
  CHECK(decide_policy(rules, ask).effect == "run");
  ask.arguments = {{"team", "true"}};
  CHECK(decide_policy(rules, ask).rule == "team-aliases");
  ask.roles = {"owner"};
  CHECK(decide_policy(rules, ask).effect == "run");
}

TEST_CASE("doubt never widens rights") {
  auto broken = rule({"*"}, {}, "run");
  broken.matchers = {"a=~\"(\""};
  CHECK(decide_policy({broken}, person("note")).effect == "deny");
  broken.effect = "deny";
  CHECK(decide_policy({broken, rule({"*"}, {}, "run")}, person("note")).effect == "deny");
  CHECK(decide_policy({rule({"*"}, {}, "perhaps")}, person("note")).effect == "deny");
  CHECK(decide_policy({rule({}, {}, "run")}, person("note")).effect == "deny");
}

TEST_CASE("matchers are read and written as Alertmanager does") {
  const auto m = parse_matchers(R"({ severity=~"critical|page", team!="a\"b", env = prod, x!~y.* })");
  REQUIRE(m);
  CHECK(*m ==
        std::vector<Matcher>{
            {"severity", "=~", "critical|page"}, {"team", "!=", "a\"b"}, {"env", "=", "prod"}, {"x", "!~", "y.*"}});
  CHECK(*parse_matchers(to_text(*m)) == *m);
  CHECK(parse_matchers(R"(a=~"x\.y")")->at(0).value == "x\\.y");
  for (auto bad : {"", "{}", "a", "a==b", "1a=b", "a=\"b", "{a=b", "a=b}", "a=~\"(\"", "a=b c=d"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_matchers(bad).has_value());
  }
}

TEST_CASE("expressions are anchored and an absent label is empty") {
  const auto holds = [](std::string_view text) {
    return matches(*parse_matchers(text), {{"severity", "critical"}, {"env", "prod"}});
  };
  CHECK(holds("severity=~\"crit.*\""));
  CHECK_FALSE(holds("severity=~\"crit\""));
  CHECK(holds("severity=critical, env!=dev"));
  CHECK_FALSE(holds("severity=critical, env=dev"));
  CHECK(holds("team=\"\""));
  CHECK_FALSE(holds("team=~\".+\""));
  CHECK(holds("team!~\".+\""));
}

TEST_CASE("an expression from outside cannot hang or be too large") {
  CHECK_FALSE(*full_match(std::string(20000, 'a'), "(a*)*b"));
  CHECK_FALSE(full_match("a", std::string(5000, 'a')).has_value());
  CHECK_FALSE(full_match("a", "[").has_value());
  for (const char* word : {"disk", "disk full", "디스크", ""}) CHECK(*full_match(word, "disk|disk full||디스크"));
  for (const char* word : {"Disk", "disk ", "dis", "disk|", "full"})
    CHECK_FALSE(*full_match(word, "disk|disk full||디스크"));
  CHECK(*full_match("", ""));
  CHECK_FALSE(*full_match("a", ""));
  CHECK(*full_match("aXb|c", R"(a.b\|c)"));
}

TEST_CASE("the documentation shows every line of the default policy, in its order") {
  std::ifstream file(std::string(MUSTER_SOURCE_DIR) + "/docs/people.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::size_t at = text.find("## Who may do what");
  for (const Rule& r : default_policy()) {
    const std::size_t found = text.find("`" + r.name + "`", at);
    CHECK_MESSAGE(found != std::string::npos, r.name);
    if (found != std::string::npos) at = found;
  }
}
