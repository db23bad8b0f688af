#include "bot/base/network.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {
bool within(const char* address, const char* network) { return is_within(address, parse_network(network).value()); }
}  // namespace

TEST_CASE("an address is within its network, to the bit") {
  CHECK(within("10.1.2.3", "10.0.0.0/8"));
  CHECK_FALSE(within("11.1.2.3", "10.0.0.0/8"));
  CHECK(within("10.1.2.3", "10.1.2.3"));
  CHECK_FALSE(within("10.1.2.4", "10.1.2.3"));
  CHECK(within("192.168.1.129", "192.168.1.128/25"));
  CHECK_FALSE(within("192.168.1.127", "192.168.1.128/25"));
  CHECK(within("8.8.8.8", "0.0.0.0/0"));
  CHECK(within("2001:db8::1", "2001:db8::/32"));
  CHECK_FALSE(within("2001:db9::1", "2001:db8::/32"));
}

TEST_CASE("an IPv4 address in IPv6 clothes is the IPv4 address, and the kinds are never mixed") {
  CHECK(within("::ffff:10.1.2.3", "10.0.0.0/8"));
  CHECK_FALSE(within("::1", "0.0.0.0/0"));
  CHECK_FALSE(within("", "0.0.0.0/0"));
  CHECK_FALSE(within("10.1.2.3 ", "10.0.0.0/8"));
}

TEST_CASE("what is no network is none") {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0", "host", "::/129"})
    CHECK_FALSE(parse_network(text));
}
