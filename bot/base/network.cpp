#include "bot/base/network.h"

#include <arpa/inet.h>

#include <charconv>

namespace muster {
namespace {

std::string address_bytes(std::string_view text) {
  const std::string address(text);
  std::string bytes(4, '\0');
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return bytes;
  bytes.assign(16, '\0');
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return {};
  static const std::string mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  return bytes.starts_with(mapped) ? bytes.substr(12) : bytes;
}

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  Network n{address_bytes(text.substr(0, slash)), 0};
  if (n.bytes.empty()) return {};
  n.prefix = static_cast<int>(n.bytes.size()) * 8;
  if (slash == text.npos) return n;
  const std::string_view bits = text.substr(slash + 1);
  int prefix = -1;
  const auto [end, wrong] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  if (wrong != std::errc() || end != bits.data() + bits.size() || prefix < 0 || prefix > n.prefix) return {};
  n.prefix = prefix;
  return n;
}

bool is_within(std::string_view address, const Network& n) {
  const std::string bytes = address_bytes(address);
  if (bytes.size() != n.bytes.size()) return false;
  for (int bit = 0; bit < n.prefix; ++bit) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((bytes[at] & mask) != (n.bytes[at] & mask)) return false;
  }
  return true;
}

}  // namespace muster
