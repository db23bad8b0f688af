#include "bot/core/config.h"

#include <algorithm>

#include "bot/base/text.h"

namespace muster {
namespace {

// But for the case of ASCII letters. People are looked for several times in each command, so nothing is copied.
bool is_same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

const Person* find_person(const CoreConfig& config, std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  for (const Person& p : config.people) {
    if (is_same_word(p.id, name)) return &p;
    for (const Handle& h : p.handles) {
      if (is_same_word(h.name, name)) return &p;
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
  const auto it = std::ranges::find_if(config.services, [&](const Service& s) { return is_same_word(s.name, name); });
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
