#include "bot/core/changes/checks.h"

#include <algorithm>
#include <functional>
#include <ranges>

#include "bot/base/text.h"
#include "bot/core/changes/ci.h"
#include "bot/core/changes/health.h"
#include "bot/core/changes/record.h"
#include "bot/core/config.h"
#include "bot/core/engine/state.h"

namespace muster {
namespace {

using Mark = Check::Mark;

bool at(const Value& arguments, std::string_view service, std::string_view environment) {
  return arguments["service"].as_string() == service && arguments["env"].as_string() == environment;
}

bool of_place(const Run& run, std::string_view service, std::string_view environment) {
  return run.change.member("service").as_string() == service && run.change.member("env").as_string() == environment;
}

// Some step of it is changing this place, or nobody knows what came of it.
bool changes_now(const Run& run, std::string_view service, std::string_view environment) {
  return std::ranges::any_of(run.steps, [&](const auto& entry) {
    const StepRun& s = entry.second;
    const bool sent = !s.before.is_null() || s.status == "needs_decision";
    return is_production_change(s.verb) && !s.ended() && sent && at(s.arguments, service, environment);
  });
}

bool has_begun(const Run& run) {
  return std::ranges::any_of(run.steps, [](const auto& entry) { return !entry.second.before.is_null(); });
}

Check check(std::string name, Mark mark, std::string key, std::map<std::string, std::string> words = {},
            bool can_override = false) {
  return {std::move(name), mark, std::move(key), std::move(words), can_override};
}

Mark unless(const PlanInput& in, std::string_view name) {
  const bool asked = std::ranges::find(in.wish.overrides, name) != in.wish.overrides.end();
  return asked && may_override(in.state, in.config, in.wish, in.asker, std::string(name), in.now) ? Mark::overridden
                                                                                                  : Mark::failed;
}

std::vector<const Lock*> locks_in_the_way(const PlanInput& in, bool freeze) {
  std::vector<const Lock*> found;
  for (const auto& [n, lock] : in.state.locks) {
    if (lock.freeze != freeze) continue;
    if (lock.owner == in.run || (!freeze && lock.owner == in.asker.person)) continue;
    if (lets_back(lock, in.wish.verb)) continue;
    if (lock_binds(lock, in.wish.service, in.wish.environment, in.now)) found.push_back(&lock);
  }
  return found;
}

std::string name_of(const PlanInput& in, const std::string& owner) {
  const Person* p = find_person(in.config, owner);
  return p ? p->name : owner;
}

void add_locks(const PlanInput& in, std::vector<Check>& checks) {
  const auto locks = locks_in_the_way(in, false);
  for (const Lock* lock : locks)
    // Nobody can ask a run; it tells what happened.
    checks.push_back(check("lock", Mark::failed,
                           find_run(in.state, lock->owner) ? "check.lock.run" : "check.lock.failed",
                           {{"id", lock->id},
                            {"who", name_of(in, lock->owner)},
                            {"reason", lock->reason},
                            {"service", lock->service},
                            {"env", lock->environment}}));
  if (locks.empty()) checks.push_back(check("lock", Mark::passed, "check.lock.passed"));
  for (const Lock* freeze : locks_in_the_way(in, true))
    checks.push_back(
        check("freeze", unless(in, "freeze"), "check.freeze.failed",
              {{"id", freeze->id},
               {"who", name_of(in, freeze->owner)},
               {"reason", freeze->reason},
               {"until", freeze->until_ms == 0 ? std::string("–") : format_utc_minute(freeze->until_ms) + " UTC"}},
              true));
}

void add_busy(const PlanInput& in, std::vector<Check>& checks) {
  const Run* other =
      change_under_way(in.state, in.wish.service, in.wish.environment, in.run, in.wish.verb == "rollback");
  if (other)
    checks.push_back(check("busy", Mark::failed, "check.busy.failed", {{"id", other->id}, {"run", other->runbook}}));
}

void add_order(const PlanInput& in, std::vector<Check>& checks) {
  if (in.wish.verb != "deploy") return;
  const std::string before = environment_before(in.config, in.wish.service, in.wish.environment);
  const std::string version =
      in.arguments["version"].is_string() ? in.arguments["version"].as_string() : in.wish.version;
  if (before.empty() || version.empty()) return;
  const std::map<std::string, std::string> words{{"env", before}, {"version", version}, {"service", in.wish.service}};
  // A promotion has just seen it run there.
  const Value& source = in.seen["source"];
  const bool seen = in.wish.from == before && source["version"].as_string() == version && source["healthy"].as_bool();
  if (const Run* run = ran_well(in.state, in.wish.service, before, version)) {
    auto with = words;
    with["id"] = run->id;
    checks.push_back(check("order", Mark::passed, "check.order.passed", std::move(with)));
  } else if (seen) {
    checks.push_back(check("order", Mark::passed, "check.order.seen", words));
  } else {
    checks.push_back(check("order", unless(in, "order"), "check.order.failed", words, true));
  }
}

bool can(const Value& seen, std::string_view verb) {
  if (!seen["can"].is_list()) return true;  // it did not say
  return std::ranges::any_of(seen["can"].as_list(), [&](const Value& v) { return v.as_string() == verb; });
}

// What it can instead, as one types it.
std::string other_ways(const Value& seen) {
  std::string ways = "--strategy rolling";
  for (const char* one : {"canary", "bluegreen"})
    if (can(seen, one)) ways += std::string(", --strategy ") + one;
  return ways;
}

void add_strategy(const PlanInput& in, std::vector<Check>& checks) {
  const std::string& way = in.wish.strategy;
  if (way.empty()) return;
  if (!can(in.seen, way))
    checks.push_back(
        check("can", Mark::failed, "check.strategy.failed", {{"strategy", way}, {"list", other_ways(in.seen)}}));
  if (const std::string& why = in.seen["no_part"].as_string(); !why.empty() && can(in.seen, way))
    checks.push_back(check("can", Mark::failed, "check.no_part.failed", {{"strategy", way}, {"why", why}}));
  // In place of the old ones the first stage of few copies is all of them: nothing would be tried out before.
  const Value& n = in.seen["replicas"];
  if (way != "canary" || !n.is_int() || in.seen["part_beside"].as_bool() || in.wish.stages.empty()) return;
  const auto first = part_from(in.wish.stages.front().part);
  const int all = static_cast<int>(n.as_int());
  if (first && copies_of(*first, all) >= all)
    checks.push_back(check("stages", unless(in, "stages"), "check.stages.failed", {{"n", std::to_string(all)}}, true));
}

bool in_history(const Value& seen, const std::string& version) {
  return std::ranges::any_of(seen["history"].as_list(), [&](const Value& v) { return v.as_string() == version; });
}

void add_version_checks(const PlanInput& in, const Value& arguments, std::vector<Check>& checks) {
  const bool back = in.wish.verb == "rollback";
  const std::string& wanted = arguments[back ? "to" : "version"].as_string();
  const std::string& now = in.seen["version"].as_string();
  if (back && wanted.empty())
    checks.push_back(
        check("way", Mark::failed, "check.way.failed", {{"service", in.wish.service}, {"env", in.wish.environment}}));
  else if (!wanted.empty() && wanted == now && in.seen["part_version"].as_string().empty())
    checks.push_back(check("same", Mark::failed, "check.same.version", {{"version", now}}));
  if (back && !wanted.empty() && !in.seen["history"].as_list().empty() && !in_history(in.seen, wanted))
    checks.push_back(check("history", Mark::warning, "check.history.warning", {{"version", wanted}}));
  if (const std::string run = back ? went_wrong(in.state, in.wish.service, in.wish.environment, wanted) : "";
      !run.empty() && !wanted.empty())
    checks.push_back(check("wrong", Mark::warning, "check.wrong.warning", {{"version", wanted}, {"id", run}}));
  // What cannot be taken back is said before anybody says yes.
  const HealthRule rule = health_rule(in.config, in.wish.service, in.wish.environment);
  if (back && now != wanted && !now.empty() && is_one_way(rule, now))
    checks.push_back(
        check("way", Mark::failed, "check.way.one",
              {{"version", now}, {"rule", rule.name}, {"service", in.wish.service}, {"env", in.wish.environment}}));
  if (const std::string& why = in.seen["missing"].as_string(); !why.empty() && wanted != now)
    checks.push_back(check("there", Mark::failed, "check.there.failed", {{"why", why}}));
  if (const std::string& part = in.seen["part_version"].as_string(); !part.empty() && part != wanted)
    checks.push_back(check("part", Mark::warning, "check.part.warning", {{"version", part}}));
  if (now.empty()) checks.push_back(check("back", Mark::warning, "check.back.unknown"));
}

// Who keeps the number by itself. A minimum above its maximum is none that it takes.
void add_scaler(const PlanInput& in, const Value& arguments, std::vector<Check>& checks) {
  const Value& seen = in.seen;
  const std::string &who = seen["scaler"].as_string(), &owner = seen["scaler_owner"].as_string();
  const Value& wanted = arguments["replicas"];
  if (who.empty() || !wanted.is_int() || wanted.as_int() < 0) return;
  const std::int64_t n = wanted.as_int(), least = seen["scaler_least"].as_int(1);
  const std::map<std::string, std::string> words{
      {"who", who},
      {"n", std::to_string(n)},
      {"least", std::to_string(least)},
      {"owner", owner},
      {"service", in.wish.service},
      {"env", in.wish.environment},
      {"now", seen["replicas"].is_int() ? std::to_string(seen["replicas"].as_int()) : "–"}};
  const auto add = [&](Mark mark, const char* key) { checks.push_back(check("autoscaler", mark, key, words)); };
  if (!arguments["minimum"].as_bool()) {
    if (seen["replicas"] == wanted) return;
    return n == 0 ? add(Mark::warning, "check.scaler.off") : add(Mark::warning, "check.scaler.on");
  }
  if (n == least) return checks.push_back(check("same", Mark::failed, "check.scaler.same", words));
  if (const Value& most = seen["scaler_most"]; most.is_int() && n > most.as_int())
    return add(Mark::failed, "check.scaler.most");
  if (!owner.empty()) return add(Mark::failed, "check.scaler.owner");
  add(Mark::warning, n > least ? "check.scaler.raised" : "check.scaler.lowered");
}

}  // namespace

bool is_production_change(std::string_view verb) {
  return verb == "deploy" || verb == "rollback" || verb == "scale" || verb == "restart";
}

const Run* change_under_way(const State& state, std::string_view service, std::string_view environment,
                            std::string_view except, bool only_begun) {
  for (const auto& [n, run] : state.runs | std::views::reverse) {
    if (run.over() || run.id == except || run.status == "queued") continue;
    if (changes_now(run, service, environment)) return &run;
    if (!run.change.is_map() || !of_place(run, service, environment)) continue;
    if (has_begun(run) || !only_begun) return &run;
  }
  return nullptr;
}

namespace {

// What the run brought out there was put back since, by whom or what ever.
bool taken_back(const State& state, const Run& run, std::string_view service, std::string_view environment) {
  return std::ranges::any_of(changes_of_run(state.changes, run.id), [&](const ChangeRecord* r) {
    return r->service == service && r->environment == environment && r->rollout() && !r->reverted_by.empty();
  });
}

}  // namespace

const Run* ran_well(const State& state, std::string_view service, std::string_view environment,
                    std::string_view version) {
  for (const auto& [n, run] : state.runs | std::views::reverse) {
    if (run.status != "succeeded") continue;
    for (const auto& [path, s] : run.steps) {
      const bool rollout = s.verb == "deploy" || s.verb == "rollback";
      if (rollout && s.status == "succeeded" && at(s.arguments, service, environment) &&
          (s.result["version"].as_string() == version || s.intended["version"].as_string() == version) &&
          !taken_back(state, run, service, environment))
        return &run;
    }
  }
  return nullptr;
}

bool ran_there(const State& state, std::string_view service, std::string_view environment, std::string_view version) {
  return std::ranges::any_of(changes_at(state.changes, service, environment), [&](const ChangeRecord* r) {
    return r->before.version == version || (r->outcome == "succeeded" && r->after.version == version);
  });
}

bool ci_said_yes(const State& state, std::string_view service, std::string_view version) {
  return std::ranges::any_of(state.runs, [&](const auto& entry) {
    const Value change = entry.second.change.get();
    if (!change.is_map() || change["service"].as_string() != service) return false;
    const Value& plan = change["plan"];
    return plan["arguments"]["version"].as_string() == version &&
           std::ranges::any_of(plan["checks"].as_list(), [](const Value& c) {
             return c["name"].as_string() == "ci" && c["mark"].as_string() == "passed";
           });
  });
}

std::string last_good(const State& state, std::string_view service, std::string_view environment,
                      std::string_view not_this) {
  for (const auto& [n, run] : state.runs | std::views::reverse) {
    if (run.status != "succeeded" || !run.change.is_map() || !of_place(run, service, environment)) continue;
    for (const auto& [path, s] : run.steps) {
      const bool rollout = s.verb == "deploy" || s.verb == "rollback";
      const std::string& version = s.intended["version"].as_string();
      if (rollout && s.status == "succeeded" && !version.empty() && version != not_this &&
          !taken_back(state, run, service, environment))
        return version;
    }
  }
  return {};
}

namespace {

// It was refused, and nothing of it has happened: that says nothing of the version.
bool never_sent(const State& state, const ChangeRecord& change) {
  const Run* run = find_run(state, change.run);
  if (!run) return false;
  const auto step = run->steps.find(change.path);
  return step != run->steps.end() && step->second.ended() && step->second.before.is_null();
}

}  // namespace

std::string went_wrong(const State& state, std::string_view service, std::string_view environment,
                       std::string_view version) {
  for (const ChangeRecord* c : changes_at(state.changes, service, environment)) {
    if (!c->rollout() || !c->over() || c->after.version != version || never_sent(state, *c)) continue;
    const bool well = outcome_of(*c) == "succeeded" && c->verdict != "bad";
    return well ? "" : c->run.empty() ? c->id : c->run;
  }
  return {};
}

std::string way_back(const PlanInput& in) {
  const std::string &service = in.wish.service, &env = in.wish.environment, &now = in.seen["version"].as_string();
  // Of a stage that is out the way back is the version that all the others run.
  if (in.seen.has("part_version")) return now;
  const auto bad = [&](const std::string& version) { return !went_wrong(in.state, service, env, version).empty(); };
  const std::string& previous = in.seen["previous_version"].as_string();
  if (!previous.empty() && !bad(previous)) return previous;
  for (const Value& version : in.seen["history"].as_list())
    if (version.as_string() != now && !bad(version.as_string())) return version.as_string();
  const std::string good = last_good(in.state, service, env, now);
  return good.empty() || bad(good) ? previous : good;
}

std::string environment_before(const CoreConfig& config, std::string_view service, std::string_view environment) {
  const Service* known = find_service(config, service);
  if (!known) return {};
  const auto here = std::ranges::find(known->order, environment);
  return here == known->order.end() || here == known->order.begin() ? std::string() : *std::prev(here);
}

std::vector<Check> standing_checks(const PlanInput& in) {
  std::vector<Check> checks;
  add_locks(in, checks);
  add_busy(in, checks);
  add_order(in, checks);
  if (auto ci = ci_check(find_service(in.config, in.wish.service), in.wish, in.seen["ci"])) {
    if (ci->mark == Mark::failed) ci->mark = unless(in, "ci");
    checks.push_back(std::move(*ci));
  }
  return checks;
}

std::vector<Check> target_checks(const PlanInput& in, const Value& arguments) {
  std::vector<Check> checks;
  const Value& seen = in.seen;
  const std::string& verb = in.wish.verb;
  // Where it has no rollback of its own the version before is deployed.
  if (!can(seen, verb) && !(verb == "rollback" && can(seen, "deploy")))
    checks.push_back(check("can", Mark::failed, "check.can.failed", {{"verb", verb}}));
  add_strategy(in, checks);
  if (seen["busy"].as_bool()) checks.push_back(check("quiet", Mark::failed, "check.quiet.failed"));
  // Its number may change all the same; new pods do not come, however long one waits.
  if (seen["paused"].as_bool())
    checks.push_back(verb == "scale" ? check("paused", Mark::warning, "check.paused.warning")
                                     : check("paused", Mark::failed, "check.paused.failed"));
  if (verb == "deploy" || verb == "rollback") add_version_checks(in, arguments, checks);
  if (verb == "scale") {
    if (!arguments["replicas"].is_int())
      checks.push_back(check("replicas", Mark::failed, "check.replicas.failed"));
    else if (arguments["replicas"].as_int() < 0)
      checks.push_back(check("replicas", Mark::failed, "check.replicas.negative",
                             {{"n", std::to_string(seen["replicas"].as_int())},
                              {"service", in.wish.service},
                              {"env", in.wish.environment}}));
    else if (const Value& most = seen["most_replicas"]; most.is_int() && arguments["replicas"].as_int() > most.as_int())
      checks.push_back(
          check("replicas", Mark::failed, "check.replicas.most",
                {{"n", std::to_string(arguments["replicas"].as_int())}, {"most", std::to_string(most.as_int())}}));
    else if (seen["replicas"] == arguments["replicas"] && !arguments["minimum"].as_bool())
      checks.push_back(
          check("same", Mark::failed, "check.same.replicas", {{"n", std::to_string(arguments["replicas"].as_int())}}));
    else if (arguments["replicas"].as_int() == 0)
      checks.push_back(check("zero", Mark::warning, "check.zero.warning"));
    add_scaler(in, arguments, checks);
    if (!seen["replicas"].is_int()) checks.push_back(check("back", Mark::warning, "check.back.replicas"));
  }
  if (seen["healthy"].is_bool() && !seen["healthy"].as_bool())
    checks.push_back(check("health", Mark::warning, "check.health.warning"));
  return checks;
}

std::vector<std::string> recent_builds(const State& state) {
  constexpr std::size_t looked_at = 300, most = 100;
  std::vector<std::string> builds;
  const auto add = [&](const std::string& service, const std::string& version) {
    const std::string build = service + "@" + version;
    if (!service.empty() && !version.empty() && builds.size() < most &&
        std::ranges::find(builds, build) == builds.end())
      builds.push_back(build);
  };
  std::vector<std::pair<std::int64_t, std::string>> told;  // by whoever built them
  for (const auto& [name, built] : state.changes.built) told.emplace_back(built.number, name);
  std::ranges::sort(told, std::greater());
  for (const auto& [number, name] : told) add(name.substr(0, name.find(' ')), name.substr(name.find(' ') + 1));
  std::size_t n = 0;
  for (const auto& [number, run] : state.runs | std::views::reverse) {
    if (++n > looked_at || builds.size() >= most) break;
    for (const auto& [path, s] : run.steps) {
      if (!is_production_change(s.verb)) continue;
      const std::string& service = s.arguments["service"].as_string();
      add(service, s.intended["version"].as_string());
      for (const char* seen : {"version", "previous_version"}) add(service, s.before[seen].as_string());
    }
  }
  return builds;
}

std::vector<std::string> builds_of(const State& state, std::string_view service) {
  std::vector<std::string> versions;
  const std::string prefix = std::string(service) + "@";
  for (const std::string& build : recent_builds(state))
    if (build.starts_with(prefix)) versions.push_back(build.substr(prefix.size()));
  return versions;
}

std::vector<const Run*> waiting_changes(const State& state, std::string_view environment) {
  std::vector<const Run*> line;
  for (const auto& [n, run] : state.runs)
    if (run.status == "queued" && run.change.is_map() &&
        (environment.empty() || run.change.member("env").as_string() == environment))
      line.push_back(&run);
  std::ranges::stable_sort(line, {}, [](const Run* run) { return run->change.member("rank").as_int(); });
  return line;
}

}  // namespace muster
