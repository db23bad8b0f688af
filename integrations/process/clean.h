// Bytes that a program printed -> text that may be shown and stored. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster::process {

// Escape sequences and control characters go, carriage returns become line ends, what is no UTF-8 is repaired, and
// secrets are masked: what redact() finds, and each of `secrets` as it is, in base64 and percent-encoded.
std::string clean_output(std::string_view bytes, const std::vector<std::string>& secrets);
// Where text must be cut, no secret may lose the half by which it is known: cut at a line's end where one is near, and
// never inside a private key. What is left out at the end (cut_head) or at the beginning (cut_tail) is gone.
std::string cut_head(std::string text);
std::string cut_tail(std::string text);
bool looks_binary(std::string_view bytes);

}  // namespace muster::process
