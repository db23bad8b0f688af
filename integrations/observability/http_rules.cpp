// What a step may call: addresses as they are compared, the allow list, headers.
#include <algorithm>
#include <charconv>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/observability/http_step.h"

namespace muster::observability {
namespace {

constexpr std::size_t url_bytes_max = 4'000;
constexpr std::size_t headers_max = 32;

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (host.front() == '[')
    return host.back() == ']' && host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  return host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == std::string_view::npos &&
         host.front() != '.' && host.front() != '-';
}

bool split_port(std::string_view authority, std::string_view& host, int& port) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  host = authority.substr(0, colon);
  if (colon == std::string_view::npos) return true;
  const std::string_view digits = authority.substr(colon + 1);
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, port);
  return !digits.empty() && rest == end && error == std::errc() && port > 0 && port < 65536;
}

// Dots that climb would leave the path that was allowed.
bool climbs(std::string_view path) {
  const std::string lower = lower_ascii(path.substr(0, path.find('?')));
  for (const std::string& part : split(lower, '/')) {
    std::string plain = part;
    for (auto at = plain.find("%2e"); at != std::string::npos; at = plain.find("%2e")) plain.replace(at, 3, ".");
    if (plain == ".." || plain == "." || part.contains("%2f") || part.contains("%5c")) return true;
  }
  return false;
}

Failure refused(std::string message) { return {"refused", std::move(message), false}; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

bool method_allowed(const HttpAllowDef& allow, const std::string& method) {
  if (allow.methods.empty()) return method == "GET" || method == "HEAD";
  return std::ranges::any_of(allow.methods, [&](const std::string& m) { return upper(m) == method; });
}

// "/api" allows /api, /api/x and /api?x, and not /apifoo.
bool path_allowed(std::string_view prefix, std::string_view path) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return true;
  return path.starts_with(prefix) &&
         (path.size() == prefix.size() || path[prefix.size()] == '/' || path[prefix.size()] == '?');
}

// Headers that decide where a request goes or where it ends are ours.
bool header_allowed(std::string_view lower_name) {
  static constexpr std::string_view ours[] = {"host", "content-length", "transfer-encoding", "connection", "keep-alive",
                                              "te",   "trailer",        "upgrade",           "expect"};
  if (lower_name.empty() || lower_name.starts_with("proxy-") || lower_name.size() > 100) return false;
  if (std::ranges::find(ours, lower_name) != std::end(ours)) return false;
  return lower_name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > url_bytes_max) return {};
  if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c == '\x7f' || c == '\\' || c == '#' || c < 0; }))
    return {};
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return {};
  Url url;
  url.scheme = lower_ascii(text.substr(0, mark));
  if (url.scheme != "http" && url.scheme != "https") return {};
  text.remove_prefix(mark + 3);
  const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
  const std::string authority = lower_ascii(text.substr(0, slash));
  url.path = slash < text.size() && text[slash] == '/' ? std::string(text.substr(slash))
                                                       : "/" + std::string(text.substr(slash));
  url.port = url.scheme == "https" ? 443 : 80;
  std::string_view host;
  if (!split_port(authority, host, url.port)) return {};
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!is_host(host)) return {};
  url.host = host;
  return url;
}

Answer<const HttpAllowDef*> permitted(const std::vector<HttpAllowDef>& list, const HttpStep& step) {
  const auto url = parse_url(step.url);
  const std::string shown = clip(one_line(step.url), 200), method = upper(step.method);
  if (!url) return std::unexpected(refused("`" + shown + "` is no address I call: http(s)://HOST[:PORT]/PATH"));
  if (climbs(url->path)) return std::unexpected(refused("`" + shown + "` has dots or encoded slashes in its path"));
  bool host_known = false;
  for (const HttpAllowDef& allow : list) {
    const auto entry = parse_url(allow.url);
    if (!entry || entry->scheme != url->scheme || entry->host != url->host || entry->port != url->port) continue;
    host_known = true;
    if (path_allowed(entry->path, url->path) && method_allowed(allow, method)) return &allow;
  }
  if (host_known)
    return std::unexpected(refused(
        method + " " + shown + " is not allowed: an entry of http_allow names the host, but not this path or method"));
  return std::unexpected(refused("no entry of http_allow names " + url->scheme + "://" + url->host + ":" +
                                 std::to_string(url->port) + "; add it to the configuration"));
}

Answer<HttpCall> http_request(const HttpAllowDef& allow, const HttpStep& step) {
  HttpCall call;
  call.method = upper(step.method);
  call.url = step.url;
  for (const auto& [name, value] : step.query)
    call.url += (call.url.find('?') == std::string::npos ? "?" : "&") + url_encoded(name) + "=" + url_encoded(value);
  if (call.url.size() > 2 * url_bytes_max) return std::unexpected(refused("the address is too long with its query"));
  if (step.body.size() > body_sent_bytes_max) return std::unexpected(refused("the body is longer than 1 MiB"));
  if (step.headers.size() > headers_max) return std::unexpected(refused("more than 32 headers"));
  for (const auto& [name, value] : step.headers) {
    if (!header_allowed(lower_ascii(name)) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return std::unexpected(refused("the header `" + clip(one_line(name), 60) + "` may not be set by a step"));
    call.headers[name] = value;
  }
  if (step.json && !step.body.empty()) call.headers.try_emplace("Content-Type", "application/json");
  if (!step.key_header.empty()) {
    if (!header_allowed(lower_ascii(step.key_header)))
      return std::unexpected(refused("`" + clip(one_line(step.key_header), 60) + "` cannot carry the key"));
    call.headers[step.key_header] = step.key;
  }
  if (const std::string auth = authorization(allow.secret); !auth.empty()) {
    std::erase_if(call.headers, [](const auto& h) { return lower_ascii(h.first) == "authorization"; });
    call.headers["Authorization"] = auth;
  }
  call.body = step.body;
  call.timeout_ms = step.timeout_ms;
  call.connect_timeout_ms = connect_timeout_ms;
  call.max_body_bytes = answer_bytes_max;
  call.ca_file = allow.ca_file;
  call.no_metadata_addresses = true;
  call.fresh_connection = call.method != "GET" && call.method != "HEAD";
  return call;
}

Answer<HttpStep> read_http_step(const Value& a) {
  HttpStep s;
  if (a.is_string()) return s.url = a.as_string(), s;
  s.url = a["url"].as_string();
  if (s.url.empty()) return std::unexpected(refused("the step names no url"));
  if (a.has("method")) s.method = a["method"].as_string();
  if (s.method.empty() || upper(s.method).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    return std::unexpected(refused("`" + clip(one_line(s.method), 20) + "` is no method"));
  const auto text = [](const Value& v) { return v.is_string() ? v.as_string() : to_json(v); };
  for (const auto& [name, value] : a["headers"].as_map()) s.headers[name] = text(value);
  for (const auto& [name, value] : a["query"].as_map()) s.query[name] = text(value);
  s.json = a.has("json") || (a.has("body") && !a["body"].is_string());
  if (a.has("json"))
    s.body = to_json(a["json"]);
  else if (a.has("body"))
    s.body = text(a["body"]);
  if (a.has("form")) {
    for (const auto& [name, value] : a["form"].as_map())
      s.body += (s.body.empty() ? "" : "&") + url_encoded(name) + "=" + url_encoded(text(value));
    s.headers.try_emplace("Content-Type", "application/x-www-form-urlencoded");
  }
  s.key_header = a["key"].as_string();
  for (const Value& status : a["expect"].as_list()) s.expect.push_back(static_cast<int>(status.as_int()));
  if (a["expect"].is_int()) s.expect.push_back(static_cast<int>(a["expect"].as_int()));
  return s;
}

}  // namespace muster::observability
