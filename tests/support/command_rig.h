// A loop, a runner and a folder of their own; commands are waited for, never slept for.
#pragma once
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "integrations/net/loop.h"
#include "integrations/process/runner.h"
#include "tests/support/temp_folder.h"

namespace muster {

namespace fs = std::filesystem;

class ScratchFolder : test::TempFolder {
 public:
  ScratchFolder() : TempFolder("process") {}
  const std::string& path = TempFolder::path();
};

inline std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::size_t lines_in(const std::string& path) {
  const std::string text = read_all(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

inline CommandSpec shell(std::string id, std::string script) {  // the program is a shell; muster itself has none
  CommandSpec spec;
  spec.id = std::move(id);
  spec.argv = {"/bin/sh", "-c", std::move(script)};
  spec.timeout = minute_ms;
  return spec;
}

class Rig {
 public:
  explicit Rig(const std::string& folder, const std::string& boot_id = {}) {
    RunnerOptions options;
    options.folder = folder;
    options.shim = MUSTER_SHIM;
    options.boot_id = boot_id;
    options.progress_every = 20;
    auto made = make_runner(options, loop);
    REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
    runner = std::move(*made);
  }

  CommandEvents events(std::vector<std::string> secrets = {}) {
    CommandEvents e;
    e.ended = [this](const CommandEnd& end) {
      ++told[end.id];
      ends[end.id] = end;
      loop.stop();
    };
    e.progress = [this](const CommandProgress& p) {
      progress[p.id] = p;
      loop.stop();
    };
    e.secrets = std::move(secrets);
    return e;
  }

  // Runs the loop until it holds; a minute without it is a failure.
  template <class Done>
  void until(Done done) {
    bool late = false;
    const std::uint64_t deadline = loop.after(minute_ms, [&] {
      late = true;
      loop.stop();
    });
    std::uint64_t look = 0;
    const std::function<void()> again = [&] {
      if (done()) loop.stop();
      look = loop.after(5, again);
    };
    again();
    while (!done() && !late) loop.run();
    loop.cancel(deadline);
    loop.cancel(look);
    REQUIRE_FALSE(late);
  }

  const CommandEnd& ended(const std::string& id) {
    until([&] { return ends.contains(id); });
    return ends[id];
  }

  const CommandEnd& run(const CommandSpec& spec, std::vector<std::string> secrets = {}) {
    const auto started = runner->start(spec, events(std::move(secrets)));
    REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
    return ended(spec.id);
  }

  Loop loop;
  std::unique_ptr<Runner> runner;
  std::map<std::string, CommandEnd> ends;
  std::map<std::string, int> told;
  std::map<std::string, CommandProgress> progress;
};

// Something outside of this process comes true.
template <class Done>
void wait_until(Done done) {
  Loop loop;
  bool late = false;
  loop.after(minute_ms, [&] {
    late = true;
    loop.stop();
  });
  const std::function<void()> again = [&] {
    if (done()) return loop.stop();
    loop.after(5, again);
  };
  again();
  if (!done()) loop.run();
  REQUIRE_FALSE(late);
}

// A bot that starts commands and is then killed as hard as can be.
class DoomedBot {
 public:
  DoomedBot(const std::string& folder, const std::vector<CommandSpec>& specs) {
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    Loop loop;
    RunnerOptions options;
    options.folder = folder;
    options.shim = MUSTER_SHIM;
    const auto runner = make_runner(options, loop);
    for (const CommandSpec& spec : specs) {
      if (!runner || !(*runner)->start(spec, {[](const CommandEnd&) {}})) _exit(1);
    }
    loop.run();
    _exit(1);
  }
  ~DoomedBot() { die(); }
  DoomedBot(const DoomedBot&) = delete;
  DoomedBot& operator=(const DoomedBot&) = delete;
  void die() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace muster
