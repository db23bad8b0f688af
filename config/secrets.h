// References to secrets -> secrets. A message names the reference, never what it holds.
#pragma once
#include <string>

#include "bot/base/result.h"

namespace muster {

// `env:NAME` or `file:PATH` (a relative path starts at the configuration folder; one trailing newline is dropped).
Result<std::string> resolve_secret(const std::string& reference, const std::string& folder);

}  // namespace muster
