// A service on this machine: a script that writes a ledger of its starts, may be told to wait or to refuse, and becomes
// muster-sample. Every bot over it is a loop, an HTTP client and the local targets; it can be thrown away and made
// anew.
#pragma once
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "integrations/net/http_client.h"
#include "integrations/net/timers.h"
#include "integrations/targets/local/desired.h"
#include "integrations/targets/local/local.h"
#include "integrations/targets/local/replica.h"
#include "tests/support/command_rig.h"

namespace muster {

// Fifty ports of this test program alone: tests run side by side, and a port that is free now may be another one's
// next. A name that only one program can have at a time stands for them; it goes with the program.
inline int first_test_port() {
  static const int block = [] {
    for (int n = static_cast<int>(getpid() % 240), tried = 0; tried < 240; n = (n + 1) % 240, ++tried) {
      const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_un name{};
      name.sun_family = AF_UNIX;
      std::snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "muster-test-ports-%d", n);
      if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) return n;  // kept until the end
      ::close(fd);
    }
    throw std::runtime_error("all ports for tests are in use");
  }();
  return 20'000 + block * 50;
}

class LocalWorld {
 public:
  LocalWorld() {
    fs::create_directories(path());
    write("shop", R"sh(#!/bin/sh
world=$(dirname "$0"); echo "$2" >>"$world/starts"
if [ "$2" != 1.0 ]; then
  if [ -e "$world/refuse" ]; then echo "the world says no" >&2; exit 3; fi
  while [ -e "$world/hold" ]; do sleep 0.02; done
fi
exec ")sh" + std::string(MUSTER_SAMPLE) +
                      "\" --port \"$1\" --version v1\n");
    fs::permissions(path() + "/shop", fs::perms::owner_all);
  }
  std::string path() const { return scratch_.path + "/world"; }
  std::string data() const { return scratch_.path + "/local"; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path() + "/" + name) << text; }
  void take(const std::string& name) const { fs::remove(path() + "/" + name); }
  std::size_t starts_of(const std::string& version) const {
    std::ifstream file(path() + "/starts");
    std::size_t n = 0;
    for (std::string line; std::getline(file, line);) n += line == version ? 1 : 0;
    return n;
  }
  // Keepers that live, as their locks say.
  std::size_t kept() const {
    std::size_t n = 0;
    for (const std::string& id : local::process_ids(data() + "/shop-prod"))
      n += process::look_at_lock(data() + "/shop-prod/" + id) == process::Lock::held ? 1 : 0;
    return n;
  }
  local::Desired desired() const {
    const auto read = local::read_desired(data() + "/shop-prod/desired");
    REQUIRE(read.has_value());
    return read->value_or(local::Desired{});
  }
  LocalTargetDef def(int replicas = 3) const {
    LocalTargetDef def;
    def.name = "shop-prod";
    def.service = "shop";
    def.environment = "prod";
    def.command = {path() + "/shop", "{port}", "{version}"};
    def.version = "1.0";
    def.replicas = replicas;
    def.first_port = first_test_port();
    def.last_port = def.first_port + 49;
    def.health = "http://127.0.0.1:{port}/health";
    def.stop_timeout = 2 * second_ms;
    return def;
  }

 private:
  ScratchFolder scratch_;
};

class LocalBot {
 public:
  LocalBot(const LocalWorld& world, const LocalTargetDef& def, std::function<void(const char*)> fault = {},
           const std::string& keeper = MUSTER_KEEPER)
      : rig(world.data() + "-commands"), timers(loop_timers(rig.loop)), http(HttpClient::make(rig.loop)) {
    targets = make_local_targets({.folder = world.data(),
                                  .keeper = keeper,
                                  .sample = MUSTER_SAMPLE,
                                  .loop = rig.loop,
                                  .timers = *timers,
                                  .clock = clock,
                                  .http = [this] { return http.get(); },
                                  .variable = {},
                                  .fault = std::move(fault)});
    target = targets->put(def);
  }

  TargetState state() {
    std::optional<Result<TargetState>> seen;
    target->status({"shop", "prod"}, [&](Result<TargetState> s) { seen = std::move(s); });
    rig.until([&] { return seen.has_value(); });
    REQUIRE_MESSAGE(seen->has_value(), (*seen ? "" : seen->error().message));
    return **seen;
  }
  // The first processes have come up.
  void until_well() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (state().healthy != true) {
      REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, state().detail);
      rig.until([n = 0]() mutable { return ++n > 3; });
    }
  }
  ChangeAnswer change(const ChangeRequest& request) { return change(request, state()); }
  ChangeAnswer change(const ChangeRequest& request, const TargetState& before) {
    std::optional<ChangeAnswer> answer;
    target->change(request, before, [&](const ChangeAnswer& a) { answer = a; }, {});
    rig.until([&] { return answer.has_value(); });
    return *answer;
  }
  ChangeAnswer observe(const ChangeRequest& request, const TargetState& before) {
    std::optional<ChangeAnswer> answer;
    target->observe(request, before, [&](const ChangeAnswer& a) { answer = a; }, {});
    rig.until([&] { return answer.has_value(); });
    return *answer;
  }
  ProbeFinding probe(const ChangeRequest& request, const TargetState& before) {
    std::optional<ProbeAnswer> answer;
    target->probe(request, before, [&](const ProbeAnswer& a) { answer = a; });
    rig.until([&] { return answer.has_value(); });
    return answer->finding;
  }

  Rig rig;
  SystemClock clock;
  std::unique_ptr<Timers> timers;
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<LocalTargets> targets;
  std::shared_ptr<Target> target;
};

inline ChangeRequest shop_request(TargetVerb verb, const std::string& run, const std::string& version = {}) {
  ChangeRequest r;
  r.verb = verb;
  r.subject = {"shop", "prod"};
  r.run = run;
  r.version = version;
  r.timeout = minute_ms;
  r.person = "dana";
  if (verb == TargetVerb::scale) r.replicas = 3;
  return r;
}

}  // namespace muster
