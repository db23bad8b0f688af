// Limits and another user, over real programs: each limit is met, and the answer says which.
#include "integrations/targets/exec/bounds.h"

#include <unistd.h>

#include "integrations/net/timers.h"
#include "integrations/targets/exec/exec.h"
#include "tests/support/command_rig.h"

using namespace muster;

namespace {

struct Bounded {
  Bounded() : rig(scratch.path + "/commands"), timers(loop_timers(rig.loop)) {
    def.name = "shop-exec";
    def.services = {"shop"};
  }
  ChangeAnswer restart(const std::string& script) {
    def.restart = {"/bin/sh", "-c", script};
    target = make_exec_target(def, {*rig.runner, *timers, clock, {}});
    ChangeRequest r;
    r.verb = TargetVerb::restart;
    r.subject = {"shop", "prod"};
    r.run = "R1";
    r.timeout = minute_ms;
    std::optional<ChangeAnswer> answer;
    target->change(r, {}, [&](ChangeAnswer a) { answer = std::move(a); }, {});
    rig.until([&] { return answer.has_value(); });
    return *answer;
  }
  std::string trouble(const std::string& script) {
    const ChangeAnswer answer = restart(script);
    CHECK(answer.outcome != ChangeOutcome::succeeded);
    return answer.problem ? answer.problem->message : answer.output;
  }

  ScratchFolder scratch;
  SystemClock clock;
  Rig rig;
  std::unique_ptr<Timers> timers;
  ExecTargetDef def;
  std::unique_ptr<Target> target;
};

}  // namespace

TEST_CASE("a program that computes for ever comes to the end of its processor time, and the answer says so") {
  Bounded bounded;
  bounded.def.cpu_time = second_ms;
  CHECK(bounded.trouble("while :; do :; done") ==
        "the command of the target shop-exec was ended by signal 24: it came to its limit of 1s of processor time "
        "(`cpu_time`)");
}

TEST_CASE("a program that catches the warning is killed, and nobody claims to know more than that") {
  Bounded bounded;
  bounded.def.cpu_time = second_ms;
  CHECK(bounded.trouble("trap '' XCPU; while :; do :; done") ==
        "the command of the target shop-exec was ended by signal 9: it may have come to its limit of 1s of processor "
        "time (`cpu_time`)");
}

TEST_CASE("a file cannot become larger than its limit") {
  Bounded bounded;
  bounded.def.file_mb = 1;
  const std::string file = bounded.scratch.path + "/large";
  const std::string script = "exec head -c 3000000 /dev/zero >" + file;
  CHECK(bounded.trouble(script).ends_with("it came to its limit of 1 MiB for a file (`file_mb`)"));
  CHECK(fs::file_size(file) == 1 << 20);
  Bounded deeper;  // the shell goes on, and tells how its program ended
  deeper.def.file_mb = 1;
  CHECK(deeper.trouble("head -c 3000000 /dev/zero >" + file + "; exit $?").contains("`file_mb`"));
}

TEST_CASE("memory, open files and processes are limited, and the program's own words show which it was") {
  Bounded memory;
  memory.def.memory_mb = 64;
  CHECK(memory.trouble("exec dd if=/dev/zero of=/dev/null bs=200M count=1")
            .ends_with("it seems to have come to its limit of 64 MiB of memory (`memory_mb`)"));
  Bounded files;
  files.def.open_files = 16;
  const std::string many = "cd " + files.scratch.path + "; exec tee a b c d e f g h i j k l m n o p q";
  CHECK(files.trouble(many).ends_with("it seems to have come to its limit of 16 open files (`open_files`)"));
  Bounded processes;
  processes.def.processes = 1;
  if (geteuid() == 0) processes.def.user = "nobody";  // root is not held to it
  CHECK(processes.trouble("/bin/sleep 0 & wait; (/bin/true) || exit 1")
            .ends_with("it seems to have come to its limit of 1 processes of its user (`processes`)"));
}

TEST_CASE("what is held to limits and keeps to them succeeds, and 0 is no limit") {
  Bounded bounded;
  CHECK(bounded.restart("ulimit -n; ulimit -t; ulimit -v; ulimit -f").output ==
        "4096\n3600\n" + std::to_string(16 << 20) + "\n" + std::to_string((16ull << 30) / 512) + "\n");
  Bounded free;
  free.def.memory_mb = free.def.open_files = free.def.file_mb = 0;
  free.def.cpu_time = 0;
  const ChangeAnswer answer = free.restart("ulimit -t; ulimit -v");
  CHECK(answer.outcome == ChangeOutcome::succeeded);
  CHECK(answer.output == "unlimited\nunlimited\n");
}

TEST_CASE("a program runs as its user, with nothing of the bot's left") {
  if (geteuid() != 0) {
    MESSAGE("not root: skipped");
    return;
  }
  Bounded bounded;
  bounded.def.user = "nobody";
  const ChangeAnswer answer = bounded.restart("id -un; id -G; cat /etc/shadow 2>&1; kill -0 $PPID 2>&1; exit 0");
  CHECK(answer.outcome == ChangeOutcome::succeeded);
  CHECK(answer.output.starts_with("nobody\n65534\n"));
  CHECK(answer.output.contains("Permission denied"));
  CHECK(answer.output.contains("not permitted"));
}

TEST_CASE("a user that cannot be taken is refused before anything is sent, in the plan too") {
  Bounded bounded;
  bounded.def.user = "no-such-account";
  const ChangeAnswer answer = bounded.restart("exit 0");
  CHECK(answer.outcome == ChangeOutcome::refused);
  CHECK(answer.problem->message == "there is no account `no-such-account` on this machine");
  std::optional<Result<std::string>> plan;
  ChangeRequest r;
  r.verb = TargetVerb::restart;
  r.subject = {"shop", "prod"};
  r.run = "R2";
  bounded.target->dry_run(r, {}, [&](Result<std::string> text) { plan = std::move(text); });
  bounded.rig.until([&] { return plan.has_value(); });
  CHECK_FALSE(plan->has_value());
  const auto denied = exec::find_user("root", 4711);
  REQUIRE_FALSE(denied.has_value());
  CHECK(denied.error().message == "the bot is not root, so it cannot run programs as `root`");
  CHECK(denied.error().next_step.contains("sudoers"));
  CHECK(exec::find_user("root", 0)->has_value() == false);  // it is that already
}

TEST_CASE("limits that cannot be meant are named") {
  ExecTargetDef def;
  def.processes = 5;
  def.cpu_time = 10;
  def.open_files = 3;
  def.memory_mb = -1;
  std::string fields;
  for (const auto& fault : exec::faults_of(def)) fields += fault.field + " ";
  CHECK(fields == "processes cpu_time memory_mb open_files ");
}
