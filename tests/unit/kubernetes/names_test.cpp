#include "integrations/targets/kubernetes/names.h"

#include <doctest/doctest.h>

using namespace muster::kubernetes;

TEST_CASE("names of the cluster are held against the cluster's own grammar") {
  for (const char* good : {"shop", "a", "shop-2", "0shop"}) CHECK(is_label(good));
  for (const char* bad : {"", "-a", "a-", "Shop", "a.b", "a/b", "..", "a b", "é"}) CHECK_FALSE(is_label(bad));
  CHECK_FALSE(is_label(std::string(64, 'a')));
  CHECK(is_subdomain("shop.web-2"));
  for (const char* bad : {"", ".", "..", "a..b", "a.", "../b", "a/b", "a%2Fb", "a?b"}) CHECK_FALSE(is_subdomain(bad));
}

TEST_CASE("what goes into an address is escaped, and no segment can climb") {
  CHECK(escape("shop-1.2_~") == "shop-1.2_~");
  CHECK(escape("a/b?c#d&e=f g") == "a%2Fb%3Fc%23d%26e%3Df%20g");
  CHECK(escape("..") == "%2E%2E");
  CHECK(escape("\xED\x95\x9C") == "%ED%95%9C");
}

TEST_CASE("a version is a tag or a digest, and takes the tag's place in the image") {
  const std::string digest = "sha256:" + std::string(64, 'a');
  CHECK(image_for("1.1", {}, "registry:5000/shop:1.0") == "registry:5000/shop:1.1");
  CHECK(image_for("1.1", {}, "registry:5000/shop") == "registry:5000/shop:1.1");
  CHECK(image_for("1.1", {}, "shop@" + digest) == "shop:1.1");
  CHECK(image_for(digest, {}, "registry/shop:1.0") == "registry/shop@" + digest);
  CHECK(image_for("1.1", "eu.gcr.io/x/shop:{version}-slim", "whatever:1") == "eu.gcr.io/x/shop:1.1-slim");
  CHECK(image_for(digest, "registry/shop:{version}", "") == "registry/shop@" + digest);
  for (const char* bad : {"", "a b", "-rf", "../x", "1.0;reboot", "a/b", "sha256:zz", "x\ny", "{version}"})
    CHECK_FALSE(image_for(bad, {}, "shop:1").has_value());
}

TEST_CASE("the version of an image is its tag, its digest, or all of it where it is none of ours") {
  const std::string digest = "sha256:" + std::string(64, 'b');
  CHECK(version_of("registry:5000/shop:1.0", {}) == "1.0");
  CHECK(version_of("registry:5000/shop", {}) == "latest");
  CHECK(version_of("shop:1.0@" + digest, {}) == "1.0");
  CHECK(version_of("shop@" + digest, {}) == digest);
  CHECK(version_of("registry/shop:1.0-slim", "registry/shop:{version}-slim") == "1.0");
  CHECK(version_of("registry/shop@" + digest, "registry/shop:{version}") == digest);
  CHECK(version_of("elsewhere/shop:1.0", "registry/shop:{version}") == "elsewhere/shop:1.0");
}
