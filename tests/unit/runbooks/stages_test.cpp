// A change in stages: a part, watched, then more of it; put back when it hurts, held and let go by people.
#include "bot/core/changes/stages.h"

#include <doctest/doctest.h>

#include "../../support/change_world.h"

using namespace muster;
using muster::test::ChangeWorld;
using muster::test::Killed;

namespace {

Value look(bool healthy) { return Value::Map{{"target", Value::Map{{"healthy", healthy}}}}; }

struct Staged : ChangeWorld {
  explicit Staged(std::vector<std::string> stages = {"1 for 5m", "50% for 10m"}) {
    RolloutRule rule;
    rule.name = "api";
    rule.stages = std::move(stages);
    config.rollouts = {rule};
    config.health.clear();
    provider.reads.erase("lookup");
    provider.reads["verify"] = look(true);
  }

  Outcome say(const std::string& person, const std::string& text) {
    Outcome o = ChangeWorld::say(person, text);
    deliver();
    return o;
  }
  const Run& last() const { return state.runs.rbegin()->second; }
  const StepRun* step(const std::string& id) const {
    for (const auto& [path, s] : last().steps)
      if (s.id == id) return &s;
    return nullptr;
  }
  std::string version() { return provider.versions["api"]; }
  std::string part() { return provider.parts["api"]; }
  bool locked() const { return !state.locks.empty(); }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a stage is a number of copies or a share of them, and how long it is watched") {
  CHECK(stage_from("25% for 10m") == RolloutStage{"25%", 10 * minute_ms, false});
  CHECK(stage_from("1 for 5m ask") == RolloutStage{"1", 5 * minute_ms, true});
  CHECK(stage_from("beside for 1h") == RolloutStage{"beside", hour_ms, false});
  for (const char* told : {"25% for 5m", "1 for 90s ask", "beside for 2h", "3 for 1h30m"})
    CHECK(stage_from(stage_text(*stage_from(told))) == stage_from(told));  // a run keeps its stages as texts
  for (const char* wrong : {"", "25% for ask", "25%", "25% for", "0 for 5m", "100% for 5m", "-1 for 5m", "1 for 0s",
                            "1 for 25h", "1 for 5m now", "one for 5m", "1.5 for 5m", "99999 for 5m"})
    CHECK_MESSAGE(!stage_from(wrong), wrong);
  CHECK(copies_of({.amount = 25, .percent = true}, 6) == 2);
  CHECK(copies_of({.amount = 1, .percent = true}, 6) == 1);
  CHECK(copies_of({.amount = 9}, 6) == 6);
  CHECK(copies_of({.beside = true}, 6) == 6);
  CHECK(copies_of({.amount = 50, .percent = true}, 0) == 0);
}

TEST_CASE("one stage after the other goes out when the one before was well") {
  Staged w;
  CHECK(w.say("ana", "deploy api@v9 to staging --strategy canary").ok);
  CHECK(w.part() == "v9");
  CHECK(w.version() == "v7");
  CHECK(w.posted("stage-R1"));
  w.pass(4 * minute_ms);
  CHECK(w.sent() == 1);
  w.pass(2 * minute_ms);
  CHECK(w.sent() == 2);
  CHECK(w.step("stage_2")->arguments["part"] == Value("50%"));
  CHECK(w.version() == "v7");
  w.pass(11 * minute_ms);
  CHECK(w.sent() == 3);
  CHECK(w.version() == "v9");
  CHECK(w.part().empty());
  w.pass(6 * minute_ms);
  CHECK(w.last().status == "succeeded");
  CHECK_FALSE(w.locked());
}

TEST_CASE("without a strategy nothing has stages, and the configuration may say one") {
  Staged plain;
  plain.say("ana", "deploy api@v9 to staging");
  CHECK(plain.version() == "v9");
  CHECK(contains(plain.say("ana", "advance R1").reply.text, "no stages"));
  Staged rule;
  rule.config.rollouts.front().strategy = "canary";
  rule.say("ana", "deploy api@v9 to staging");
  CHECK(rule.version() == "v7");
  Staged said;
  said.config.rollouts.front().strategy = "canary";
  said.say("ana", "deploy api@v9 to staging --strategy rolling");
  CHECK(said.version() == "v9");
  CHECK(contains(said.say("ana", "deploy api@v10 to staging --strategy big-bang").reply.text, "bluegreen"));
}

TEST_CASE("a stage that hurts is put back by one effect and locked, and the rest never goes out") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  w.pass(6 * minute_ms);
  REQUIRE(w.step("stage_2"));
  w.provider.reads["verify"] = look(false);
  w.pass(5 * minute_ms);
  CHECK(w.last().status == "undone");
  CHECK(w.part().empty());
  CHECK(w.version() == "v7");
  CHECK(w.sent() == 3);  // two stages, and one that takes both of them back
  CHECK(w.step("rest") == nullptr);
  CHECK(w.locked());
  const Message shown = w.engine.run_message(Work{w.state, w.config, w.now, {}, {}, nullptr}, w.last());
  CHECK(shown.color == "danger");
}

TEST_CASE("advance goes on at once, hold stays however well it is") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  CHECK(w.say("bo", "advance R1").ok);
  CHECK(w.sent() == 2);
  CHECK(w.step("hold_1")->result["verdict"] == Value("advanced"));
  CHECK(w.step("hold_1")->result["by"] == Value("bo"));
  CHECK(w.say("bo", "hold R1").ok);
  CHECK_FALSE(w.say("bo", "hold R1").ok);
  w.pass(3 * hour_ms);
  CHECK(w.sent() == 2);
  CHECK(w.posted("stage-waits-R1"));
  CHECK(w.say("ana", "advance R1").ok);
  CHECK(w.version() == "v9");
  CHECK_FALSE(w.say("ana", "advance R1").ok);  // the last one is watched, and is no stage
}

TEST_CASE("what is held is watched on, and put back when it hurts") {
  Staged w({"1 for 1m ask"});
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  w.pass(2 * hour_ms);
  CHECK(w.sent() == 1);
  w.provider.reads["verify"] = look(false);
  w.pass(2 * minute_ms);
  CHECK(w.last().status == "undone");
  CHECK(w.part().empty());
}

TEST_CASE("who says advance while the last look was bad is told so") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  w.provider.reads["verify"] = look(false);
  w.pass(16 * second_ms);
  REQUIRE(w.last().status == "waiting");
  const Outcome o = w.say("ana", "advance R1");
  CHECK_FALSE(o.ok);
  CHECK(contains(o.reply.text, "was bad"));
  CHECK(w.sent() == 1);
}

TEST_CASE("a lock that comes in between keeps it at its stage, and advance says whose it is") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  CHECK(w.say("bo", "lock api in staging because we look at the disks").ok);
  w.pass(20 * minute_ms);
  CHECK(w.sent() == 1);
  CHECK(contains(w.say("ana", "advance R1").reply.text, "we look at the disks"));
  CHECK(w.say("bo", "unlock api in staging").ok);
  w.pass(2 * minute_ms);
  CHECK(w.sent() == 2);
}

TEST_CASE("the yes of a plan covers all of its stages, and nobody is asked again") {
  Staged w;
  w.say("ana", "deploy api@v9 to prod --strategy canary");
  CHECK(w.sent() == 0);
  CHECK(w.say("bo", "approve A1").ok);
  CHECK(w.sent() == 1);
  w.pass(30 * minute_ms);
  CHECK(w.last().status == "succeeded");
  CHECK(w.version() == "v9");
  CHECK(w.state.questions.size() == 1);
}

TEST_CASE("a put-back that a person asks for takes back all stages at once") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  w.pass(6 * minute_ms);
  CHECK(w.say("ana", "cancel R1 --undo").ok);
  CHECK(w.say("ana", "yes").ok);
  w.pass(minute_ms);
  CHECK(w.last().over());
  CHECK(w.part().empty());
  CHECK(w.version() == "v7");
  CHECK(w.sent() == 3);
}

TEST_CASE("a target without stages refuses before anything is sent, and names what it can") {
  Staged w;
  w.provider.can = Value::List{"deploy", "bluegreen"};
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  CHECK(w.last().status == "denied");
  CHECK(w.sent() == 0);
  CHECK(contains(w.last().failure, "--strategy rolling, --strategy bluegreen"));
  CHECK_FALSE(w.locked());
  w.say("ana", "deploy api@v9 to staging --strategy bluegreen");
  CHECK(w.sent() == 1);
}

TEST_CASE("a version that does not exist is refused in the plan, and locks nothing") {
  Staged w;
  w.provider.missing = "there is no version v99. There are: v1, v2.";
  w.say("ana", "deploy api@v99 to staging");
  CHECK(w.last().status == "denied");
  CHECK(contains(w.last().failure, "There are: v1, v2."));
  CHECK(w.sent() == 0);
  CHECK_FALSE(w.locked());
}

TEST_CASE("what the target refused unsent is not put back, and locks nothing") {
  Staged w;
  w.provider.override = [](const AttemptOrder& order, AttemptReport& r) {
    if (order.verb != "deploy" || !order.stage.empty()) return false;
    r.end = AttemptReport::End::failed;
    r.error_kind = "not_sent";
    r.error = "Somebody was quicker.";
    return true;
  };
  w.say("ana", "deploy api@v9 to staging");
  w.pass(minute_ms);
  CHECK(w.last().status == "failed");
  CHECK(w.step("change")->error == "Somebody was quicker.");
  CHECK_FALSE(w.locked());
}

TEST_CASE("a typed rollback from a version without a way back says so beforehand, and names the way forward") {
  Staged w;
  HealthRule rule;
  rule.name = "migrations";
  rule.one_way = {"v9"};
  w.config.health = {rule};
  w.provider.versions["api"] = "v9";
  w.say("ana", "rollback api in staging to v7");
  CHECK(w.last().status == "denied");
  CHECK(contains(w.last().failure, "no way back from v9"));
  CHECK(contains(w.last().failure, "deploy api@… to staging"));
  CHECK(w.sent() == 0);
}

TEST_CASE("where there is no way back nothing is locked: the way forward stays open") {
  Staged w;
  HealthRule rule;
  rule.name = "migrations";
  rule.one_way = {"v9"};
  w.config.health = {rule};
  w.say("ana", "deploy api@v9 to staging");
  w.provider.reads["verify"] = look(false);
  w.pass(2 * minute_ms);
  CHECK(w.last().over());
  CHECK(w.version() == "v9");
  CHECK_FALSE(w.locked());
}

TEST_CASE("the lock of an automatic rollback lets a person go back further, and stops the next deploy") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging");
  w.provider.reads["verify"] = look(false);
  w.pass(2 * minute_ms);
  REQUIRE(w.last().status == "undone");
  REQUIRE(w.locked());
  w.provider.reads["verify"] = look(true);
  CHECK_FALSE(w.say("ana", "deploy api@v9 to staging").ok);
  CHECK(w.say("ana", "rollback api in staging to v6").ok);
  CHECK(w.version() == "v6");
}

TEST_CASE("beside an environment that may come next stands who has locked the service there") {
  Staged w;
  w.say("bo", "lock api in prod because we look at the disks");
  const Outcome o = w.say("ana", "deploy api@v9 to ?");
  REQUIRE_FALSE(o.reply.sections.empty());
  CHECK(contains(o.reply.sections.front().text, "we look at the disks"));
  CHECK(contains(o.reply.sections.front().text, "`staging`"));
}

TEST_CASE("killed before and after every commit and every effect, each stage happens once") {
  const auto survive = [](Staged& w, int kill) {
    bool down = false;
    w.kill_at(kill);
    for (int i = 0; i < 400; ++i) {
      try {
        if (std::exchange(down, false)) w.restart();
        if (w.state.runs.empty()) w.say("ana", "deploy api@v9 to staging --strategy canary");
        if (w.last().over()) return;
        w.pass(15 * second_ms);
      } catch (const Killed&) {
        down = true;
        w.kill_at(0);
      }
    }
  };
  Staged whole({"50% for 15s"});
  HealthRule rule;
  rule.window = 15 * second_ms;
  rule.every = 5 * second_ms;
  whole.config.health = {rule};
  survive(whole, 0);
  REQUIRE(whole.last().status == "succeeded");
  const int points = whole.points();
  CHECK(points > 20);
  for (int k = 1; k <= points; ++k) {
    CAPTURE(k);
    Staged w({"50% for 15s"});
    w.config.health = {rule};
    survive(w, k);
    CHECK(w.last().status == "succeeded");
    CHECK(w.sent() == 2);
    CHECK(w.version() == "v9");
    CHECK(w.state.runs.size() == 1);
  }
}

TEST_CASE("for the figures all stages are one change, and one that was put back counts as taken back") {
  Staged w;
  w.say("ana", "deploy api@v9 to staging --strategy canary");
  w.pass(30 * minute_ms);
  REQUIRE(w.last().status == "succeeded");
  auto changes = changes_at(w.state.changes, "api", "staging");
  REQUIRE(changes.size() == 1);
  CHECK(changes.front()->outcome == "succeeded");
  CHECK_FALSE(changes.front()->part);
  CHECK(changes.front()->verdict == "good");
  Staged bad;
  bad.say("ana", "deploy api@v9 to staging --strategy canary");
  CHECK(last_rollout(bad.state.changes, "api", "staging") == nullptr);  // a part is not all of it
  bad.provider.reads["verify"] = look(false);
  bad.pass(2 * minute_ms);
  changes = changes_at(bad.state.changes, "api", "staging");
  REQUIRE(changes.size() == 2);
  CHECK(outcome_of(*changes.back()) == "rolled_back");
  CHECK(changes.back()->verdict == "bad");
}
