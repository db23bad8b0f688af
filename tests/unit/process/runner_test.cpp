#include "integrations/process/runner.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/command_rig.h"

using namespace muster;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a command's output and exit code come back, in the order in which it wrote") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const CommandEnd& end = rig.run(shell("a", "echo one; echo two >&2; echo three; exit 7"));
  CHECK(end.kind == CommandEndKind::exited);
  CHECK(end.code == 7);
  CHECK_FALSE(end.ok());
  CHECK(end.out.head == "one\ntwo\nthree\n");
  CHECK(end.out.left_out == 0);
  CHECK(end.out.total_bytes == 14);
  CHECK(end.out.rest_path.empty());
  CHECK(end.started > 0);
  CHECK(end.ended >= end.started);
  CHECK_FALSE(end.left_behind);
}

TEST_CASE("the two streams stay apart when that is asked for") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  CommandSpec spec = shell("a", "echo out; echo err >&2");
  spec.merge_streams = false;
  const CommandEnd& end = rig.run(spec);
  CHECK(end.ok());
  CHECK(end.out.head == "out\n");
  CHECK(end.err.head == "err\n");
}

TEST_CASE("no shell reads the arguments, the environment is only what was given, and nothing is inherited") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  CommandSpec spec;
  spec.id = "a";
  spec.argv = {"printf", "%s|", "$(reboot)", "a b", "", "; rm -rf /", "`id`", "'\"\\"};
  CHECK(rig.run(spec).out.head == "$(reboot)|a b||; rm -rf /|`id`|'\"\\|");

  setenv("MUSTER_TEST_SECRET", "inherited", 1);
  CommandSpec env;
  env.id = "b";
  env.argv = {"/usr/bin/env"};
  env.env = {{"GREETING", "hello $HOME"}};
  CHECK(rig.run(env).out.head ==
        "GREETING=hello $HOME\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");

  // Only the three standard descriptors, the one that `ls` itself opened, nothing of the lock or of the folder.
  CommandSpec open =
      shell("c", "ls /proc/self/fd | tr '\\n' ' '; cat; pwd; ulimit -c; ps -o pgid= -p $$ | tr -d ' '; echo $$");
  const CommandEnd& end = rig.run(open);
  CHECK(contains(end.out.head, "0 1 2 3 /\n0\n"));
  const std::string tail = end.out.head.substr(end.out.head.find("/\n0\n") + 4);
  CHECK(tail.substr(0, tail.find('\n')) == tail.substr(tail.find('\n') + 1, tail.size() - tail.find('\n') - 2));
}

TEST_CASE("a command reads what it is given, and its input does not stay on the disk") {
  ScratchFolder scratch;
  Rig rig(scratch.path);
  CommandSpec spec = shell("reads", "cat; ls \"$0\"");
  spec.argv.push_back(scratch.path + "/reads");
  spec.input = std::string(200'000, 'x') + "\nlast line\n";
  const CommandEnd& end = rig.run(spec);
  CHECK(end.ok());
  CHECK(end.out.total_bytes > spec.input.size());
  const std::string text = end.out.head + end.out.tail;
  CHECK(text.find("last line") != std::string::npos);
  CHECK(text.find("\nin\n") == std::string::npos);  // the folder was listed while the command ran
  CHECK(rig.run(shell("nothing", "cat; echo over")).out.head == "over\n");
  spec.id = "large";
  spec.input.assign((1u << 20) + 1, 'x');
  CHECK_FALSE(rig.runner->start(spec, rig.events()).has_value());
}

TEST_CASE("what cannot be started is refused in words, and nothing has run") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const auto refused = [&](CommandSpec spec) {
    const auto started = rig.runner->start(spec, rig.events());
    REQUIRE_FALSE(started.has_value());
    return started.error().kind;
  };
  CommandSpec spec = shell("a", "true");
  spec.argv = {};
  CHECK(refused(spec) == ErrorKind::invalid);
  spec.argv = {"no-such-program-anywhere"};
  CHECK(refused(spec) == ErrorKind::not_found);
  spec.argv = {"../bin/sh"};
  CHECK(refused(spec) == ErrorKind::invalid);
  spec.argv = {"/bin/echo", std::string("a\0b", 3)};
  CHECK(refused(spec) == ErrorKind::invalid);
  spec.argv = {"/bin/echo"};
  spec.id = "../x";
  CHECK(refused(spec) == ErrorKind::invalid);
  spec.id = "a";
  spec.timeout = 0;
  CHECK(refused(spec) == ErrorKind::invalid);
  spec.timeout = minute_ms;
  rig.run(spec);
  CHECK(refused(spec) == ErrorKind::conflict);  // an id is used once, also after its end

  spec.id = "b";
  spec.cwd = "/no/such/folder";
  CHECK(rig.run(spec).kind == CommandEndKind::not_started);
  CHECK(contains(rig.ends["b"].trouble, "working folder"));
  const std::string script = scratch.path + "/broken";
  std::ofstream(script) << "#!/no/such/interpreter\n";
  chmod(script.c_str(), 0755);
  spec.id = "c";
  spec.cwd = "/";
  spec.argv = {script};
  CHECK(rig.run(spec).kind == CommandEndKind::not_started);
  CHECK(contains(rig.ends["c"].trouble, "No such file"));
}

TEST_CASE("its files are for their owner only and go when the result is recorded") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  rig.run(shell("a", "umask 0; head -c 100000 /dev/zero | tr '\\0' 'x'"));
  REQUIRE_FALSE(rig.ends["a"].out.rest_path.empty());
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path + "/c")) {
    CAPTURE(entry.path().string());
    const auto open = fs::perms::group_all | fs::perms::others_all;
    CHECK((entry.status().permissions() & open) == fs::perms::none);
  }
  rig.runner->forget("a");
  rig.until([&] { return !fs::exists(scratch.path + "/c/a"); });
  CHECK(lines_in(rig.ends["a"].out.rest_path) == 0);
  CHECK(fs::file_size(rig.ends["a"].out.rest_path) == 100000);
}

TEST_CASE("a signal that ends it is named") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const CommandEnd& end = rig.run(shell("a", "kill -SEGV $$"));
  CHECK(end.kind == CommandEndKind::signalled);
  CHECK(end.signal == SIGSEGV);
}

TEST_CASE("a deadline ends the whole group, also what ignores TERM or hides in a session of its own") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const std::string pids = scratch.path + "/pids";
  CommandSpec spec = shell("a", "trap '' TERM; echo $$ >>" + pids + "; (echo here; exec sleep 300) & " +
                                    "setsid sh -c 'trap \"\" TERM; echo $$ >>" + pids +
                                    "; while :; do sleep 300; done' & while :; do sleep 1; done");
  spec.timeout = 300;
  spec.grace = 200;
  const CommandEnd& end = rig.run(spec);
  CHECK(end.kind == CommandEndKind::timed_out);
  CHECK_FALSE(end.left_behind);
  CHECK(contains(end.out.head, "here"));
  std::ifstream file(pids);
  int pid = 0, seen = 0;
  for (; file >> pid; ++seen) CHECK(kill(pid, 0) != 0);
  CHECK(seen == 2);
}

TEST_CASE("cancelling ends it at once when it listens") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  REQUIRE(rig.runner->start(shell("a", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done"),
                            rig.events()));
  rig.until([&] { return contains(rig.progress["a"].last_lines, "ready"); });
  CHECK(rig.runner->cancel("a"));
  const CommandEnd& end = rig.ended("a");
  CHECK(end.kind == CommandEndKind::cancelled);
  CHECK(end.code == 3);
  CHECK(contains(end.out.head, "bye"));
  CHECK_FALSE(rig.runner->cancel("a"));
  CHECK_FALSE(rig.runner->cancel("nobody"));
}

TEST_CASE("a cancel in the moment of the start is not lost") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  for (int i = 0; i < 20; ++i) {
    const std::string id = "c" + std::to_string(i);
    REQUIRE(rig.runner->start(shell(id, "sleep 300"), rig.events()));
    CHECK(rig.runner->cancel(id));
    CHECK(rig.ended(id).kind == CommandEndKind::cancelled);
  }
}

TEST_CASE("a grandchild that holds the output open delays nothing and is not killed by it") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const std::string go = scratch.path + "/go", done = scratch.path + "/done";
  const CommandEnd& end = rig.run(shell(
      "a", "(while [ ! -e " + go + " ]; do sleep 0.02; done; echo late; echo late; : >" + done + ") & echo parent"));
  CHECK(end.ok());
  CHECK(end.left_behind);
  CHECK(end.out.head == "parent\n");
  std::ofstream(go) << "";
  wait_until([&] { return fs::exists(done); });  // it wrote to the old output and lived on
}

TEST_CASE("a gigabyte of output is bounded in memory and on disk, and its end is what one sees") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  CommandSpec spec = shell("a", "echo begin; yes 0123456789abcdef | head -c 1073741824; echo; echo the end");
  spec.file_bytes_max = 1 << 20;
  spec.text_bytes_max = 8 << 10;
  const CommandEnd& end = rig.run(spec);
  CHECK(end.ok());
  CHECK(end.out.total_bytes == 1073741824ull + 6 + 1 + 8);
  CHECK(end.out.head.starts_with("begin\n0123456789abcdef\n"));
  CHECK(end.out.tail.ends_with("\nthe end\n"));
  CHECK(end.out.tail.starts_with("0123456789abcdef\n"));  // no half line
  CHECK(end.out.head.size() + end.out.tail.size() <= 8 << 10);
  CHECK(end.out.left_out == end.out.total_bytes - end.out.head.size() - end.out.tail.size());
  CHECK(end.out.dropped_bytes == end.out.total_bytes - (1 << 20) - (64 << 10));
  CHECK(end.out.disk_trouble.empty());
  std::uintmax_t on_disk = 0;
  for (const auto& entry : fs::directory_iterator(scratch.path + "/c/a")) on_disk += entry.file_size();
  CHECK(on_disk < (1 << 20) + (70 << 10));
  const std::string rest = read_all(end.out.rest_path);
  CHECK(rest.starts_with("begin\n"));
  CHECK(rest.ends_with("the end\n"));
  CHECK(contains(rest, "\n[... " + std::to_string(end.out.dropped_bytes) + " B ...]\n"));
}

TEST_CASE("binary output becomes readable text and is noted") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  CHECK(rig.run(shell("a", "head -c 20000 /dev/urandom")).out.binary);
  CHECK(rig.run(shell("b", "printf 'ok\\0\\377\\033[31mred\\033[0m\\r\\nnext\\rover\\033]0;title\\a!\\n'")).out.binary);
  CHECK(rig.ends["b"].out.head == "ok\xEF\xBF\xBDred\nnext\nover!\n");
  CHECK_FALSE(rig.run(shell("c", "printf '서비스 배포 완료\\n'")).out.binary);
  CHECK(rig.ends["c"].out.head == "서비스 배포 완료\n");
}

TEST_CASE("secrets are masked in output, in progress and in what is kept, in each of their forms") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  const std::string secret = "s3cr3t/pass+word=";
  CommandSpec spec = shell("a",
                           "echo \"$S\"; printf %s \"$S\" | base64; echo s3cr3t%2Fpass%2Bword%3D; "
                           "echo password=hunter2hunter2; sleep 0.2; yes filler | head -c 100000; echo \"$S\"");
  spec.env = {{"S", secret}};
  REQUIRE(rig.runner->start(spec, rig.events({secret})));
  rig.until([&] { return contains(rig.progress["a"].last_lines, "[REDACTED"); });
  const std::string seen = rig.progress["a"].last_lines;
  const CommandEnd& end = rig.ended("a");
  const std::string rest = read_all(end.out.rest_path);
  for (const std::string& text : {end.out.head, end.out.tail, rest, seen}) {
    CHECK_FALSE(contains(text, "s3cr3t"));
    CHECK_FALSE(contains(text, "czNjcjN0L3Bhc3Mrd29yZD"));
    CHECK_FALSE(contains(text, "hunter2"));
    CHECK(contains(text, "[REDACTED"));
  }
}

TEST_CASE("a disk that is full hurts neither the command nor its record") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  // A limit on file sizes is to the shim what a full disk is; children inherit it.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{8192, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto started =
      rig.runner->start(shell("a", "yes line | head -c 200000; echo; echo done; exit 5"), rig.events());
  setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(started.has_value());
  const CommandEnd& end = rig.ended("a");
  CHECK(end.kind == CommandEndKind::exited);
  CHECK(end.code == 5);
  CHECK(end.out.total_bytes == 200006);
  CHECK(end.out.head.starts_with("line\nline\n"));
  CHECK_FALSE(end.out.disk_trouble.empty());
  CHECK(end.out.dropped_bytes == 200006 - 8192);
}

TEST_CASE("where not even the record can be written, the command is not run") {
  const ScratchFolder scratch;
  Rig rig(scratch.path + "/c");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{100, before.rlim_max};
  // The spec lies in memory, but it is a file too: it is written before the limit falls on the shim.
  const std::string ran = scratch.path + "/ran";
  setrlimit(RLIMIT_FSIZE, &none);
  CommandSpec spec;
  spec.id = "a";
  spec.argv = {"touch", ran};
  signal(SIGXFSZ, SIG_IGN);
  const auto started = rig.runner->start(spec, rig.events());
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_DFL);
  if (started) CHECK(rig.ended("a").kind == CommandEndKind::not_started);
  CHECK_FALSE(fs::exists(ran));
}
