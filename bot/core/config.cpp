#include "bot/core/config.h"

#include <algorithm>

#include "bot/base/text.h"

namespace muster {

const Person* find_person(const CoreConfig& config, std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  const std::string wanted = lower_ascii(name);
  for (const Person& p : config.people) {
    if (lower_ascii(p.id) == wanted) return &p;
    for (const Handle& h : p.handles) {
      if (lower_ascii(h.name) == wanted) return &p;
    }
  }
  return nullptr;
}

bool is_protected(const CoreConfig& config, std::string_view environment) {
  if (environment.empty()) return false;
  const auto it = std::ranges::find(config.environments, environment, &Environment::name);
  return it == config.environments.end() || it->is_protected;
}

const Service* find_service(const CoreConfig& config, std::string_view name) {
  const std::string wanted = lower_ascii(name);
  const auto it =
      std::ranges::find_if(config.services, [&](const Service& s) { return lower_ascii(s.name) == wanted; });
  return it == config.services.end() ? nullptr : &*it;
}

const SeverityRule* find_severity(const CoreConfig& config, std::string_view name) {
  std::string wanted = lower_ascii(name);
  if (!wanted.starts_with("sev")) wanted = "sev" + wanted;
  const auto it =
      std::ranges::find_if(config.severities, [&](const SeverityRule& s) { return lower_ascii(s.name) == wanted; });
  return it == config.severities.end() ? nullptr : &*it;
}

}  // namespace muster
