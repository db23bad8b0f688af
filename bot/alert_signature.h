// HMAC-SHA256 over a delivery as it came: how senders that can (Grafana and its like) prove that the body is theirs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "config/settings.h"

namespace muster {

// What the headers of a delivery claim about its body.
struct SignatureClaim {
  std::vector<std::string> secrets;  // any of them may have signed; none: the source asks for no signature
  std::string digest;                // 32 raw bytes
  std::string before;                // what is signed in front of the body: "<unix seconds>:", or nothing
};

// Nothing when the source wants a signature and the headers (lower-case names) have none that can be read, or one whose
// time is more than five minutes from `now`. The digest is hex in either case, with or without `sha256=` before it.
std::optional<SignatureClaim> claimed_signature(const AlertSourceDef& source,
                                                const std::map<std::string, std::string>& headers, TimeMs now);
// Whether one of the secrets signed this body; constant time in the digest. Any thread.
bool holds(const SignatureClaim& claim, std::string_view body);

// The headers with which a delivery of our own passes the door of this source.
std::map<std::string, std::string> signature_headers(const AlertSourceDef& source, std::string_view body, TimeMs now);

}  // namespace muster
