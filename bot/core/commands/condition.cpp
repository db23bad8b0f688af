#include "bot/core/commands/condition.h"

#include <map>

#include "bot/core/alerts/alert.h"
#include "bot/core/commands/policy.h"

namespace muster {
namespace {

using cel::Type;

Type::Fields policy_names() {
  return {{"person", Type::text()},
          {"groups", Type::list(Type::text())},
          {"roles", Type::list(Type::text())},
          {"automation", Type::boolean()},
          {"operator", Type::boolean()},
          {"scheduled", Type::boolean()},
          {"verb", Type::text()},
          {"service", Type::text()},
          {"environment", Type::text()},
          {"channel", Type::text()},
          {"incident_channel", Type::boolean()},
          {"direct", Type::boolean()},
          {"arguments", Type::map(Type::text(), Type::text())}};
}

// What is kept of an alert: one that waited for its group is judged like one that did not, and by then its annotations
// and its body are gone.
Type::Fields route_names() {
  return {{"alert", Type::object({{"title", Type::text()},
                                  {"status", Type::text()},
                                  {"severity", Type::text()},
                                  {"starts", Type::timestamp()},
                                  {"labels", Type::map(Type::text(), Type::text())}})}};
}

Type::Fields incident_names() {
  return {{"incident", Type::object({{"id", Type::text()},
                                     {"title", Type::text()},
                                     {"severity", Type::text()},
                                     {"reason", Type::text()},
                                     {"service", Type::text()},
                                     {"services", Type::list(Type::text())},
                                     {"labels", Type::map(Type::text(), Type::text())}})}};
}

cel::Options options_of(Type::Fields names) {
  cel::Options o;
  o.variables = std::move(names);
  o.open = false;
  o.wanted = Type::boolean();
  return o;
}

// Conditions come from the configuration and repeat.
const std::optional<cel::Program>& compiled(const std::string& condition, const cel::Options& kind) {
  using Cache = std::map<std::string, std::optional<cel::Program>>;
  thread_local std::map<const cel::Options*, Cache> caches;
  constexpr std::size_t cached_max = 512;  // a reload brings new ones
  Cache& cache = caches[&kind];
  if (const auto it = cache.find(condition); it != cache.end()) return it->second;
  if (cache.size() >= cached_max) cache.clear();
  auto program = cel::compile(condition, kind);
  return cache.emplace(condition, program ? std::optional(*program) : std::nullopt).first->second;
}

cel::Val words(const std::vector<std::string>& list) {
  std::vector<cel::Val> items;
  for (const std::string& word : list) items.push_back(cel::Val::borrowed_text(word));
  return cel::Val::list(std::move(items));
}

cel::Val words(const auto& map) {
  cel::Entries entries;
  for (const auto& [key, value] : map)
    entries.emplace_back(cel::Val::borrowed_text(key), cel::Val::borrowed_text(value));
  return cel::Val::map(std::move(entries));
}

cel::Val time_value(TimeMs t) {
  const TimeMs rest = ((t % 1000) + 1000) % 1000;
  return cel::Timestamp{(t - rest) / 1000, static_cast<std::int32_t>(rest * 1'000'000)};
}

}  // namespace

const cel::Options& policy_condition() {
  static const cel::Options options = options_of(policy_names());
  return options;
}

const cel::Options& route_condition() {
  static const cel::Options options = options_of(route_names());
  return options;
}

const cel::Options& incident_condition() {
  static const cel::Options options = options_of(incident_names());
  return options;
}

cel::Bindings policy_facts(const Ask& ask) {
  cel::Bindings with;
  const auto text = [&with](std::string_view name, const std::string& value) {
    with.bind(name, cel::Val::borrowed_text(value));
  };
  text("person", ask.person);
  text("verb", ask.verb);
  text("service", ask.service);
  text("environment", ask.environment);
  text("channel", ask.channel);
  with.bind("groups", words(ask.groups)).bind("roles", words(ask.roles)).bind("arguments", words(ask.arguments));
  with.bind("automation", cel::Val(ask.automation)).bind("operator", cel::Val(ask.operator_));
  with.bind("scheduled", cel::Val(ask.scheduled));
  with.bind("incident_channel", cel::Val(ask.incident_channel)).bind("direct", cel::Val(ask.direct));
  if (ask.at > 0) with.now(ask.at);
  return with;
}

cel::Bindings route_facts(const AlertEvent& alert, TimeMs now) {
  cel::Entries members;
  const auto member = [&members](std::string_view name, cel::Val value) {
    members.emplace_back(cel::Val::borrowed_text(name), std::move(value));
  };
  member("title", cel::Val::borrowed_text(alert.title));
  member("status", cel::Val::borrowed_text(alert.status));
  member("severity", cel::Val::borrowed_text(alert.severity));
  member("labels", words(alert.labels));
  if (alert.starts_ms > 0) member("starts", time_value(alert.starts_ms));
  cel::Bindings with;
  with.bind("alert", cel::Val::map(std::move(members))).now(now);
  return with;
}

cel::Bindings incident_facts(const IncidentFacts& incident, TimeMs now) {
  cel::Entries members;
  const auto member = [&members](std::string_view name, cel::Val value) {
    members.emplace_back(cel::Val::borrowed_text(name), std::move(value));
  };
  member("id", cel::Val::borrowed_text(incident.id));
  member("title", cel::Val::borrowed_text(incident.title));
  member("severity", cel::Val::borrowed_text(incident.severity));
  member("reason", cel::Val::borrowed_text(incident.reason));
  member("service", cel::Val::borrowed_text(incident.service));
  member("services", words(incident.services));
  member("labels", words(incident.labels));
  cel::Bindings with;
  with.bind("incident", cel::Val::map(std::move(members))).now(now);
  return with;
}

std::optional<bool> condition_holds(const std::string& condition, const cel::Options& kind,
                                    const cel::Bindings& facts) {
  const auto& program = compiled(condition, kind);
  if (!program) return std::nullopt;
  const auto yes = cel::test(*program, facts);
  return yes ? std::optional(*yes) : std::nullopt;
}

}  // namespace muster
