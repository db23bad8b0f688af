#include "bot/base/hash.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("digests match the published vectors") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(fnv1a64("") == 14695981039346656037ULL);
  CHECK(fnv1a64("foobar") == 0x85944171f73967e8ULL);
  CHECK(fnv1a64("bar", fnv1a64("foo")) == fnv1a64("foobar"));
}

TEST_CASE("hex and base64 refuse what they are not") {
  CHECK(from_hex("00fFa1") == std::string("\x00\xFF\xA1", 3));
  CHECK(from_hex("0").empty());
  CHECK(from_hex("0g").empty());
  CHECK(from_base64("Zm9vYmFy") == "foobar");
  CHECK(from_base64("Zm9vYg==") == "foob");
  CHECK(from_base64("Zm9vYmE=") == "fooba");
  CHECK(from_base64("Zm9vYg") == "foob");
  for (const char* bad : {"Z", "Zm9v Yg", "Zm9v!g==", "====", "Zm=v"}) CHECK(from_base64(bad).empty());
}

TEST_CASE("comparison looks at everything") {
  CHECK(equal_constant_time("abc", "abc"));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
  CHECK(equal_constant_time("", ""));
}

TEST_CASE("random tokens differ") {
  CHECK(random_token().size() == 48);
  CHECK(random_token() != random_token());
  CHECK(random_bytes(5).size() == 5);
}
