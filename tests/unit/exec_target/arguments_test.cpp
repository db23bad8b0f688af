#include "integrations/targets/exec/arguments.h"

#include <doctest/doctest.h>

#include "integrations/targets/exec/answers.h"
#include "integrations/targets/exec/outcome.h"

using namespace muster;
using namespace muster::exec;

namespace {

using Words = std::vector<std::string>;

ExecTargetDef definition() {
  ExecTargetDef def;
  def.name = "shop";
  def.services = {"shop"};
  def.status = {"/bin/ctl", "status"};
  def.deploy = {"/bin/ctl", "deploy", "--tag={version}", "{service}", "{environment}", "id={run}"};
  def.scale = {"/bin/ctl", "scale", "--", "{replicas}"};
  return def;
}

ChangeRequest deploy(const std::string& version) {
  ChangeRequest r;
  r.verb = TargetVerb::deploy;
  r.subject = {"shop", "prod"};
  r.run = "R1.2";
  r.version = version;
  return r;
}

std::string faults(const ExecTargetDef& def) {
  std::string text;
  for (const Fault& fault : faults_of(def))
    text += fault.field + "[" + std::to_string(fault.index) + "]: " + fault.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("a value fills exactly the argument in which its placeholder stands") {
  const ExecTargetDef def = definition();
  CHECK(faults(def).empty());
  const auto argv = render(def, deploy("1.2.3"), {});
  REQUIRE(argv.has_value());
  CHECK(*argv == Words{"/bin/ctl", "deploy", "--tag=1.2.3", "shop", "prod", "id=R1.2"});
  ChangeRequest scale = deploy("");
  scale.verb = TargetVerb::scale;
  scale.replicas = 12;
  CHECK(*render(def, scale, {}) == Words{"/bin/ctl", "scale", "--", "12"});
}

TEST_CASE("braces that name no placeholder are ordinary characters") {
  ExecTargetDef def = definition();
  def.deploy = {"/bin/ctl", "{\"a\": {}}", "{}", "{0}", "a}", "{version}"};
  CHECK(faults(def).empty());
  CHECK(*render(def, deploy("7"), {}) == Words{"/bin/ctl", "{\"a\": {}}", "{}", "{0}", "a}", "7"});
}

TEST_CASE("a value is never rendered twice") {
  ExecTargetDef def = definition();
  def.version_pattern = ".*";
  CHECK(render(def, deploy("{run}"), {})->at(2) == "--tag={run}");
}

TEST_CASE("a value cannot become an option, also where the administrator's pattern would let it") {
  ExecTargetDef def = definition();
  def.version_pattern = ".*";
  def.deploy = {"/bin/ctl", "deploy", "{version}"};
  const auto refused = render(def, deploy("--help"), {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().next_step.find("\"--\"") != std::string::npos);
  def.deploy = {"/bin/ctl", "deploy", "--", "{version}"};
  CHECK(render(def, deploy("--help"), {})->back() == "--help");
  for (const std::string& control : {std::string("a\0b", 3), std::string("a\nb"), std::string("a\x1b[2J")}) {
    CHECK_FALSE(render(def, deploy(control), {}).has_value());
  }
}

TEST_CASE("what was there before can be handed on, and is refused where it is not known or hostile") {
  ExecTargetDef def = definition();
  def.deploy = {"/bin/ctl", "deploy", "{version}", "--if-now={before_version}"};
  TargetState before;
  CHECK_FALSE(render(def, deploy("2"), before).has_value());
  before.version = "1";
  CHECK(render(def, deploy("2"), before)->back() == "--if-now=1");
  before.version = "1 --force";
  CHECK_FALSE(render(def, deploy("2"), before).has_value());
}

TEST_CASE("every fault of a definition is found") {
  ExecTargetDef def = definition();
  def.status = {"ctl", "status", "{version}"};
  def.deploy = {"/bin/ctl", "deploy", "{verison}", "{service}-{environment}"};
  def.scale = {"/bin/ctl", "scale"};
  def.restart = {"/bin/{service}", "{replicas}"};
  def.version_pattern = "(";
  def.folder = "here";
  CHECK(faults(def) ==
        "status[0]: the program is not named by its absolute path\n"
        "status[2]: {version} has no meaning in `status`\n"
        "deploy[2]: no placeholder is called {verison}\n"
        "deploy[3]: a placeholder stands in the middle of an argument\n"
        "deploy[0]: the command is not told the version\n"
        "scale[0]: the command is not told the number\n"
        "restart[0]: the program is not named by its absolute path\n"
        "restart[1]: {replicas} has no meaning in `restart`\n"
        "version_pattern[0]: it is no regular expression\n"
        "folder[0]: it is no absolute path\n");
}

TEST_CASE("the status is JSON of the right types or a refusal, with or without talk before it") {
  const auto state = read_state(
      "starting\n{\"version\": \"1.10\", \"replicas\": 4, \"healthy\": false, \"busy\": true, \"run\": \"R1\", "
      "\"ready\": 3, \"log\": \"/var/log/shop.log\", \"message\": \"rolling\\nout\", \"unknown\": [1]}\n");
  REQUIRE(state.has_value());
  CHECK(state->version == "1.10");
  CHECK(state->replicas == 4);
  CHECK(state->ready == 3);
  CHECK(state->log == "/var/log/shop.log");
  CHECK(state->healthy == false);
  CHECK_FALSE(state->paused.has_value());
  CHECK(state->busy == true);
  CHECK(state->last_run == "R1");
  CHECK(state->detail == "rolling out");
  CHECK(read_state("{\n  \"version\": 42\n}")->version == "42");
  for (const char* bad :
       {"", "ok", "[1]", "{\"version\": 1.10}", "{\"replicas\": \"4\"}", "{\"replicas\": -1}", "{\"ready\": \"all\"}",
        "{\"healthy\": \"yes\"}", "{\"version\": {\"a\": 1}}", "{\"replicas\": 99999999999}"}) {
    CAPTURE(bad);
    const auto refused = read_state(bad);
    REQUIRE_FALSE(refused.has_value());
    CHECK_FALSE(refused.error().next_step.empty());
  }
  CHECK_FALSE(read_state("{\"version\": \"" + std::string(300, 'x') + "\"}").has_value());
}

TEST_CASE("history and the last word are bounded, and only links of the web pass") {
  const auto history =
      read_history("[\"3\", {\"version\": \"2\", \"at\": \"2026-03-01T00:00:00Z\", \"by\": \"ana\"}, {}, 1]", 3);
  REQUIRE(history.has_value());
  REQUIRE(history->size() == 3);
  CHECK(history->at(1).by == "ana");
  CHECK(history->at(1).at.has_value());
  CHECK(history->at(2).version == "1");
  const LastWord word = read_last_word(
      "x\n{\"message\": \"done\", \"links\": [\"javascript:x\", {\"title\": \"log\", \"url\": \"https://a/b\"}, "
      "\"https://a/<b>\"]}\nwarning: old flag\n");
  CHECK(word.message == "done");
  REQUIRE(word.links.size() == 1);
  CHECK(word.links[0].title == "log");
  CHECK(read_last_word("done").message.empty());
}

TEST_CASE("an exit code means what the definition says, and a command that fell over means nothing") {
  ExecTargetDef def = definition();
  def.nothing_to_do = {3};
  CommandEnd end;
  const auto outcome = [&](CommandEndKind kind, int code = 0) {
    end.kind = kind;
    end.code = code;
    return outcome_of(end, def);
  };
  CHECK(outcome(CommandEndKind::exited, 0) == ChangeOutcome::succeeded);
  CHECK(outcome(CommandEndKind::exited, 3) == ChangeOutcome::nothing_to_do);
  CHECK(outcome(CommandEndKind::exited, 1) == ChangeOutcome::failed);
  CHECK(outcome(CommandEndKind::signalled) == ChangeOutcome::unknown);
  CHECK(outcome(CommandEndKind::stopped) == ChangeOutcome::unknown);
  CHECK(outcome(CommandEndKind::lost) == ChangeOutcome::unknown);
  CHECK(outcome(CommandEndKind::timed_out) == ChangeOutcome::timed_out);
  CHECK(outcome(CommandEndKind::never_started) == ChangeOutcome::refused);
  CHECK(shown({"/bin/a", "b c", "", "it's", "x=1"}) == "/bin/a 'b c' '' 'it'\\''s' x=1");
}
