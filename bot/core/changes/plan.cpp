#include "bot/core/changes/plan.h"

#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/config.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

constexpr std::size_t version_bytes_max = 200;

std::optional<int> number(const Value& v) {
  return v.is_int() ? std::optional(static_cast<int>(v.as_int())) : std::nullopt;
}

Value texts(const std::vector<std::string>& list) {
  Value v = Value::List{};
  for (const std::string& text : list) v.push(text);
  return v;
}

Value stage_list(const ChangeWish& w) {
  std::vector<std::string> list;
  for (const RolloutStage& stage : w.stages) list.push_back(stage_text(stage));
  return texts(list);
}

const char* word_of(Check::Mark mark) {
  switch (mark) {
    case Check::Mark::passed:
      return "passed";
    case Check::Mark::failed:
      return "failed";
    case Check::Mark::overridden:
      return "overridden";
    case Check::Mark::warning:
      return "warning";
  }
  return "";
}

Check::Mark mark_of(std::string_view word) {
  for (const auto mark : {Check::Mark::passed, Check::Mark::failed, Check::Mark::overridden})
    if (word == word_of(mark)) return mark;
  return Check::Mark::warning;
}

Value to_value(const Check& c) {
  Value words = Value::Map{};
  for (const auto& [key, text] : c.words) words.set(key, text);
  return Value::Map{{"name", c.name},
                    {"mark", word_of(c.mark)},
                    {"key", c.key},
                    {"words", std::move(words)},
                    {"can_override", c.can_override}};
}

Check check_from(const Value& v) {
  Check c{v["name"].as_string(), mark_of(v["mark"].as_string()), v["key"].as_string(), {}, v["can_override"].as_bool()};
  for (const auto& [key, text] : v["words"].as_map()) c.words[key] = text.as_string();
  return c;
}

// Length before text: no two plans have the same bytes. Any thread.
void digest(std::string& bytes, const Value& v) {
  const auto text = [&bytes](std::string_view t) { bytes += std::to_string(t.size()) + ":" + std::string(t); };
  if (v.is_map()) {
    bytes += '{';
    for (const auto& [key, member] : v.as_map()) text(key), digest(bytes, member);
    bytes += '}';
  } else if (v.is_list()) {
    bytes += '[';
    for (const Value& item : v.as_list()) digest(bytes, item);
    bytes += ']';
  } else if (v.is_string()) {
    text(v.as_string());
  } else {
    bytes += v.is_int() ? "i" + std::to_string(v.as_int()) : v.is_bool() ? (v.as_bool() ? "t" : "f") : "n";
    bytes += ';';
  }
}

Value final_arguments(const PlanInput& in) {
  const ChangeWish& wish = in.wish;
  Value a = in.arguments.is_map() ? in.arguments : Value(Value::Map{});
  a.set("service", wish.service);
  a.set("env", wish.environment);
  if (wish.verb == "deploy" && !a.has("version"))
    a.set("version", wish.from.empty() ? wish.version : in.seen["source"]["version"].as_string());
  if (wish.verb == "rollback" && a["to"].as_string().empty()) {
    const std::string to = !wish.version.empty() ? wish.version : way_back(in);
    if (!to.empty()) a.set("to", to);
  }
  if (wish.verb == "scale" && !a.has("replicas")) {
    if (wish.replicas) a.set("replicas", *wish.replicas);
    if (wish.by && in.seen["replicas"].is_int()) a.set("replicas", in.seen["replicas"].as_int() + *wish.by);
  }
  return wish.verb == "scale" ? scaled_by(in.seen, std::move(a)) : a;
}

// Only what it depends on: other changes of the place void nothing.
void facts(const PlanInput& in, Plan& plan) {
  plan.before = plan.after = Value::Map{};
  const bool scale = in.wish.verb == "scale";
  if (scale && plan.arguments["minimum"].as_bool()) {  // the number itself moves as the autoscaler likes
    plan.before.set("minimum", in.seen["scaler_least"]);
    plan.after.set("minimum", plan.arguments["replicas"]);
    return;
  }
  const char* fact = scale ? "replicas" : "version";
  if (in.seen.has(fact)) plan.before.set(fact, in.seen[fact]);
  if (scale)
    plan.after.set(fact, plan.arguments["replicas"]);
  else if (in.wish.verb == "restart")
    plan.after.set(fact, in.seen[fact]);
  else
    plan.after.set(fact, plan.arguments[in.wish.verb == "rollback" ? "to" : "version"]);
}

// A rollback to a named version of which neither the target (as it was seen) nor the record knows that it ever ran
// there: a deploy by another name, so it is judged as one.
bool never_ran_there(const PlanInput& in) {
  const std::string& wanted = in.wish.version;
  if (in.wish.verb != "rollback" || wanted.empty() || !in.seen.is_map() || in.seen.as_map().empty()) return false;
  if (std::ranges::any_of(in.seen["history"].as_list(), [&](const Value& v) { return v.as_string() == wanted; }))
    return false;
  for (const char* key : {"version", "previous_version", "part_version"})
    if (in.seen[key].as_string() == wanted) return false;
  return !ran_there(in.state, in.wish.service, in.wish.environment, wanted);
}

std::string on_failure(const PlanInput& in, const Plan& plan) {
  if (in.wish.verb == "restart") return "change.fails.restart";
  if (in.wish.verb == "rollback") return "change.fails.rollback";
  return plan.before.as_map().empty() ? "change.fails.no_way" : "change.fails.back";
}

std::string hash_of(const PlanInput& in, const Plan& plan) {
  std::string bytes = "plan 1;";
  if (!in.wish.strategy.empty())
    digest(bytes, Value::Map{{"strategy", in.wish.strategy}, {"stages", stage_list(in.wish)}});
  // Who overrode one freeze has not overridden the next one.
  for (const Check& c : plan.checks)
    if (const auto id = c.words.find("id"); c.mark == Check::Mark::overridden && id != c.words.end())
      digest(bytes, Value::Map{{"overridden", c.name}, {"id", id->second}});
  digest(bytes, Value::Map{{"verb", in.wish.verb},
                           {"asked", in.wish.asked},
                           {"arguments", plan.arguments},
                           {"before", plan.before},
                           {"overrides", texts(in.wish.overrides)},
                           {"effect", plan.gate.effect},
                           {"rule", plan.gate.rule},
                           {"needed", plan.gate.approvals},
                           {"group", plan.gate.approve_group}});
  return to_hex(sha256(bytes)).substr(0, 32);
}

Ask ask_of(const State& state, const CoreConfig& config, const ChangeWish& wish, const ChangeAsker& asker, TimeMs now) {
  Ask ask;
  ask.operator_ = asker.person == "operator";
  ask.automation = asker.person == "automation";
  ask.service = wish.service;
  ask.environment = wish.environment;
  ask.is_protected = is_protected(config, wish.environment);
  ask.channel = asker.channel;
  ask.direct = asker.direct;
  ask.incident_channel = asker.in_incident;
  ask.scheduled = asker.scheduled;
  ask.at = now;
  const Person* p = ask.operator_ || ask.automation ? nullptr : find_person(config, asker.person);
  if (!p) return ask;
  ask.person = p->id;
  ask.groups = p->groups;
  ask.roles = roles_there(state, config, p->id, wish.service, wish.environment, now);
  return ask;
}

}  // namespace

Value to_value(const ChangeWish& w) {
  Value v = Value::Map{{"command", w.command},           {"asked", w.asked},     {"verb", w.verb},
                       {"service", w.service},           {"env", w.environment}, {"from", w.from},
                       {"version", w.version},           {"because", w.because}, {"queue", w.queue},
                       {"overrides", texts(w.overrides)}};
  if (w.replicas) v.set("replicas", *w.replicas);
  if (w.by) v.set("by", *w.by);
  if (!w.strategy.empty()) v.set("strategy", w.strategy);
  if (!w.stages.empty()) v.set("stages", stage_list(w));
  return v;
}

ChangeWish change_wish(const Value& v) {
  ChangeWish w;
  w.command = v["command"].as_string();
  w.asked = v["asked"].as_string();
  w.verb = v["verb"].as_string();
  w.service = v["service"].as_string();
  w.environment = v["env"].as_string();
  w.from = v["from"].as_string();
  w.version = v["version"].as_string();
  w.replicas = number(v["replicas"]);
  w.by = number(v["by"]);
  for (const Value& name : v["overrides"].as_list()) w.overrides.push_back(name.as_string());
  w.because = v["because"].as_string();
  w.queue = v["queue"].as_bool();
  w.strategy = v["strategy"].as_string();
  for (const Value& text : v["stages"].as_list())
    if (const auto stage = stage_from(text.as_string())) w.stages.push_back(*stage);
  return w;
}

bool is_change_command(std::string_view verb) {
  return verb == "deploy" || verb == "promote" || verb == "rollback" || verb == "scale" || verb == "restart";
}

bool is_version(std::string_view text) {
  if (text.empty() || text.size() > version_bytes_max || text.contains("..") || text.contains("//")) return false;
  const auto plain_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return plain_char(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return plain_char(c) || std::string_view("._+:/@~-").contains(c); });
}

// A number that is set beside an autoscaler is another one within seconds, so its minimum is moved in place of it. To
// zero and back from it the number itself is set: that switches the autoscaler off and on.
Value scaled_by(const Value& seen, Value arguments) {
  const Value& n = arguments["replicas"];
  const bool on = seen["scaler_least"].is_int() && seen["replicas"].as_int(1) != 0;
  if (on && n.is_int() && n.as_int() > 0)
    arguments.set("minimum", true);
  else if (arguments.has("minimum"))
    arguments.set("minimum", false);
  return arguments;
}

std::string sentence(std::string_view language, const Check& check) {
  std::map<std::string, std::string> safe;
  for (const auto& [key, text] : check.words) safe[key] = plain(clip(one_line(text), 200));
  return say_with(language, check.key, safe);
}

bool Plan::possible() const {
  return std::ranges::none_of(checks, [](const Check& c) { return c.mark == Check::Mark::failed; });
}

Value to_value(const Plan& p) {
  Value checks = Value::List{};
  for (const Check& c : p.checks) checks.push(to_value(c));
  return Value::Map{{"arguments", p.arguments},
                    {"before", p.before},
                    {"after", p.after},
                    {"checks", std::move(checks)},
                    {"effect", p.gate.effect},
                    {"rule", p.gate.rule},
                    {"line", p.gate.line},
                    {"needed", p.gate.approvals},
                    {"group", p.gate.approve_group},
                    {"on_failure", p.on_failure},
                    {"hash", p.hash}};
}

Plan plan_from(const Value& v) {
  Plan p;
  p.arguments = v["arguments"];
  p.before = v["before"];
  p.after = v["after"];
  for (const Value& c : v["checks"].as_list()) p.checks.push_back(check_from(c));
  p.gate = {v["effect"].as_string(), v["rule"].as_string(), static_cast<int>(v["line"].as_int()),
            static_cast<int>(v["needed"].as_int()), v["group"].as_string()};
  p.on_failure = v["on_failure"].as_string();
  p.hash = v["hash"].as_string();
  return p;
}

Plan make_plan(const PlanInput& given) {
  PlanInput in = given;
  Plan plan;
  plan.arguments = final_arguments(in);
  in.arguments = plan.arguments;
  facts(in, plan);
  // A version that was never there is no way back, whatever it is called.
  PlanInput judged = in;
  if (never_ran_there(in)) {
    judged.wish.verb = judged.wish.asked = "deploy";
    judged.arguments.set("version", in.wish.version);
    plan.checks.push_back(
        {"history", Check::Mark::warning, "check.history.never", {{"version", in.wish.version}}, false});
  }
  for (Check& c : standing_checks(judged)) plan.checks.push_back(std::move(c));
  for (Check& c : target_checks(in, plan.arguments)) plan.checks.push_back(std::move(c));
  plan.gate = change_verdict(in.state, in.config, judged.wish, in.asker, judged.arguments, in.now);
  if (plan.gate.effect == "approve") plan.gate.approvals = std::max(1, plan.gate.approvals);
  plan.on_failure = on_failure(in, plan);
  plan.hash = hash_of(in, plan);
  return plan;
}

Verdict change_verdict(const State& state, const CoreConfig& config, const ChangeWish& wish, const ChangeAsker& asker,
                       const Value& arguments, TimeMs now) {
  Ask ask = ask_of(state, config, wish, asker, now);
  ask.verb = wish.asked;
  for (const auto& [key, v] : arguments.as_map()) {
    if (v.is_string()) ask.arguments[key] = v.as_string();
    if (v.is_int()) ask.arguments[key] = std::to_string(v.as_int());
  }
  ask.arguments["because"] = wish.because;
  ask.arguments["override"] = join(wish.overrides, ",");
  return decide_policy(config.policy, ask);
}

bool may_override(const State& state, const CoreConfig& config, const ChangeWish& wish, const ChangeAsker& asker,
                  const std::string& check, TimeMs now) {
  Ask ask = ask_of(state, config, wish, asker, now);
  ask.verb = "override";
  ask.arguments = {{"check", check}, {"verb", wish.asked}};
  return decide_policy(config.policy, ask).effect == "run";
}

}  // namespace muster
