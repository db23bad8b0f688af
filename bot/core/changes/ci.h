// The status of a version in a CI system, as a check: one HTTP read of an allowed host, and a condition over its
// answer.
#pragma once
#include <optional>
#include <string>

#include "bot/cel/cel.h"
#include "bot/core/changes/plan.h"
#include "bot/core/people/services.h"

namespace muster {

const cel::Options& ci_condition();  // over `it`: status, headers, body, json
// Nothing: this service asks for none, or this is no rollout. `answer`: the result of the read, or {"error": "…"};
// null: it has not been asked yet.
std::optional<Check> ci_check(const Service* service, const ChangeWish& wish, const Value& answer);

}  // namespace muster
