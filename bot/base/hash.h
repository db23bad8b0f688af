// Digests and random bytes (OpenSSL behind). Any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

std::string sha256(std::string_view data);                             // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view data);  // 32 raw bytes
std::string to_hex(std::string_view raw);
std::string from_hex(std::string_view hex);      // empty when not hex
std::string from_base64(std::string_view text);  // empty when not base64
bool equal_constant_time(std::string_view a, std::string_view b);
std::string random_bytes(std::size_t n);           // from the system's generator
std::string random_token(std::size_t bytes = 24);  // hex
// Alertmanager's fingerprint: FNV-1a 64 over sorted labels, each name and value followed by 0xFF; 16 hex.
std::uint64_t fnv1a64(std::string_view data, std::uint64_t state = 14695981039346656037ULL);

}  // namespace muster
