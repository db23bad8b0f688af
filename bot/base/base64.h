// Bytes as text (RFC 4648, padded); back: from_base64 in hash.h. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace muster {

std::string to_base64(std::string_view bytes);

}  // namespace muster
