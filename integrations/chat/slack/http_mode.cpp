// HTTP mode: Slack posts events, button presses and slash commands to us. Each is answered when it is stored; what is
// not answered within three seconds, or not with 200, comes again and has the same key.
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "integrations/chat/slack/slack.h"
#include "integrations/net/http_text.h"

namespace muster {

namespace {

constexpr std::size_t body_bytes_max = 1u << 20;
constexpr int json_depth_max = 64;

HttpResponse plain_answer(int status, std::string text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text), .headers = {}};
}

std::string header(const HttpRequest& q, const char* name) {
  const auto it = q.headers.find(name);
  return it == q.headers.end() ? std::string() : it->second;
}

// One path for all three: the content type and the field `payload` tell them apart.
std::optional<SlackFrame> frame_of(const HttpRequest& q) {
  SlackFrame f;
  f.kind = SlackFrame::Kind::envelope;
  if (header(q, "content-type").starts_with("application/json")) {
    const auto body = parse_json(q.body, json_depth_max);
    if (!body || !body->is_map()) return std::nullopt;
    f.type = "events_api";
    f.payload = *body;
    return f;
  }
  const auto fields = parse_query(q.body);
  if (const auto payload = fields.find("payload"); payload != fields.end()) {
    const auto body = parse_json(payload->second, json_depth_max);
    if (!body || !body->is_map()) return std::nullopt;
    f.type = "interactive";
    f.payload = *body;
    return f;
  }
  if (!fields.contains("command")) return std::nullopt;
  f.type = "slash_commands";
  f.payload = Value::Map{};
  for (const auto& [name, value] : fields) f.payload.set(name, value);
  return f;
}

}  // namespace

void Slack::request(const HttpRequest& q, const HttpReply& reply) {
  if (q.method != "POST") return reply(plain_answer(405, "POST only\n"));
  if (q.body.size() > body_bytes_max) return reply(plain_answer(413, "too large\n"));
  const auto good = check_slack_signature(config_.signing_secret, header(q, "x-slack-request-timestamp"),
                                          header(q, "x-slack-signature"), q.body, out_.clock.now());
  if (!good) {
    // Slack's look at the certificate is not signed; it asks for nothing.
    if (q.body.starts_with("ssl_check=1")) return reply(plain_answer(200, ""));
    log(LogLevel::warn, "a request that is not Slack's was refused",
        {{"platform", config_.name}, {"why", good.error().message}, {"from", q.remote}});
    return reply(plain_answer(401, "not signed by Slack\n"));
  }
  last_signed_ms_ = out_.clock.now();
  const auto f = frame_of(q);
  if (!f) return reply(plain_answer(400, "not understood\n"));
  if (f->payload["type"].as_string() == "url_verification") {
    return reply(plain_answer(200, f->payload["challenge"].as_string()));
  }
  // Who we are is not known yet, or the queue is full: Slack brings it again.
  if (!ready_ || !listener_ || inbound_.waiting.size() >= inbound_max) {
    HttpResponse later = plain_answer(503, "not now\n");
    later.headers["Retry-After"] = "5";
    return reply(later);
  }
  envelope({.slot = 0,
            .socket = 0,
            .envelope_id = {},
            .reply =
                [reply](const std::string& json) {
                  HttpResponse answer = plain_answer(200, json);
                  if (!json.empty()) answer.content_type = "application/json";
                  reply(answer);
                }},
           *f);
}

}  // namespace muster
