#include "bot/base/hash.h"

// The plain functions of OpenSSL, which it would like to see replaced by its algorithm search: that one loads
// providers and configuration, costs two megabytes of idle memory and more time than a short digest. Step by step, too:
// SHA256() in one call makes that search since OpenSSL 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace muster {
namespace {

class Sha256 {
 public:
  Sha256() { SHA256_Init(&state_); }
  void add(std::string_view data) { SHA256_Update(&state_, data.data(), data.size()); }
  std::string take() {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    take(reinterpret_cast<unsigned char*>(out.data()));
    return out;
  }
  void take(unsigned char* out) { SHA256_Final(out, &state_); }

 private:
  SHA256_CTX state_{};
};

// -1: no digit.
constexpr std::array<std::int8_t, 256> hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::int8_t i = 0; i < 6; ++i)
    values[static_cast<std::size_t>('a' + i)] = values[static_cast<std::size_t>('A' + i)] =
        static_cast<std::int8_t>(10 + i);
  return values;
}();

int hex_digit(char c) { return hex_values[static_cast<unsigned char>(c)]; }

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

}  // namespace

std::string sha256(std::string_view data) {
  Sha256 digest;
  digest.add(data);
  return digest.take();
}

// RFC 2104 over the digest above; tested against the vectors of RFC 4231.
std::string hmac_sha256(std::string_view key, std::string_view data) {
  if (key.size() > SHA256_CBLOCK) return hmac_sha256(sha256(key), data);
  std::array<char, SHA256_CBLOCK> inner, outer;
  inner.fill('\x36');
  outer.fill('\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  Sha256 inside, outside;
  inside.add({inner.data(), inner.size()});
  inside.add(data);
  inside.take(digest.data());
  outside.add({outer.data(), outer.size()});
  outside.add({reinterpret_cast<const char*>(digest.data()), digest.size()});
  return outside.take();
}

std::string to_hex(std::string_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(raw.size() * 2, '\0');
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    out[2 * i] = digits[byte >> 4];
    out[2 * i + 1] = digits[byte & 15];
  }
  return out;
}

std::string from_hex(std::string_view hex) {
  if (hex.size() % 2) return {};
  std::string out(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    out[i] = static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string from_base64(std::string_view text) {
  // Padding may be absent, but when it is there it must be right.
  if (text.size() % 4 == 0) {
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return {};
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return {};
    buffer = (buffer << 6 | static_cast<unsigned>(digit)) & 0xFFFFu;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(static_cast<unsigned char>(buffer >> bits & 0xFFu));
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t n) {
  std::string out(n, '\0');
  for (std::size_t done = 0; done < n;) {
    const ssize_t got = ::getrandom(out.data() + done, n - done, 0);
    if (got < 0 && errno != EINTR) throw std::runtime_error("the system gives no random bytes");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return out;
}

std::string random_token(std::size_t n) { return to_hex(random_bytes(n)); }

std::uint64_t fnv1a64(std::string_view data, std::uint64_t state) {
  for (const char c : data) {
    state ^= static_cast<unsigned char>(c);
    state *= 1099511628211ULL;
  }
  return state;
}

}  // namespace muster
