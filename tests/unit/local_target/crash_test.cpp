// The bot is killed at each point of each verb. Afterwards the change has happened once or not at all, and the target
// can say which.
#include "tests/support/crash_table.h"
#include "tests/support/local_rig.h"

using namespace muster;

namespace {

// The initial state is brought up, the change begins, and at the `kill_at`-th point the process is killed.
// False: the change was over before.
bool doomed(const LocalWorld& world, const ChangeRequest& request, int kill_at) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    int passed = 0;
    bool armed = false;
    LocalBot bot(world, world.def(2), [&](const char* point) {
      if (!armed || ++passed != kill_at) return;
      world.write("point", point);
      kill(getpid(), SIGKILL);
    });
    bot.until_well();
    if (request.verb == TargetVerb::rollback) bot.change(shop_request(TargetVerb::deploy, "R0", "0.9"));
    const TargetState before = bot.state();
    if (request.run == "R-refused") world.write("refuse", "");
    armed = true;
    bot.change(request, before);
    _exit(7);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const bool over = WIFEXITED(status) && WEXITSTATUS(status) == 7;
  REQUIRE((killed || over));
  return killed;
}

TargetState before_of(const ChangeRequest& request) {
  TargetState before;
  before.version = request.verb == TargetVerb::rollback ? "0.9" : "1.0";
  before.previous_version = request.verb == TargetVerb::rollback ? "1.0" : "";
  before.replicas = 2;
  before.healthy = true;
  before.restarted = "0";
  before.last_run = request.verb == TargetVerb::rollback ? "R0" : "";
  return before;
}

struct Found {
  bool intended = false;
};

Found look_at_what_is_left(const LocalWorld& world, const ChangeRequest& request, bool refused) {
  LocalBot bot(world, world.def(2));
  const TargetState before = before_of(request);
  const ChangeAnswer answer = bot.observe(request, before);
  const auto history = world.desired().history;
  const auto times = std::ranges::count(history, request.run, &local::Change::run);
  CHECK(times <= 1);
  const ProbeFinding finding = bot.probe(request, before);
  if (times == 0) {
    CHECK(answer.outcome == ChangeOutcome::unknown);
    CHECK(finding == ProbeFinding::equals_before);
  } else {
    CHECK(answer.outcome == (refused ? ChangeOutcome::failed : ChangeOutcome::succeeded));
    CHECK(finding == (refused ? ProbeFinding::other : ProbeFinding::equals_intended));
  }
  CHECK(bot.state().healthy == true);
  CHECK(world.kept() == static_cast<std::size_t>(*bot.state().replicas));
  return {times == 1 && !refused};
}

void at_each_point(const ChangeRequest& request, const std::string& version, std::size_t starts) {
  const bool refused = request.run == "R-refused";
  int points = 0;
  for (int kill_at = 1; kill_at < 100; ++kill_at) {
    CAPTURE(kill_at);
    const LocalWorld world;
    if (!doomed(world, request, kill_at)) break;
    ++points;
    const std::size_t already =
        request.verb == TargetVerb::rollback || request.verb == TargetVerb::scale || request.verb == TargetVerb::restart
            ? 2
            : 0;
    const Found found = look_at_what_is_left(world, request, refused);
    // The ledger: nothing was started twice.
    const char* after = found.intended ? "carried to its end"
                        : refused      ? "as it was before"
                                       : "not done yet, may be sent";
    const std::string verb = std::string(name_of(request.verb)) + (request.part.empty() ? "" : " of a part");
    test::crash_row("local", refused ? verb + " that fails" : verb, read_all(world.path() + "/point"),
                    found.intended ? 1 : 0, after);
    if (found.intended) CHECK(world.starts_of(version) == already + starts);
    if (!found.intended) CHECK(world.starts_of(version) <= already + starts);
  }
  MESSAGE(points, " points");
  CHECK(points >= 4);
  CHECK(points < 99);
}

}  // namespace

TEST_CASE("a deploy that is interrupted by a kill at any point happens once or not at all") {
  at_each_point(shop_request(TargetVerb::deploy, "R1", "1.1"), "1.1", 2);
}

TEST_CASE("a rollback that is interrupted by a kill at any point happens once or not at all") {
  at_each_point(shop_request(TargetVerb::rollback, "R2", "1.0"), "1.0", 2);
}

TEST_CASE("a scale that is interrupted by a kill at any point happens once or not at all") {
  at_each_point(shop_request(TargetVerb::scale, "R3"), "1.0", 1);
}

TEST_CASE("a restart that is interrupted by a kill at any point happens once or not at all") {
  at_each_point(shop_request(TargetVerb::restart, "R4"), "1.0", 2);
}

TEST_CASE("a deploy that fails and is interrupted by a kill at any point is put back") {
  at_each_point(shop_request(TargetVerb::deploy, "R-refused", "1.1"), "1.1", 1);
}

TEST_CASE("a stage that is interrupted by a kill at any point happens once or not at all") {
  ChangeRequest part = shop_request(TargetVerb::deploy, "R6", "1.1");
  part.part = "1";
  at_each_point(part, "1.1", 1);
}
