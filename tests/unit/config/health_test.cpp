#include <doctest/doctest.h>

#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;

namespace {

std::string issues_of(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& issue : loaded.issues) text += std::to_string(issue.line) + " " + issue.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("what is watched after a change is read whole, with the defaults where it is silent") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "http_allow: [{name: shop, url: 'https://shop.example.com'}]\n"
      "health:\n"
      "  - name: careful\n"
      "    services: [shop]\n"
      "    environments: [production]\n"
      "    window: 10m\n"
      "    one_way: ['v5\\..*']\n"
      "  - name: unwatched\n"
      "    window: 0s\n"
      "    alerts: false\n"
      "    on_bad: nothing\n"
      "health_checks:\n"
      "  - name: front door\n"
      "    http: https://shop.example.com/health\n"
      "    expect: [200, 204]\n"
      "    failures: 2\n"
      "  - name: errors\n"
      "    promql: rate(errors{service=${service}}[1m])\n"
      "    pass: it.value < 0.05\n"
      "    every: 30s\n");
  CHECK_MESSAGE(loaded.ok(), issues_of(loaded));
  REQUIRE(loaded.settings.health.size() == 2);
  const HealthRule& rule = loaded.settings.health[0];
  CHECK(rule.window == 10 * minute_ms);
  CHECK(rule.every == HealthRule{}.every);
  CHECK(rule.target);
  CHECK(rule.alerts);
  CHECK(rule.on_bad == HealthRule{}.on_bad);
  CHECK(rule.no_data == HealthRule{}.no_data);
  CHECK(rule.lock_for == HealthRule{}.lock_for);
  CHECK(rule.severity == HealthRule{}.severity);
  CHECK(rule.failures == HealthRule{}.failures);
  CHECK(rule.one_way == std::vector<std::string>{"v5\\..*"});
  CHECK(loaded.settings.health[1].window == 0);
  CHECK_FALSE(loaded.settings.health[1].alerts);
  REQUIRE(loaded.settings.health_checks.size() == 2);
  CHECK(loaded.settings.health_checks[0].expect == std::vector<int>{200, 204});
  CHECK(loaded.settings.health_checks[0].failures == 2);
  CHECK(loaded.settings.health_checks[1].every == 30 * second_ms);
  CHECK(load_config("").settings.health.empty());
}

TEST_CASE("what could never be watched is told with its line") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "http_allow: [{name: shop, url: 'https://shop.example.com/api'}]\n"
      "health:\n"
      "  - name: careful\n"
      "    services: [shp]\n"
      "    one_way: ['v5(']\n"
      "health_checks:\n"
      "  - name: elsewhere\n"
      "    http: https://shop.example.com/health\n"
      "  - name: neither\n"
      "  - name: no limit\n"
      "    promql: up\n"
      "  - name: no condition\n"
      "    promql: up\n"
      "    pass: it.value <\n");
  const std::string text = issues_of(loaded);
  CAPTURE(text);
  CHECK(text.find("5 no service is called `shp`") != std::string::npos);
  CHECK(text.find("6 `v5(` is no regular expression") != std::string::npos);
  CHECK(text.find("9 no entry of `http_allow` allows `https://shop.example.com/health`") != std::string::npos);
  CHECK(text.find("10 a check has either `http` or `promql`") != std::string::npos);
  CHECK(text.find("12 without `pass` nobody knows which value is good") != std::string::npos);
  CHECK(text.find("15 the condition is wrong") != std::string::npos);
  CHECK(loaded.issues.size() == 6);
}
