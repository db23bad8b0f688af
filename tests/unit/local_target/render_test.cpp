#include "integrations/targets/local/render.h"

#include "tests/support/command_rig.h"

using namespace muster;
using namespace muster::local;

namespace {

LocalTargetDef good() {
  LocalTargetDef def;
  def.name = "shop-here";
  def.service = "shop";
  def.environment = "prod";
  def.command = {"/bin/true", "--port={port}", "{version}"};
  def.first_port = 8101;
  def.last_port = 8110;
  return def;
}

std::string faults(const LocalTargetDef& def) {
  std::string text;
  for (const Fault& f : faults_of(def)) text += f.field + "[" + std::to_string(f.index) + "] " + f.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("a good definition has no faults, and each mistake is named") {
  CHECK(faults(good()).empty());
  const std::vector<std::pair<std::function<void(LocalTargetDef&)>, std::string>> mistakes = {
      {[](auto& d) { d.name = "../up"; }, "name[0]"},
      {[](auto& d) { d.command = {"shop"}; }, "command[0] the program is not named by its absolute path"},
      {[](auto& d) { d.command.push_back("{verison}"); }, "command[3] no such placeholder"},
      {[](auto& d) { d.folder = "here"; }, "folder[0]"},
      {[](auto& d) { d.first_port = d.last_port = 0; }, "ports[0]"},
      {[](auto& d) { d.last_port = d.first_port + 500; }, "ports[0]"},
      {[](auto& d) { d.replicas = 10; }, "replicas[0] 10 processes need 11 ports"},
      {[](auto& d) { d.health = "{port}"; }, "health[0]"},
      {[](auto& d) { d.version_pattern = "("; }, "version_pattern[0]"},
      {[](auto& d) {
         d.versions = {"1.0", "-x"};
       },
       "versions[1]"},
      {[](auto& d) { d.versions = {"1.0"}, d.version = "1.1"; }, "version[0]"},
      {[](auto& d) {
         d.env = {"A=1", "B"};
       },
       "env[1]"},
      {[](auto& d) { d.start_timeout = 0; }, "start_timeout[0]"},
      {[](auto& d) { d.log_bytes = 100; }, "log_bytes[0]"},
  };
  for (const auto& [spoil, message] : mistakes) {
    LocalTargetDef def = good();
    spoil(def);
    CAPTURE(message);
    CHECK(faults(def).find(message) != std::string::npos);
  }
}

TEST_CASE("ranges of ports are read, and what is none is not") {
  const std::vector<std::tuple<std::string, int, int>> cases = {
      {"8101-8110", 8101, 8110}, {"8101", 8101, 8101}, {"", 0, 0}, {"a", 0, 0}, {"1-", 0, 0}, {"1-2x", 0, 0}};
  for (const auto& [text, low, high] : cases) {
    int first = -1, last = -1;
    read_ports(text, first, last);
    CAPTURE(text);
    CHECK(first == low);
    CHECK(last == high);
  }
}

TEST_CASE("a version is one word of one argument, whatever it holds") {
  const LocalTargetDef def = good();
  for (const char* hostile : {"--help", "-rf", "1.0; reboot", "$(reboot)", "`id`", "a b", "../../etc/passwd", "a\nb",
                              "..", ".", "", "{port}", "<!channel>", "\x1b[2J", "a|b"}) {
    CAPTURE(hostile);
    CHECK_FALSE(check_version(def, hostile, "").has_value());
  }
  LocalTargetDef wide = def;
  wide.version_pattern = ".*";
  wide.folder = "/srv/{version}";
  for (const char* hostile : {"../../etc", "a/b", "..", "-x", "a\x01"}) {
    CAPTURE(hostile);
    const auto fits = check_version(wide, hostile, "");
    REQUIRE_FALSE(fits.has_value());
    CHECK(fits.error().message.find("is no version") != std::string::npos);
  }
  const CommandSpec spec =
      command_for(def, {"p1", "1.1", 0, 8105}, "", [](const std::string&) { return std::nullopt; });
  CHECK(spec.argv == std::vector<std::string>{"/bin/true", "--port=8105", "1.1"});
}

TEST_CASE("a version whose folder or program is missing is refused with those that are there") {
  const ScratchFolder scratch;
  LocalTargetDef def = good();
  def.folder = scratch.path + "/{version}";
  const auto refused = [&](const std::string& version) {
    const auto fits = check_version(def, version, "");
    return fits ? std::string("fits") : fits.error().message + " / " + fits.error().next_step;
  };
  CHECK(refused("1.1").find("No version is there at all") != std::string::npos);
  fs::create_directories(scratch.path + "/1.0");
  fs::create_directories(scratch.path + "/1.2");
  CHECK(refused("1.1") ==
        "there is no folder " + scratch.path + "/1.1, so there is no version 1.1 / There are: 1.2, 1.0.");
  CHECK(refused("1.2") == "fits");
  def.command = {scratch.path + "/{version}/shop"};
  CHECK(refused("1.2").find("there is no program " + scratch.path + "/1.2/shop") == 0);
  def.command = {"/no/such/program"};
  CHECK(refused("1.2").find("there is no program /no/such/program / Put it there first.") == 0);
  def = good();
  def.versions = {"1.0", "1.2"};
  CHECK(refused("1.1") == "there is no version `1.1` of shop / There are: 1.0, 1.2.");
}

TEST_CASE("the environment is what is named, and no more") {
  LocalTargetDef def = good();
  def.env = {"MODE=v{version}"};
  def.pass_env = {"GIVEN", "ABSENT"};
  def.secret_env = {"TOKEN"};
  const Variable variable = [](const std::string& name) {
    return name == "ABSENT" ? std::nullopt : std::optional("value of " + name);
  };
  const CommandSpec spec = command_for(def, {"p1", "1.1", 0, 8105}, "", variable);
  const CommandEnvironment expected = {
      {"PORT", "8105"},          {"MUSTER_SERVICE", "shop"},  {"MUSTER_ENVIRONMENT", "prod"},
      {"MUSTER_VERSION", "1.1"}, {"GIVEN", "value of GIVEN"}, {"TOKEN", "value of TOKEN"},
      {"MODE", "v1.1"}};
  CHECK(spec.env == expected);
  CHECK(secrets_of(def, variable) == std::vector<std::string>{"value of TOKEN"});
}
