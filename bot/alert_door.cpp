#include "bot/alert_door.h"

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "integrations/alerts/alertmanager.h"

namespace muster {
namespace {

// A bearer token or "user:pass"; any of the configured ones, so that a rotation loses nothing.
bool secret_fits(const std::vector<std::string>& secrets, const HttpRequest& request) {
  if (secrets.empty()) return true;
  const auto header = request.headers.find("authorization");
  if (header == request.headers.end()) return false;
  const std::string& sent = header->second;
  const std::string lower = lower_ascii(sent.substr(0, 7));
  std::string offered;
  if (lower.starts_with("bearer "))
    offered = std::string(trim(std::string_view(sent).substr(7)));
  else if (lower.starts_with("basic "))
    offered = from_base64(trim(std::string_view(sent).substr(6)));
  bool fits = false;
  for (const std::string& s : secrets) fits = equal_constant_time(s, offered) || fits;
  return fits;
}

HttpResponse busy() {
  return {.status = 503, .content_type = "text/plain", .body = "", .headers = {{"Retry-After", "5"}}};
}
HttpResponse json_response(int status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

}  // namespace

void AlertDoor::configure(const Settings& settings, const Tokens& tokens) {
  senders_.clear();
  for (const AlertSourceDef& s : settings.sources) {
    const auto token = tokens.sources.find(s.name);
    if (token != tokens.sources.end()) senders_.push_back({s.name, s.kind, token->second, s.secrets});
  }
}

std::string AlertDoor::token_of(const std::string& kind) const {
  for (const Sender& s : senders_) {
    if (s.kind == kind) return s.token;
  }
  return "";
}

const AlertDoor::Sender* AlertDoor::sender(const std::string& kind, const std::string& token) const {
  const Sender* found = nullptr;
  for (const Sender& s : senders_) {
    if (s.kind == kind && equal_constant_time(s.token, token)) found = &s;
  }
  return found;
}

void AlertDoor::request(HttpRequest request, HttpReply reply) {
  const std::vector<std::string> parts = split(request.path, '/');  // "", in, kind, token, rest…
  const bool known_kind = parts.size() >= 4 && (parts[2] == "alertmanager" || parts[2] == "prometheus");
  if (!known_kind) return reply({.status = 404, .content_type = "text/plain", .body = "", .headers = {}});
  const Sender* s = sender(parts[2], parts[3]);
  if (!s || !secret_fits(s->secrets, request)) {
    return reply({.status = 401, .content_type = "text/plain", .body = "", .headers = {}});
  }
  const std::string rest = request.path.substr(5 + parts[2].size() + parts[3].size());
  if (!rest.empty() && rest != "/") return api(*s, rest, std::move(request), std::move(reply));
  if (request.method != "POST")
    return reply({.status = 405, .content_type = "text/plain", .body = "", .headers = {{"Allow", "POST"}}});
  webhook(*s, std::move(request), std::move(reply));
}

void AlertDoor::webhook(const Sender& s, HttpRequest request, HttpReply reply) {
  if (dispatcher_.full()) return reply(busy());
  const TimeMs received = clock_.now();
  const std::string key = "in:" + dispatcher_.new_id();
  std::string body = redact_body(request.body);
  Commit c;
  c.inbox.push_back({.dedupe_key = key,
                     .kind = "alertmanager",
                     .body = body,
                     .received_ms = received,
                     .meta = Value::Map{{"source", s.name}}});
  store_.commit(std::move(c),
                [this, key, body = std::move(body), received, reply = std::move(reply)](Result<Committed> r) {
                  if (!r) return reply(busy());
                  reply({.status = 202, .content_type = "text/plain", .body = "", .headers = {}});
                  decide(key, body, received);
                });
}

void AlertDoor::decide(const std::string& key, const std::string& body, TimeMs received) {
  Result<WebhookAlerts> parsed = parse_alertmanager_webhook(body, received);
  if (!parsed) return dispatcher_.undecodable("Alertmanager", key, parsed.error().message);
  dispatcher_.alerts(std::move(parsed->alerts), key, parsed->truncated, received, {});
}

void AlertDoor::take_pending(const InboxItem& item) {
  if (item.kind == "alertmanager") decide(item.dedupe_key, item.body, item.received_ms);
}

void AlertDoor::api(const Sender& s, const std::string& rest, HttpRequest request, HttpReply reply) {
  if (rest == "/-/ready" || rest == "/-/healthy")
    return reply({.status = 200, .content_type = "text/plain", .body = "OK", .headers = {}});
  if (rest == "/api/v2/alerts" && request.method == "POST") return api_post(s, std::move(request), std::move(reply));
  if (rest == "/api/v2/alerts" && request.method == "GET") return reply(api_alerts());
  if (rest == "/api/v2/status" && request.method == "GET") {
    return reply(json_response(
        200,
        R"({"cluster":{"status":"disabled","peers":[]},"config":{"original":""},"uptime":"1970-01-01T00:00:00.000Z",)"
        R"("versionInfo":{"branch":"","buildDate":"","buildUser":"","goVersion":"","revision":"","version":"muster )" +
            std::string(muster_version) + "\"}}"));
  }
  reply({.status = 404, .content_type = "text/plain", .body = "", .headers = {}});
}

void AlertDoor::api_post(const Sender& s, HttpRequest request, HttpReply reply) {
  const TimeMs received = clock_.now();
  std::string body = redact_body(request.body);
  const auto type = request.headers.find("content-type");
  ApiV2Alerts parsed = parse_alerts_v2(body, type == request.headers.end() ? "" : type->second, received);
  if (parsed.alerts.empty()) return reply(json_response(parsed.status, parsed.answer));
  InboxItem item{.dedupe_key = "in:" + dispatcher_.new_id(),
                 .kind = "alerts_v2",
                 .body = std::move(body),
                 .received_ms = received,
                 .meta = Value::Map{{"source", s.name}}};
  dispatcher_.alerts_with_inbox(std::move(parsed.alerts), std::move(item),
                                [reply = std::move(reply), status = parsed.status, answer = parsed.answer](
                                    Result<void> r) { reply(r ? json_response(status, answer) : busy()); });
}

HttpResponse AlertDoor::api_alerts() const {
  Value list = Value::List{};
  for (const auto& [n, a] : dispatcher_.state().alerts) {
    if (a.status != "firing" || list.as_list().size() >= 1000) continue;
    Value labels = Value::Map{};
    for (const auto& [k, v] : a.labels) labels.set(k, v);
    const Value none = Value::List{};
    list.push(Value::Map{
        {"labels", labels},
        {"annotations", Value::Map{{"summary", a.title}}},
        {"startsAt", format_utc(a.starts_ms)},
        {"endsAt", format_utc(clock_.now() + 5 * minute_ms)},
        {"updatedAt", format_utc(a.last_seen_ms)},
        {"fingerprint", label_fingerprint(a.labels)},
        {"receivers", Value::List{Value::Map{{"name", "muster"}}}},
        {"status", Value::Map{{"state", "active"}, {"silencedBy", none}, {"inhibitedBy", none}, {"mutedBy", none}}}});
  }
  return json_response(200, to_json(list));
}

}  // namespace muster
