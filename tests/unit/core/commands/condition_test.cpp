// `when:` of policy rules and alert routes.
#include "bot/core/commands/condition.h"

#include <doctest/doctest.h>

#include "bot/core/alerts/alert.h"
#include "bot/core/commands/policy.h"

namespace {

using namespace muster;

Rule rule(std::string when, std::string effect = "run") {
  Rule r;
  r.who = {"*"};
  r.effect = std::move(effect);
  r.when = std::move(when);
  return r;
}

Ask dana() {
  Ask a;
  a.person = "dana";
  a.groups = {"oncall", "db"};
  a.verb = "rollback";
  a.service = "checkout";
  a.environment = "prod";
  a.channel = "ops";
  a.arguments = {{"to", "v41"}};
  a.at = 1'767'225'600'000;  // 2026-01-01T00:00:00Z, a Thursday
  return a;
}

std::string effect_of(const std::string& when) { return decide_policy({rule(when)}, dana()).effect; }

}  // namespace

TEST_CASE("a rule with a condition matches when the condition is true") {
  CHECK(effect_of("\"oncall\" in groups && verb == \"rollback\"") == "run");
  CHECK(effect_of("environment != \"prod\"") == "deny");
  CHECK(effect_of("arguments.to.startsWith(\"v4\") && service in [\"checkout\", \"cart\"]") == "run");
  CHECK(effect_of("channel == \"ops\" && !direct && !incident_channel && !automation && !operator") == "run");
  CHECK(effect_of("roles.exists(r, r == \"commander\")") == "deny");
  CHECK(effect_of("now.getDayOfWeek(\"Asia/Seoul\") == 4 && now.getHours(\"Asia/Seoul\") == 9") == "run");
}

TEST_CASE("doubt never widens rights: a condition without an answer matches a deny rule and no other") {
  for (const char* doubtful : {"arguments.reason == \"x\"", "1 / 0 == 1", "nonsense(", "verb", "unknown == 1"}) {
    CAPTURE(doubtful);
    CHECK(decide_policy({rule(doubtful), rule("true", "confirm")}, dana()).effect == "confirm");
    CHECK(decide_policy({rule(doubtful, "deny"), rule("true")}, dana()).effect == "deny");
  }
}

TEST_CASE("the rule before the condition still has to match") {
  Rule r = rule("true");
  r.verbs = {"ack"};
  CHECK(decide_policy({r}, dana()).rule == "end");
}

TEST_CASE("a route's condition reads the alert") {
  AlertEvent e;
  e.title = "High latency";
  e.severity = "critical";
  e.status = "firing";
  e.labels = {{"team", "db"}};
  e.starts_ms = 1'767'225'600'000;
  const auto holds = [&e](const std::string& when) {
    return condition_holds(when, route_condition(), route_facts(e, e.starts_ms + 10 * minute_ms));
  };
  CHECK(holds("alert.severity == \"critical\" && alert.labels.team == \"db\"") == true);
  CHECK(holds("age(alert.starts) >= duration(\"10m\")") == true);
  CHECK(holds("age(alert.starts) > duration(\"10m\")") == false);
  CHECK(holds("alert.title.contains(\"latency\") && size(alert.labels) == 1") == true);
  CHECK(holds("alert.labels.missing == \"x\"") == std::nullopt);
  CHECK(holds("default(alert.labels.missing, \"x\") == \"x\"") == true);
  CHECK(holds("alert.severty == \"critical\"") == std::nullopt);
  for (const char* gone : {"alert.annotations.summary", "alert.body", "alert.source"}) {
    CAPTURE(gone);
    CHECK_FALSE(cel::compile(std::string(gone) + " == \"x\"", route_condition()).has_value());
  }
}
