// Addresses of senders and the networks that they may come from. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// "10.0.0.0/8", "2001:db8::/32", or one address. An IPv4 address that arrives as ::ffff:10.1.2.3 is the IPv4 address.
struct Network {
  std::string bytes;  // 4 or 16
  int prefix = 0;     // bits
};
std::optional<Network> parse_network(std::string_view text);
bool is_within(std::string_view address, const Network& network);  // false for what is no address

}  // namespace muster
