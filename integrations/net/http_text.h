// The texts of HTTP that need no library: escapes, queries, response heads, event-stream frames.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "integrations/net/http_server.h"

namespace muster {

std::string percent_decode(std::string_view text, bool plus_is_space);  // invalid escapes stay as sent
std::map<std::string, std::string> parse_query(std::string_view query);
std::string_view reason_phrase(int status);
// Path and query of "/a?b=c". "http://host/a" (RFC 9112, 3.2.2) also replaces the Host that was sent.
void put_target(HttpRequest& request, std::string_view target);

enum class KeepAlive { close, implied, spoken };  // spoken: a 1.0 client must be told

// Status line and headers with the empty line. Values are stripped of line breaks: nothing can inject a header.
// The length is given for everything that may carry a body.
void append_head(std::string& out, const HttpResponse& response, std::string_view date, KeepAlive keep);
bool status_has_body(int status);
std::string stream_head();
std::string stream_frame(std::string_view event, std::string_view data, std::string_view id);
HttpResponse response_of(const Error& error);
HttpResponse plain_response(int status, std::string text);
HttpResponse busy_response(std::string text);  // 503, to be tried again

struct HostPort {
  std::string host;
  unsigned short port = 0;
};
Result<HostPort> parse_host_port(std::string_view text);  // "127.0.0.1:80", "[::1]:80", "localhost:0"

}  // namespace muster
