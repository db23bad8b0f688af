// What can go wrong with processes, each as a sentence, and what is left afterwards.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "integrations/process/keeper/layout.h"
#include "tests/support/local_rig.h"

using namespace muster;

namespace {

bool says(const ChangeAnswer& answer, const std::string& part) {
  return answer.problem && answer.problem->message.find(part) != std::string::npos;
}

ChangeRequest deploy(const std::string& version) { return shop_request(TargetVerb::deploy, "R-" + version, version); }

// Listens on a port as a stranger does.
class Stranger {
 public:
  explicit Stranger(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    REQUIRE(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(fd_, 1) == 0);
  }
  ~Stranger() { close(fd_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

 private:
  int fd_;
};

std::vector<std::string> processes(const LocalWorld& world) { return local::process_ids(world.data() + "/shop-prod"); }

local::Record record_of(const LocalWorld& world, const std::string& id) {
  const auto record = local::read_state(world.data() + "/shop-prod/" + id);
  REQUIRE(record.has_value());
  return *record;
}

}  // namespace

TEST_CASE("a process that ends at once is said with its last words, and what ran before runs on") {
  const LocalWorld world;
  LocalBot bot(world, world.def(2));
  bot.until_well();
  world.write("refuse", "");
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK_MESSAGE(says(answer, "a process of 1.1 on port"), answer.problem->message);
  CHECK(says(answer, "ended with code 3: the world says no"));
  REQUIRE(answer.after.has_value());
  CHECK(answer.after->version == "1.0");
  CHECK(answer.after->healthy == true);
  CHECK(answer.after->previous_version.empty());
  CHECK(world.starts_of("1.0") == 2);
  CHECK(world.kept() == 2);
}

TEST_CASE("a process that never gets well is ended when its time is up, with the answer that it gave") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.start_timeout = 700;
  def.health = "http://127.0.0.1:{port}/nothing";
  def.version.clear();
  LocalBot bot(world, def);
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK_MESSAGE(says(answer, "was not well within 0s"), answer.problem->message);
  CHECK(says(answer, "/nothing answers with status 404"));
  CHECK(answer.after->replicas == 0);
  CHECK(answer.after->version.empty());
  CHECK(world.kept() == 0);
}

TEST_CASE("a port that a stranger holds is passed over, and none left is said") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.first_port += 40;  // no other test comes so far up, and what one of them left may live a little longer
  def.last_port = def.first_port + 1;
  const Stranger first(def.first_port);
  LocalBot bot(world, def);
  bot.until_well();
  CHECK(bot.state().detail == "1 of 1 well on port " + std::to_string(def.last_port));
  CHECK(bot.state().ready == 1);
  CHECK(std::filesystem::exists(bot.state().log));
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK_MESSAGE(says(answer, "no port from " + std::to_string(def.first_port) + " to " + std::to_string(def.last_port) +
                                 " is free: 1 are in use by shop, the others by other programs"),
                answer.problem->message);
  CHECK(bot.state().version == "1.0");
}

TEST_CASE("more processes than ports are refused before anything happens") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  ChangeRequest r = shop_request(TargetVerb::scale, "R1");
  r.replicas = 51;
  const ChangeAnswer answer = bot.change(r);
  CHECK(answer.outcome == ChangeOutcome::refused);
  CHECK(says(answer, "51 processes need 51 ports, and the target shop-prod has 50"));
  CHECK(bot.target->most_replicas(r.subject) == 50);  // which a plan says before anybody is asked
  CHECK(world.desired().history.size() == 1);
}

TEST_CASE("a program that does not exist is refused before anything happens") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.version.clear();
  def.command = {"/no/such/program"};
  LocalBot bot(world, def);
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::refused);
  CHECK(says(answer, "there is no program /no/such/program"));
  CHECK(processes(world).empty());
}

TEST_CASE("a program that cannot be run is a failure that says why") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.version.clear();
  world.write("broken", "#!/no/such/interpreter\n");
  fs::permissions(world.path() + "/broken", fs::perms::owner_all);
  def.command = {world.path() + "/broken"};
  LocalBot bot(world, def);
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK_MESSAGE(says(answer, "could not be run: No such file or directory"), answer.problem->message);
  CHECK(processes(world).empty());
}

TEST_CASE("a change between the look and the click is refused") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  const TargetState before = bot.state();
  CHECK(bot.change(deploy("1.1"), before).outcome == ChangeOutcome::succeeded);
  const ChangeAnswer late = bot.change(deploy("1.2"), before);
  CHECK(late.outcome == ChangeOutcome::refused);
  CHECK(says(late, "somebody has changed shop since it was looked at"));
  CHECK(world.starts_of("1.2") == 0);
}

TEST_CASE("the same run is carried out once, and a second change waits for the end of the first") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  const TargetState before = bot.state();
  world.write("hold", "");
  bot.target->change(deploy("1.1"), before, [](const ChangeAnswer&) {}, {});
  const ChangeAnswer second = bot.change(deploy("1.2"), before);
  CHECK(second.outcome == ChangeOutcome::refused);
  CHECK(says(second, "a change of shop is going on: deploy by the run R-1.1"));
  world.take("hold");
  bot.rig.until([&] { return world.desired().stage == local::Stage::settled; });
  const ChangeAnswer again = bot.change(deploy("1.1"));
  CHECK(says(again, "the run R-1.1 was carried out here already"));
  CHECK(world.starts_of("1.1") == 1);
}

TEST_CASE("what is so already is not done again") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  const ChangeAnswer answer = bot.change(deploy("1.0"));
  CHECK(answer.outcome == ChangeOutcome::nothing_to_do);
  CHECK(answer.message == "1 process of 1.0 already");
  CHECK(world.starts_of("1.0") == 1);
}

TEST_CASE("a process that ends is started again by its keeper, also while no bot is there") {
  const LocalWorld world;
  std::string id;
  {
    LocalBot bot(world, world.def(1));
    bot.until_well();
    id = processes(world).front();
  }
  const int child = record_of(world, id).child;
  kill(child, SIGKILL);
  wait_until([&] { return record_of(world, id).starts == 2; });
  CHECK(record_of(world, id).signal == SIGKILL);
  CHECK(record_of(world, id).child != child);
  LocalBot bot(world, world.def(1));
  bot.until_well();
  CHECK(world.kept() == 1);
}

TEST_CASE("a keeper that is killed takes its process with it, and the bot starts another") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  const std::string id = processes(world).front();
  const local::Record old = record_of(world, id);
  const std::int64_t born = process::start_time_of(old.child);
  kill(old.keeper, SIGKILL);
  bot.rig.until([&] { return world.starts_of("1.0") == 2; });
  bot.until_well();
  CHECK(processes(world).size() == 1);
  CHECK(processes(world).front() != id);
  wait_until([&] { return !process::open_process(old.child, born); });
}

TEST_CASE("a keeper that cannot begin fails the change, and nothing is tried without a pause") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.version.clear();
  LocalBot bot(world, def, {}, "/bin/false");
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK(says(answer, "a keeper ended before it began"));
  CHECK(processes(world).empty());
}

TEST_CASE("what ends well stays ended where the rule says so, until the next change") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.version.clear();
  def.restart = "on-failure";
  def.health.clear();
  world.write("job", "#!/bin/sh\nwhile [ ! -e \"$(dirname \"$0\")/done\" ]; do sleep 0.02; done\n");
  fs::permissions(world.path() + "/job", fs::perms::owner_all);
  def.command = {world.path() + "/job"};
  LocalBot bot(world, def);
  CHECK(bot.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  world.write("done", "");
  bot.rig.until([&] { return world.kept() == 0; });
  CHECK(bot.state().healthy == false);
  CHECK(bot.state().detail.find("ended with code 0") != std::string::npos);
  CHECK(processes(world).size() == 1);
  world.take("done");
  CHECK(bot.change(shop_request(TargetVerb::restart, "R2")).outcome == ChangeOutcome::succeeded);
  CHECK(bot.state().healthy == true);
}

TEST_CASE("when the data folder goes, the processes go") {
  std::vector<int> children;
  {
    const LocalWorld world;
    LocalBot bot(world, world.def(2));
    bot.until_well();
    for (const std::string& id : processes(world)) children.push_back(record_of(world, id).keeper);
  }
  REQUIRE(children.size() == 2);
  // They are children of this test, which does not wait for them: dead is a zombie or nobody.
  for (const int pid : children) wait_until([&] { return waitpid(pid, nullptr, WNOHANG) != 0; });
}

TEST_CASE("an orderly stop of the bot ends what should not outlive it, and the next start brings it back") {
  const LocalWorld world;
  LocalTargetDef def = world.def(2);
  def.stop_with_bot = true;
  {
    LocalBot bot(world, def);
    bot.until_well();
    REQUIRE(bot.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
    bot.targets->bot_stops();
  }
  wait_until([&] { return world.kept() == 0; });
  LocalBot bot(world, def);
  bot.until_well();
  CHECK(bot.state().version == "1.1");
  CHECK(world.kept() == 2);
}

TEST_CASE("a definition that is read again keeps what is going on") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  world.write("hold", "");
  std::optional<ChangeAnswer> answer;
  bot.target->change(deploy("1.1"), bot.state(), [&](const ChangeAnswer& a) { answer = a; }, {});
  CHECK(bot.targets->put(world.def(1)) == bot.target);
  bot.targets->keep_only({"shop-prod"});
  world.take("hold");
  bot.rig.until([&] { return answer.has_value(); });
  CHECK(answer->outcome == ChangeOutcome::succeeded);
}

TEST_CASE("what a restart of the machine ended is started again") {
  const LocalWorld world;
  {
    LocalBot bot(world, world.def(2));
    bot.until_well();
    REQUIRE(bot.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  }
  for (const std::string& id : processes(world)) kill(record_of(world, id).keeper, SIGKILL);
  wait_until([&] { return world.kept() == 0; });
  LocalBot bot(world, world.def(2));
  bot.until_well();
  CHECK(bot.state().version == "1.1");
  CHECK(world.kept() == 2);
  CHECK(processes(world).size() == 2);
}

TEST_CASE("a name that is given to another service does not take the processes with it") {
  const LocalWorld world;
  LocalBot bot(world, world.def(1));
  bot.until_well();
  LocalTargetDef other = world.def(1);
  other.service = "search";
  bot.targets->put(other);
  std::optional<Result<TargetState>> state;
  bot.target->status({"search", "prod"}, [&](Result<TargetState> s) { state = std::move(s); });
  bot.rig.until([&] { return state.has_value(); });
  REQUIRE_FALSE(state->has_value());
  CHECK(state->error().message == "the target shop-prod runs shop in prod, and is configured for search in prod");
  bot.targets->put(world.def(1));
  CHECK(bot.state().healthy == true);
  CHECK(world.starts_of("1.0") == 1);
}

TEST_CASE("a file that cannot be read stops the target and is never overwritten") {
  const LocalWorld world;
  {
    LocalBot bot(world, world.def(1));
    bot.until_well();
  }
  const std::string path = world.data() + "/shop-prod/desired";
  std::ofstream(path) << "{half";
  LocalBot bot(world, world.def(1));
  std::optional<Result<TargetState>> state;
  bot.target->status({"shop", "prod"}, [&](Result<TargetState> s) { state = std::move(s); });
  bot.rig.until([&] { return state.has_value(); });
  REQUIRE_FALSE(state->has_value());
  CHECK(state->error().message.find("desired, which says what should run, cannot be read") != std::string::npos);
  CHECK(bot.change(deploy("1.1"), {}).outcome == ChangeOutcome::refused);
  CHECK(read_all(path) == "{half");
}

TEST_CASE("a log is turned when it is full, and secrets in it are masked where it is shown") {
  const LocalWorld world;
  LocalTargetDef def = world.def(1);
  def.version.clear();
  def.log_bytes = 64 << 10;
  def.log_files = 2;
  def.secret_env = {"TOKEN"};
  world.write("loud",
              "#!/bin/sh\ni=0\nwhile [ $i -lt 6000 ]; do echo \"line $i of a process that talks all the time\"; "
              "i=$((i+1)); done\necho \"token $TOKEN\" >&2\nexit 4\n");
  fs::permissions(world.path() + "/loud", fs::perms::owner_all);
  def.command = {world.path() + "/loud"};
  setenv("TOKEN", "correct-horse-battery", 1);
  LocalBot bot(world, def);
  const ChangeAnswer answer = bot.change(deploy("1.1"));
  unsetenv("TOKEN");
  CHECK(answer.outcome == ChangeOutcome::failed);
  CHECK_MESSAGE(says(answer, "ended with code 4: token "), answer.problem->message);
  CHECK_FALSE(says(answer, "correct-horse"));
  std::uint64_t kept = 0;
  for (const auto& file : fs::recursive_directory_iterator(world.data() + "/shop-prod"))
    if (file.is_regular_file()) kept += file.file_size();
  CHECK(kept < 4 * (64u << 10));
}

TEST_CASE("a part of a version runs beside the other one, and then all of it does") {
  const LocalWorld world;
  LocalBot bot(world, world.def(3));
  bot.until_well();
  ChangeRequest r = deploy("1.1");
  r.part = "1";
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  TargetState now = bot.state();
  CHECK(now.version == "1.0");
  CHECK(now.part_version == "1.1");
  CHECK(now.part_replicas == 1);
  CHECK(now.healthy == true);
  CHECK(world.kept() == 3);
  ChangeRequest scale = shop_request(TargetVerb::scale, "R-scale");
  scale.replicas = 5;
  CHECK(says(bot.change(scale), "a part of shop runs 1.1, the others 1.0"));
  r.run = "R-2";
  r.part = "50%";
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  CHECK(bot.state().part_replicas == 2);
  CHECK(world.kept() == 3);
  r.run = "R-3";
  r.part.clear();
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  now = bot.state();
  CHECK(now.version == "1.1");
  CHECK(now.part_version.empty());
  CHECK(now.previous_version == "1.0");
  CHECK(world.kept() == 3);
  CHECK(world.starts_of("1.1") == 3);
}

TEST_CASE("a part that ends is put back, and a rollback to the version of the others ends one that runs") {
  const LocalWorld world;
  LocalBot bot(world, world.def(2));
  bot.until_well();
  ChangeRequest r = deploy("1.1");
  r.part = "1";
  world.write("refuse", "");
  CHECK(bot.change(r).outcome == ChangeOutcome::failed);
  CHECK(bot.state().part_version.empty());
  CHECK(world.kept() == 2);
  world.take("refuse");
  r.run = "R-again";
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  CHECK(bot.change(shop_request(TargetVerb::rollback, "R-back", "1.0")).outcome == ChangeOutcome::succeeded);
  CHECK(bot.state().part_version.empty());
  CHECK(bot.state().version == "1.0");
  CHECK(bot.state().healthy == true);
  CHECK(world.kept() == 2);
  CHECK(bot.change(shop_request(TargetVerb::rollback, "R-twice", "1.0")).outcome == ChangeOutcome::nothing_to_do);
}

TEST_CASE("all of a version runs beside the old one until it is switched") {
  const LocalWorld world;
  LocalBot bot(world, world.def(2));
  bot.until_well();
  ChangeRequest r = deploy("1.1");
  r.part = "beside";
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  CHECK(world.kept() == 4);
  CHECK(bot.state().version == "1.0");
  CHECK(bot.state().part_replicas == 2);
  r.run = "R-switch";
  r.part.clear();
  CHECK(bot.change(r).outcome == ChangeOutcome::succeeded);
  CHECK(bot.state().version == "1.1");
  CHECK(world.kept() == 2);
  CHECK(world.starts_of("1.1") == 2);
}
