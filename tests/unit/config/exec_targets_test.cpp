#include <doctest/doctest.h>

#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("an exec target is read whole, with the defaults where it is silent") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "exec_targets:\n"
      "  - name: shop-prod\n"
      "    services: [shop]\n"
      "    environments: [prod]\n"
      "    status: [/usr/local/bin/shopctl, status, --json]\n"
      "    deploy: [/usr/local/bin/shopctl, deploy, \"--tag={version}\", \"{environment}\"]\n"
      "    scale: [/usr/local/bin/shopctl, scale, \"{replicas}\"]\n"
      "    secret_env: [SHOP_TOKEN]\n"
      "    nothing_to_do: [3, 4]\n"
      "    user: deploy\n"
      "    memory_mb: 512\n"
      "    cpu_time: 5m\n"
      "    processes: 100\n"
      "    status_timeout: 5s\n");
  CHECK_MESSAGE(loaded.ok(), placed_issues(loaded));
  REQUIRE(loaded.settings.exec_targets.size() == 1);
  const ExecTargetDef& def = loaded.settings.exec_targets[0];
  CHECK(def.name == "shop-prod");
  CHECK(def.services == std::vector<std::string>{"shop"});
  CHECK(def.environments == std::vector<std::string>{"prod"});
  CHECK(def.deploy.at(2) == "--tag={version}");
  CHECK(def.scale.size() == 3);
  CHECK(def.restart.empty());
  CHECK(def.secret_env == std::vector<std::string>{"SHOP_TOKEN"});
  CHECK(def.nothing_to_do == std::vector<int>{3, 4});
  CHECK(def.status_timeout == 5 * second_ms);
  CHECK(def.watch_every == ExecTargetDef{}.watch_every);
  CHECK(def.version_pattern == ExecTargetDef{}.version_pattern);
  CHECK(def.folder == "/");
  CHECK(def.user == "deploy");
  CHECK(def.memory_mb == 512);
  CHECK(def.cpu_time == 5 * minute_ms);
  CHECK(def.processes == 100);
  CHECK(def.open_files == ExecTargetDef{}.open_files);
  CHECK(def.file_mb == ExecTargetDef{}.file_mb);
  CHECK(load_config("").settings.exec_targets.empty());
}

TEST_CASE("every mistake in an exec target has the place of the argument that is wrong") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "exec_targets:\n"
      "  - name: a\n"
      "    services: [shop, shoop]\n"
      "    deploy: [shopctl, deploy, \"{verison}\"]\n"
      "    restart: [/bin/x,\n"
      "              \"{replicas}\"]\n"
      "    version_pattern: \"(\"\n"
      "    watch_every: 0\n"
      "    processes: 9\n"
      "  - name: a\n"
      "    services: [shop]\n"
      "    shell: true\n");
  const std::string issues = placed_issues(loaded);
  CAPTURE(issues);
  for (const char* part :
       {"4:22 no service is called `shoop`", "5:14 `deploy`: the program is not named by its absolute path",
        "5:14 `deploy`: the command is not told the version", "5:31 `deploy`: no placeholder is called {verison}",
        "7:15 `restart`: {replicas} has no meaning in `restart`", "8:22 `version_pattern`: it is no regular expression",
        "9:18 `watch_every`: it leaves no time between two looks", "10:16 `processes`: all processes of a user count",
        "11:11 `a` stands twice", "13:"}) {
    CAPTURE(part);
    CHECK(issues.find(part) != std::string::npos);
  }
}
