// Calls that a runbook makes: only to addresses of the allow list, nothing followed, everything bounded. Loop thread.
//
// The list names scheme, host and port as text, and the address that a name leads to is looked at when it is connected
// to: link-local and metadata addresses are refused there, whatever the name said a moment before. Other private
// addresses are what most allow-listed services have; whoever may change the DNS of an allow-listed name may choose
// which machine of the network is called, over TLS only one that has a certificate for that name.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/value.h"
#include "integrations/observability/call.h"

namespace muster::observability {

inline constexpr std::size_t body_sent_bytes_max = 1u << 20;
inline constexpr std::size_t body_kept_bytes_max = 64u << 10;   // of an answer, as text in the result
inline constexpr std::size_t json_kept_bytes_max = 256u << 10;  // of an answer that is JSON

struct Url {
  std::string scheme, host, path;  // lower case; path with query, at least "/"
  int port = 0;
};
// http and https only; no user in it, no odd characters, no encoded host: what is compared is what is called.
std::optional<Url> parse_url(std::string_view text);

struct HttpStep {
  std::string method = "GET", url;
  std::map<std::string, std::string> headers, query;
  std::string body;
  bool json = false;       // the body is JSON
  std::string key_header;  // names the header that carries the idempotency key
  std::string key;
  std::vector<int> expect;  // statuses that are fine; empty: 200 to 299
  DurationMs timeout_ms = 30 * second_ms;
};

struct HttpStepAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // content-type, location, etag, retry-after, last-modified
  std::string body;                            // at most body_kept_bytes_max
  std::int64_t body_bytes = 0;                 // as it came
  Value json;                                  // null when it is none or too large
};

// The entry that permits this call; a Failure of kind "refused" says why there is none.
Answer<const HttpAllowDef*> permitted(const std::vector<HttpAllowDef>& list, const HttpStep& step);
Answer<HttpCall> http_request(const HttpAllowDef& allow, const HttpStep& step);
Answer<HttpStep> read_http_step(const Value& arguments);
Value step_result(const HttpStepAnswer& answer);

// Failure::may_have_happened: the request left and no answer came, or a 5xx to something that changes things.
void call_http(HttpClient& client, const std::vector<HttpAllowDef>& list, const HttpStep& step,
               const Elsewhere& elsewhere, Answered<HttpStepAnswer> done);

}  // namespace muster::observability
