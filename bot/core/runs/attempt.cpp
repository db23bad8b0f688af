#include "bot/core/runs/attempt.h"

namespace muster {

AttemptOrder::AttemptOrder() = default;
AttemptOrder::AttemptOrder(const AttemptOrder&) = default;
AttemptOrder::AttemptOrder(AttemptOrder&&) noexcept = default;
AttemptOrder& AttemptOrder::operator=(const AttemptOrder&) = default;
AttemptOrder& AttemptOrder::operator=(AttemptOrder&&) noexcept = default;
AttemptOrder::~AttemptOrder() = default;

AttemptReport::AttemptReport() = default;
AttemptReport::AttemptReport(const AttemptReport&) = default;
AttemptReport::AttemptReport(AttemptReport&&) noexcept = default;
AttemptReport& AttemptReport::operator=(const AttemptReport&) = default;
AttemptReport& AttemptReport::operator=(AttemptReport&&) noexcept = default;
AttemptReport::~AttemptReport() = default;

}  // namespace muster
