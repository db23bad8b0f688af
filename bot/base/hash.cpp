#include "bot/base/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <climits>
#include <memory>
#include <stdexcept>

namespace muster {
namespace {

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

struct FreeDigest {
  void operator()(EVP_MAC* m) const { EVP_MAC_free(m); }
  void operator()(EVP_MAC_CTX* c) const { EVP_MAC_CTX_free(c); }
  void operator()(EVP_MD* m) const { EVP_MD_free(m); }
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};

// Looked up once: OpenSSL 3 searches its providers whenever it is asked by name.
const EVP_MD* sha256_method() {
  static const std::unique_ptr<EVP_MD, FreeDigest> method(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return method.get();
}

// One context per thread that stays at the key it had: the journal always uses the same one.
struct MacWork {
  std::unique_ptr<EVP_MAC, FreeDigest> method{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  std::unique_ptr<EVP_MAC_CTX, FreeDigest> context{EVP_MAC_CTX_new(method.get())};
  std::string key;
  bool keyed = false;

  bool start(std::string_view wanted) {
    if (keyed && key == wanted) return EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1;
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_construct_end()};
    key = wanted;
    // An empty view may have no address, and OpenSSL takes a null key to mean "the last one".
    keyed = EVP_MAC_init(context.get(), key.empty() ? bytes("") : bytes(key), key.size(), params) == 1;
    return keyed;
  }
};

EVP_MD_CTX* digest_work() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> work(EVP_MD_CTX_new());
  return work.get();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

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
  std::string out(32, '\0');
  EVP_MD_CTX* const work = digest_work();
  if (!EVP_DigestInit_ex2(work, sha256_method(), nullptr) || !EVP_DigestUpdate(work, data.data(), data.size()) ||
      !EVP_DigestFinal_ex(work, reinterpret_cast<unsigned char*>(out.data()), nullptr)) {
    throw std::runtime_error("OpenSSL: SHA-256 failed");
  }
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  thread_local MacWork work;
  std::string out(32, '\0');
  if (!work.start(key) || !EVP_MAC_update(work.context.get(), bytes(data), data.size()) ||
      !EVP_MAC_final(work.context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr, out.size())) {
    throw std::runtime_error("OpenSSL: HMAC failed");
  }
  return out;
}

std::string to_hex(std::string_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(raw.size() * 2);
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string from_hex(std::string_view hex) {
  if (hex.size() % 2) return {};
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
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
  if (n > INT_MAX) throw std::length_error("too many random bytes asked for");
  std::string out(n, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(n)) != 1) {
    throw std::runtime_error("OpenSSL: the random generator failed");
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
