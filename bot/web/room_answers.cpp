#include "bot/web/room_answers.h"

#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster {

namespace {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::unauthorized:
      return 403;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

bool plain_name_char(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// RFC 6266: a plain name for old clients, the real one percent-encoded. No byte of it can end the header.
std::string disposition(const std::string& name) {
  std::string plain, encoded;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    constexpr const char* digits = "0123456789ABCDEF";
    if (plain_name_char(u)) {
      plain += c;
      encoded += c;
      continue;
    }
    if (u < 0x80) plain += '_';
    encoded += '%';
    encoded += digits[u >> 4];
    encoded += digits[u & 15];
  }
  return "attachment; filename=\"" + (plain.empty() ? "file" : plain) + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace

std::string header_of(const HttpRequest& request, const std::string& name) {
  const auto it = request.headers.find(name);
  return it == request.headers.end() ? std::string() : it->second;
}

std::string query_of(const HttpRequest& request, const std::string& name) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::string() : it->second;
}

std::string cookie_of(const HttpRequest& request, std::string_view name) {
  for (const std::string& part : split(header_of(request, "cookie"), ';')) {
    const std::string_view pair = trim(part);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

bool is_of_another_site(const HttpRequest& request) {
  const std::string origin = header_of(request, "origin");
  const std::string host = header_of(request, "host");
  const bool same = origin.empty() || origin == "http://" + host || origin == "https://" + host;
  return !same || header_of(request, "sec-fetch-site") == "cross-site";
}

std::string host_name(const std::string& host) {
  const std::size_t from = host.starts_with("[") ? host.find(']') : 0;
  if (from == std::string::npos) return {};
  const std::size_t colon = host.find(':', from);
  return lower_ascii(host.substr(0, colon));
}

HttpResponse answer(int status, std::string type, std::string body) {
  HttpResponse r;
  r.status = status;
  r.content_type = std::move(type);
  r.body = std::move(body);
  r.headers = {{"Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
               {"X-Content-Type-Options", "nosniff"},
               {"X-Frame-Options", "DENY"},
               {"Referrer-Policy", "no-referrer"},
               {"Cross-Origin-Resource-Policy", "same-origin"},
               {"Cross-Origin-Opener-Policy", "same-origin"},
               {"Cache-Control", "no-store"}};
  return r;
}

HttpResponse notice_page(int status, const std::string& title, const std::string& text, const std::string& language) {
  return answer(status, "text/html; charset=utf-8",
                "<!doctype html><html lang=\"" + language +
                    "\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                    "content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>" +
                    escape_html(title) + "</title><link rel=\"stylesheet\" href=\"/room/style.css\">" +
                    "<body class=\"notice\"><main><h1>" + escape_html(title) + "</h1><p>" + escape_html(text) +
                    "</p></main></body></html>");
}

HttpResponse redirect(const std::string& to) {
  HttpResponse r = answer(302, "text/plain; charset=utf-8", "");
  r.headers["Location"] = to;
  return r;
}

HttpResponse json_answer(const Value& value) { return answer(200, "application/json; charset=utf-8", to_json(value)); }

HttpResponse respond(const Result<void>& result) {
  HttpResponse r;
  r.content_type = "application/json; charset=utf-8";
  r.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
  if (result) {
    r.body = R"({"ok":true})";
    return r;
  }
  const Error& error = result.error();
  r.status = status_of(error.kind);
  r.body = to_json(Value::Map{{"error", error.message}, {"next_step", error.next_step}});
  return r;
}

HttpResponse download(const std::string& name, std::string bytes) {
  HttpResponse r = answer(200, "application/octet-stream", std::move(bytes));
  r.headers["Content-Security-Policy"] = "default-src 'none'; sandbox";
  r.headers["Content-Disposition"] = disposition(name);
  return r;
}

}  // namespace muster
