#include "integrations/net/http_client.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/net/authorities.h"
#include "integrations/net/http_kept.h"
#include "integrations/net/http_lanes.h"
#include "integrations/net/loop.h"
#include "integrations/net/metadata_address.h"

namespace muster {

namespace {

constexpr int poll_ms = 60'000;  // woken up by every send
constexpr std::size_t answer_header_bytes_max = 64u << 10;
constexpr std::size_t calls_waiting_max = 10'000;
constexpr std::size_t host_calls_max = 16;  // at a time

struct CurlDone {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct MultiDone {  // CURL and CURLM are both void
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ShareDone {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
using Easy = std::unique_ptr<CURL, CurlDone>;
using Headers = std::unique_ptr<curl_slist, CurlDone>;

// One exchange. Lives in the wire's table until libcurl is done with it.
struct Exchange {
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
  char error[CURL_ERROR_SIZE] = {};
  Easy easy;  // last: goes first, it points to all of the above
};

bool streams(const Exchange& exchange) {
  if (!exchange.hand_on) return false;
  long status = 0;
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  const std::size_t n = size * count;
  if (streams(exchange)) {
    exchange.hand_on(std::string(data, n));
    return n;
  }
  if (exchange.result.body.size() + n > exchange.call.max_body_bytes) {
    if (exchange.hand_on) return n;  // of a refusal its beginning says why
    exchange.too_long = true;
    return 0;  // stops the transfer
  }
  exchange.result.body.append(data, n);
  return n;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  const std::size_t n = size * count;
  const std::string_view line(data, n);
  if (line.starts_with("HTTP/")) exchange.result.headers.clear();  // after a 100 the real header follows
  exchange.header_bytes += n;
  if (exchange.header_bytes > answer_header_bytes_max) {
    exchange.too_long = true;
    return 0;
  }
  if (const std::size_t colon = line.find(':'); colon != line.npos) {
    exchange.result.headers[lower_ascii(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
  }
  return n;
}

curl_socket_t open_checked(void* to, curlsocktype, curl_sockaddr* address) {
  if (is_metadata_address(&address->addr)) {
    static_cast<Exchange*>(to)->forbidden_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool add_header(Headers& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

// A line break in a header would smuggle in another header; libcurl passes it on.
bool is_clean(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

bool set_headers(Exchange& exchange) {
  for (const auto& [name, value] : exchange.call.headers) {
    if (name.empty() || !is_clean(name) || !is_clean(value)) return false;
    // "Name:" means "leave it out" to libcurl; an empty value is written with a semicolon.
    if (!add_header(exchange.headers, value.empty() ? name + ";" : name + ": " + value)) return false;
  }
  return add_header(exchange.headers, "Expect:");  // small bodies: no waiting for a 100
}

// On a connection that is used again and ends without an answer libcurl sends the request once more by itself, a POST
// too. Whether the server had done it by then nobody knows: whoever asked decides, and not the library.
int begin_once(void* to, char*, char*, int, int) {
  auto& exchange = *static_cast<Exchange*>(to);
  exchange.would_repeat = std::exchange(exchange.begun, true);
  return exchange.would_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

void set_method(CURL* easy, const HttpCall& call) {
  if (call.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (call.method != "GET" || !call.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

// Key material goes to libcurl from memory: it never lies on a disk of ours.
void set_blob(CURL* easy, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy, option, &blob);
}

// Whom to believe. libcurl believes its folder beside every file it is given, which would make "instead of the system's
// authorities" untrue; and only without a folder it keeps a file that it has read for the next connection.
void set_authorities(CURL* easy, const HttpCall& call, const Authorities& system) {
  set_blob(easy, CURLOPT_CAINFO_BLOB, call.ca_pem);
  const bool own = !call.ca_pem.empty() || !call.ca_file.empty();
  const Authorities believed = own ? Authorities{.file = call.ca_file, .folder = {}} : system;
  if (!own && believed.file.empty() && believed.folder.empty()) return;  // libcurl may know where they are
  curl_easy_setopt(easy, CURLOPT_CAINFO, believed.file.empty() ? nullptr : believed.file.c_str());
  curl_easy_setopt(easy, CURLOPT_CAPATH, believed.folder.empty() ? nullptr : believed.folder.c_str());
}

bool set_connection(Exchange& exchange) {
  CURL* easy = exchange.easy.get();
  const HttpCall& call = exchange.call;
  set_blob(easy, CURLOPT_SSLCERT_BLOB, call.certificate_pem);
  set_blob(easy, CURLOPT_SSLKEY_BLOB, call.key_pem);
  if (call.silence_s > 0) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(call.silence_s));
  }
  if (call.connect_to.empty()) return true;
  if (!is_clean(call.connect_to) || !add_header(exchange.connect_to, "::" + call.connect_to)) return false;
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, exchange.connect_to.get());
  return true;
}

// Certificate and host name checks are libcurl's defaults; they are set so that nobody wonders.
bool prepare(Exchange& exchange, CURLSH* share, const Authorities& system) {
  exchange.easy.reset(curl_easy_init());
  CURL* easy = exchange.easy.get();
  const HttpCall& call = exchange.call;
  if (!easy || !is_clean(call.url) || call.method.empty() || call.method.find_first_of(" \r\n") != call.method.npos) {
    return false;
  }
  if (!set_headers(exchange) || !set_connection(exchange)) return false;
  curl_easy_setopt(easy, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set_authorities(easy, call, system);
  // Not with a cluster: what asks for certificates of clients may refuse a session it did not give a name to.
  if (call.ca_pem.empty() && call.certificate_pem.empty()) curl_easy_setopt(easy, CURLOPT_SHARE, share);
  curl_easy_setopt(easy, CURLOPT_PROXY, call.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout_ms));
  if (call.connect_timeout_ms > 0)
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(call.connect_timeout_ms));
  if (call.own_connection) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (call.fresh_connection) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);  // kept, each would take the 30 kB of a TLS connection
  }
  if (call.no_metadata_addresses) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_checked);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers.get());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  set_method(easy, call);
  if (call.method != "GET" && call.method != "HEAD") {
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &begin_once);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &exchange);
  }
  return true;
}

// An authority that is called as the right one and has another key, as that of a cluster that was made anew: OpenSSL
// tells of the signature first, and libcurl takes it for a broken handshake.
bool wrong_signature(const Exchange& exchange, CURLcode code) {
  const std::string_view why = exchange.error;
  return code == CURLE_SSL_CONNECT_ERROR &&
         (why.contains("asn1 encoding routines") || why.contains("rsa routines") || why.contains("bad signature"));
}

void trace(const Exchange& exchange, CURLcode code) {
  if (!exchange.call.trace) return;
  HttpTrace& t = *exchange.call.trace;
  long sent = 0;
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_REQUEST_SIZE, &sent);
  t.left = sent > 0;
  t.timed_out = code == CURLE_OPERATION_TIMEDOUT;
  t.too_long = exchange.too_long;
  t.forbidden_address = exchange.forbidden_address;
  t.bad_certificate = code == CURLE_PEER_FAILED_VERIFICATION || wrong_signature(exchange, code);
}

Result<HttpResult> outcome(Exchange& exchange, CURLcode code) {
  trace(exchange, code);
  if (exchange.forbidden_address)
    return fail(ErrorKind::unauthorized, "the name leads to a link-local or metadata address, which is never called");
  if (exchange.would_repeat) return fail(ErrorKind::unavailable, "the connection ended before the answer came");
  if (exchange.too_long) return fail(ErrorKind::unavailable, "the answer is longer than allowed");
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.result.status = static_cast<int>(status);
    return std::move(exchange.result);
  }
  const bool ours = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT;
  const std::string why = exchange.error[0] ? exchange.error : curl_easy_strerror(code);
  return fail(ours ? ErrorKind::invalid : ErrorKind::unavailable, why);
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(Loop& loop) : loop_(loop) {}
  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (multi_) curl_multi_wakeup(multi_.get());
    }
    if (thread_.joinable()) thread_.join();
    *alive_ = false;
  }
  void send(HttpCall call, Done done) override;
  void stop(HttpStream& stream) override;

 private:
  void run();
  void drop_stopped();
  void take_new();
  void keep_connections();
  void serve(const std::string& lane);
  bool begin(std::unique_ptr<Exchange> exchange);  // false: it is over already, and that was told
  void finish_done();
  void complete(Done done, Result<HttpResult> result);

  Loop& loop_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Exchange>> waiting_;  // under mutex_
  bool stopping_ = false;                          // under mutex_
  bool stopped_streams_ = false;                   // under mutex_
  // A completion that was posted before the client went must not run after it: its captures went too.
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  // TLS sessions, so that a further connection to a host need not begin from nothing. The wire's thread only.
  std::unique_ptr<CURLSH, ShareDone> share_;
  Authorities authorities_;  // the system's, as they lay when the first call went out
  std::unique_ptr<CURLM, MultiDone> multi_;
  std::unordered_map<CURL*, std::unique_ptr<Exchange>> running_;  // the wire's thread only, as the next
  HttpLanes<std::unique_ptr<Exchange>> lanes_{host_calls_max};
  ConnectionsKept kept_;
  std::thread thread_;
};

void CurlClient::complete(Done done, Result<HttpResult> result) {
  loop_.post([alive = alive_, done = std::move(done), result = std::move(result)]() mutable {
    if (*alive) done(std::move(result));
  });
}

void CurlClient::send(HttpCall call, Done done) {
  auto exchange = std::make_unique<Exchange>();
  exchange->call = std::move(call);
  exchange->done = std::move(done);
  bool first_waiting = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= calls_waiting_max) {
      complete(std::move(exchange->done), fail(ErrorKind::unavailable, "too many calls are waiting"));
      return;
    }
    first_waiting = waiting_.empty();
    waiting_.push_back(std::move(exchange));
    if (!multi_) {
      static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
      static_cast<void>(ready);
      multi_.reset(curl_multi_init());
      thread_ = std::thread([this] { run(); });
    }
  }
  // Not under the lock, which it would run into at once; and once for all that wait.
  if (first_waiting) curl_multi_wakeup(multi_.get());
}

void CurlClient::stop(HttpStream& stream) {
  stream.stopped = true;
  const std::lock_guard lock(mutex_);
  stopped_streams_ = true;
  if (multi_) curl_multi_wakeup(multi_.get());
}

void CurlClient::drop_stopped() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(stopped_streams_, false)) return;
  }
  std::erase_if(running_, [this](const auto& entry) {
    const auto& stream = entry.second->call.stream;
    if (!stream || !stream->stopped) return false;
    curl_multi_remove_handle(multi_.get(), entry.first);
    return true;
  });
}

void CurlClient::take_new() {
  std::deque<std::unique_ptr<Exchange>> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(waiting_);
  }
  for (auto& exchange : fresh) {
    exchange->lane = lane_of(exchange->call);
    exchange->waits_since = std::chrono::steady_clock::now();
    if (exchange->lane.empty()) {
      begin(std::move(exchange));
      continue;
    }
    const std::string lane = exchange->lane;
    lanes_.wait(lane, std::move(exchange));
    serve(lane);
  }
}

void CurlClient::serve(const std::string& lane) {
  while (auto next = lanes_.next(lane))
    if (!begin(std::move(*next))) lanes_.left(lane);
}

bool CurlClient::begin(std::unique_ptr<Exchange> exchange) {
  if (!exchange->lane.empty() &&
      !has_time_left(exchange->call, std::chrono::steady_clock::now() - exchange->waits_since)) {
    if (exchange->call.trace) exchange->call.trace->timed_out = true;
    complete(std::move(exchange->done),
             fail(ErrorKind::unavailable, "earlier calls to this host were not answered in time"));
    return false;
  }
  CURL* easy = nullptr;
  if (const auto stream = exchange->call.stream) {
    if (stream->stopped) return false;
    exchange->hand_on = [this, stream](std::string part) {
      loop_.post([alive = alive_, stream, part = std::move(part)] {
        if (*alive && !stream->stopped) stream->part(part);
      });
    };
  }
  if (!prepare(*exchange, share_.get(), authorities_) ||
      curl_multi_add_handle(multi_.get(), easy = exchange->easy.get()) != CURLM_OK) {
    complete(std::move(exchange->done), fail(ErrorKind::invalid, "the call has an invalid method, URL or header"));
    return false;
  }
  running_.emplace(easy, std::move(exchange));
  return true;
}

void CurlClient::finish_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_.get(), easy);
    auto exchange = std::move(running_.extract(easy).mapped());
    if (exchange->call.stream && exchange->call.stream->stopped) continue;
    complete(std::move(exchange->done), outcome(*exchange, code));
    if (exchange->lane.empty()) continue;
    lanes_.left(exchange->lane);
    serve(exchange->lane);
  }
}

// With each call that ends libcurl closes the idle one that has rested longest, for as long as there are more.
void CurlClient::keep_connections() {
  if (const auto kept = kept_.change(running_.size(), std::chrono::steady_clock::now()))
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(*kept));
}

void CurlClient::run() {
  authorities_ = system_authorities();
  share_.reset(curl_share_init());
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    take_new();
    drop_stopped();
    keep_connections();
    int active = 0;
    if (const CURLMcode code = curl_multi_perform(multi_.get(), &active); code != CURLM_OK) {
      log(LogLevel::error, "the HTTP client failed", {{"error", curl_multi_strerror(code)}});
    }
    finish_done();
    curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
  }
  for (auto& [easy, exchange] : running_) curl_multi_remove_handle(multi_.get(), easy);
  running_.clear();
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(Loop& loop) { return std::make_unique<CurlClient>(loop); }

}  // namespace muster
