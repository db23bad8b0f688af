// What happens to commands when the bot, its helper or the machine goes away.
#include <sys/prctl.h>
#include <sys/wait.h>

#include "integrations/process/files.h"
#include "tests/support/command_rig.h"

using namespace muster;
using process::read_started;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Writes a line when it begins, waits to be let go, writes another.
CommandSpec ledger_command(const std::string& id, const std::string& folder) {
  return shell(id, "echo " + id + " >>" + folder + "/ledger; echo begun; while [ ! -e " + folder +
                       "/go ]; do sleep 0.02; done; echo finished; exit 4");
}

void wait_for_start(const std::string& folder) {
  wait_until([&] { return fs::exists(folder + "/started"); });
}

}  // namespace

TEST_CASE("a bot that is killed and comes back takes the result of the one execution") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c", ledger = scratch.path + "/ledger";
  DoomedBot bot(commands, {ledger_command("a", scratch.path)});
  wait_until([&] { return fs::exists(ledger); });
  bot.die();

  Rig rig(commands);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::running);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::running);
  CHECK(rig.ends.empty());
  const auto again = rig.runner->start(ledger_command("a", scratch.path), rig.events());
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().kind == ErrorKind::conflict);
  std::ofstream(scratch.path + "/go") << "";
  const CommandEnd& end = rig.ended("a");
  CHECK(end.kind == CommandEndKind::exited);
  CHECK(end.code == 4);
  CHECK(end.out.head == "begun\nfinished\n");
  CHECK(rig.told["a"] == 1);
  CHECK(lines_in(ledger) == 1);
}

TEST_CASE("a command that ended while nobody looked is taken in, as often as it is asked for until it is forgotten") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  std::ofstream(scratch.path + "/go") << "";
  DoomedBot bot(commands, {ledger_command("a", scratch.path)});
  wait_until([&] { return fs::exists(commands + "/a/result"); });
  bot.die();
  for (int i = 0; i < 2; ++i) {
    Rig rig(commands);
    CHECK(rig.runner->attach("a", rig.events()) == Attached::ended);
    CHECK(rig.ended("a").code == 4);
  }
  Rig rig(commands);
  rig.runner->forget("a");
  rig.until([&] { return !fs::exists(commands + "/a"); });
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
  CHECK(lines_in(scratch.path + "/ledger") == 1);
}

TEST_CASE("a kill at any moment of the start leaves at most one execution and a true answer") {
  const ScratchFolder scratch;
  int ran = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string commands = scratch.path + "/c" + std::to_string(i), ledger = commands + ".ledger";
    CommandSpec spec = shell("a", "echo x >>" + ledger);
    DoomedBot bot(commands, {spec});
    // From "before anything" to "long done", by counting looks instead of time.
    int looks = 0;
    wait_until([&] { return ++looks > i / 8 || fs::exists(ledger); });
    bot.die();
    if (!fs::exists(commands)) continue;
    Rig rig(commands);
    rig.runner->attach("a", rig.events());
    const CommandEnd& end = rig.ended("a");
    const std::size_t times = fs::exists(ledger) ? lines_in(ledger) : 0;
    CHECK(times == (end.ok() ? 1 : 0));
    CHECK((end.ok() || end.kind == CommandEndKind::never_started || end.kind == CommandEndKind::lost));
    ran += end.ok() ? 1 : 0;
  }
  CHECK(ran > 0);
}

TEST_CASE("a deadline holds while the bot is away") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  CommandSpec spec = shell("a", "sleep 300");
  spec.timeout = 200;
  DoomedBot bot(commands, {spec});
  wait_for_start(commands + "/a");
  bot.die();
  wait_until([&] { return fs::exists(commands + "/a/result"); });
  Rig rig(commands);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::ended);
  CHECK(rig.ended("a").kind == CommandEndKind::timed_out);
}

TEST_CASE("a command can be cancelled by a bot that did not start it") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  DoomedBot bot(commands, {shell("a", "sleep 300")});
  wait_for_start(commands + "/a");
  bot.die();
  Rig rig(commands);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::running);
  CHECK(rig.runner->cancel("a"));
  CHECK(rig.ended("a").kind == CommandEndKind::cancelled);
}

TEST_CASE("when its helper is killed the command is watched by itself, and how it ended is not made up") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  Rig rig(commands);
  REQUIRE(rig.runner->start(ledger_command("a", scratch.path), rig.events()));
  rig.until([&] { return contains(rig.progress["a"].last_lines, "begun"); });
  kill(read_started(commands + "/a")->shim, SIGKILL);
  Rig later(commands);
  wait_until([&] { return process::look_at_lock(commands + "/a") == process::Lock::free; });
  CHECK(later.runner->attach("a", later.events()) == Attached::running);
  CHECK(rig.ends.empty());
  std::ofstream(scratch.path + "/go") << "";
  const CommandEnd& end = later.ended("a");
  CHECK(end.kind == CommandEndKind::lost);
  CHECK(contains(end.trouble, "supervisor was killed"));
  CHECK(contains(end.out.head, "begun"));
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
  CHECK(lines_in(scratch.path + "/ledger") == 1);
}

TEST_CASE("a command whose helper was killed can still be cancelled") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  Rig rig(commands);
  REQUIRE(rig.runner->start(shell("a", "echo up; exec sleep 300"), rig.events()));
  rig.until([&] { return contains(rig.progress["a"].last_lines, "up"); });
  kill(read_started(commands + "/a")->shim, SIGKILL);
  rig.until([&] { return process::look_at_lock(commands + "/a") == process::Lock::free; });
  rig.until([&] { return rig.runner->attach("a", rig.events()) == Attached::running && rig.runner->cancel("a"); });
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
}

TEST_CASE("when helper and command are gone it is lost, with what it had printed") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  DoomedBot bot(commands, {ledger_command("a", scratch.path)});
  wait_until([&] { return fs::exists(scratch.path + "/ledger") && fs::file_size(commands + "/a/out") > 0; });
  bot.die();
  const auto started = read_started(commands + "/a");
  REQUIRE(started.has_value());
  kill(started->shim, SIGKILL);
  kill(-started->child, SIGKILL);
  wait_until([&] {
    return process::look_at_lock(commands + "/a") == process::Lock::free &&
           !process::open_process(started->child, started->child_start);
  });
  Rig rig(commands);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  const CommandEnd& end = rig.ended("a");
  CHECK(end.kind == CommandEndKind::lost);
  CHECK(end.out.head == "begun\n");
  CHECK(end.started > 0);
}

TEST_CASE("after a reboot a process that has the old number is a stranger") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c", path = commands + "/a";
  fs::create_directories(path);
  std::ofstream(path + "/lock") << "";
  // Our own process plays the stranger: number and start time agree, the boot does not.
  const std::string me = std::to_string(getpid()) + "\n";
  const std::string start = std::to_string(process::start_time_of(getpid())) + "\n";
  std::ofstream(path + "/started") << "format 1\nboot before\nshim " << me << "shim_start " << start << "child " << me
                                   << "child_start " << start << "started_ms 1\ntimeout_ms 1000\nwhole 1\n";
  Rig rig(commands, "after");
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  CHECK_FALSE(rig.runner->cancel("a"));
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
  CHECK(contains(rig.ends["a"].trouble, "machine was restarted"));
}

TEST_CASE("a number that was given to another process since is not ours") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c", path = commands + "/a";
  fs::create_directories(path);
  std::ofstream(path + "/lock") << "";
  const std::string me = std::to_string(getpid()) + "\n";
  std::ofstream(path + "/started") << "format 1\nboot now\nshim " << me << "shim_start 1\nchild " << me
                                   << "child_start 1\nstarted_ms 1\ntimeout_ms 1000\nwhole 1\n";
  Rig rig(commands, "now");
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
}

TEST_CASE("a command that has ended and that nobody reaps is not running") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c", path = commands + "/a";
  fs::create_directories(path);
  std::ofstream(path + "/lock") << "";
  // As below a process 1 that never waits: number and start time stay for good.
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  siginfo_t info{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(dead), &info, WEXITED | WNOWAIT) == 0);
  const std::string start = std::to_string(process::start_time_of(dead));
  std::ofstream(path + "/started") << "format 1\nboot now\nshim " << dead << "\nshim_start " << start << "\nchild "
                                   << dead << "\nchild_start " << start << "\nstarted_ms 1\ntimeout_ms 1000\nwhole 1\n";
  Rig rig(commands, "now");
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  CHECK_FALSE(rig.runner->cancel("a"));
  CHECK(rig.ended("a").kind == CommandEndKind::lost);
  waitpid(dead, nullptr, 0);
}

TEST_CASE("a folder without a record of its start means that nothing has run") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  fs::create_directories(commands + "/a");
  std::ofstream(commands + "/a/lock") << "";
  std::ofstream(commands + "/a/started.tmp") << "format 1\n";
  Rig rig(commands);
  CHECK(rig.runner->attach("a", rig.events()) == Attached::gone);
  CHECK(rig.ended("a").kind == CommandEndKind::never_started);
  CHECK(rig.runner->attach("../../etc", rig.events()) == Attached::gone);
  CHECK(rig.ended("../../etc").kind == CommandEndKind::lost);
}

TEST_CASE("what nobody wants any more is swept away, and what still runs is left alone and named") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  {
    DoomedBot bot(commands, {shell("old", "true"), shell("kept", "true"), shell("alive", "sleep 300")});
    wait_until([&] { return fs::exists(commands + "/old/result") && fs::exists(commands + "/kept/result"); });
    wait_for_start(commands + "/alive");
  }
  Rig rig(commands);
  std::ofstream(commands + "/.rests/ancient.txt") << "x";
  CHECK(rig.runner->sweep({"kept"}, SystemClock().now() + day_ms) == std::vector<std::string>{"alive"});
  rig.until([&] { return !fs::exists(commands + "/old") && !fs::exists(commands + "/.rests/ancient.txt"); });
  CHECK(fs::exists(commands + "/kept/result"));
  rig.runner->attach("alive", rig.events());
  rig.runner->cancel("alive");
  CHECK(rig.ended("alive").kind == CommandEndKind::cancelled);
}

TEST_CASE("a command may begin under a name that was forgotten a moment ago, whatever is still to be removed") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  Rig rig(commands);
  for (int i = 0; i < 1'000; ++i) {  // the worker is busy with these
    const std::string old = "old" + std::to_string(i);
    fs::create_directories(commands + "/" + old);
    std::ofstream(commands + "/" + old + "/result") << "x";
    rig.runner->forget(old);
  }
  fs::create_directories(commands + "/a");
  rig.runner->forget("a");
  REQUIRE(rig.runner->start(ledger_command("a", scratch.path), rig.events()).has_value());
  const auto removed = [&] {
    return std::ranges::none_of(fs::directory_iterator(commands),
                                [](const auto& at) { return at.path().filename().string().starts_with(".gone-"); });
  };
  rig.until(removed);
  CHECK(fs::exists(commands + "/a"));
  std::ofstream(scratch.path + "/go") << "";
  CHECK(rig.ended("a").code == 4);
}

TEST_CASE("three hundred folders from before are attached to and taken in, each once") {
  const ScratchFolder scratch;
  const std::string commands = scratch.path + "/c";
  for (int i = 0; i < 300; ++i) {
    const std::string path = commands + "/r" + std::to_string(i);
    fs::create_directories(path);
    std::ofstream(path + "/lock") << "";
    std::ofstream(path + "/out") << "hello\n";
    std::ofstream(path + "/result") << "format 1\nwhy exit\ncode 0\nout 6 6 0 0\nerr 0 0 0 0\nwhole 1\n";
  }
  Rig rig(commands);
  for (int i = 0; i < 300; ++i) CHECK(rig.runner->attach("r" + std::to_string(i), rig.events()) == Attached::ended);
  rig.until([&] { return rig.ends.size() == 300; });
  for (const auto& [id, end] : rig.ends) CHECK((end.ok() && end.out.head == "hello\n" && rig.told[id] == 1));
}
