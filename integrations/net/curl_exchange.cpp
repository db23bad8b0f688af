#include "integrations/net/curl_exchange.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <utility>

#include "bot/base/text.h"
#include "integrations/net/metadata_address.h"

namespace muster {

namespace {

constexpr std::size_t answer_header_bytes_max = 64u << 10;
static_assert(sizeof CurlExchange::error == CURL_ERROR_SIZE);

bool streams(const CurlExchange& exchange) {
  if (!exchange.hand_on) return false;
  long status = 0;
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& exchange = *static_cast<CurlExchange*>(to);
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
  auto& exchange = *static_cast<CurlExchange*>(to);
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
    static_cast<CurlExchange*>(to)->forbidden_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool add_header(CurlExchange::Headers& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

// A line break in a header would smuggle in another header; libcurl passes it on.
bool is_clean(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos; }

bool set_headers(CurlExchange& exchange) {
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
  auto& exchange = *static_cast<CurlExchange*>(to);
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

bool set_connection(CurlExchange& exchange) {
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

// An authority that is called as the right one and has another key, as that of a cluster that was made anew: OpenSSL
// tells of the signature first, and libcurl takes it for a broken handshake.
bool wrong_signature(const CurlExchange& exchange, CURLcode code) {
  const std::string_view why = exchange.error;
  return code == CURLE_SSL_CONNECT_ERROR &&
         (why.contains("asn1 encoding routines") || why.contains("rsa routines") || why.contains("bad signature"));
}

void trace(const CurlExchange& exchange, CURLcode code) {
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

}  // namespace

void CurlExchange::End::operator()(void* easy) const { curl_easy_cleanup(easy); }

void CurlExchange::End::operator()(curl_slist* list) const { curl_slist_free_all(list); }

// Certificate and host name checks are libcurl's defaults; they are set so that nobody wonders.
bool prepare_exchange(CurlExchange& exchange, void* share, const Authorities& system) {
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

Result<HttpResult> outcome_of(CurlExchange& exchange, int curl_code) {
  const auto code = static_cast<CURLcode>(curl_code);
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

}  // namespace muster
