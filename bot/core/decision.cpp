#include "bot/core/decision.h"

namespace muster {

Decision::Decision() = default;
Decision::Decision(const Decision&) = default;
Decision::Decision(Decision&&) noexcept = default;
Decision& Decision::operator=(const Decision&) = default;
Decision& Decision::operator=(Decision&&) noexcept = default;
Decision::~Decision() = default;

}  // namespace muster
