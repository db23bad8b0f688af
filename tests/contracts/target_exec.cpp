// The exec target over a service that is a folder of small files, kept by a shell script.
#include "integrations/net/timers.h"
#include "integrations/targets/exec/exec.h"
#include "target.h"
#include "tests/support/command_rig.h"

namespace muster::test {
namespace {

// $0 is the world's folder. Reads come first; what follows changes something and is written into the ledger.
constexpr const char* world_script = R"sh(#!/bin/sh
world=$(dirname "$0"); verb=$1; value=$2; cd "$world" || exit 9
case $verb in
  status) printf 'talk before the answer\n{"version":"%s","replicas":%s,"paused":%s,"healthy":true,"restarted":"%s",' \
            "$(cat version)" "$(cat replicas)" "$(cat paused)" "$(cat restarted)"
          printf '"run":"%s","previous_version":"%s"}\n' "$(cat run)" "$(cat previous)"; exit 0 ;;
  history) cat history; exit 0 ;;
esac
echo "$BOT_RUN_ID" >>ledger
while [ -e hold ]; do sleep 0.02; done
if [ -e refuse ]; then echo "the world says no" >&2; exit 3; fi
case $verb in
  deploy) cp version previous; printf %s "$value" >version ;;
  scale) printf %s "$value" >replicas ;;
  restart) printf %s "$BOT_RUN_ID" >restarted ;;
  pause) printf true >paused ;;
  resume) printf false >paused ;;
esac
printf %s "$BOT_RUN_ID" >run
echo '{"message": "done as told", "links": ["https://example.org/log", "javascript:alert(1)"]}'
)sh";

class ExecBench final : public TargetBench {
 public:
  ExecBench() {
    fs::create_directories(world());
    for (const auto& [name, text] : std::map<std::string, std::string>{{"version", "1.0"},
                                                                       {"previous", ""},
                                                                       {"replicas", "3"},
                                                                       {"paused", "false"},
                                                                       {"restarted", "never"},
                                                                       {"run", ""},
                                                                       {"history", "[]"}}) {
      write(name, text);
    }
    write("shopctl", world_script);
    fs::permissions(world() + "/shopctl", fs::perms::owner_all);
    restart_bot();
  }
  ~ExecBench() override { release(); }
  ExecBench(const ExecBench&) = delete;
  ExecBench& operator=(const ExecBench&) = delete;

  Target& target() override { return *target_; }
  void until(const std::function<bool()>& done) override { rig_->until(done); }
  void restart_bot() override {
    target_.reset();
    timers_.reset();
    rig_ = std::make_unique<Rig>(scratch_.path + "/commands");
    timers_ = loop_timers(rig_->loop);
    const std::string program = world() + "/shopctl";
    ExecTargetDef def;
    def.name = "shop-exec";
    def.services = {"shop"};
    def.environments = {"prod"};
    def.status = {program, "status"};
    def.deploy = {program, "deploy", "{version}"};
    def.scale = {program, "scale", "{replicas}"};
    def.restart = {program, "restart"};
    def.pause = {program, "pause"};
    def.history = {program, "history"};
    def.watch_every = 20;
    target_ = make_exec_target(def, {*rig_->runner, *timers_, clock_});
  }
  void hold() override { write("hold", ""); }
  void release() override { fs::remove(world() + "/hold"); }
  void refuse(bool yes) override { yes ? write("refuse", "") : void(fs::remove(world() + "/refuse")); }
  int arrived() override { return static_cast<int>(lines_in(world() + "/ledger")); }
  std::vector<std::string> runs() override {
    std::ifstream file(world() + "/ledger");
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void somebody_deploys(const std::string& version) override {
    write("version", version);
    write("history", "[{\"version\": \"" + version + "\", \"by\": \"eli\"}, \"1.0\"]");
  }

 private:
  std::string world() const { return scratch_.path + "/world"; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(world() + "/" + name) << text; }

  ScratchFolder scratch_;
  SystemClock clock_;
  std::unique_ptr<Rig> rig_;
  std::unique_ptr<Timers> timers_;
  std::unique_ptr<Target> target_;
};

const JoinContract joined("exec", [] { return std::make_unique<ExecBench>(); });

}  // namespace
}  // namespace muster::test
