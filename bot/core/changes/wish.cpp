#include "bot/core/changes/wish.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/changes/checks.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/config.h"
#include "bot/core/engine/state.h"

namespace muster {
namespace {

using Wished = std::expected<ChangeWish, WishProblem>;

constexpr int replicas_max = 10'000;  // a slip of the finger, not a wish
constexpr std::size_t builds_shown = 5;

std::unexpected<WishProblem> problem(std::string key, std::map<std::string, std::string> words = {}) {
  return std::unexpected(WishProblem{std::move(key), std::move(words)});
}

std::string named(const Command& c, const std::string& key) {
  const auto it = c.named.find(key);
  return it == c.named.end() ? "" : it->second;
}

std::optional<int> whole(std::string text, bool with_sign) {
  const bool plus = with_sign && text.starts_with('+');
  if (plus) text.erase(0, 1);
  if (!with_sign && text.starts_with('-')) return {};
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n > replicas_max || n < -replicas_max) return {};
  return n;
}

// Of the services that say where they run; otherwise of all.
std::vector<std::string> environments_of(const Service& service, const CoreConfig& config) {
  if (!service.environments.empty()) return service.environments;
  std::vector<std::string> all;
  for (const Service& s : config.services)
    for (const std::string& env : s.environments)
      if (std::ranges::find(all, env) == all.end()) all.push_back(env);
  return all;
}

std::string example_of(const Command& c, const Service& service, const std::vector<std::string>& known) {
  const std::string& verb = c.verb;
  const std::string env = known.empty() ? "…" : known.front();
  if (verb == "deploy") {
    const std::string version = clip(one_line(named(c, "version")), 60);
    return "deploy " + service.name + "@" + (is_version(version) ? version : "…") + " to " + env;
  }
  if (verb == "promote") return "promote " + service.name + " from " + env + " to …";
  return verb + " " + service.name + " in " + env + (verb == "scale" ? " to …" : "");
}

std::optional<WishProblem> bad_place(const Service& service, const std::string& environment, const Command& c,
                                     const CoreConfig& config) {
  const auto known = environments_of(service, config);
  const std::string list = known.empty() ? "–" : join(known, ", ");
  if (environment.empty())
    return WishProblem{"change.where",
                       {{"service", service.name}, {"list", list}, {"example", example_of(c, service, known)}}};
  if (!known.empty() && std::ranges::find(known, environment) == known.end())
    return WishProblem{"change.not_there", {{"service", service.name}, {"env", environment}, {"list", list}}};
  return {};
}

Wished with_deploy(ChangeWish w, const Command& c, const State& state) {
  w.version = named(c, "version");
  if (w.version.empty()) {
    std::vector<std::string> seen;
    for (const std::string& build : builds_of(state, w.service))
      if (seen.size() < builds_shown) seen.push_back(build);
    return problem(
        "change.version",
        {{"service", w.service}, {"env", w.environment}, {"list", seen.empty() ? std::string("–") : join(seen, ", ")}});
  }
  return w;
}

// As it was said, else as the configuration has it.
Wished with_strategy(ChangeWish w, const Command& c, const CoreConfig& config) {
  if (w.verb != "deploy") return w;
  std::string strategy = lower_ascii(named(c, "strategy"));
  if (strategy.empty()) strategy = strategy_of(config.rollouts, w.service, w.environment);
  if (strategy == "rolling") return w;
  if (strategy != "canary" && strategy != "bluegreen")
    return problem("change.strategy", {{"strategy", clip(one_line(strategy), 40)}});
  w.strategy = strategy;
  w.stages = stages_of(config.rollouts, w.service, w.environment, strategy);
  return w;
}

Wished with_number(ChangeWish w, const Command& c) {
  const std::string to = named(c, "to"), by = named(c, "by");
  if (to.empty() == by.empty()) return problem("change.to_or_by", {{"service", w.service}, {"env", w.environment}});
  if (!to.empty()) w.replicas = whole(to, false);
  if (!by.empty()) w.by = whole(by, true);
  if ((!to.empty() && !w.replicas) || (!by.empty() && (!w.by || *w.by == 0)))
    return problem("change.number", {{"text", to.empty() ? by : to}});
  return w;
}

Wished with_what(ChangeWish w, const Command& c, const CoreConfig& config, const State& state) {
  if (c.verb == "deploy") return with_deploy(std::move(w), c, state);
  if (c.verb == "scale") return with_number(std::move(w), c);
  if (c.verb == "rollback") w.version = named(c, "to");
  if (c.verb != "promote") return w;
  w.from = lower_ascii(named(c, "from"));
  const Service& service = *find_service(config, w.service);
  if (w.from.empty()) return problem("change.from", {{"service", w.service}, {"env", w.environment}});
  if (auto wrong = bad_place(service, w.from, c, config)) return std::unexpected(*wrong);
  if (w.from == w.environment) return problem("change.same_place", {{"env", w.from}});
  return w;
}

}  // namespace

Wished wish_of(const Command& c, const CoreConfig& config, const State& state) {
  const Service* service = c.args.empty() ? nullptr : find_service(config, c.args.front());
  if (!service) return problem("service.unknown", {{"name", c.args.empty() ? "" : c.args.front()}});
  ChangeWish w;
  w.command = c.plan ? c.echo.substr(5) : c.echo;
  w.asked = c.verb;
  w.verb = c.verb == "promote" ? "deploy" : c.verb;
  w.service = service->name;
  w.environment = lower_ascii(named(c, c.verb == "deploy" || c.verb == "promote" ? "to" : "in"));
  w.because = one_line(named(c, "because"));
  w.queue = c.named.contains("queue");
  for (const std::string& check : split(named(c, "override"), ','))
    if (!check.empty()) w.overrides.push_back(lower_ascii(check));
  if (auto wrong = bad_place(*service, w.environment, c, config)) return std::unexpected(*wrong);
  auto wish = with_what(std::move(w), c, config, state);
  if (wish) wish = with_strategy(std::move(*wish), c, config);
  if (!wish) return wish;
  if (!wish->version.empty() && !is_version(wish->version))
    return problem("change.bad_version", {{"version", clip(one_line(wish->version), 60)}});
  if (!wish->overrides.empty() && wish->because.empty())
    return problem("need.because", {{"command", wish->command + " because …"}});
  return wish;
}

}  // namespace muster
