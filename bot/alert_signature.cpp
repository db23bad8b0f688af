#include "bot/alert_signature.h"

#include <charconv>
#include <cstdlib>

#include "bot/base/hash.h"
#include "bot/base/text.h"

namespace muster {
namespace {

constexpr DurationMs skew_max_ms = 5 * minute_ms;  // as Grafana's documentation advises against replays
constexpr std::size_t digest_bytes = 32;
constexpr std::string_view algorithm = "sha256=";

std::string header_of(const std::map<std::string, std::string>& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : std::string(trim(found->second));
}

std::string digest_in(std::string text) {
  if (lower_ascii(text.substr(0, algorithm.size())) == algorithm) text.erase(0, algorithm.size());
  return from_hex(text);
}

// Seconds since 1970 within reach of `now`; their text as sent is what was signed.
bool is_timely(const std::string& seconds, TimeMs now) {
  TimeMs at = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), at);
  const bool whole = error == std::errc() && end == seconds.data() + seconds.size() && seconds.size() <= 12;
  return whole && std::abs(at * second_ms - now) <= skew_max_ms;
}

std::string signed_with(const std::string& secret, const std::string& before, std::string_view body) {
  return before.empty() ? hmac_sha256(secret, body) : hmac_sha256(secret, before + std::string(body));
}

}  // namespace

std::optional<SignatureClaim> claimed_signature(const AlertSourceDef& source,
                                                const std::map<std::string, std::string>& headers, TimeMs now) {
  if (source.signature_secrets.empty()) return SignatureClaim{};
  SignatureClaim claim{source.signature_secrets, digest_in(header_of(headers, source.signature_header)), {}};
  if (claim.digest.size() != digest_bytes) return std::nullopt;
  if (source.timestamp_header.empty()) return claim;
  const std::string at = header_of(headers, source.timestamp_header);
  if (!is_timely(at, now)) return std::nullopt;
  claim.before = at + ":";
  return claim;
}

bool holds(const SignatureClaim& claim, std::string_view body) {
  bool any = claim.secrets.empty();
  for (const std::string& secret : claim.secrets)
    any = equal_constant_time(signed_with(secret, claim.before, body), claim.digest) || any;
  return any;
}

std::map<std::string, std::string> signature_headers(const AlertSourceDef& source, std::string_view body, TimeMs now) {
  if (source.signature_secrets.empty()) return {};
  std::map<std::string, std::string> headers;
  std::string before;
  if (!source.timestamp_header.empty()) {
    headers[source.timestamp_header] = std::to_string(now / second_ms);
    before = headers[source.timestamp_header] + ":";
  }
  headers[source.signature_header] = to_hex(signed_with(source.signature_secrets.front(), before, body));
  return headers;
}

}  // namespace muster
