// The alert that `try` sends through the real HTTP door.
#pragma once
#include <string>

#include "bot/base/clock.h"

namespace muster {

std::string sample_alert(TimeMs now);  // an Alertmanager webhook body

}  // namespace muster
