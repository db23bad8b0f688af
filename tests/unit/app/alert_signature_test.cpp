// Signatures as Grafana makes them; the digests below were made with `openssl dgst -sha256 -hmac`.
#include "bot/alert_signature.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

constexpr TimeMs noon = 1'795'252'800'000;
const std::string body = R"({"status":"firing","alerts":[]})";
// printf %s "$body" | openssl dgst -sha256 -hmac shared-secret-demo
const std::string of_body = "27a4a956ad7569f8233e114764fc67bf4e5a7fc580464a054c1755fec97dea5c";
const std::string of_dated =
    "c890c456ae39d2d0dbb3f9fa6a30622f2d2a8b301d764586fe55aea4d5f7956d";  // "1795252800:" before it

AlertSourceDef grafana(bool dated) {
  AlertSourceDef def;
  def.signature_secrets = {"another", "shared-secret-demo"};
  def.signature_header = "x-grafana-alerting-signature";
  if (dated) def.timestamp_header = "x-grafana-alerting-timestamp";
  return def;
}

bool taken(const AlertSourceDef& def, const std::map<std::string, std::string>& headers, const std::string& sent,
           TimeMs now = noon) {
  const auto claim = claimed_signature(def, headers, now);
  return claim && holds(*claim, sent);
}

}  // namespace

TEST_CASE("a body is taken when one of the secrets signed it, however the digest is written") {
  const AlertSourceDef def = grafana(false);
  std::string upper = of_body;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& text : {of_body, upper, "sha256=" + of_body, "SHA256=" + upper, " " + of_body + " "}) {
    CAPTURE(text);
    CHECK(taken(def, {{"x-grafana-alerting-signature", text}}, body));
    CHECK_FALSE(taken(def, {{"x-grafana-alerting-signature", text}}, body + " "));
  }
}

TEST_CASE("no signature, half a signature and another header's are refused") {
  const AlertSourceDef def = grafana(false);
  CHECK_FALSE(taken(def, {}, body));
  CHECK_FALSE(taken(def, {{"x-grafana-alerting-signature", ""}}, body));
  CHECK_FALSE(taken(def, {{"x-grafana-alerting-signature", of_body.substr(2)}}, body));
  CHECK_FALSE(taken(def, {{"x-grafana-alerting-signature", "no hex at all"}}, body));
  CHECK_FALSE(taken(def, {{"x-signature", of_body}}, body));
}

TEST_CASE("with a timestamp the time is signed, too, and an old delivery cannot be sent again") {
  const AlertSourceDef def = grafana(true);
  std::map<std::string, std::string> headers{{"x-grafana-alerting-signature", of_dated},
                                             {"x-grafana-alerting-timestamp", "1795252800"}};
  CHECK(taken(def, headers, body));
  CHECK(taken(def, headers, body, noon + 300 * second_ms));
  CHECK_FALSE(taken(def, headers, body, noon + 301 * second_ms));
  CHECK_FALSE(taken(def, headers, body, noon - 301 * second_ms));
  headers["x-grafana-alerting-timestamp"] = "1795252801";
  CHECK_FALSE(taken(def, headers, body));
  for (const char* odd : {"", "noon", "1795252800.0", "-1", "99999999999999999999"}) {
    headers["x-grafana-alerting-timestamp"] = odd;
    CHECK_FALSE(taken(def, headers, body));
  }
  CHECK_FALSE(taken(def, {{"x-grafana-alerting-signature", of_body}}, body));
}

TEST_CASE("a source without signature secrets asks for none; our own delivery is signed as asked") {
  CHECK(taken({}, {}, body));
  CHECK(signature_headers({}, body, noon).empty());
  for (const bool dated : {false, true})
    CHECK(taken(grafana(dated), signature_headers(grafana(dated), body, noon), body));
}
