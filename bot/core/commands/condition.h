// `when:` of policy rules and alert routes: a condition of the Common Expression Language (docs/cel.md). What may be
// read is declared, so that a wrong name is found when the configuration is loaded. Any thread.
#pragma once
#include <optional>
#include <string>

#include "bot/base/clock.h"
#include "bot/cel/cel.h"

namespace muster {

struct Ask;
struct AlertEvent;

const cel::Options& policy_condition();  // person, groups, roles, verb, service, environment, channel, arguments, …
const cel::Options& route_condition();   // alert

// The values for them; they look into what they are made of, which must outlive them.
cel::Bindings policy_facts(const Ask& ask);
cel::Bindings route_facts(const AlertEvent& alert, TimeMs now);

// Empty when the condition has no answer here: it is wrong, or it reads what is not there. Compiled once per thread.
std::optional<bool> condition_holds(const std::string& condition, const cel::Options& kind, const cel::Bindings& facts);

}  // namespace muster
