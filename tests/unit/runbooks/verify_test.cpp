// A service is watched after a change: good, bad or a person is asked; and what follows when it is bad.
#include <doctest/doctest.h>

#include "../../support/run_world.h"
#include "bot/core/changes/health.h"
#include "runbooks/health_steps.h"
#include "runbooks/lint.h"

using namespace muster;
using muster::test::Killed;
using muster::test::RunWorld;

namespace {

constexpr const char* guarded = R"yaml(runbook: guarded
steps:
  - id: out
    deploy: {service: api, env: prod, version: v9}
    undo: auto
  - id: health
    verify:
      service: api
      env: prod
      for: 5m
      http: [{url: "https://api.example.com/health", name: front door}]
      promql: [{query: "rate(errors[1m])", name: errors, pass: it.value < 0.05}]
on_failure:
  - if: run.changed
    undo: all
  - if: run.changed
    lock: {service: api, env: prod, for: 4h, because: look first}
  - if: run.changed
    incident: {offer: api v9 in prod is not well, service: api, env: prod, severity: SEV3}
)yaml";

Value target(Value healthy, const std::string& version = "v9") {
  Value t = Value::Map{{"version", version}};
  if (!healthy.is_null()) t.set("healthy", healthy);
  return t;
}

Value look(Value healthy, Value http, Value errors) {
  Value http_list = Value::List{}, promql = Value::List{};
  Value h = Value::Map{{"at", 0}};
  if (http.is_int())
    h.set("status", http);
  else
    h.set("error", "connection refused"), h.set("unreached", true);
  http_list.push(std::move(h));
  Value q = Value::Map{{"at", 0}, {"state", errors.is_null() ? "no_data" : "one"}};
  if (!errors.is_null()) q.set("value", errors);
  promql.push(std::move(q));
  Value v = Value::Map{{"target", target(healthy)}};
  v.set("http", std::move(http_list));
  v.set("promql", std::move(promql));
  return v;
}

struct Guarded : RunWorld {
  Guarded() {
    add_runbook(guarded);
    config.services = {
        {.name = "api", .title = {}, .owners = {}, .environments = {"prod"}, .depends_on = {}, .runbook_url = {}},
        {.name = "shop",
         .title = {},
         .owners = {},
         .environments = {"prod"},
         .depends_on = {"api"},
         .runbook_url = {}}};
    provider.reads["verify"] = look(true, 200, 0.01);
  }
  std::string begin() {
    start("guarded");
    deliver();
    return "R1";
  }
  const StepRun& health() const { return run("R1").steps.at("1"); }
  std::string text_of(const std::string& post) const {
    for (const OutMessage& m : out)
      if (m.kind == "post" && m.body["post_id"].as_string().find(post) != std::string::npos)
        return plain_text(message_from(m.body["message"]));
    return {};
  }
  Entry by() const {
    Entry e;
    e.actor = {.type = "user", .id = "bo", .handle = "bo", .display = "bo"};
    return e;
  }
  void say(const std::string& choice) {
    decide([&](Work& w) { static_cast<void>(engine.decide(w, "R1", "health", choice, by())); });
    deliver();
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what answers well for the whole window is good, and not before its end") {
  Guarded w;
  w.begin();
  w.pass(4 * minute_ms);
  CHECK(w.run("R1").status == "waiting");
  w.pass(2 * minute_ms);
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.health().result["verdict"] == Value("good"));
  CHECK(w.health().result["not_watched"] == Value("0s"));
  CHECK(w.provider.versions["api"] == "v9");
  CHECK_FALSE(w.posted("-on_failure."));
}

TEST_CASE("one bad look is forgiven, two in a row put the version back, lock the place and offer an incident") {
  Guarded w;
  w.begin();
  w.provider.reads["verify"] = look(true, 503, 0.01);
  w.pass(15 * second_ms);
  CHECK(w.run("R1").status == "waiting");
  w.provider.reads["verify"] = look(true, 200, 0.01);
  w.pass(15 * second_ms);
  w.provider.reads["verify"] = look(true, 503, 0.01);
  w.pass(30 * second_ms);
  INFO(w.run("R1").failure);
  CHECK(w.run("R1").status == "undone");
  CHECK(w.run("R1").failed_step == "health");
  CHECK(contains(w.run("R1").failure, "front door: status 503 (2 looks in a row)"));
  CHECK(w.provider.versions["api"] == "v7");
  CHECK(w.effects("R1 undo.0") == 1);
  REQUIRE(w.state.locks.size() == 1);
  const Lock& lock = w.state.locks.begin()->second;
  CHECK(lock.service == "api");
  CHECK(lock.reason == "look first");
  CHECK(lock.until_ms > w.now);
  const std::string told = w.text_of("run-R1-on_failure.2");
  CHECK(contains(told, "put back: v7"));
  CHECK(contains(told, "declare sev3 api v9 in prod is not well for api"));
}

TEST_CASE("a target that calls it unhealthy is bad") {
  Guarded w;
  w.begin();
  w.provider.reads["verify"] = look(false, 200, 0.01);
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "undone");
  CHECK(contains(w.run("R1").failure, "says it is not healthy"));
}

TEST_CASE("a metric over its limit is bad, and one without a value is never good") {
  Guarded w;
  w.begin();
  w.provider.reads["verify"] = look(true, 200, 0.4);
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "undone");
  Guarded silent;
  silent.provider.reads["verify"] = look(true, 200, Value());
  silent.begin();
  silent.pass(6 * minute_ms);
  CHECK(silent.run("R1").status == "needs_decision");
  CHECK(contains(silent.health().error, "errors never answered (no value (no_data))"));
  CHECK(silent.provider.versions["api"] == "v9");
}

TEST_CASE("when a person is asked: well keeps it, not well puts it back, again watches anew") {
  const auto asked = [] {
    Guarded w;
    w.provider.reads["verify"] = look(Value(), 200, Value());
    w.begin();
    w.pass(6 * minute_ms);
    REQUIRE(w.run("R1").status == "needs_decision");
    return w.now;
  };
  static_cast<void>(asked());
  Guarded kept;
  kept.provider.reads["verify"] = look(Value(), 200, Value());
  kept.begin();
  kept.pass(6 * minute_ms);
  kept.say("done");
  CHECK(kept.run("R1").status == "succeeded");
  CHECK(kept.provider.versions["api"] == "v9");
  Guarded back;
  back.provider.reads["verify"] = look(Value(), 200, Value());
  back.begin();
  back.pass(6 * minute_ms);
  back.say("fail");
  CHECK(back.run("R1").status == "undone");
  CHECK(back.provider.versions["api"] == "v7");
  Guarded again;
  again.provider.reads["verify"] = look(Value(), 200, Value());
  again.begin();
  again.pass(6 * minute_ms);
  again.provider.reads["verify"] = look(true, 200, 0.01);
  again.say("retry");
  CHECK(again.run("R1").status == "waiting");
  again.pass(6 * minute_ms);
  CHECK(again.run("R1").status == "succeeded");
}

TEST_CASE("nobody answers for a day: the run is handed over and nothing is put back") {
  Guarded w;
  w.provider.reads["verify"] = look(true, 200, Value());
  w.begin();
  w.pass(6 * minute_ms + 25 * hour_ms);
  CHECK(w.run("R1").status == "handed_over");
  CHECK(w.provider.versions["api"] == "v9");
  CHECK(w.state.locks.empty());
}

TEST_CASE("an alert that begins after the change is bad at once; one that fired before is not") {
  Guarded w;
  w.alert("E1", "firing", {{"alertname", "Old"}, {"service", "api"}, {"env", "prod"}});
  w.pass(minute_ms);
  w.begin();
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "waiting");
  w.alert("E2", "firing", {{"alertname", "Elsewhere"}, {"service", "api"}, {"env", "staging"}});
  w.alert("E3", "firing", {{"alertname", "Other"}, {"service", "mail"}, {"env", "prod"}});
  CHECK(w.run("R1").status == "waiting");
  w.alert("E4", "firing", {{"alertname", "ShopDown"}, {"service", "shop"}, {"env", "prod"}});
  w.deliver();
  CHECK(w.run("R1").status == "undone");
  CHECK(contains(w.run("R1").failure, "E4"));
}

TEST_CASE("an alert that fired before the change and comes back during the window is not new") {
  Guarded w;
  w.alert("E1", "firing", {{"alertname", "Flapping"}, {"service", "api"}});
  w.pass(minute_ms);
  w.begin();
  w.alert("E1", "resolved", {{"alertname", "Flapping"}, {"service", "api"}});
  w.pass(minute_ms);
  w.alert("E1", "firing", {{"alertname", "Flapping"}, {"service", "api"}});
  w.pass(6 * minute_ms);
  CHECK(w.run("R1").status == "succeeded");
}

TEST_CASE("another version than ours there is a question, not something to put back") {
  Guarded w;
  w.begin();
  Value other = look(true, 200, 0.01);
  other.set("target", target(true, "v10"));
  w.provider.reads["verify"] = other;
  w.pass(30 * second_ms);
  CHECK(w.run("R1").status == "needs_decision");
  CHECK(contains(w.health().error, "v10 runs there now, not v9"));
  CHECK(w.provider.versions["api"] == "v9");
}

TEST_CASE("when nothing at all can be reached the bot is cut off: that is no verdict on the service") {
  Guarded w;
  w.begin();
  Value nothing = look(true, Value(), Value());
  nothing.set("target", Value::Map{{"error", "no route"}});
  Value promql = Value::List{};
  promql.push(Value::Map{{"at", 0}, {"error", "no route"}});
  nothing.set("promql", std::move(promql));
  w.provider.reads["verify"] = nothing;
  w.pass(6 * minute_ms);
  CHECK(w.run("R1").status == "needs_decision");
  CHECK(w.provider.versions["api"] == "v9");
}

TEST_CASE("a restart goes on with the window where it was") {
  Guarded w;
  w.begin();
  w.pass(3 * minute_ms);
  const TimeMs end = w.health().deadline_ms;
  w.restart();
  w.deliver();
  CHECK(w.health().deadline_ms == end);
  w.pass(2 * minute_ms + second_ms);
  CHECK(w.run("R1").status == "succeeded");
}

TEST_CASE("a window that nobody watched is not passed: what was not seen is said") {
  Guarded w;
  w.begin();
  w.pass(minute_ms);
  w.now += 3 * minute_ms;  // the process was gone
  w.restart();
  w.deliver();
  w.pass(2 * minute_ms);
  CHECK(w.run("R1").status == "needs_decision");
  CHECK(contains(w.health().error, "The bot was away for 2m 45s"));
  Guarded brief;
  brief.begin();
  brief.pass(minute_ms);
  brief.now += 55 * second_ms;
  brief.restart();
  brief.pass(4 * minute_ms);
  CHECK(brief.run("R1").status == "succeeded");
  CHECK(contains(brief.text_of("verdict-R1"), "Not watched, because the bot was away: 40s"));
  Guarded after;
  after.begin();
  after.pass(minute_ms);
  after.now += hour_ms;
  after.restart();
  after.provider.reads["verify"] = look(true, 503, 0.01);
  after.pass(minute_ms);
  CHECK(after.run("R1").status == "undone");
}

TEST_CASE("a change that cannot be put back says why and names the way forward") {
  Guarded w;
  w.provider.versions["api"] = "";
  w.begin();
  w.provider.reads["verify"] = look(false, 200, 0.01);
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "undo_failed");
  const std::string told = w.text_of("run-R1-on_failure.2");
  CHECK(contains(told, "It could not be put back"));
  CHECK(contains(told, "It is not known which version was there."));
  CHECK(contains(told, "deploy api@ ?"));
}

TEST_CASE("a version with no way back is not put back") {
  Guarded w;
  w.config.health = {{.name = "migrations", .services = {}, .environments = {}, .matchers = {}, .one_way = {"v9"}}};
  w.begin();
  w.provider.reads["verify"] = look(false, 200, 0.01);
  w.pass(minute_ms);
  CHECK(w.run("R1").status == "undo_failed");
  CHECK(w.provider.versions["api"] == "v9");
  CHECK(contains(w.text_of("run-R1-on_failure.2"), "There is no way back from v9 (health rule migrations)."));
}

TEST_CASE("an incident that is open already gets a note instead of an offer") {
  Guarded w;
  w.decide([&](Work& work) {
    Entry e;
    e.text = "api is slow";
    e.services = {"api"};
    e.data = Value::Map{{"title", "api is slow"}, {"severity", "SEV2"}};
    open_incident(work, std::move(e));
  });
  w.begin();
  w.provider.reads["verify"] = look(false, 200, 0.01);
  w.pass(minute_ms);
  const std::string told = w.text_of("run-R1-on_failure.2");
  CHECK(contains(told, "INC-1"));
  CHECK_FALSE(contains(told, "declare"));
  bool noted = false;
  for (const Entry& e : w.journal) noted = noted || (e.kind == "note" && contains(e.text, "went wrong"));
  CHECK(noted);
}

TEST_CASE("killed at every point, what hurts is put back once and the window is never called good") {
  const auto play = [](Guarded& w, int kill) {
    bool down = false;
    w.kill_at(kill);
    for (int i = 0; i < 200; ++i) {
      try {
        if (down) {
          down = false;
          w.restart();
        }
        if (w.state.runs.empty()) w.start("guarded");
        w.deliver();
        if (i > 3) w.provider.reads["verify"] = look(true, 503, 0.01);
        if (w.run("R1").over()) return;
        w.pass(15 * second_ms);
      } catch (const Killed&) {
        down = true;
      }
    }
  };
  Guarded whole;
  play(whole, 0);
  const int points = whole.points();
  REQUIRE(points > 30);
  for (int k = 1; k <= points; ++k) {
    Guarded w;
    play(w, k);
    CAPTURE(k);
    CHECK(w.run("R1").status == "undone");
    CHECK(w.effects("R1 0") == 1);
    CHECK(w.effects("R1 undo.0") == 1);
    CHECK(w.provider.versions["api"] == "v7");
    CHECK(w.state.locks.size() == 1);
    CHECK(w.posted("run-R1-on_failure.2"));
    CHECK(w.posted("run-R1-final"));
  }
}

TEST_CASE("what a command gets as its guard is a runbook without mistakes") {
  CoreConfig config;
  config.services = {
      {.name = "api", .title = {}, .owners = {}, .environments = {"prod"}, .depends_on = {}, .runbook_url = {}}};
  config.health = {{.name = "careful",
                    .services = {"api"},
                    .environments = {},
                    .window = 10 * minute_ms,
                    .matchers = {},
                    .one_way = {"v5"}}};
  HealthCheck door, errors;
  door.name = "front door";
  door.http = "https://api.example.com/${version}/health";
  door.expect = {200, 204};
  errors.name = "errors";
  errors.promql = "rate(errors{service=${service},env=${env}}[1m])";
  errors.pass = "it.value < 0.05";
  config.health_checks = {door, errors};
  const auto text = [&](const runbooks::HealthPlan& plan) {
    std::string out =
        "runbook: change\ninputs:\n  service: {type: service}\n  env: {type: environment}\n  version: {type: version}\n"
        "steps:\n  - id: change\n    deploy: {service: \"${inputs.service}\", env: \"${inputs.env}\", version: "
        "\"${inputs.version}\"}\n    undo: auto\n";
    for (const std::string& s : plan.steps) out += "  - " + s + "\n";
    out += "on_failure:\n";
    for (const std::string& s : plan.on_failure) out += "  - " + s + "\n";
    return out;
  };
  for (const char* on_bad : {"rollback", "ask", "nothing"}) {
    config.health[0].on_bad = on_bad;
    const auto plan = runbooks::health_steps(config, {"deploy", "api", "prod", "v9"});
    const auto loaded = runbooks::load_and_lint(text(plan), "change.yaml");
    for (const auto& f : loaded.findings) MESSAGE(f.message);
    CHECK(loaded.runbook);
    CHECK(loaded.findings.empty());
    CHECK(plan.puts_back == (std::string(on_bad) == "rollback"));
  }
  config.health[0].on_bad = "rollback";
  const auto one_way = runbooks::health_steps(config, {"deploy", "api", "prod", "v5"});
  CHECK_FALSE(one_way.puts_back);
  CHECK(contains(one_way.no_way_back, "no way back from v5"));
}

namespace {

struct Counted : RunWorld {
  Counted() {
    add_runbook(
        "runbook: grow\nsteps:\n  - scale: {service: api, env: prod, replicas: 8}\n    undo: auto\n"
        "  - id: health\n    verify: {service: api, env: prod, for: 5m}\n");
    says(8);
  }
  void says(int replicas) {
    Value v = Value::Map{{"target", Value::Map{{"replicas", replicas}}}};
    v.set("http", Value::List{});
    v.set("promql", Value::List{});
    provider.reads["verify"] = std::move(v);
  }
};

}  // namespace

TEST_CASE("a target that tells only how many there are is witness enough for a scale") {
  Counted w;
  w.start("grow");
  w.deliver();
  w.pass(6 * minute_ms);
  CHECK(w.run("R1").status == "succeeded");
  CHECK(w.run("R1").steps.at("1").result["checks"].as_list().at(0)["last"] ==
        Value("8 replicas, wanted 8; of health it says nothing"));
}

TEST_CASE("another number of replicas in the end puts it before a person, who reads what was seen") {
  Counted w;
  w.start("grow");
  w.deliver();
  w.pass(4 * minute_ms + 30 * second_ms);
  w.says(5);
  w.pass(2 * minute_ms);
  CHECK(w.run("R1").status == "needs_decision");
  CHECK(contains(w.run("R1").steps.at("1").error, "5 replicas, wanted 8"));
  std::string card;
  w.decide([&](Work& work) { card = plain_text(w.engine.run_message(work, w.run("R1"))); });
  CHECK(contains(card, "5 replicas, wanted 8"));
  CHECK(w.provider.replicas["api"] == 8);
}
