// Buttons: only where Mattermost can reach us. A click carries no proof of where it comes from, so each button's
// context is sealed with a key that only we have; who clicked is what the server says, as far as its word reaches.
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs valid_ms = 7 * day_ms;
constexpr DurationMs twice_ms = 10 * second_ms;  // two clicks within it are one
constexpr std::size_t buttons_max = 5;

std::string style_of(const std::string& style) {
  return style == "danger" ? "danger" : style == "primary" ? "primary" : "default";
}

// Anything but 200 with a body is shown to the person as an error of the integration.
HttpResponse said(const std::string& text) {
  const Value body = text.empty() ? Value(Value::Map{}) : Value(Value::Map{{"ephemeral_text", text}});
  return {.status = 200, .content_type = "application/json", .body = to_json(body), .headers = {}};
}

}  // namespace

std::string Mattermost::seal(const std::string& channel_id, const std::string& command, TimeMs until) const {
  const std::string key = hmac_sha256(config_.token, "muster buttons");
  return to_hex(hmac_sha256(key, channel_id + "\n" + std::to_string(until) + "\n" + command));
}

Value Mattermost::attachments(const Op& op) const {
  if (config_.callback_url.empty()) return {};
  const std::string channel_id = out_.directory.theirs("channel", op.channel);
  const TimeMs until = out_.clock.now() + valid_ms;
  Value actions = Value::List{};
  for (const Button& b : message_from(op.message.body["message"]).buttons) {
    const std::size_t n = actions.as_list().size();
    if (b.command.empty() || n >= buttons_max) continue;
    const Value context =
        Value::Map{{"command", b.command}, {"until", until}, {"seal", seal(channel_id, b.command, until)}};
    actions.push(Value::Map{{"id", "b" + std::to_string(n)},  // letters and digits: anything else is 404 on 5.37
                            {"type", "button"},
                            {"name", one_line(b.label)},
                            {"style", style_of(b.style)},
                            {"integration", Value::Map{{"url", config_.callback_url}, {"context", context}}}});
  }
  if (actions.as_list().empty()) return Value(op.message.kind == "edit" ? Value(Value::List{}) : Value());
  return Value::List{Value::Map{{"actions", std::move(actions)}}};
}

void Mattermost::click(const std::string& body, const std::function<void(HttpResponse)>& reply) {
  const auto parsed = parse_json(body, 16);
  const Value v = parsed ? *parsed : Value();
  const Value& context = v["context"];
  const std::string command = context["command"].as_string(), channel = v["channel_id"].as_string();
  const TimeMs until = context["until"].as_int(), now = out_.clock.now();
  const std::string user = v["user_id"].as_string(), post = v["post_id"].as_string();
  const bool sealed = equal_constant_time(context["seal"].as_string(), seal(channel, command, until));
  if (!sealed || !is_id(user) || !is_id(post) || !is_id(channel)) {
    return reply({.status = 403, .body = "not a button of ours\n", .headers = {}});
  }
  if (until < now) return reply(said("This button is too old. Type `" + std::string(1, out_.prefix) + command + "`."));
  Inbound in;
  in.kind = "button";
  in.post.id = post;
  in.post.channel_id = channel;
  in.post.message = command;
  in.user_id = user;
  in.id =
      "click:" + post + ":" + user + ":" + to_hex(sha256(command)).substr(0, 12) + ":" + std::to_string(now / twice_ms);
  in.at = now;
  in.stored = [reply](const Result<void>& stored) { reply(said(stored ? "" : stored.error().message)); };
  enqueue(std::move(in));
}

}  // namespace muster
