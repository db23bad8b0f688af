#include "integrations/observability/call.h"

#include "bot/base/base64.h"
#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"

namespace muster::observability {

Error error_of(const Failure& f) {
  const ErrorKind kind = f.kind == "refused"                              ? ErrorKind::invalid
                         : f.kind == "not_found"                          ? ErrorKind::not_found
                         : f.kind == "conflict"                           ? ErrorKind::conflict
                         : f.kind == "unavailable" || f.kind == "timeout" ? ErrorKind::unavailable
                                                                          : ErrorKind::invalid;
  return {kind, f.message, {}};
}

std::string authorization(std::string_view secret, std::string_view scheme) {
  if (secret.empty()) return {};
  if (secret.find(':') != std::string_view::npos) return "Basic " + to_base64(secret);
  return std::string(scheme) + " " + std::string(secret);
}

std::string url_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").contains(c);
    if (plain)
      out += c;
    else
      out += std::string("%") + digits[byte >> 4] + digits[byte & 15u];
  }
  return out;
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    out += (out.empty() ? "" : "&") + std::string(name) + "=" + url_encoded(value);
  }
  return out;
}

HttpCall call_to(const BackendDef& b, std::string method, const std::string& path, DurationMs timeout) {
  HttpCall call;
  call.method = std::move(method);
  std::string_view base = b.url;
  while (base.ends_with('/')) base.remove_suffix(1);
  call.url = std::string(base) + path;
  call.timeout_ms = timeout > 0 ? timeout : b.timeout;
  call.connect_timeout_ms = connect_timeout_ms;
  call.max_body_bytes = answer_bytes_max;
  call.ca_file = b.ca_file;
  call.fresh_connection = call.method != "GET";
  call.headers["Accept"] = "application/json";
  const std::string auth = authorization(b.secret, b.kind == "elasticsearch" ? "ApiKey" : "Bearer");
  if (!auth.empty()) call.headers["Authorization"] = auth;
  if (!b.tenant.empty()) call.headers["X-Scope-OrgID"] = b.tenant;
  return call;
}

namespace {

Failure broken(const Error& error, const HttpTrace& t, std::string_view name, std::int64_t timeout_ms) {
  const std::string who(name);
  Failure f{"unavailable", who + " cannot be reached: " + clip(one_line(error.message), 200), t.left};
  if (error.kind == ErrorKind::invalid || error.kind == ErrorKind::unauthorized) {
    f = {"refused", clip(one_line(error.message), 200), false};
  } else if (t.too_long) {
    f = {"too_large", who + " answered with more than 8 MiB; ask for less", true};
  } else if (t.timed_out) {
    f.kind = "timeout";
    f.message = t.left ? who + " gave no answer within " + std::to_string(timeout_ms / 1000) + " s"
                       : who + " cannot be reached: no connection in time";
  }
  return f;
}

}  // namespace

void send(HttpClient& client, HttpCall call, std::string_view name, Answered<HttpResult> done) {
  const auto trace = std::make_shared<HttpTrace>();
  call.trace = trace;
  const std::int64_t timeout_ms = call.timeout_ms;
  client.send(std::move(call),
              [trace, timeout_ms, name = std::string(name), done = std::move(done)](Result<HttpResult> r) {
                if (r) return done(std::move(*r));
                done(std::unexpected(broken(r.error(), *trace, name, timeout_ms)));
              });
}

std::string said(std::string_view body) {
  std::string text;
  if (const auto json = parse_json(body.substr(0, std::min<std::size_t>(body.size(), 64u << 10)))) {
    if (json->is_string()) text = json->as_string();
    for (const char* key : {"error", "message", "msg"}) {
      if (!text.empty()) break;
      const Value& v = (*json)[key];
      text = v.is_map() ? v["reason"].as_string() : v.as_string();
    }
  } else {
    text = std::string(body.substr(0, 2000));
  }
  return redact(clip(one_line(repair_utf8(text)), 300)).text;
}

Failure status_failure(std::string_view name, int status, std::string_view body) {
  const std::string text = said(body), who(name);
  Failure f{"refused", text.empty() ? who + " answered with status " + std::to_string(status) : text, false};
  if (status == 401 || status == 403)
    f.message = who + " refuses the bot (status " + std::to_string(status) + "): check its token in the configuration";
  else if (status == 404)
    f.kind = "not_found";
  else if (status == 409 || status == 412)
    f.kind = "conflict";
  else if (status == 429)
    f.kind = "unavailable";
  else if (status >= 500)
    f = {"unavailable", who + " answered with status " + std::to_string(status) + (text.empty() ? "" : ": " + text),
         true};
  else if (status >= 300 && status < 400)
    f.message =
        who + " redirects (status " + std::to_string(status) + "), which is not followed: configure the final address";
  return f;
}

}  // namespace muster::observability
