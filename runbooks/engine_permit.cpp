// What stands between a step and the world: locks, the switch, caps, limits of the runbook, the policy, approvals.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"

namespace muster::runbooks {
namespace {

bool approved(const Run& run) {
  return std::ranges::any_of(run.steps, [](const auto& entry) {
    const StepRun& s = entry.second;
    return s.verb == "approve" && s.status == "succeeded";
  });
}

bool by_schedule(const Run& run) {
  return !run.automatic() && (run.trigger.starts_with('T') || !run.change.member("schedule").as_string().empty());
}

// Somebody said yes to the change itself.
bool agreed(const Run& run) { return !run.change.member("approved_by").as_list().empty(); }

Permit refused(std::string why) { return {std::move(why), "refused", 0, {}}; }

std::string place_of(const Value& arguments) {
  return arguments["service"].as_string() + " in " + arguments["env"].as_string();
}

}  // namespace

const Lock* lock_in_the_way(const Turn& t, const std::string& verb, const Value& arguments) {
  const std::string& service = arguments["service"].as_string();
  const std::string& env = arguments["env"].as_string();
  if (env.empty()) return nullptr;
  const Lock* lock = lock_against(t.w.state, service, env, t.run.id, verb, t.w.now);
  if (!lock || lock->freeze || lock->owner != t.run.person) return lock;
  return lock_against(t.w.state, service, env, t.run.person, verb, t.w.now);
}

// Begun by an alert, or by the clock and approved by nobody.
bool without_person(const Run& run) { return run.automatic() || (by_schedule(run) && !approved(run) && !agreed(run)); }

namespace {

// A freeze that was there when the plan was agreed to, and was overridden in it.
bool is_overridden(const Run& run, const Lock& lock) {
  const Value plan = run.change.member("plan");
  const auto& checks = plan["checks"].as_list();
  return lock.freeze && std::ranges::any_of(checks, [&](const Value& c) {
           return c["name"].as_string() == "freeze" && c["mark"].as_string() == "overridden" &&
                  c["words"]["id"].as_string() == lock.id;
         });
}

// A later stage of a change whose plan was agreed to as a whole.
bool is_agreed(const Run& run, const Step& step, const Value& arguments) {
  if (step.verb != "deploy" || !run.change.is_map()) return false;
  return std::ranges::any_of(run.steps, [&](const auto& entry) {
    const StepRun& s = entry.second;
    return s.id == "change" && s.status == "succeeded" && s.arguments["service"] == arguments["service"] &&
           s.arguments["env"] == arguments["env"] && s.arguments["version"] == arguments["version"];
  });
}

// Writes of automatic runs: in the last hour in this environment, and under way at this service.
struct Automatic {
  int last_hour = 0;
  std::string other_run;
};

Automatic automatic_writes(const Turn& t, const std::string& path, const Value& arguments) {
  Automatic found;
  for (const auto& [n, run] : t.w.state.runs) {
    if (!without_person(run) || (run.over() && run.ended_ms < t.w.now - hour_ms)) continue;
    for (const auto& [at, s] : run.steps) {
      if (s.effect != "write" || s.attempt == 0 || s.arguments["env"] != arguments["env"]) continue;
      // Of a change that is planned first only what was sent is a write: a refusal uses up nothing.
      if (run.change.is_map() && is_change(s.verb) && s.before.is_null()) continue;
      if (run.id == t.run.id && at == path) continue;
      if (s.started_ms > t.w.now - hour_ms) ++found.last_hour;
      const bool same = s.arguments["service"] == arguments["service"] && !s.arguments["service"].is_null();
      if (same && !s.ended() && run.id != t.run.id) found.other_run = run.id;
    }
  }
  return found;
}

// The caps above all runbooks: how much, and what a freeze leaves.
Permit caps_permit(const Turn& t, const std::string& path, const std::string& verb, const Value& arguments) {
  const std::string& env = arguments["env"].as_string();
  if (const std::string why = automation_off(t.w.state, env); !why.empty())
    return refused("Automation is off: " + why + ".");
  const AutomationCaps& caps = caps_for(t.w.config.automation, env);
  // Asked as another verb: what passes a freeze for people does not pass it here.
  const Lock* freeze = caps.freeze == "nothing" && verb == "rollback"
                           ? lock_against(t.w.state, arguments["service"].as_string(), env, t.run.id, "deploy", t.w.now)
                           : nullptr;
  if (freeze && freeze->freeze)
    return {place_of(arguments) + " is frozen by " + freeze->owner + " (" + freeze->id +
                "), and a freeze leaves nothing to automation here: " + freeze->reason,
            "conflict",
            0,
            {}};
  const Automatic before = automatic_writes(t, path, arguments);
  if (before.last_hour >= caps.writes_per_hour)
    return refused("Over the limit of " + std::to_string(caps.writes_per_hour) + " automatic changes an hour in " +
                   (env.empty() ? "one place" : env) + ".");
  if (caps.one_write_per_service && !before.other_run.empty())
    return refused(before.other_run + " is changing " + place_of(arguments) + " at the moment.");
  return {};
}

Permit automatic_permit(Turn& t, const Value& arguments) {
  if (!approved(t.run)) {
    if (!t.book.main->guard.unattended)
      return refused("An automatic run may not change anything before somebody approved it.");
    Ask ask;
    ask.automation = true;
    ask.verb = "run";
    ask.arguments = {{"runbook", t.run.runbook}};
    ask.service = arguments["service"].as_string();
    ask.environment = arguments["env"].as_string();
    ask.at = t.w.now;
    const Verdict v = decide_policy(t.w.config.policy, ask);
    if (v.effect != "run")
      return refused("Nobody granted " + t.run.runbook + " to run unattended (rule " + v.rule + ").");
  }
  return {};
}

Permit limits_permit(const Turn& t, const Value& arguments) {
  const Guard& guard = t.book.main->guard;
  if (guard.limit_replicas && arguments["replicas"].as_int() > *guard.limit_replicas)
    return refused("Over the limit of " + std::to_string(*guard.limit_replicas) + " replicas.");
  if (!guard.limit_targets) return {};
  std::set<std::string> targets{place_of(arguments)};
  for (const auto& [path, s] : t.run.steps)
    if (is_change(s.verb) && s.attempt > 0) targets.insert(place_of(s.arguments));
  if (static_cast<std::int64_t>(targets.size()) > *guard.limit_targets)
    return refused("Over the limit of " + std::to_string(*guard.limit_targets) + " targets.");
  return {};
}

// Everybody who said yes to a step of this run.
std::set<std::string> approvers(const Run& run) {
  std::set<std::string> all;
  for (const auto& [path, s] : run.steps) {
    if (s.verb != "approve" || s.status != "succeeded") continue;
    for (const std::string& who : split(s.result["by"].as_string(), ','))
      if (const auto id = trim(who); !id.empty()) all.emplace(id);
  }
  return all;
}

// The yes of a runbook counts for the policy when those gave it whom the policy would have asked.
bool is_enough(const Turn& t, const Verdict& v) {
  const auto able = approvers_of(t.w.config, v.approve_group, t.run.person);
  const auto yes = approvers(t.run);
  const auto counted = std::ranges::count_if(able, [&](const std::string& id) { return yes.contains(id); });
  return counted >= std::max(1, v.approvals);
}

// A rollback to a version that never ran there is a deploy by another name, and is judged as one: by the policy, by
// freezes and by the order of environments.
std::string judged_verb(const Turn& t, const std::string& verb, const Value& arguments) {
  const std::string& to = arguments["to"].as_string();
  if (verb != "rollback" || to.empty()) return verb;
  return ran_there(t.w.state, arguments["service"].as_string(), arguments["env"].as_string(), to) ? verb : "deploy";
}

// An automatic run changes in the name of who approved it: nobody can let it do what is denied to himself.
Permit policy_permit(const Turn& t, const std::string& verb_name, const Value& arguments) {
  const auto yes = approvers(t.run);
  if (t.run.automatic() && yes.empty()) return {};  // it runs by a grant of its own
  const std::string& who = t.run.automatic() ? *yes.begin() : t.run.person.text();
  Ask ask;
  ask.person = who == "operator" ? "" : who;
  ask.operator_ = who == "operator";
  ask.verb = verb_name;
  ask.service = arguments["service"].as_string();
  ask.environment = arguments["env"].as_string();
  ask.is_protected = is_protected(t.w.config, ask.environment);
  ask.channel = t.run.channel;
  ask.incident_channel = !t.run.incident.empty();
  ask.scheduled = by_schedule(t.run);
  ask.at = t.w.now;
  for (const auto& [key, v] : arguments.as_map()) ask.arguments[key] = v.is_string() ? v.as_string() : to_json(v);
  if (verb_name == "deploy" && arguments.has("to")) ask.arguments["version"] = arguments["to"].as_string();
  if (const Person* p = find_person(t.w.config, who)) {
    ask.groups = p->groups;
    ask.roles = roles_there(t.w.state, t.w.config, p->id, ask.service, ask.environment, t.w.now);
  }
  const Verdict v = decide_policy(t.w.config.policy, ask);
  const VerbInfo* verb = muster::find_verb(verb_name);
  // No line speaks of a verb that is no command yet: who may run the runbook may run its steps.
  if (v.rule == "end" && (!verb || !verb->ready)) return {};
  if (v.effect == "deny") return refused("The policy does not allow " + verb_name + " there (rule " + v.rule + ").");
  if (v.effect == "run" || (v.effect == "approve" && is_enough(t, v))) return {};
  if (v.effect == "confirm" && !yes.empty()) return {};
  if (v.effect == "confirm") return {.refusal = {}, .kind = {}, .approvals = 0, .group = {}, .confirm = true};
  return {"", "", std::max(1, v.approvals), v.approve_group};
}

// What binds every change of production, whoever asks for it: one at a time in a place, the order of environments, and
// the yes of CI where the service needs it.
Permit place_permit(const Turn& t, const std::string& verb, const Value& arguments) {
  const std::string &service = arguments["service"].as_string(), &env = arguments["env"].as_string();
  if (const Run* other = change_under_way(t.w.state, service, env, t.run.id, true))
    return {other->id + " is changing " + place_of(arguments) + " at the moment.", "conflict", 0, {}};
  const std::string before = verb == "deploy" ? environment_before(t.w.config, service, env) : "";
  const std::string& version = arguments[arguments.has("to") ? "to" : "version"].as_string();
  if (!before.empty() && !ran_well(t.w.state, service, before, version))
    return refused(version + " has not run well in " + before + " yet, which comes before " + env + ".");
  const Service* known = verb == "deploy" ? find_service(t.w.config, service) : nullptr;
  if (known && !known->ci_url.empty() && !ci_said_yes(t.w.state, service, version))
    return refused("CI has not said yes to " + version + " of " + service +
                   " in any change, and a step of a runbook does not ask it: `deploy " + service + "@" + version +
                   " to " + env + "` does.");
  return {};
}

}  // namespace

Permit capped(const Turn& t, const std::string& path, const std::string& verb, const Value& arguments) {
  return without_person(t.run) ? caps_permit(t, path, verb, arguments) : Permit{};
}

Permit permit(Turn& t, const std::string& path, const Step& step, const Value& arguments) {
  const bool agreed = is_agreed(t.run, step, arguments);
  const std::string verb = judged_verb(t, step.verb, arguments);
  const Lock* lock = lock_in_the_way(t, verb, arguments);
  if (lock && !(agreed && is_overridden(t.run, *lock)))
    return {place_of(arguments) + (lock->freeze ? " is frozen" : " is locked") + " by " + lock->owner + " (" +
                lock->id + "): " + lock->reason,
            "conflict",
            0,
            {}};
  if (agreed) return {};
  if (Permit p = limits_permit(t, arguments); !p.refusal.empty()) return p;
  if (Permit p = capped(t, path, verb, arguments); !p.refusal.empty()) return p;
  if (t.run.automatic())
    if (Permit p = automatic_permit(t, arguments); !p.refusal.empty()) return p;
  if (!is_change(step.verb)) return {};
  if (Permit p = place_permit(t, verb, arguments); !p.refusal.empty()) return p;
  return policy_permit(t, verb, arguments);
}

namespace {

// What a change depends on: unrelated noise voids nothing.
std::string_view fact_of(std::string_view verb) {
  if (verb == "scale") return "replicas";
  return verb == "deploy" || verb == "rollback" ? "version" : "";
}

// What the run itself has learned of a place: the newest lookup.
Value facts_of(const Turn& t, std::string_view verb, const Value& arguments) {
  Value facts = Value::Map{};
  for (const std::string& path : t.run.order) {
    const auto it = t.run.steps.find(path);
    if (it == t.run.steps.end() || it->second.verb != "lookup" || it->second.status != "succeeded") continue;
    const StepRun& s = it->second;
    if (s.arguments["service"] != arguments["service"] || s.arguments["env"] != arguments["env"]) continue;
    const std::string_view key = fact_of(verb);
    if (!key.empty() && !s.result[key].is_null()) facts.set(key, s.result[key]);
  }
  return facts;
}

struct Planner {
  Turn& t;
  std::string from;
  bool after = false;
  Value plan = Value::Map{};

  void list(const std::vector<Step>& steps, const std::string& prefix) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string path = child_of(prefix, i);
      if (path == from) {
        after = true;
        continue;
      }
      if (steps[i].verb != "for_each" && !steps[i].steps.empty()) list(steps[i].steps, path + ".");
      if (after && (steps[i].effect == Effect::write || steps[i].verb == "for_each" || steps[i].verb == "call"))
        add(steps[i], path);
    }
  }

  void add(const Step& step, const std::string& path) {
    const auto arguments = Scope(t.book, t.run, path, t.w.now).arguments(step);
    Value entry = Value::Map{{"verb", step.verb}};
    if (arguments) {
      entry.set("arguments", *arguments);
      if (is_change(step.verb)) entry.set("facts", facts_of(t, step.verb, *arguments));
    }
    plan.set(path, std::move(entry));
  }
};

std::string difference(const Value& was, const Value& is) {
  for (const auto& [key, v] : was.as_map())
    if (is.has(key) && is[key] != v) return key + ": " + to_json(v) + " → " + to_json(is[key]);
  for (const auto& [key, v] : is.as_map())
    if (!was.has(key)) return key + ": – → " + to_json(v);
  return {};
}

}  // namespace

Value remaining_plan(Turn& t, const std::string& from_path) {
  Planner planner{t, from_path};
  const Runbook* book = runbook_at(t.book, t.run, from_path);
  if (book) planner.list(book->steps, frame_of(from_path) == call_of(frame_of(from_path)) ? frame_of(from_path) : "");
  return planner.plan;
}

namespace {

// A step of this very run has changed it since: that was part of what was approved.
bool own_change(const Run& run, const std::string& path, const Value& arguments, std::string_view fact) {
  return std::ranges::any_of(run.steps, [&](const auto& entry) {
    const auto& [at, s] = entry;
    return at != path && fact_of(s.verb) == fact && s.status == "succeeded" &&
           s.arguments["service"] == arguments["service"] && s.arguments["env"] == arguments["env"];
  });
}

std::string changed_since(const Run& run, const StepRun& approval, const std::string& path, const Value& arguments,
                          const Value& before) {
  const Value& planned = approval.arguments["plan"][path];
  if (!planned.is_map()) return {};
  if (planned.has("arguments"))
    if (std::string d = difference(planned["arguments"], arguments); !d.empty()) return d;
  for (const auto& [key, v] : planned["facts"].as_map())
    if (before.has(key) && !before[key].is_null() && before[key] != v && !own_change(run, path, arguments, key))
      return key + ": " + to_json(v) + " → " + to_json(before[key]);
  return {};
}

Permit change_limit(const Turn& t, const Value& arguments, const Value& before) {
  const auto& limit = t.book.main->guard.limit_change;
  if (!limit || !before["replicas"].is_int() || !arguments["replicas"].is_int()) return {};
  const double was = before["replicas"].as_double(), is = arguments["replicas"].as_double();
  if (was <= 0 || std::abs(is - was) / was <= *limit) return {};
  return refused("Over the limit of the size of a change: from " + to_json(before["replicas"]) + " to " +
                 to_json(arguments["replicas"]) + ".");
}

}  // namespace

bool approval_void(Turn& t, const std::string& path, const Value& arguments, const Value& before) {
  const Step* step = step_at(t.book, t.run, path);
  if (const Permit p = change_limit(t, arguments, before); !p.refusal.empty()) {
    fail_step(t, path, step, p.kind, p.refusal);
    return true;
  }
  for (const std::string& at : t.run.order) {
    const auto it = t.run.steps.find(at);
    if (it == t.run.steps.end() || it->second.verb != "approve" || it->second.status != "succeeded") continue;
    const std::string changed = changed_since(t.run, it->second, path, arguments, before);
    if (changed.empty()) continue;
    const std::string approval = at;
    const Step* asks = step_at(t.book, t.run, approval);
    if (!asks) continue;
    Value with = Value::Map{{"by", it->second.arguments["by"]},
                            {"count", it->second.arguments["count"]},
                            {"text", it->second.arguments["text"]},
                            {"now", before}};
    if (find_step(t, path)) note_attempt(t, path, Value::Map{{"forget", true}});
    note_attempt(t, approval, Value::Map{{"forget", true}});
    ask_approval(t, approval, *asks, with, {}, changed);
    return true;
  }
  return false;
}

}  // namespace muster::runbooks
