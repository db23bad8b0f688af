// The timeline chart as one SVG element, for a page or a file. Pure; any thread.
#pragma once
#include <string>

#include "bot/core/postmortems/document.h"

namespace muster {
std::string to_svg(const Chart& chart);  // empty when there is nothing to draw
}  // namespace muster
