// Changes from chat as runs: what is asked before anything is sent, what makes a yes void, and every way in.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "../../support/change_world.h"
#include "bot/core/changes/plan.h"
#include "bot/core/commands/verbs.h"

using namespace muster;
using muster::test::ChangeWorld;
using muster::test::Killed;

namespace {

struct World : ChangeWorld {
  const Run& last() const { return state.runs.rbegin()->second; }
  // Ana is sure, and Bo agrees.
  bool people() {
    const Question* q = question();
    if (!q) return false;
    const bool confirm = q->kind == "confirm";
    say(confirm ? q->person : q->person == "bo" ? "cy" : "bo", (confirm ? "yes " : "approve ") + q->id);
    return true;
  }
  void drive() {
    for (int i = 0; i < 200 && (state.runs.empty() || !last().over()); ++i) {
      deliver();
      if (!last().over() && !people()) pass(10 * second_ms);
    }
  }
};

std::string told(const Outcome& o) { return o.reply.text; }

// What the target says when it is looked at.
void shows(World& w, const Value& state) {
  w.provider.override = [state](const AttemptOrder& order, AttemptReport& r) {
    if (order.stage != "look" && order.stage != "plan") return false;
    r.result = state;
    return true;
  };
}

}  // namespace

TEST_CASE("in an unprotected environment a deploy looks and is sent") {
  World w;
  CHECK(w.say("ana", "deploy api@v9 to staging").ok);
  CHECK(w.last().steps.at("0").stage == "plan");
  CHECK(w.sent() == 0);
  w.deliver();
  CHECK(w.last().status == "succeeded");
  CHECK(w.provider.versions["api"] == "v9");
  CHECK(w.effects("R1 0") == 1);
}

TEST_CASE("in a protected one nothing is sent before somebody else agrees") {
  World w;
  w.say("ana", "deploy api@v9 to prod because it is better");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "step");
  CHECK(w.last().status == "waiting");
  CHECK_FALSE(w.say("ana", "approve A1").ok);
  CHECK_FALSE(w.say("ana", "yes A1").ok);
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.say("bo", "approve A1").ok);
  w.deliver();
  CHECK(w.last().status == "succeeded");
  CHECK(w.last().change.member("approved_by").as_list().front().as_string() == "bo");
}

TEST_CASE("what is paused is offered no yes that would wait for ever, but how to go on; its number may change") {
  for (const char* line : {"deploy api@v9 to prod", "restart api in prod", "rollback api in prod to v8"}) {
    CAPTURE(line);
    World w;
    shows(w, Value::Map{{"paused", true}, {"replicas", 6}, {"version", "v7"}});
    w.say("ana", line);
    w.deliver();
    CHECK(w.question() == nullptr);
    CHECK(w.last().over());
    CHECK_MESSAGE(w.last().failure.text().contains("resume it first"), w.last().failure.text());
  }
  World w;
  shows(w, Value::Map{{"paused", true}, {"replicas", 6}, {"version", "v7"}});
  w.say("ana", "scale api in prod to 4");
  w.deliver();
  CHECK(w.question());
  CHECK(w.sent() == 0);
}

TEST_CASE("where an autoscaler sets the number its minimum is what is planned, within what it takes") {
  struct Case {
    int from, to;
    std::string key;
    bool asked;
    Value before, after;
  };
  const auto minimum = [](int n) { return Value(Value::Map{{"minimum", n}}); };
  const auto number = [](int n) { return Value(Value::Map{{"replicas", n}}); };
  for (const Case& c : std::vector<Case>{{6, 1, "check.scaler.lowered", true, minimum(2), minimum(1)},
                                         {6, 12, "check.scaler.most", false, minimum(2), minimum(12)},
                                         {6, 8, "check.scaler.raised", true, minimum(2), minimum(8)},
                                         {6, 6, "check.scaler.raised", true, minimum(2), minimum(6)},
                                         {6, 2, "check.scaler.same", false, minimum(2), minimum(2)},
                                         {6, 0, "check.scaler.off", true, number(6), number(0)},
                                         {0, 3, "check.scaler.on", true, number(0), number(3)}}) {
    CAPTURE(c.key);
    CAPTURE(c.to);
    World w;
    shows(w, Value::Map{{"version", "v7"},
                        {"replicas", c.from},
                        {"scaler", "the autoscaler api (2 to 9 replicas)"},
                        {"scaler_least", 2},
                        {"scaler_most", 9}});
    w.say("ana", "scale api in prod to " + std::to_string(c.to));
    w.deliver();
    // To nothing somebody else has to agree; to another number the own yes is enough.
    CHECK((w.question() != nullptr) == c.asked);
    const Plan plan = plan_from(w.last().change.member("plan"));
    const auto said = std::ranges::find(plan.checks, c.key, &Check::key);
    REQUIRE(said != plan.checks.end());
    CHECK(sentence("en", *said).contains("the autoscaler api (2 to 9 replicas)"));
    CHECK(plan.before == c.before);
    CHECK(plan.after == c.after);
    CHECK(w.sent() == 0);
  }
  World w;
  shows(w, Value::Map{{"version", "v7"},
                      {"replicas", 6},
                      {"scaler", "the autoscaler api (2 to 9 replicas)"},
                      {"scaler_owner", "ScaledObject api"},
                      {"scaler_least", 2},
                      {"scaler_most", 9}});
  w.say("ana", "scale api in prod to 8");
  w.deliver();
  CHECK_FALSE(w.question());
  CHECK_MESSAGE(w.last().failure.text().contains("ScaledObject api"), w.last().failure.text());
}

TEST_CASE("a minimum that was raised is on the record as that, and undo brings the one before back, not the number") {
  World w;
  w.provider.minimums["api"] = 2;
  w.say("ana", "scale api in prod by +2");
  w.drive();
  CHECK(w.last().status == "succeeded");
  CHECK(w.provider.minimums["api"] == 8);
  CHECK(w.provider.replicas["api"] == 6);
  const ChangeRecord& record = w.state.changes.records.begin()->second;
  CHECK(record.minimum);
  CHECK(record.before.replicas == 2);
  CHECK(record.after.replicas == 8);
  // The number may be any other by now: what is put back is what was moved.
  w.provider.replicas["api"] = 9;
  w.say("ana", "undo R1");
  for (int i = 0; i < 20 && w.question(); ++i) w.people(), w.deliver();
  CHECK(w.provider.minimums["api"] == 2);
  CHECK(w.provider.replicas["api"] == 9);
  CHECK(w.sent() == 2);
}

TEST_CASE("a yes to a minimum is void when somebody else has moved it, and not when the number moves") {
  for (const bool moved : {false, true}) {
    CAPTURE(moved);
    World w;
    w.provider.minimums["api"] = 2;
    w.say("ana", "scale api in prod to 5");
    w.deliver();
    w.provider.replicas["api"] = 7;
    if (moved) w.provider.minimums["api"] = 3;
    w.people();
    w.deliver();
    CHECK((w.question() != nullptr) == moved);
    CHECK(w.sent() == (moved ? 0 : 1));
  }
}

TEST_CASE("who comes second is told what the first one waits for") {
  World w;
  w.say("ana", "scale api in prod to 4");
  w.deliver();
  REQUIRE(w.question());
  std::string said = told(w.say("bo", "restart api in prod"));
  CHECK_MESSAGE(said.contains("waits for *A1*"), said);
  CHECK_FALSE(said.contains("is changing"));
  // Sent, and nobody knows what came of it: neither by the word of the target nor by a look.
  w.provider.override = [](const AttemptOrder& o, AttemptReport& r) {
    if (!o.stage.empty() && o.stage != "probe") return false;
    r.end = AttemptReport::End::unknown, r.error_kind = "lost", r.error = "the cluster c failed: no space left.";
    return true;
  };
  w.people();
  w.drive();
  REQUIRE(w.last().status == "needs_decision");
  said = told(w.say("bo", "restart api in prod"));
  CHECK_MESSAGE(said.contains("Nobody knows what came of *R1*"), said);
  CHECK_FALSE(said.contains("is changing"));
  std::string shown;
  w.decide([&](Work& work) {
    for (const Section& part : w.engine.run_message(work, w.last()).sections) shown += part.text + "\n";
  });
  CHECK_MESSAGE(shown.contains("the cluster c failed"), shown);
}

TEST_CASE("what a target says of a version that is not there keeps its words, and no marks of ours") {
  World w;
  w.provider.missing = "there is no version `v99` of api. There are: v6, v7.";
  w.say("ana", "deploy api@v99 to staging");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK_MESSAGE(w.last().failure.text().contains("there is no version v99 of api"), w.last().failure.text());
}

TEST_CASE("a question of a run that nobody answered says how the run is begun again") {
  World w;
  w.say("ana", "scale api in prod to 4");
  w.deliver();
  const std::string id = w.question()->id;
  w.pass(3 * minute_ms);
  const std::string said = told(w.say("ana", "yes " + id));
  CHECK_MESSAGE(said.contains("`retry R1`"), said);
}

TEST_CASE("a target that does not say what is there is told as that, and its late word changes nothing") {
  World w;
  w.say("ana", "restart api in staging");
  w.now += 2 * minute_ms;
  w.decide([&](Work& work) { w.engine.timer_rang(work, {"run:R1", w.now, {}}); });
  CHECK(w.last().over());
  CHECK(w.last().failure.text() == "The target did not say in time what is there; nothing was changed.");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.last().status == "failed");
}

TEST_CASE("a smaller change is confirmed by who asked, and by nobody else") {
  World w;
  w.say("ana", "scale api in prod by +2");
  w.deliver();
  REQUIRE(w.question());
  CHECK(w.question()->kind == "confirm");
  CHECK_FALSE(w.say("bo", "yes A1").ok);
  CHECK_FALSE(w.say("bo", "approve A1").ok);
  CHECK(w.say("ana", "yes A1").ok);
  w.deliver();
  CHECK(w.provider.replicas["api"] == 8);
  CHECK(w.last().status == "succeeded");
}

TEST_CASE("somebody else changed it in between: the yes is void, nothing is sent, a new plan is asked") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  w.provider.versions["api"] = "v8";
  w.say("bo", "approve A1");
  w.deliver();
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  CHECK(w.question()->id == "A2");
  CHECK(w.last().change.member("plan")["before"]["version"].as_string() == "v8");
  w.say("bo", "approve A2");
  w.deliver();
  CHECK(w.provider.versions["api"] == "v9");
  CHECK(w.sent() == 1);
}

TEST_CASE("what was meant from six is planned anew from seven") {
  World w;
  w.say("ana", "scale api in prod by +2");
  w.deliver();
  w.provider.replicas["api"] = 7;
  w.provider.reads["lookup"] = Value::Map{{"replicas", 7}};
  w.say("ana", "yes A1");
  w.deliver();
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  CHECK(w.last().change.member("plan")["arguments"]["replicas"].as_int() == 9);
  w.say("ana", "yes A2");
  w.deliver();
  CHECK(w.provider.replicas["api"] == 9);
}

TEST_CASE("a policy that changed makes the yes void") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  Rule two;
  two.name = "two", two.who = {"*"}, two.verbs = {"deploy"}, two.effect = "approve", two.approvals = 2;
  w.config.policy.insert(w.config.policy.begin(), two);
  w.say("bo", "approve A1");
  w.deliver();
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  CHECK(w.question()->needed == 2);
  Rule none = two;
  none.name = "none", none.effect = "deny";
  w.config.policy.insert(w.config.policy.begin(), none);
  w.say("bo", "approve A2");
  w.say("cy", "approve A2");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.last().status == "denied");
}

TEST_CASE("a freeze that came in between stops it, also after the yes") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  w.decide([](Work& work) {
    LockWish freeze;
    freeze.freeze = true, freeze.environment = "prod", freeze.owner = "cy", freeze.reason = "sale";
    CHECK(take_lock(work, freeze).has_value());
  });
  w.say("bo", "approve A1");
  w.deliver();
  CHECK(w.sent() == 0);
  CHECK(w.last().status == "denied");
  CHECK_FALSE(w.say("ana", "deploy api@v9 to prod").ok);
  CHECK(w.say("ana", "rollback api in prod to v6").ok);
}

TEST_CASE("one change at a time in a place: the second is refused, or waits") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  const Outcome second = w.say("bo", "scale api in prod to 9");
  CHECK_FALSE(second.ok);
  CHECK(told(second).find("R1") != std::string::npos);
  CHECK(w.say("bo", "scale api in prod to 9 --queue").ok);
  CHECK(w.say("cy", "restart api in prod --queue").ok);
  CHECK(w.state.runs.at(2).status == "queued");
  CHECK(w.say("cy", "scale api in staging to 3").ok);
  w.deliver();
  CHECK(w.state.runs.at(4).status == "succeeded");
  w.say("operator", "queue first R3");
  w.say("bo", "deny A1");
  w.deliver();
  CHECK(w.state.runs.at(1).status == "denied");
  CHECK(w.state.runs.at(2).status == "queued");
  REQUIRE(w.question());
  CHECK(w.question()->run == "R3");
  w.say("cy", "no " + w.question()->id);
  w.deliver();
  CHECK(w.question()->run == "R2");
}

TEST_CASE("a rollback does not wait for a plan that nobody has agreed to") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  CHECK(w.say("bo", "rollback api in prod to v6").ok);
  w.deliver();
  w.say("bo", "yes A2");
  w.deliver();
  CHECK(w.state.runs.at(2).status == "succeeded");
  w.say("cy", "approve A1");
  w.deliver();
  CHECK(w.state.runs.at(1).status != "succeeded");
  CHECK(w.sent() == 1);
}

TEST_CASE("after a rollback the place is locked for others, and its owner can open it") {
  World w;
  w.say("ana", "rollback api in prod to v6");
  w.drive();
  CHECK(w.last().status == "succeeded");
  CHECK_FALSE(w.say("bo", "deploy api@v9 to prod").ok);
  CHECK(w.say("ana", "unlock api in prod").ok);
}

TEST_CASE("a deploy that fails is put back by itself, and a finished one on demand") {
  World w;
  w.provider.override = [](const AttemptOrder& o, AttemptReport& r) {
    if (o.verb != "deploy" || !o.stage.empty() || o.arguments["version"].as_string() != "v9") return false;
    r.end = AttemptReport::End::failed, r.error_kind = "refused", r.error = "It did not start.";
    return true;
  };
  w.say("ana", "deploy api@v9 to staging");
  w.deliver();
  CHECK(w.last().status == "undone");
  CHECK(w.provider.versions["api"] == "v7");
  w.provider.override = nullptr;
  w.say("ana", "deploy api@v10 to staging");
  w.deliver();
  CHECK(w.last().status == "succeeded");
  w.say("ana", "undo R2");
  REQUIRE(w.question());
  w.say("bo", "approve " + w.question()->id);
  w.deliver();
  CHECK(w.provider.versions["api"] == "v7");
}

TEST_CASE("tried again it is planned and asked again") {
  World w;
  w.say("ana", "deploy api@v9 to prod");
  w.deliver();
  w.say("bo", "deny A1 because not now");
  w.deliver();
  CHECK(w.last().status == "denied");
  CHECK(w.say("ana", "retry R1").ok);
  w.deliver();
  CHECK(w.sent() == 0);
  REQUIRE(w.question());
  CHECK(w.question()->run == "R2");
}

namespace {

// Every line that a person can say to change production, in the protected environment.
const std::vector<std::string> lines = {"deploy api@v9 to prod",      "promote api from staging to prod",
                                        "rollback api in prod to v6", "scale api in prod to 9",
                                        "scale api in prod by +2",    "restart api in prod"};

constexpr const char* in_a_book = R"(runbook: book
inputs: {env: {type: environment, default: prod}}
triggers:
  - {alert: 'alertname="Slow"', mode: auto}
guard: {unattended: true, on_busy: skip}
steps:
  - VERB
)";

const std::vector<std::string> steps = {"deploy: {service: api, env: \"${inputs.env}\", version: v9}",
                                        "rollback: {service: api, env: \"${inputs.env}\", to: v6}",
                                        "scale: {service: api, env: \"${inputs.env}\", replicas: 9}",
                                        "restart: {service: api, env: \"${inputs.env}\"}"};

std::string book(const std::string& step) {
  std::string text = in_a_book;
  return text.replace(text.find("VERB"), 4, step);
}

}  // namespace

TEST_CASE("no way in passes the gate: a line in chat, a button, a script, the operator, again") {
  for (const std::string& line : lines)
    for (const char* who : {"ana", "operator"})
      for (const char* platform : {"room", "slack", "cli"}) {
        CAPTURE(line);
        CAPTURE(who);
        World w;
        CHECK(w.say(who, line, platform).ok);
        w.pass(minute_ms);
        CHECK(w.sent() == 0);
        REQUIRE(w.question());
        const std::string run = w.question()->run;
        w.say(who, "cancel " + run);
        w.say(who, "yes A2");
        w.pass(minute_ms);
        w.say(who, "retry " + run, platform);
        w.pass(minute_ms);
        CHECK(w.sent() == 0);
        w.pass(hour_ms);  // nobody answers
        CHECK(w.sent() == 0);
      }
}

TEST_CASE("no way in passes the gate: the clock, once or again and again") {
  for (const std::string& line : lines)
    for (const char* who : {"ana", "operator"})
      for (const char* when : {"at in 10m ", "every 10m "}) {
        CAPTURE(line);
        CAPTURE(when);
        World w;
        CHECK(w.say(who, when + line).ok);
        CHECK(w.sent() == 0);
        w.pass(11 * minute_ms);
        CHECK(w.sent() == 0);
        REQUIRE(w.question());
        CHECK_FALSE(w.say("bo", "yes " + w.question()->id).ok);
        w.pass(2 * hour_ms);  // it comes again, and nobody answers
        CHECK(w.sent() == 0);
      }
}

TEST_CASE("no way in passes the gate: every button of every message, pressed by who asked") {
  for (const std::string& line : lines)
    for (const char* before : {"", "at in 10m "}) {
      CAPTURE(line);
      World w;
      Outcome o = w.say("ana", before + line);
      w.pass(before[0] == 0 ? second_ms : 10 * minute_ms + second_ms);
      REQUIRE(w.question());
      std::set<std::string> pressed;
      const auto press = [&](const Message& m) {
        for (const Button& b : m.buttons) {
          const bool own_yes = b.command.starts_with("yes ") && w.question() && w.question()->kind == "confirm";
          if (!own_yes && pressed.insert(b.command).second) w.say("ana", b.command);
        }
      };
      press(o.reply);
      for (const Fired& f : w.rung) press(f.outcome.reply);
      for (std::size_t i = 0; i < w.out.size(); ++i) press(message_from(w.out[i].body["message"]));
      CHECK_FALSE(pressed.empty());
      w.pass(minute_ms);
      CHECK(w.sent() == 0);
    }
}

TEST_CASE("no way in passes the gate: a step of a runbook, by a person or by an alert") {
  for (const std::string& step : steps) {
    CAPTURE(step);
    World person;
    person.add_runbook(book(step));
    CHECK(person.say("ana", "run book").ok);
    person.pass(minute_ms);
    CHECK(person.sent() == 0);
    CHECK(person.question() != nullptr);
    World alert;
    alert.add_runbook(book(step));
    alert.alert("E1", "firing", {{"alertname", "Slow"}});
    alert.pass(hour_ms);
    CHECK(alert.sent() == 0);
    CHECK_FALSE(alert.state.runs.empty());
  }
}

TEST_CASE("every verb that changes production goes by its plan") {
  for (const VerbInfo& v : verbs())
    if (v.topic == "production" && v.writes && v.verb != "advance" && v.verb != "hold" && v.verb != "built" &&
        !v.verb.starts_with("queue"))
      CHECK_MESSAGE(is_change_command(v.verb), v.verb);
}

namespace {

// Until it is over, however often the process dies.
void survive(World& w, const std::string& line, std::vector<int> kills) {
  std::size_t next = 0;
  const auto arm = [&] { w.kill_at(next < kills.size() ? kills[next] : 0), ++next; };
  bool down = false;
  arm();
  while (true) {
    try {
      if (down) w.restart();
      down = false;
      if (w.state.runs.empty()) w.say("ana", line);
      return w.drive();
    } catch (const Killed&) {
      down = true;
      arm();
    }
  }
}

}  // namespace

TEST_CASE("killed before and after every commit and every effect, a change happens once") {
  for (const std::string& line : lines) {
    CAPTURE(line);
    World whole;
    survive(whole, line, {});
    REQUIRE(whole.last().status == "succeeded");
    const int points = whole.points();
    CHECK(points > 10);
    for (int k = 1; k <= points; ++k) {
      CAPTURE(k);
      World w;
      survive(w, line, {k});
      CHECK(w.last().status == "succeeded");
      CHECK(w.state.runs.size() == 1);
      CHECK(w.sent() == 1);
      CHECK(w.posted("run-R1-final"));
    }
  }
}
