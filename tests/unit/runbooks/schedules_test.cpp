// Commands that the clock gives: when they run, when they are held, offered or suspended, and that each runs once.
#include <doctest/doctest.h>

#include "../../support/change_world.h"

using namespace muster;
using muster::test::ChangeWorld;

namespace {

struct ClockWorld : ChangeWorld {
  ClockWorld() {
    for (Person& p : config.people)
      if (p.id == "cy") p.roles = {"owner"};
  }
  const Schedule& schedule(const std::string& id) const { return *find_schedule(state, id); }
  // The bot is down for a while: nothing rings.
  void down(DurationMs by) {
    now += by;
    restart();
    pass(0);
  }
  void gone(const std::string& person) {
    std::erase_if(config.people, [&](const Person& p) { return p.id == person; });
  }
};

constexpr const char* failing = "runbook: fails\nsteps:\n  - run: [x]\n    timeout: 1m\n";
constexpr const char* slow = "runbook: slow\nsteps:\n  - wait: 3h\n";

bool says(const Fired& f, std::string_view text) {
  return f.head.contains(text) || plain_text(f.outcome.reply).contains(text);
}

}  // namespace

TEST_CASE("a stored command runs once, at its time, as its owner") {
  ClockWorld w;
  CHECK(w.say("ana", "at in 10m deploy api@v9 to staging").ok);
  w.pass(9 * minute_ms);
  CHECK(w.sent() == 0);
  w.pass(2 * minute_ms);
  CHECK(w.sent() == 1);
  CHECK(w.state.runs.rbegin()->second.person == "ana");
  CHECK(w.schedule("T1").status == "done");
  CHECK(w.timers.count("schedule:T1") == 0);
  w.down(day_ms);
  CHECK(w.sent() == 1);
}

TEST_CASE("the same state comes out of the journal") {
  ClockWorld w;
  w.say("ana", "every 1h status");
  w.say("ana", "at in 30m status");
  w.pass(150 * minute_ms);
  const Schedule before = w.schedule("T1"), once = w.schedule("T2");
  w.restart();
  CHECK(w.schedule("T1").next_ms == before.next_ms);
  CHECK(w.schedule("T1").fired == 2);
  CHECK(w.schedule("T1").result == "ok");
  CHECK(w.schedule("T2").status == once.status);
  CHECK(w.state.next_schedule == 3);
}

TEST_CASE("rights are asked when it is stored and again when it fires") {
  ClockWorld w;
  const Outcome no = w.say("ana", "at in 10m freeze prod because of it");
  CHECK_FALSE(no.ok);
  CHECK(no.code == "denied");
  CHECK(w.state.schedules.empty());
  CHECK(w.say("cy", "at in 10m freeze prod because of it").ok);
  for (Person& p : w.config.people) p.roles.clear();
  w.pass(11 * minute_ms);
  CHECK(w.state.locks.empty());
  CHECK(w.schedule("T1").status == "refused");
}

TEST_CASE("one whose owner lost the right or left is suspended at once, and that is said") {
  ClockWorld lost;
  lost.say("cy", "every 1h freeze prod because of it");
  for (Person& p : lost.config.people) p.roles.clear();
  lost.pass(61 * minute_ms);
  CHECK(lost.schedule("T1").status == "suspended");
  REQUIRE(lost.rung.size() == 1);
  CHECK(says(lost.rung[0], "suspended"));
  CHECK(says(lost.rung[0], "every 1h freeze prod because of it"));
  ClockWorld left;
  left.say("ana", "every 1h status");
  left.gone("ana");
  left.pass(day_ms);
  CHECK(left.schedule("T1").status == "suspended");
  CHECK(left.rung.size() == 1);
}

TEST_CASE("a write that wants a yes asks for it at its time") {
  ClockWorld w;
  w.say("ana", "at in 10m scale api in prod to 9");
  w.pass(11 * minute_ms);
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  const std::string asked = w.question()->id;
  CHECK_FALSE(w.say("bo", "yes " + asked).ok);
  CHECK(w.say("ana", "yes " + asked).ok);
  w.pass(minute_ms);
  CHECK(w.provider.replicas["api"] == 9);
}

TEST_CASE("the policy may trust the clock where it would ask a person") {
  ClockWorld w;
  Rule peak;
  peak.name = "peak", peak.who = {"ana"}, peak.verbs = {"scale"}, peak.effect = "run", peak.when = "scheduled";
  w.config.policy.insert(w.config.policy.begin(), peak);
  w.say("ana", "at in 10m scale api in prod to 9");
  w.pass(11 * minute_ms);
  CHECK(w.provider.replicas["api"] == 9);
  w.say("ana", "scale api in prod to 3");
  w.pass(minute_ms);
  CHECK(w.provider.replicas["api"] == 9);  // a person is asked as before
}

TEST_CASE("a write that is a minute late is offered, a question is answered") {
  ClockWorld w;
  w.say("ana", "at in 10m deploy api@v9 to staging");
  w.say("ana", "at in 10m status");
  w.say("ana", "at in 20m deploy api@v9 to staging");
  w.down(20 * minute_ms + 30 * second_ms);
  CHECK(w.schedule("T1").status == "offered");
  CHECK(w.schedule("T2").status == "done");
  CHECK(w.schedule("T3").status == "done");
  CHECK(w.sent() == 1);
  REQUIRE(w.rung.size() == 3);
  CHECK(says(w.rung[0], "deploy api@v9 to staging"));
  CHECK(w.rung[0].outcome.reply.buttons.front().command == "deploy api@v9 to staging");
  w.say("ana", "at in 10m status");
  w.down(2 * day_ms);
  CHECK(w.schedule("T4").status == "offered");
}

TEST_CASE("what comes again is made up for once, however long the bot was away") {
  ClockWorld w;
  w.say("ana", "every 15m status");
  w.down(5 * hour_ms + 7 * minute_ms);
  CHECK(w.schedule("T1").fired == 1);
  CHECK(w.schedule("T1").next_ms > w.now);
  CHECK(w.schedule("T1").next_ms - w.now <= 15 * minute_ms);
}

TEST_CASE("a clock that jumps fires nothing twice and skips nothing") {
  ClockWorld w;
  w.say("ana", "every 1h status");
  w.say("ana", "at in 2h status");
  const auto jump = [&](DurationMs by) {
    w.now += by;
    w.decide([&](Work& work) { schedules_moved(work, by); });
    w.pass(0);
  };
  jump(5 * hour_ms);
  CHECK(w.schedule("T1").fired == 0);
  w.pass(61 * minute_ms);
  CHECK(w.schedule("T1").fired == 1);
  jump(-5 * hour_ms);
  w.pass(30 * minute_ms);
  CHECK(w.schedule("T1").fired == 1);
  CHECK(w.schedule("T2").fired == 0);
  w.pass(30 * minute_ms);
  CHECK(w.schedule("T1").fired == 2);
  CHECK(w.schedule("T2").fired == 1);
  // By the clock: the hour that comes again is not lived again.
  w.say("ana", "every day at 12:00 status");
  w.pass(day_ms);
  CHECK(w.schedule("T3").fired == 1);
  jump(-2 * hour_ms);
  w.pass(3 * hour_ms);
  CHECK(w.schedule("T3").fired == 1);
}

TEST_CASE("a run that still goes on is not doubled") {
  ClockWorld w;
  w.add_runbook(slow);
  w.say("ana", "every 1h run slow");
  w.pass(3 * hour_ms + 30 * minute_ms);
  CHECK(w.state.runs.size() == 1);
  CHECK(w.schedule("T1").result == "busy");
  CHECK(w.rung.size() == 2);  // left out is said once
  w.pass(2 * hour_ms);
  CHECK(w.state.runs.size() == 2);
}

TEST_CASE("after three failures in a row it is suspended") {
  ClockWorld w;
  w.add_runbook(failing);
  w.provider.override = [](const AttemptOrder& order, AttemptReport& r) {
    r.end = AttemptReport::End::failed;
    r.error_kind = r.error = "failed";
    return order.verb == "run";
  };
  w.say("ana", "every 1h run fails");
  w.pass(12 * hour_ms);
  CHECK(w.state.runs.size() == 3);
  CHECK(w.schedule("T1").status == "suspended");
  CHECK(says(w.rung.back(), "R3 failed"));
  ClockWorld words;
  words.say("ana", "declare sev3 It is slow");
  words.say("ana", "every 1h todo done INC-1 1");
  CHECK(words.state.schedules.empty());  // refused now: there is nothing to be done
}

TEST_CASE("while no new runs are taken, what would begin one is held, and let go after it") {
  ClockWorld w;
  w.say("ana", "at in 10m deploy api@v9 to staging");
  w.say("ana", "at in 20m deploy api@v9 to staging");
  w.say("ana", "every 10m deploy api@v9 to staging");
  w.say("ana", "at in 10m status");
  CHECK(w.say("cy", "drain because of the upgrade").ok);
  w.pass(15 * minute_ms);
  CHECK(w.schedule("T1").status == "held");
  CHECK(w.schedule("T3").result == "held");
  CHECK(w.schedule("T4").status == "done");
  CHECK(w.sent() == 0);
  w.restart();
  CHECK(w.state.automation.draining);
  w.pass(5 * minute_ms + 10 * second_ms);
  CHECK(w.schedule("T2").status == "held");
  const std::size_t said = w.rung.size();
  CHECK(w.say("cy", "undrain").ok);
  w.pass(second_ms);
  CHECK(w.schedule("T1").status == "offered");  // ten minutes late
  CHECK(w.schedule("T2").status == "done");     // ten seconds
  CHECK(w.sent() == 1);
  CHECK(w.rung.size() == said + 2);
}

TEST_CASE("a trigger that rings while no new runs are taken is held, said once, and begins afterwards") {
  ClockWorld w;
  w.add_runbook("runbook: book\ntriggers:\n  - {alert: 'alertname=\"Slow\"', mode: auto}\nsteps:\n  - wait: 10m\n");
  w.say("cy", "drain because of the upgrade");
  for (int i = 0; i < 3; ++i) w.alert("E1", "firing", {{"alertname", "Slow"}});
  CHECK(w.state.runs.empty());
  CHECK(w.posted("held-book-E1"));
  CHECK(w.state.automation.held.size() == 1);
  w.say("cy", "undrain");
  w.pass(second_ms);
  CHECK(w.state.runs.size() == 1);
  CHECK(w.state.automation.held.empty());
}

TEST_CASE("automation that is off binds the clock too, and a question is still answered") {
  ClockWorld w;
  w.say("ana", "at in 10m deploy api@v9 to staging");
  w.say("ana", "at in 10m status");
  const Outcome elsewhere = w.say("ana", "automation off in prod because another place");
  CHECK(elsewhere.ok);
  CHECK_FALSE(plain_text(elsewhere.reply).contains("stored command"));
  CHECK_FALSE(w.say("ana", "automation off in stagin because of a slip").ok);
  CHECK(w.state.automation.off.size() == 1);
  const Outcome off = w.say("ana", "automation off in staging because the database moves");
  CHECK(plain_text(off.reply).contains("1 stored command"));
  w.pass(11 * minute_ms);
  CHECK(w.sent() == 0);
  CHECK(w.schedule("T1").status == "offered");
  CHECK(w.schedule("T2").status == "done");
}

TEST_CASE("one's own is dropped by anybody, somebody else's by owners") {
  ClockWorld w;
  w.say("ana", "every 1h status");
  w.say("ana", "every 1h status");
  CHECK(w.say("bo", "schedule cancel T1").code == "denied");
  CHECK(w.say("ana", "schedule cancel T1").ok);
  CHECK(w.say("cy", "schedule cancel T2 because it is noise").ok);
  CHECK_FALSE(w.say("ana", "schedule cancel T2").ok);
  w.pass(2 * hour_ms);
  CHECK(w.rung.empty());
}

TEST_CASE("what cannot be run later, or not so often, is refused at once") {
  ClockWorld w;
  for (const char* line :
       {"at in 10m", "at in 10m yes", "at in 10m approve A1", "at in 10m at in 10m status", "at in 10m every 1h status",
        "at in 10m nonsense", "at in 10m deploy nothing@v1 to prod", "at in 10m deploy api@v9", "at 25:00 status",
        "at in 400d status", "every 1m status", "every * * * * * status", "every 0 0 31 2 * status", "every status",
        "at in 10m deploy \"api to staging", "every monday status"}) {
    CAPTURE(line);
    CHECK_FALSE(w.say("ana", line).ok);
  }
  CHECK(w.state.schedules.empty());
  for (int i = 0; i < schedules_of_one_max; ++i) CHECK(w.say("ana", "at in 10m status").ok);
  CHECK_FALSE(w.say("ana", "at in 10m status").ok);
  CHECK(w.say("bo", "at in 10m status").ok);
}

TEST_CASE("an alias is expanded when it is stored, and what it becomes later changes nothing") {
  ClockWorld w;
  w.say("ana", "alias set out = deploy api@v9 to staging");
  w.say("ana", "at in 10m out");
  w.say("ana", "alias set out = deploy api@v1 to staging");
  w.pass(11 * minute_ms);
  CHECK(w.provider.versions["api"] == "v9");
}

namespace {

constexpr const char* grows = R"(runbook: grows
guard: {unattended: true, cooldown: 0s, on_busy: queue, key: "${alert.id}", max_runs: 99 per 1h}
triggers:
  - {alert: 'alertname="Slow"', mode: auto}
steps:
  - VERB
)";

std::string grows_by(const std::string& step) {
  std::string text = grows;
  return text.replace(text.find("VERB"), 4, step);
}

struct CapWorld : ClockWorld {
  explicit CapWorld(const std::string& step) {
    Rule granted;
    granted.name = "granted", granted.who = {"automation"}, granted.effect = "run";
    config.policy.insert(config.policy.begin(), granted);
    add_runbook(grows_by(step));
  }
  void storm(int n) {
    for (int i = 1; i <= n; ++i) {
      alert("E" + std::to_string(i), "firing", {{"alertname", "Slow"}});
      pass(minute_ms);
    }
  }
};

}  // namespace

TEST_CASE("the caps of an environment bind what no person approved") {
  const std::string restart = "restart: {service: api, env: staging}";
  CapWorld open(restart);
  open.storm(3);
  CHECK(open.sent() == 3);
  CapWorld capped(restart);
  capped.config.automation = {{"other", {"prod"}, 0, true, "rollbacks"}, {"few", {"staging"}, 2, true, "rollbacks"}};
  capped.storm(4);
  CHECK(capped.sent() == 2);
  CHECK(capped.state.runs.rbegin()->second.failure.text().contains("2 automatic changes an hour in staging"));
  // The clock is bound by the same, where nobody approved; a person is not.
  capped.add_runbook("runbook: nightly\nsteps:\n  - restart: {service: api, env: staging}\n");
  CHECK(capped.say("ana", "at in 10m run nightly").ok);
  capped.pass(11 * minute_ms);
  CHECK(capped.sent() == 2);
  capped.say("ana", "run nightly");
  capped.pass(minute_ms);
  CHECK(capped.sent() == 3);
}

TEST_CASE("the caps bind a built-in change of the clock that nobody agreed to, and a refusal uses up nothing") {
  ClockWorld w;
  w.config.automation = {{"few", {"staging"}, 1, true, "rollbacks"}};
  CHECK(w.say("ana", "every 25m restart api in staging").ok);
  w.pass(26 * minute_ms);
  CHECK(w.sent() == 1);
  w.pass(25 * minute_ms);
  CHECK(w.sent() == 1);
  CHECK(w.state.runs.rbegin()->second.failure.text().contains("1 automatic changes an hour in staging"));
  w.pass(50 * minute_ms);  // an hour after the first one there is room again, whatever was refused meanwhile
  CHECK(w.sent() == 2);
  CHECK(w.say("ana", "restart api in staging").ok);
  w.deliver();
  CHECK(w.sent() == 3);
}

TEST_CASE("a freeze leaves rollbacks to automation, or nothing, as the caps say") {
  const std::string back = "rollback: {service: api, env: staging, to: v6}";
  for (const char* freeze : {"rollbacks", "nothing"}) {
    CAPTURE(freeze);
    CapWorld w(back);
    w.config.automation = {{"frozen", {}, 20, true, freeze}};
    ChangeRecord& ran = w.state.changes.records[1];  // or it would be a deploy by another name
    ran.id = "elsewhere-1", ran.service = "api", ran.environment = "staging", ran.verb = "deploy";
    ran.outcome = "succeeded", ran.after.version = "v6", ran.ended_ms = 1;
    w.state.changes.by_id[ran.id] = 1;
    w.state.changes.by_place[{"api", "staging"}] = {1};
    w.say("cy", "freeze staging because of the sale");
    w.storm(1);
    CHECK(w.sent() == (std::string_view(freeze) == "rollbacks" ? 1 : 0));
  }
}
