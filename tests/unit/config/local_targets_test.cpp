#include <doctest/doctest.h>

#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("a local target is read whole, with the defaults where it is silent") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "local_targets:\n"
      "  - name: shop-here\n"
      "    service: shop\n"
      "    environment: prod\n"
      "    folder: /srv/shop/{version}\n"
      "    command: [\"/srv/shop/{version}/shop\", \"--port={port}\"]\n"
      "    ports: 8201-8209\n"
      "    health: http://127.0.0.1:{port}/health\n"
      "    replicas: 2\n"
      "    version: 1.0\n"
      "    restart: on-failure\n"
      "    env: [MODE=fast]\n"
      "    stop_timeout: 5s\n"
      "    stop_with_bot: true\n");
  CHECK_MESSAGE(loaded.ok(), placed_issues(loaded));
  REQUIRE(loaded.settings.local_targets.size() == 1);
  const LocalTargetDef& def = loaded.settings.local_targets[0];
  CHECK(def.service == "shop");
  CHECK(def.environment == "prod");
  CHECK(def.command.at(1) == "--port={port}");
  CHECK(def.first_port == 8201);
  CHECK(def.last_port == 8209);
  CHECK(def.replicas == 2);
  CHECK(def.version == "1.0");
  CHECK(def.restart == "on-failure");
  CHECK(def.env == std::vector<std::string>{"MODE=fast"});
  CHECK(def.stop_timeout == 5 * second_ms);
  CHECK(def.stop_with_bot);
  const LocalTargetDef none;
  CHECK(def.start_timeout == none.start_timeout);
  CHECK(def.health_timeout == none.health_timeout);
  CHECK(def.log_bytes == none.log_bytes);
  CHECK(def.log_files == none.log_files);
  CHECK(def.version_pattern == none.version_pattern);
}

TEST_CASE("every mistake in a local target has its place") {
  const Loaded loaded = load_text(
      "services: [{name: shop}]\n"
      "local_targets:\n"
      "  - name: a\n"
      "    service: shoop\n"
      "    environment: prod\n"
      "    command: [shop, \"{verison}\"]\n"
      "    ports: many\n"
      "  - name: a\n"
      "    service: shop\n"
      "    environment: prod\n"
      "    command: [/bin/x]\n"
      "    ports: 8201-8202\n"
      "    replicas: 2\n"
      "    restart: sometimes\n"
      "    shell: true\n");
  const std::string issues = placed_issues(loaded);
  CAPTURE(issues);
  for (const char* part :
       {"4:14 no service is called `shoop`", "6:15 `command`: the program is not named by its absolute path",
        "6:21 `command`: no such placeholder", "7:12 `ports`: it is no range", "8:11 `a` stands twice",
        "13:15 `replicas`: 2 processes need 3 ports", "14:14", "15:"}) {
    CAPTURE(part);
    CHECK(issues.find(part) != std::string::npos);
  }
}

TEST_CASE("a sandbox brings a service that really runs, and nobody else gets it") {
  const Loaded sandbox = load_config("", true);
  CHECK_MESSAGE(sandbox.ok(), placed_issues(sandbox));
  REQUIRE(sandbox.settings.local_targets.size() == 2);
  for (const LocalTargetDef& def : sandbox.settings.local_targets) {
    CHECK(def.command.front() == "muster-sample");
    CHECK(def.stop_with_bot);
    CHECK(local::faults_of(def).empty());
  }
  CHECK(load_config("").settings.local_targets.empty());
  CHECK(load_text("services: [{name: shop}]\nsandbox: true\n").settings.local_targets.empty());
}
