// Outgoing HTTP (libcurl). Completions arrive on the loop; the wire has a thread of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bot/base/result.h"

namespace muster {

class Loop;

struct HttpCall {
  std::string method = "GET";
  std::string url;  // http or https only; redirects are not followed
  std::map<std::string, std::string> headers;
  std::string body;
  std::int64_t timeout_ms = 10'000;       // the whole exchange
  std::size_t max_body_bytes = 4u << 20;  // a longer answer is an error
  std::string ca_file = {};               // PEM, instead of the system's authorities
  std::string proxy = {};  // http://[user:password@]host:port; empty: none, whatever the environment says
};

struct HttpResult {
  int status = 0;  // any status is a result; only a broken exchange is an Error
  std::string body;
  std::map<std::string, std::string> headers;  // lower-case names, of the last response
};

class HttpClient {
 public:
  using Done = std::function<void(Result<HttpResult>)>;
  static std::unique_ptr<HttpClient> make(Loop& loop);  // the thread starts with the first send
  virtual ~HttpClient() = default;                      // calls in flight are dropped without a completion
  virtual void send(HttpCall call, Done done) = 0;      // any thread; `done` runs on the loop
};

}  // namespace muster
