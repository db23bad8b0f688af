// A report as GitHub-flavoured Markdown. Pure; any thread.
#pragma once
#include <string>

#include "bot/core/postmortems/document.h"

namespace muster {
std::string to_markdown(const Document& document);
}  // namespace muster
