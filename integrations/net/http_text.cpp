#include "integrations/net/http_text.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"

namespace muster {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_char(std::string_view text, char c) { return text.find(c) != text.npos; }

void append_safe(std::string& out, std::string_view value) {
  if (!has_char(value, '\r') && !has_char(value, '\n') && !has_char(value, '\0')) {
    out += value;
    return;
  }
  for (const char c : value) out += (c == '\r' || c == '\n' || c == '\0') ? ' ' : c;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_safe(out, name);
  out += ": ";
  append_safe(out, value);
  out += "\r\n";
}

void append_number(std::string& out, std::size_t n) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out.append(digits, end);
}

// Two searches for one character each: a search for either looks at every character by itself.
std::size_t line_end(std::string_view text, std::size_t from) {
  const std::size_t feed = text.find('\n', from);
  return std::min(feed, text.substr(0, feed).find('\r', from));
}

// Every line of `text` becomes one field line; CR, LF and CRLF all end a line in this format.
void append_lines(std::string& out, std::string_view field, std::string_view text) {
  for (std::size_t at = 0;;) {
    const std::size_t end = line_end(text, at);
    out += field;
    out += text.substr(at, end == std::string_view::npos ? end : end - at);
    out += '\n';
    if (end == std::string_view::npos) return;
    at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += (c == '+' && plus_is_space) ? ' ' : c;
  }
  return out;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> out;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    // A name given several times keeps all its values, one a line.
    const auto [at, fresh] = out.emplace(percent_decode(pair.substr(0, equals), true), percent_decode(value, true));
    if (!fresh) at->second += "\n" + percent_decode(value, true);
  }
  return out;
}

void put_target(HttpRequest& request, std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == 4 || colon == 5) {
    const std::string scheme = lower_ascii(target.substr(0, colon));
    const std::size_t host = colon + 3, path = std::min(target.find_first_of("/?", host), target.size());
    if (scheme == "http" || scheme == "https") {
      request.headers["host"] = target.substr(host, path - host);
      target = target.substr(path);
      if (target.empty() || target.front() == '?') request.path = "/";
    }
  }
  const std::size_t mark = target.find('?');
  if (mark != 0 && !target.empty()) request.path = percent_decode(target.substr(0, mark), false);
  if (mark != std::string_view::npos) request.query = parse_query(target.substr(mark + 1));
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 421:
      return "Misdirected Request";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& out, const HttpResponse& response, std::string_view date, KeepAlive keep) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  if (status_has_body(response.status)) {
    if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (keep == KeepAlive::close) out += "Connection: close\r\n";
  if (keep == KeepAlive::spoken) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
         "X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
}

std::string stream_frame(std::string_view event, std::string_view data, std::string_view id) {
  std::string out;
  out.reserve(event.size() + data.size() + id.size() + 32);
  const auto field = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += name;
    append_safe(out, value);
    out += '\n';
  };
  field("id: ", id);
  field("event: ", event);
  append_lines(out, "data: ", data);
  out += '\n';
  return out;
}

HttpResponse response_of(const Error& error) {
  HttpResponse response;
  switch (error.kind) {
    case ErrorKind::invalid:
      response.status = 400;
      break;
    case ErrorKind::not_found:
      response.status = 404;
      break;
    case ErrorKind::conflict:
      response.status = 409;
      break;
    case ErrorKind::unauthorized:
      response.status = 401;
      break;
    case ErrorKind::unavailable:
      response.status = 503;
      break;
    case ErrorKind::internal:
      response.status = 500;
      break;
  }
  response.body = error.message + "\n";
  return response;
}

HttpResponse plain_response(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

HttpResponse busy_response(std::string text) {
  HttpResponse response = plain_response(503, std::move(text));
  response.headers["Retry-After"] = "5";
  return response;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return fail(ErrorKind::invalid, "\"" + std::string(text) + "\" is no address to listen on",
                "Write HOST:PORT, for example 127.0.0.1:8080; port 0 picks a free one.");
  };
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  HostPort out;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (digits.empty() || ec != std::errc() || end != digits.data() + digits.size()) return wrong();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  out.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  return out;
}

}  // namespace muster
