// Outgoing HTTP (libcurl). Completions arrive on the loop; the wire has a thread of its own.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bot/base/result.h"

namespace muster {

class Loop;

// What became of an exchange that broke; filled in before its completion runs.
struct HttpTrace {
  bool left = false;       // bytes of the request were sent: what it asked for may have happened
  bool timed_out = false;  // by timeout_ms or connect_timeout_ms
  bool too_long = false;   // the answer
  bool forbidden_address = false;
  bool bad_certificate = false;  // the server's is not of the authorities, or not of this name
};

// An answer that is handed on as it comes and kept by nobody. Only the body of a 2xx goes this way.
struct HttpStream {
  std::function<void(std::string part)> part;  // on the loop, in order, before `done`
  std::atomic<bool> stopped = false;           // set by HttpClient::stop()
};

struct HttpCall {
  std::string method = "GET";
  std::string url;  // http or https only; redirects are not followed
  std::map<std::string, std::string> headers;
  std::string body;
  std::int64_t timeout_ms = 10'000;       // the whole exchange, and the time it waits while 16 others ask this host
  std::size_t max_body_bytes = 4u << 20;  // a longer answer is an error
  std::string ca_file = {};               // PEM, instead of the system's authorities
  std::string proxy = {};               // http://[user:password@]host:port; empty: none, whatever the environment says
  std::int64_t connect_timeout_ms = 0;  // 0: the whole time
  // No connection to link-local addresses and the metadata services of clouds, whatever name led there; checked on the
  // address that is connected to, so that a name cannot be swapped after it was looked at.
  bool no_metadata_addresses = false;
  // A connection of its own: one that is used again may turn out dead, and then nobody knows whether the request
  // arrived. (It is never sent a second time by itself, unless it is a GET or HEAD.)
  bool fresh_connection = false;
  // HTTP/1.1, so that no connection carries two calls at once: one that dies takes no other call with it.
  bool own_connection = false;
  std::shared_ptr<HttpTrace> trace = {};  // null: not wanted
  std::string ca_pem = {};                // PEM text, instead of ca_file
  std::string certificate_pem = {};       // ours, for servers that ask who we are; the key beside it
  std::string key_pem = {};
  std::string connect_to = {};  // host:port; the URL's name is then only what the server's certificate must bear
  std::shared_ptr<HttpStream> stream = {};  // null: the body is collected
  std::int64_t silence_s = 0;               // an exchange on which nothing came for so long has ended; 0: never
};

struct HttpResult {
  int status = 0;  // any status is a result; only a broken exchange is an Error
  std::string body;
  std::map<std::string, std::string> headers;  // lower-case names, of the last response
};

class HttpClient {
 public:
  using Done = std::function<void(Result<HttpResult>)>;
  static std::unique_ptr<HttpClient> make(Loop& loop);              // the thread starts with the first send
  virtual ~HttpClient() = default;                                  // calls in flight are dropped without a completion
  virtual void send(HttpCall call, Done done) = 0;                  // any thread; `done` runs on the loop
  virtual void stop(HttpStream& stream) { stream.stopped = true; }  // any thread; its `done` does not come any more
};

}  // namespace muster
