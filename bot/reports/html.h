// A report as one HTML file: no script, nothing loaded from elsewhere. Pure; any thread.
#pragma once
#include <string>

#include "bot/core/postmortems/document.h"

namespace muster {
std::string to_html(const Document& document);
}  // namespace muster
