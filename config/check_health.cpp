// What is watched after a change: probes that may be called, conditions that have an answer, patterns that are some.
#include <algorithm>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "bot/cel/cel.h"
#include "config/bind.h"

namespace muster {
namespace {

constexpr DurationMs window_max = 24 * hour_ms;

struct Row {
  const ConfigRecord& record;
  Issues& issues;

  ConfigPlace place(const std::string& field, std::size_t at = 0) const {
    const auto cell = record.cells.find(field);
    return cell != record.cells.end() && at < cell->second.places.size() ? cell->second.places[at] : record.place;
  }
  void say(const std::string& field, std::string message, std::string expected = {}, std::size_t at = 0) const {
    issues.push_back(issue_at(place(field, at), std::move(message), std::move(expected)));
  }
};

// Calls for each entry with what it was bound to; both lists have the same order.
template <class T, class Look>
void each(const ConfigTree& tree, const std::string& list, const std::vector<T>& bound, Issues& issues, Look look) {
  const auto it = tree.lists.find(list);
  if (it == tree.lists.end()) return;
  for (std::size_t i = 0; i < bound.size() && i < it->second.size(); ++i) look(bound[i], Row{it->second[i], issues});
}

// http://host:port of an address; empty when it has none.
std::string origin_of(const std::string& url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string::npos) return {};
  return lower_ascii(url.substr(0, url.find('/', mark + 3)));
}

bool is_allowed(const Settings& settings, const std::string& url) {
  const std::string origin = origin_of(url);
  return std::ranges::any_of(settings.observability.http_allow, [&](const HttpAllowDef& allow) {
    if (origin_of(allow.url) != origin) return false;
    const std::string prefix = allow.url.substr(origin.size());
    return url.substr(origin.size()).starts_with(prefix);
  });
}

void check_rule(const HealthRule& rule, const Row& row) {
  for (std::size_t i = 0; i < rule.one_way.size(); ++i)
    if (!full_match("", rule.one_way[i]))
      row.say("one_way", "`" + clip(one_line(rule.one_way[i]), 60) + "` is no regular expression", "v5|v6\\..*", i);
  if (rule.window > window_max) row.say("window", "a service is watched for a day at most", "10m");
  if (rule.window > 0 && rule.every < second_ms) row.say("every", "a look takes its time", "at least 1s");
  if (rule.failures < 0) row.say("failures", "this number is below 0", "0 or more");
}

// Parts become more from stage to stage; copies and percents cannot be compared.
void check_rollout(const RolloutRule& rule, const Row& row) {
  std::optional<Part> before;
  for (std::size_t i = 0; i < rule.stages.size(); ++i) {
    const auto stage = stage_from(rule.stages[i]);
    if (!stage) {
      row.say("stages", "`" + clip(one_line(rule.stages[i]), 60) + "` is no stage",
              "25% for 10m, 1 for 5m ask, beside for 10m; from 1s to 24h", i);
      continue;
    }
    const Part part = *part_from(stage->part);
    if (part.beside) continue;
    if (before && before->percent == part.percent && part.amount <= before->amount)
      row.say("stages", "this stage is no more than the one before", "more copies with every stage", i);
    before = part;
  }
}

void check_probe(const Settings& settings, const HealthCheck& check, const Row& row) {
  if (check.http.empty() == check.promql.empty())
    row.say(check.http.empty() ? "name" : "promql", "a check has either `http` or `promql`", "one of the two");
  if (!check.promql.empty() && check.pass.empty())
    row.say("promql", "without `pass` nobody knows which value is good", "pass: it.value < 0.05");
  if (!check.http.empty() && !check.pass.empty()) row.say("pass", "`pass` goes with `promql`", "expect: [200]");
  const bool filled = origin_of(check.http).find("${") != std::string::npos;
  if (!check.http.empty() && !filled && !is_allowed(settings, check.http))
    row.say("http", "no entry of `http_allow` allows `" + clip(one_line(check.http), 100) + "`",
            "an entry with its scheme, host and port");
  if (check.failures < 0) row.say("failures", "this number is below 0", "0 or more");
  if (check.pass.empty()) return;
  cel::Options condition;
  condition.wanted = cel::Type::boolean();
  const auto program = cel::compile(check.pass, condition);
  if (!program)
    row.say("pass", "the condition is wrong at " + cel::to_error(program.error()).message, "it.value < 0.05");
}

}  // namespace

void check_health(const Settings& settings, const ConfigTree& tree, Issues& issues) {
  each(tree, "health[]", settings.health, issues, [](const HealthRule& r, const Row& row) { check_rule(r, row); });
  each(tree, "rollouts[]", settings.rollouts, issues,
       [](const RolloutRule& r, const Row& row) { check_rollout(r, row); });
  each(tree, "health_checks[]", settings.health_checks, issues,
       [&](const HealthCheck& c, const Row& row) { check_probe(settings, c, row); });
}

}  // namespace muster
