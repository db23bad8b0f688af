// Plans of changes: what they cover, what stands in their way, and what cannot be asked for.
#include <doctest/doctest.h>

#include <algorithm>

#include "bot/core/changes/checks.h"
#include "bot/core/changes/wish.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/config.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/state.h"
#include "tests/support/change_story.h"

using namespace muster;

namespace {

constexpr TimeMs noon = 1'893'456'000'000;

CoreConfig configured() {
  CoreConfig c;
  for (const char* id : {"ana", "bo"}) {
    Person p;
    p.id = p.name = id;
    c.people.push_back(p);
  }
  c.people.back().roles = {"owner"};
  Service s;
  s.name = "search";
  s.environments = {"staging", "production"};
  s.order = {"staging", "production"};
  c.services = {s};
  c.environments = {{"staging", false}, {"production", true}};
  c.policy = default_policy();
  return c;
}

std::expected<ChangeWish, WishProblem> wish(const std::string& line) {
  static const CoreConfig config = configured();
  const auto parsed = parse_command(line);
  REQUIRE_MESSAGE(parsed.has_value(), line);
  return wish_of(settled(*parsed, config), config, State{});
}

std::string problem(const std::string& line) {
  const auto w = wish(line);
  return w ? "" : w.error().key;
}

struct Planning {
  State state;
  CoreConfig config = configured();
  Value seen = Value::Map{{"version", "v1"}, {"replicas", 6}, {"healthy", true}};
  std::string person = "ana";
  Plan plan(const std::string& line) const {
    const auto parsed = parse_command(line);
    return make_plan({.state = state,
                      .config = config,
                      .now = noon,
                      .wish = *wish_of(settled(*parsed, config), config, state),
                      .asker = {.person = person, .channel = "ops", .direct = false, .in_incident = false},
                      .run = "R9",
                      .arguments = {},
                      .seen = seen});
  }
  std::string failed(const std::string& line) const {
    for (const Check& c : plan(line).checks)
      if (c.mark == Check::Mark::failed) return c.name;
    return "";
  }
  void lock(bool freeze, const std::string& owner) {
    state.locks[1] = {.id = "L1",
                      .freeze = freeze,
                      .service = freeze ? "*" : "search",
                      .environment = "production",
                      .owner = owner,
                      .reason = "because",
                      .since_ms = noon,
                      .from_ms = 0,
                      .until_ms = 0,
                      .channel = {},
                      .nagged = 0};
  }
  // A run that brought this version out well.
  void ran(int n, const std::string& env, const std::string& version) {
    Run& r = state.runs[n];
    r.id = "R" + std::to_string(n), r.status = "succeeded", r.ended_ms = noon;
    r.change = Value(Value::Map{{"service", "search"}, {"env", env}, {"verb", "deploy"}});
    StepRun& s = r.steps["0"];
    s.verb = "deploy", s.status = "succeeded", s.ended_ms = noon;
    s.arguments = Value::Map{{"service", "search"}, {"env", env}, {"version", version}};
    s.intended = s.result = Value::Map{{"version", version}};
  }
};

}  // namespace

TEST_CASE("a service, an environment and a version are never assumed") {
  CHECK(problem("deploy search@v2 to staging") == "");
  CHECK(problem("deploy search@v2") == "change.where");
  CHECK(problem("deploy search to production") == "change.version");
  CHECK(problem("deploy serch@v2 to staging") == "service.unknown");
  CHECK(problem("deploy search@v2 to mars") == "change.not_there");
  CHECK(problem("scale search in staging") == "change.to_or_by");
  CHECK(problem("scale search in staging to 5 by +1") == "change.to_or_by");
  CHECK(problem("scale search in staging to many") == "change.number");
  CHECK(problem("scale search in staging to -1") == "change.number");
  CHECK(problem("promote search to production") == "change.from");
  CHECK(problem("promote search from staging to staging") == "change.same_place");
  CHECK(problem("deploy search@v2 to staging --override order") == "need.because");
}

TEST_CASE("a rollback that names no version goes to none that is known to be bad") {
  Planning p;
  const auto to = [&] { return p.plan("rollback search in production").arguments["to"].as_string(); };
  const auto brought = [&](const std::string& run, const std::string& from, const std::string& version, bool well) {
    test::ChangeStory story;
    story.now = noon;
    story.start(run, "deploy");
    story.intend(run, "0", "deploy", Value::Map{{"service", "search"}, {"env", "production"}, {"version", version}},
                 Value::Map{{"version", from}});
    story.end(run, "0", well ? "succeeded" : "failed", well ? "" : "unavailable");
    story.finish(run, well ? "succeeded" : "failed");
    for (const Entry& e : story.entries) apply(p.state, e);
  };
  p.seen.set("version", "v2");
  p.seen.set("previous_version", "v3");  // as a cluster tells it that put v3 back
  CHECK(to() == "v3");
  brought("R21", "v1", "v2", true);
  brought("R22", "v2", "v3", false);
  CHECK(to() == "v3");  // nothing better is known, and it is said
  const auto& checks = p.plan("rollback search in production").checks;
  CHECK(std::ranges::any_of(checks, [](const Check& c) { return c.key == "check.wrong.warning"; }));
  p.seen.set("history", Value::List{"v2", "v3", "v1"});
  CHECK(to() == "v1");
  brought("R24", "v2", "v1", false);
  CHECK(to() == "v3");  // now both are
  Run& refused = p.state.runs[24];
  refused.id = "R24";
  refused.steps["0"] = {};  // as the engine leaves a change that was not sent: without what was before
  refused.steps["0"].ended_ms = noon;
  CHECK(to() == "v1");
  brought("R25", "v2", "v3", true);  // it was mended
  CHECK(to() == "v3");
}

TEST_CASE("a rollback's version and a scale's number are no environments") {
  const auto back = wish("rollback search in production to v3");
  REQUIRE(back);
  CHECK(back->environment == "production");
  CHECK(back->version == "v3");
  CHECK(wish("scale search in staging by -2")->by == -2);
  CHECK(wish("scale search in staging by +2")->by == 2);
  CHECK(wish("scale search in staging to 4")->replicas == 4);
}

TEST_CASE("a hostile version is no version") {
  for (const char* text :
       {"v1.4.2", "1", "registry.example.com:5000/team/api@sha256:0123abcd", "2026-01-02T03-04", "v1+b7", "a~b"})
    CHECK_MESSAGE(is_version(text), text);
  for (const char* text :
       {"",       "-rf",         "--help",    "v1;reboot", "$(id)", "`id`",   "v1 v2", "../../etc/passwd",
        "a/../b", "http://x//y", "v1\nv2",    "v1'",       "v1\"",  "v1&x=1", "v1?x",  "v1%2e",
        "v1#x",   "ünï",         "{version}", "/v1"})
    CHECK_FALSE_MESSAGE(is_version(text), text);
  CHECK_FALSE(is_version(std::string(201, 'v')));
  CHECK(problem("deploy search@'v1;reboot' to staging") == "change.bad_version");
  CHECK(problem("rollback search in staging to $(id)") == "change.bad_version");
}

TEST_CASE("a plan says what is there and what will be") {
  Planning p;
  const Plan deploy = p.plan("deploy search@v2 to staging");
  CHECK(deploy.before["version"].as_string() == "v1");
  CHECK(deploy.after["version"].as_string() == "v2");
  CHECK(deploy.gate.effect == "run");
  const Plan scale = p.plan("scale search in production by -2");
  CHECK(scale.arguments["replicas"].as_int() == 4);
  CHECK(scale.gate.effect == "confirm");
  CHECK(p.plan("rollback search in production").possible() == false);
  p.seen.set("previous_version", "v0");
  CHECK(p.plan("rollback search in production").arguments["to"].as_string() == "v0");
}

TEST_CASE("a number that the target has no room for is refused by the plan, before anybody is asked") {
  Planning p;
  p.seen.set("most_replicas", 9);
  const auto most = [](const Check& c) { return c.key == "check.replicas.most" && c.mark == Check::Mark::failed; };
  const Plan many = p.plan("scale search in production to 10");
  CHECK(std::ranges::any_of(many.checks, most));
  CHECK_FALSE(many.possible());
  const Plan enough = p.plan("scale search in production to 9");
  CHECK(std::ranges::none_of(enough.checks, most));
  CHECK(enough.possible());
}

TEST_CASE("a rollback without a version goes to the last one that ran well, where the target does not know") {
  Planning p;
  p.ran(1, "production", "v0");
  p.ran(2, "production", "v1");
  CHECK(p.plan("rollback search in production").arguments["to"].as_string() == "v0");
}

TEST_CASE("a version that was taken back has not run well: it is neither the way back nor good for the next place") {
  Planning p;
  for (const char* env : {"staging", "production"}) p.ran(1, env, "v0"), p.ran(2, env, "v2");
  CHECK(p.plan("rollback search in production").arguments["to"].as_string() == "v2");
  ChangeRecord& r = p.state.changes.records[1];
  r.id = "R2.0", r.run = "R2", r.service = "search", r.environment = "production", r.verb = "deploy";
  r.type = "release", r.outcome = "succeeded", r.after.version = "v2", r.reverted_by = "R3.0";
  p.state.changes.by_id["R2.0"] = 1;
  CHECK(ran_well(p.state, "search", "production", "v2") == nullptr);
  p.ran(1, "production", "v0");
  CHECK(p.plan("rollback search in production").arguments["to"].as_string() == "v0");
}

TEST_CASE(
    "versions that were told as built, that were there before or were wanted are offered behind the service's name") {
  Planning p;
  p.ran(1, "staging", "v2");
  p.state.runs.at(1).steps["0"].before = Value::Map{{"version", "v1"}, {"previous_version", "v0"}};
  p.state.changes.built["search v7"] = {1, {}};
  p.state.changes.built["search v8"] = {2, {}};
  CHECK(builds_of(p.state, "search") == std::vector<std::string>{"v8", "v7", "v2", "v1", "v0"});
}

TEST_CASE("the hash covers the change, what it depends on and the gate, and nothing else") {
  Planning p;
  const std::string hash = p.plan("scale search in production to 8").hash;
  CHECK(p.plan("scale search in production to 9").hash != hash);
  p.seen.set("healthy", false);
  p.seen.set("version", "v5");
  p.seen.set("revision", "123");
  CHECK(p.plan("scale search in production to 8").hash == hash);
  p.seen.set("replicas", 7);
  CHECK(p.plan("scale search in production to 8").hash != hash);
  p.seen.set("replicas", 6);
  p.config.policy.insert(p.config.policy.begin(), {.who = {"*"},
                                                   .verbs = {"scale"},
                                                   .services = {},
                                                   .environments = {},
                                                   .where = {},
                                                   .matchers = {},
                                                   .when = {},
                                                   .effect = "approve",
                                                   .approvals = 2,
                                                   .approve_group = {},
                                                   .name = "two"});
  CHECK(p.plan("scale search in production to 8").hash != hash);
}

TEST_CASE("locks of others and freezes stand in the way, one's own lock does not, and a rollback passes a freeze") {
  Planning p;
  p.ran(1, "staging", "v2");
  p.seen.set("previous_version", "v0");
  CHECK(p.failed("deploy search@v2 to production") == "");
  p.lock(false, "bo");
  CHECK(p.failed("deploy search@v2 to production") == "lock");
  CHECK(p.failed("rollback search in production") == "lock");
  CHECK(p.failed("restart search in staging") == "");
  p.lock(false, "ana");
  CHECK(p.failed("deploy search@v2 to production") == "");
  p.lock(true, "ana");
  CHECK(p.failed("deploy search@v2 to production") == "freeze");
  CHECK(p.failed("rollback search in production") == "");
}

TEST_CASE("an override needs a right of its own") {
  Planning p;
  p.ran(1, "staging", "v2");
  p.lock(true, "bo");
  const std::string line = "deploy search@v2 to production --override freeze because it burns";
  CHECK(p.failed(line) == "freeze");
  p.person = "bo";
  CHECK(p.failed(line) == "");
  CHECK(p.failed("deploy search@v2 to production --override order because it burns") == "freeze");
}

TEST_CASE("a version runs well in one environment before it goes to the next") {
  Planning p;
  CHECK(p.failed("deploy search@v2 to production") == "order");
  CHECK(p.failed("deploy search@v2 to staging") == "");
  p.ran(1, "staging", "v2");
  CHECK(p.failed("deploy search@v2 to production") == "");
  CHECK(p.failed("deploy search@v3 to production") == "order");
  p.state.runs.at(1).status = "undone";
  CHECK(p.failed("deploy search@v2 to production") == "order");
  p.seen.set("source", Value::Map{{"version", "v2"}, {"healthy", true}});
  CHECK(p.failed("promote search from staging to production") == "");
  p.seen.set("source", Value::Map{{"version", "v2"}, {"healthy", false}});
  CHECK(p.failed("promote search from staging to production") == "order");
}

TEST_CASE("what is so already is refused, and so is a target that is busy") {
  Planning p;
  CHECK(p.failed("deploy search@v1 to staging") == "same");
  CHECK(p.failed("scale search in staging to 6") == "same");
  p.seen.set("busy", true);
  CHECK(p.failed("scale search in staging to 7") == "quiet");
  p.seen.set("busy", false);
  p.seen.set("can", Value::List{"deploy"});
  CHECK(p.failed("scale search in staging to 7") == "can");
  CHECK(p.failed("deploy search@v2 to staging") == "");
}

TEST_CASE("no word of CI is no yes of CI") {
  Planning p;
  p.config.services.front().order.clear();
  CHECK(p.failed("deploy search@v2 to staging") == "");
  p.config.services.front().ci_url = "https://ci.example.com/{version}";
  p.config.services.front().ci_pass = "it.json.state == \"success\"";
  CHECK(p.failed("deploy search@v2 to staging") == "");  // a plan: it is asked later
  const auto answer = [&](Value v) {
    p.seen.set("ci", std::move(v));
    return p.failed("deploy search@v2 to staging");
  };
  CHECK(answer(Value::Map{{"status", 200}, {"json", Value::Map{{"state", "success"}}}}) == "");
  CHECK(answer(Value::Map{{"status", 200}, {"json", Value::Map{{"state", "pending"}}}}) == "ci");
  CHECK(answer(Value::Map{{"status", 200}, {"json", Value::List{}}}) == "ci");
  CHECK(answer(Value::Map{{"error", "It took too long."}}) == "ci");
  CHECK(p.failed("restart search in staging") == "");
  p.person = "bo";
  CHECK(p.failed("deploy search@v2 to staging --override ci because it is down") == "");
}

TEST_CASE("an environment that is not listed is protected") {
  const CoreConfig config = configured();
  CHECK(is_protected(config, "production"));
  CHECK(is_protected(config, "eu-west-1"));
  CHECK_FALSE(is_protected(config, "staging"));
  CHECK_FALSE(is_protected(config, ""));
}

TEST_CASE("a plan comes back from the record as it was") {
  Planning p;
  p.lock(true, "bo");
  const Plan plan = p.plan("deploy search@v2 to production");
  const Plan back = plan_from(to_value(plan));
  CHECK(to_value(back) == to_value(plan));
  CHECK(back.hash == plan.hash);
}
