#include "runbooks/health_steps.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/metrics/query.h"

namespace muster::runbooks {
namespace {

constexpr const char* service_value = "${inputs.service}";
constexpr const char* env_value = "${inputs.env}";

// ${service}, ${env} and ${version} of the configuration become values of the runbook, which land in PromQL and in
// URLs as values do; any other ${ is text.
std::string filled(const std::string& text, const GuardedChange& change) {
  const bool versioned = change.verb == "deploy" || change.verb == "rollback";
  const std::pair<std::string_view, std::string> names[] = {
      {"${service}", service_value},
      {"${env}", env_value},
      {"${version}", !change.version_value.empty() ? change.version_value
                     : versioned                   ? "${change.version}"
                                                   : "${\"\"}"}};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    bool known = false;
    for (const auto& [name, value] : names) {
      if (text.compare(at, name.size(), name) != 0) continue;
      out += value;
      at += name.size();
      known = true;
      break;
    }
    if (known) continue;
    if (text.compare(at, 2, "${") == 0) out += '$';
    out += text[at++];
  }
  return out;
}

// Text that is no template.
std::string fixed_text(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "${") == 0) out += '$';
    out += text[at];
  }
  return out;
}

// As the language reads it back.
std::string length_text(DurationMs span) {
  return span % minute_ms == 0 || span < hour_ms ? short_span(span) : std::to_string(span / second_ms) + "s";
}

Value probe(const HealthCheck& check, const GuardedChange& change) {
  Value row = Value::Map{{"name", fixed_text(check.name)}, {"failures", check.failures}};
  if (check.every > 0) row.set("every", length_text(check.every));
  if (check.http.empty()) {
    row.set("query", filled(check.promql, change));
    row.set("pass", check.pass);
    if (!check.source.empty()) row.set("source", check.source);
    return row;
  }
  row.set("url", filled(check.http, change));
  Value expect = Value::List{};
  for (const int status : check.expect) expect.push(status);
  if (!check.expect.empty()) row.set("expect", std::move(expect));
  return row;
}

std::string on_bad_of(const HealthRule& rule) {
  if (rule.on_bad == "nothing") return "continue";
  return rule.on_bad == "ask" ? "ask" : "fail";
}

std::string no_data_of(const HealthRule& rule, bool can_go_back) {
  if (rule.no_data == "nothing") return "continue";
  return rule.no_data == "rollback" && can_go_back ? "fail" : "ask";
}

Value verify_step(const HealthRule& rule, const std::vector<HealthCheck>& checks, const GuardedChange& change,
                  bool can_go_back) {
  Value with = Value::Map{{"service", service_value},
                          {"env", env_value},
                          {"for", length_text(rule.window)},
                          {"every", length_text(rule.every)},
                          {"target", rule.target},
                          {"failures", rule.failures},
                          {"alerts", rule.alerts},
                          {"on_bad", on_bad_of(rule)},
                          {"no_data", no_data_of(rule, can_go_back)}};
  Value http = Value::List{}, promql = Value::List{};
  for (const HealthCheck& check : checks) (check.http.empty() ? promql : http).push(probe(check, change));
  if (!http.as_list().empty()) with.set("http", std::move(http));
  if (!promql.as_list().empty()) with.set("promql", std::move(promql));
  if (!rule.matchers.empty()) with.set("matchers", fixed_text(join(rule.matchers, ", ")));
  return Value::Map{{"id", "health"}, {"verify", std::move(with)}};
}

// Between two stages nothing is left as it is: what is bad there is put back, or a person is asked.
std::string stage_step(const HealthRule& rule, const std::vector<HealthCheck>& checks, const GuardedChange& change,
                       std::size_t at) {
  const RolloutStage& stage = change.stages[at];
  HealthRule here = rule;
  here.window = stage.hold;
  here.every = std::min(rule.every, std::max<DurationMs>(second_ms, stage.hold / 4));
  if (here.on_bad == "nothing") here.on_bad = "ask";
  if (here.no_data == "nothing") here.no_data = "ask";
  Value step = verify_step(here, checks, change, true);
  step.set("id", "hold_" + std::to_string(at + 1));
  Value with = step["verify"];
  with.set("advance", stage.asks ? "person" : "good");
  step.set("verify", std::move(with));
  return to_json(step);
}

Value only_when(Value step, const std::string& condition = "run.changed") {
  step.set("if", condition);
  return step;
}

Value offer_step(const HealthRule& rule, const GuardedChange& change) {
  const std::string title = std::string(service_value) + " in " + env_value + " is not well after a " + change.verb;
  return Value::Map{
      {"incident",
       Value::Map{{"offer", title}, {"service", service_value}, {"env", env_value}, {"severity", rule.severity}}}};
}

Value lock_step(const HealthRule& rule, const GuardedChange& change) {
  return Value::Map{{"id", "keep_out"},
                    {"lock", Value::Map{{"service", service_value},
                                        {"env", env_value},
                                        {"for", length_text(rule.lock_for)},
                                        {"because", "a " + change.verb + " went wrong: look before the next one"}}}};
}

void add_sentences(HealthPlan& plan, const HealthRule& rule, const std::vector<HealthCheck>& checks,
                   const std::string& language) {
  if (!plan.no_way_back.empty()) plan.sentences.push_back(plan.no_way_back);
  if (rule.window <= 0) return;
  std::vector<std::string> what;
  if (rule.target) what.push_back(say(language, "verify.target"));
  for (const HealthCheck& check : checks) what.push_back(plain(check.name));
  if (rule.alerts) what.push_back(say(language, "verify.alerts"));
  plan.sentences.push_back(
      say(language, "health.watched", {{"time", short_span(rule.window)}, {"what", join(what, ", ")}}));
  const std::string follows = plan.puts_back             ? "health.back"
                              : rule.on_bad == "nothing" ? "health.tells"
                                                         : "health.asks";
  plan.sentences.push_back(say(language, follows, {{"time", short_span(rule.lock_for)}}));
}

}  // namespace

HealthPlan health_steps(const CoreConfig& config, const GuardedChange& change, const std::string& language) {
  const HealthRule rule = health_rule(config, change.service, change.environment);
  const auto checks = health_checks(config, change.service, change.environment);
  HealthPlan plan;
  if (is_one_way(rule, change.version))
    plan.no_way_back =
        say(language, "health.one_way", {{"version", plain(change.version)}, {"rule", plain(rule.name)}});
  // A rollback that hurts is not answered by the version that hurt before; a restart has nothing to go back to.
  const bool reversible = change.verb == "deploy" || change.verb == "scale";
  const bool back = reversible && (rule.on_bad != "nothing" || !change.stages.empty());
  for (std::size_t i = 0; i < change.stages.size(); ++i) plan.between.push_back({stage_step(rule, checks, change, i)});
  plan.puts_back = reversible && rule.on_bad == "rollback" && plan.no_way_back.empty();
  if (rule.window > 0) {
    plan.steps.push_back(to_json(verify_step(rule, checks, change, reversible)));
    if (rule.on_bad == "nothing")
      plan.steps.push_back(to_json(only_when(offer_step(rule, change), "default(health.verdict, \"\") == \"bad\"")));
  }
  if (back) plan.on_failure.push_back(to_json(only_when(Value::Map{{"undo", "all"}})));
  // Where there is no way back, the way forward stays open.
  if (back && rule.lock_for > 0 && plan.no_way_back.empty())
    plan.on_failure.push_back(to_json(only_when(lock_step(rule, change))));
  plan.on_failure.push_back(to_json(only_when(offer_step(rule, change))));
  add_sentences(plan, rule, checks, language);
  return plan;
}

}  // namespace muster::runbooks
