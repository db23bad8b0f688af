// A report as canonical JSON: sorted keys, whole seconds and milliseconds, nulls kept. Pure; any thread.
#pragma once
#include <string>

#include "bot/core/postmortems/document.h"

namespace muster {
std::string report_json(const Document& document, int indent = 2);
}  // namespace muster
