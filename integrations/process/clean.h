// Bytes that a program printed -> text that may be shown and stored. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster::process {

// Escape sequences and control characters go, carriage returns become line ends, what is no UTF-8 is repaired, and
// secrets are masked: what redact() finds, and each of `secrets` as it is, in base64 and percent-encoded.
std::string clean_output(std::string_view bytes, const std::vector<std::string>& secrets);
bool looks_binary(std::string_view bytes);

}  // namespace muster::process
