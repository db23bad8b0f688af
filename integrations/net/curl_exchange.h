// One exchange of the HTTP client: what libcurl is told of a call, and what it tells. The wire's thread only, once it
// is handed over; libcurl's own types stay out of here.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "integrations/net/authorities.h"
#include "integrations/net/http_client.h"

struct curl_slist;

namespace muster {

// Lives in the wire's table until libcurl is done with it; it does not move meanwhile.
struct CurlExchange {
  struct End {
    void operator()(void* easy) const;
    void operator()(curl_slist* list) const;
  };
  using Headers = std::unique_ptr<curl_slist, End>;

  HttpCall call;
  HttpClient::Done done;
  HttpResult result;
  Headers headers, connect_to;
  std::function<void(std::string)> hand_on = {};  // of a stream
  std::size_t header_bytes = 0;
  bool too_long = false, forbidden_address = false;
  bool begun = false, would_repeat = false;
  std::string lane = {};                                   // where it waits for its turn; empty: it need not
  std::chrono::steady_clock::time_point waits_since = {};  // for that
  char error[256] = {};                                    // CURL_ERROR_SIZE
  std::unique_ptr<void, End> easy;                         // last: goes first, it points to all of the above
};

// Makes `easy` as the call wants it. `share`: a CURLSH, for the TLS sessions. False: the method, URL or a header is
// none.
bool prepare_exchange(CurlExchange& exchange, void* share, const Authorities& system);

// When libcurl is done: `curl_code` is its CURLcode. Takes the result out and fills the call's trace.
Result<HttpResult> outcome_of(CurlExchange& exchange, int curl_code);

}  // namespace muster
