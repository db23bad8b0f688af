// The bot is killed at each point of each verb. The program keeps a ledger of what it did: once at most, and the next
// bot knows it.
#include "integrations/net/timers.h"
#include "integrations/targets/exec/exec.h"
#include "tests/support/command_rig.h"
#include "tests/support/crash_table.h"

using namespace muster;

namespace {

// Reads come first. The effect is one line of `effects`, written when the program is let go on.
constexpr const char* program_text = R"sh(#!/bin/sh
cd "$(dirname "$0")" || exit 9
if [ "$1" = status ]; then
  printf '{"version":"%s","replicas":%s,"paused":%s,"healthy":true,"restarted":"%s","run":"%s","previous_version":"0.9"}\n' \
    "$(cat version)" "$(cat replicas)" "$(cat paused)" "$(cat restarted)" "$(cat run)"
  exit 0
fi
echo "$BOT_RUN_ID" >>arrived
while [ -e hold ]; do sleep 0.02; done
case $1 in
  deploy) printf %s "$2" >version ;;
  scale) printf %s "$2" >replicas ;;
  restart) printf %s "$BOT_RUN_ID" >restarted ;;
  pause) printf true >paused ;;
  resume) printf false >paused ;;
esac
printf %s "$BOT_RUN_ID" >run
echo "$BOT_RUN_ID" >>effects
)sh";

struct ExecWorld {
  explicit ExecWorld(TargetVerb verb) {
    fs::create_directories(path());
    write("version", "1.0"), write("replicas", "3"), write("restarted", "never"), write("run", "");
    write("paused", verb == TargetVerb::resume ? "true" : "false");
    write("shopctl", program_text);
    fs::permissions(path() + "/shopctl", fs::perms::owner_all);
  }
  std::string path() const { return scratch.path + "/world"; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path() + "/" + name) << text; }
  int lines(const std::string& name) const { return static_cast<int>(lines_in(path() + "/" + name)); }
  ScratchFolder scratch;
};

struct ExecBot {
  explicit ExecBot(const ExecWorld& world) : rig(world.scratch.path + "/commands"), timers(loop_timers(rig.loop)) {
    const std::string program = world.path() + "/shopctl";
    ExecTargetDef def;
    def.name = "shop-exec", def.services = {"shop"}, def.environments = {"prod"};
    def.status = {program, "status"};
    def.deploy = def.rollback = {program, "deploy", "{version}"};
    def.scale = {program, "scale", "{replicas}"};
    def.restart = {program, "restart"};
    def.pause = {program, "pause"};
    def.resume = {program, "resume"};
    def.watch_every = 20;
    target = make_exec_target(def, {*rig.runner, *timers, clock});
  }
  TargetState state() {
    std::optional<Result<TargetState>> seen;
    target->status({"shop", "prod"}, [&](Result<TargetState> s) { seen = std::move(s); });
    rig.until([&] { return seen.has_value(); });
    REQUIRE(seen->has_value());
    return **seen;
  }
  ChangeOutcome change(const ChangeRequest& request, const TargetState& before) {
    std::optional<ChangeAnswer> got;
    target->change(request, before, [&](ChangeAnswer a) { got = std::move(a); }, {});
    rig.until([&] { return got.has_value(); });
    return got->outcome;
  }
  ChangeOutcome observe(const ChangeRequest& request, const TargetState& before) {
    std::optional<ChangeAnswer> got;
    target->observe(request, before, [&](ChangeAnswer a) { got = std::move(a); }, {});
    rig.until([&] { return got.has_value(); });
    return got->outcome;
  }
  ProbeFinding probe(const ChangeRequest& request, const TargetState& before) {
    std::optional<ProbeAnswer> got;
    target->probe(request, before, [&](ProbeAnswer a) { got = std::move(a); });
    rig.until([&] { return got.has_value(); });
    return got->finding;
  }
  Rig rig;
  SystemClock clock;
  std::unique_ptr<Timers> timers;
  std::unique_ptr<Target> target;
};

enum class KillPoint { not_sent, sent, at_work, ended, over };
constexpr KillPoint kill_points[] = {KillPoint::not_sent, KillPoint::sent, KillPoint::at_work, KillPoint::ended,
                                     KillPoint::over};

const char* words_of(KillPoint p) {
  constexpr const char* names[] = {"before it was sent", "as it was sent", "the program at work",
                                   "the program done, its end not read", "it was over"};
  return names[static_cast<int>(p)];
}

ChangeRequest exec_request(TargetVerb verb) {
  ChangeRequest r;
  r.verb = verb;
  r.subject = {"shop", "prod"};
  r.run = "R7.1.1";
  r.timeout = minute_ms;
  if (verb == TargetVerb::deploy) r.version = "1.1";
  if (verb == TargetVerb::rollback) r.version = "0.9";
  if (verb == TargetVerb::scale) r.replicas = 5;
  return r;
}

TargetState exec_before(TargetVerb verb) {
  TargetState s;
  s.version = "1.0", s.replicas = 3, s.healthy = true, s.previous_version = "0.9", s.restarted = "never";
  s.paused = verb == TargetVerb::resume;
  return s;
}

// A bot of its own process begins the change, and is killed at that point.
void bot_dies_at(KillPoint point, const ExecWorld& world, const ChangeRequest& request) {
  if (point == KillPoint::at_work) world.write("hold", "");
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ExecBot bot(world);
    bool answered = false;
    if (point == KillPoint::not_sent) kill(getpid(), SIGKILL);
    bot.target->change(request, exec_before(request.verb), [&](const ChangeAnswer&) { answered = true; }, {});
    if (point == KillPoint::sent) kill(getpid(), SIGKILL);
    if (point == KillPoint::at_work) wait_until([&] { return world.lines("arrived") == 1; });
    if (point == KillPoint::ended) wait_until([&] { return world.lines("effects") == 1; });
    if (point == KillPoint::over) bot.rig.until([&] { return answered; });
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

bool exec_done(ChangeOutcome o) { return o == ChangeOutcome::succeeded || o == ChangeOutcome::nothing_to_do; }

// What the next bot makes of it, in words.
std::string what_became(const ExecWorld& world, ChangeRequest request, KillPoint point) {
  const TargetState before = exec_before(request.verb);
  ExecBot bot(world);
  if (point == KillPoint::at_work) fs::remove(world.path() + "/hold");
  const ChangeOutcome seen = bot.observe(request, before);
  const int made = world.lines("effects");
  CHECK(made <= 1);
  if (exec_done(seen)) {
    CHECK(made == 1);
    return "watched to its end";
  }
  CHECK((seen == ChangeOutcome::unknown || seen == ChangeOutcome::refused));
  const ProbeFinding found = bot.probe(request, before);
  CHECK(found == (made == 1 ? ProbeFinding::equals_intended : ProbeFinding::equals_before));
  if (found != ProbeFinding::equals_before) return "found done";
  request.run = "R7.1.2";
  CHECK(exec_done(bot.change(request, bot.state())));
  return "not done yet, sent then";
}

}  // namespace

TEST_CASE("a bot that is killed at any point of any change has made at most one effect, and the next one knows it") {
  for (const TargetVerb verb : {TargetVerb::deploy, TargetVerb::rollback, TargetVerb::scale, TargetVerb::restart,
                                TargetVerb::pause, TargetVerb::resume}) {
    for (const KillPoint point : kill_points) {
      CAPTURE(std::string(name_of(verb)));
      CAPTURE(std::string(words_of(point)));
      const ExecWorld world(verb);
      bot_dies_at(point, world, exec_request(verb));
      const std::string after = what_became(world, exec_request(verb), point);
      CHECK(world.lines("effects") == 1);
      test::crash_row("exec", name_of(verb), words_of(point), world.lines("effects"), after);
    }
  }
}
