// The exec target over real programs: what is told to them, and what is made of how they end.
#include "integrations/targets/exec/exec.h"

#include "integrations/net/timers.h"
#include "tests/support/command_rig.h"

using namespace muster;

namespace {

struct Shop {
  Shop() : rig(scratch.path + "/commands"), timers(loop_timers(rig.loop)) {
    fs::create_directories(world());
    write("state", R"({"version": "1", "replicas": 3})");
    def.name = "shop-exec";
    def.services = {"shop"};
    def.status = {"/bin/cat", world() + "/state"};
    def.watch_every = 20;
  }
  std::string world() const { return scratch.path + "/world"; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(world() + "/" + name) << text; }
  void deploy_by(const std::string& script) { def.deploy = {"/bin/sh", "-c", script, "deploy", "{version}"}; }

  ChangeAnswer deploy(const std::string& run = "R1", DurationMs timeout = minute_ms) {
    target = make_exec_target(def, {*rig.runner, *timers, clock, [](const std::string& name) {
                                      return name == "TOKEN" ? std::optional<std::string>("hush-hush-7") : std::nullopt;
                                    }});
    ChangeRequest r;
    r.subject = {"shop", "prod"};
    r.run = run;
    r.version = "2";
    r.timeout = timeout;
    r.person = "dana\nBOT_USER=root";
    r.channel = "ops";
    TargetState before;
    before.version = "1";
    before.replicas = 3;
    std::optional<ChangeAnswer> answer;
    target->change(
        r, before, [&](ChangeAnswer a) { answer = std::move(a); }, [&](const std::string& lines) { progress = lines; });
    rig.until([&] { return answer.has_value(); });
    return *answer;
  }

  ScratchFolder scratch;
  SystemClock clock;
  Rig rig;
  std::unique_ptr<Timers> timers;
  ExecTargetDef def;
  std::unique_ptr<Target> target;
  std::string progress;
};

const char* const becomes_two = "echo '{\"version\": \"2\", \"replicas\": 3}' >state; ";

}  // namespace

TEST_CASE("the program is told who, where and what was before, and its secrets are masked") {
  Shop shop;
  shop.def.folder = shop.world();
  shop.def.secret_env = {"TOKEN", "NOT_SET"};
  shop.deploy_by(std::string(becomes_two) + "env | grep -E 'BOT_|TOKEN' | sort");
  const ChangeAnswer answer = shop.deploy();
  CHECK(answer.outcome == ChangeOutcome::succeeded);
  CHECK(answer.output ==
        "BOT_BEFORE_REPLICAS=3\nBOT_BEFORE_REVISION=\nBOT_BEFORE_VERSION=1\nBOT_CHANNEL=ops\nBOT_RUN_ID=R1\n"
        "BOT_USER=dana BOT_USER=root\nTOKEN=[REDACTED:secret]\n");
  REQUIRE(answer.after.has_value());
  CHECK(answer.after->version == "2");
}

TEST_CASE("a program that says done is believed when the state says it too") {
  Shop shop;
  shop.def.folder = shop.world();
  // It returns at once; the state follows later, as with every tool that only files an order.
  shop.deploy_by("(while [ ! -e go ]; do sleep 0.02; done; " + std::string(becomes_two) +
                 ") >/dev/null 2>&1 & : >filed");
  const std::uint64_t timer = shop.rig.loop.after(200, [&] { shop.write("go", ""); });
  const ChangeAnswer answer = shop.deploy();
  shop.rig.loop.cancel(timer);
  CHECK(answer.outcome == ChangeOutcome::succeeded);
  CHECK(answer.after->version == "2");
}

TEST_CASE("a state that never becomes as intended is a deadline that passed, not a success") {
  Shop shop;
  shop.deploy_by("exit 0");
  const ChangeAnswer answer = shop.deploy("R1", 300);
  CHECK(answer.outcome == ChangeOutcome::timed_out);
  REQUIRE(answer.problem.has_value());
  CHECK(answer.after->version == "1");
}

TEST_CASE("exit codes: done, nothing to do, failed with the last line of what it said") {
  Shop shop;
  shop.def.nothing_to_do = {3};
  shop.deploy_by("exit 3");
  CHECK(shop.deploy("R1").outcome == ChangeOutcome::nothing_to_do);
  shop.deploy_by("echo talk; echo 'no such image: shop:2' >&2; exit 4");
  const ChangeAnswer failed = shop.deploy("R2");
  CHECK(failed.outcome == ChangeOutcome::failed);
  CHECK(failed.problem->message == "the command of the target shop-exec ended with code 4");
  CHECK(failed.problem->next_step == "no such image: shop:2");
}

TEST_CASE("a program that falls over leaves an unknown outcome, and the state is read for the person who decides") {
  Shop shop;
  shop.deploy_by("kill -9 $$");
  const ChangeAnswer answer = shop.deploy();
  CHECK(answer.outcome == ChangeOutcome::unknown);
  CHECK(answer.problem->message.find("signal 9") != std::string::npos);
  REQUIRE(answer.after.has_value());
  CHECK(answer.after->version == "1");
}

TEST_CASE("a status that cannot be read is said so and never made up") {
  Shop shop;
  shop.deploy_by("exit 0");
  int run = 0;
  for (const char* broken : {"not json", "{\"version\": 1.5}", ""}) {
    shop.write("state", broken);
    CAPTURE(broken);
    const ChangeAnswer answer = shop.deploy("R" + std::to_string(++run), 200);
    CHECK(answer.outcome == ChangeOutcome::unknown);
    REQUIRE(answer.problem.has_value());
    CHECK_FALSE(answer.after.has_value());
  }
}

TEST_CASE("without a status command the exit code is all there is, and a probe knows nothing") {
  Shop shop;
  shop.def.status.clear();
  shop.deploy_by("exit 0");
  const ChangeAnswer answer = shop.deploy();
  CHECK(answer.outcome == ChangeOutcome::succeeded);
  CHECK_FALSE(answer.after.has_value());
  std::optional<ProbeAnswer> found;
  ChangeRequest r;
  r.subject = {"shop", "prod"};
  r.run = "R9";
  r.version = "2";
  shop.target->probe(r, {}, [&](ProbeAnswer a) { found = std::move(a); });
  shop.rig.until([&] { return found.has_value(); });
  CHECK(found->finding == ProbeFinding::unknown);
  REQUIRE(found->problem.has_value());
}

TEST_CASE("a program that is not there is refused: nothing was sent") {
  Shop shop;
  shop.def.deploy = {"/no/such/program", "{version}"};
  const ChangeAnswer answer = shop.deploy();
  CHECK(answer.outcome == ChangeOutcome::refused);
  CHECK(answer.problem->kind == ErrorKind::not_found);
}
