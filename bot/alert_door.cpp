#include "bot/alert_door.h"

#include "bot/alert_api.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "integrations/alerts/alertmanager.h"

namespace muster {
namespace {

constexpr DurationMs refused_alert_ms = 6 * hour_ms;  // longer than Alertmanager's usual repeat interval

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
    const auto old = tokens.old_sources.find(s.name);
    if (old != tokens.old_sources.end()) senders_.push_back({s.name, s.kind, old->second, s.secrets});
  }
}

std::string AlertDoor::token_of(const std::string& kind) const {
  for (const Sender& s : senders_) {
    if (s.kind == kind) return s.token;
  }
  return "";
}

std::string AlertDoor::secret_of(const std::string& kind) const {
  for (const Sender& s : senders_) {
    if (s.kind == kind) return s.secrets.empty() ? "" : s.secrets.front();
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
  const Result<WebhookAlerts> parsed = parse_alertmanager_webhook(body, received);
  if (!parsed) return dispatcher_.undecodable("Alertmanager", key, parsed.error().message);
  dispatcher_.alerts(parsed->alerts, key, parsed->truncated, received, {});
}

void AlertDoor::take_pending(const InboxItem& item) {
  if (item.kind == "alertmanager") decide(item.dedupe_key, item.body, item.received_ms);
}

void AlertDoor::api(const Sender& s, const std::string& rest, HttpRequest request, HttpReply reply) {
  if (request.method == "GET") return reply(api_get(rest, request));
  if (rest == "/api/v2/alerts" && request.method == "POST") return api_post(s, std::move(request), std::move(reply));
  if (rest.starts_with("/api/v2/silence"))  // silences are not made here: a client must not believe that it was
    return reply(json_response(
        501, to_json(Value("muster makes no silences; silence the alert at its source or in Alertmanager"))));
  reply({.status = 404, .content_type = "text/plain", .body = "", .headers = {}});
}

HttpResponse AlertDoor::api_get(const std::string& rest, const HttpRequest& request) const {
  if (rest == "/-/ready" || rest == "/-/healthy")
    return {.status = 200, .content_type = "text/plain", .body = "OK", .headers = {}};
  if (rest == "/api/v2/status") return json_response(200, to_json(api_status(started_)));
  if (rest == "/api/v2/receivers") return json_response(200, to_json(api_receivers()));
  if (rest == "/api/v2/silences") return json_response(200, "[]");
  const bool groups = rest == "/api/v2/alerts/groups";
  if (!groups && rest != "/api/v2/alerts")
    return {.status = 404, .content_type = "text/plain", .body = "", .headers = {}};
  const auto asked = read_alert_query(request.query);
  if (!asked) return json_response(400, to_json(Value(asked.error().message)));
  const Value list = groups ? api_groups(dispatcher_.state(), *asked, clock_.now())
                            : api_alerts(dispatcher_.state(), *asked, clock_.now());
  return json_response(200, to_json(list));
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
  dispatcher_.alerts_with_inbox(parsed.alerts, std::move(item),
                                [reply = std::move(reply), status = parsed.status, answer = parsed.answer](
                                    Result<void> r) { reply(r ? json_response(status, answer) : busy()); });
}

// The sender will try again for ever, and its alerts do not arrive: that is an alert of its own.
void AlertDoor::refused(const std::string& path, int status) {
  const std::vector<std::string> parts = split(path, '/');
  const Sender* s = parts.size() >= 4 && parts[1] == "in" ? sender(parts[2], parts[3]) : nullptr;
  if (!s || status != 413) return;
  const TimeMs now = clock_.now();
  const std::string& language = dispatcher_.config().language;
  AlertEvent e;
  e.route = "alertmanager";
  e.status = "firing";
  e.severity = "warning";
  e.labels = {{"alertname", "MusterDeliveryTooLarge"}, {"source", s->name}, {"severity", "warning"}};
  e.source_key = label_fingerprint(e.labels);
  const std::string limit = std::to_string(limits::body_bytes_max >> 20);
  e.title = say(language, "door.refused.title", {{"source", s->name}, {"limit", limit}});
  e.body = say(language, "door.refused.body");
  e.starts_ms = now;
  e.ends_ms = now + refused_alert_ms;
  InboxItem item{.dedupe_key = "in:" + dispatcher_.new_id(),
                 .kind = "refused",
                 .body = "",
                 .received_ms = now,
                 .meta = Value::Map{{"source", s->name}}};
  dispatcher_.alerts_with_inbox({e}, std::move(item), {});
}

}  // namespace muster
