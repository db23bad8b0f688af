#include "integrations/chat/mattermost/gateway.h"

#include "bot/base/json.h"
#include "integrations/chat/mattermost/names.h"

namespace muster::mattermost {

std::string Gateway::resume_query() const {
  if (!is_id(connection_id_)) return {};  // a malformed id is cut at once
  return "connection_id=" + connection_id_ + "&sequence_number=" + std::to_string(next_);
}

void Gateway::opened(TimeMs now) {
  open_ = true;
  live_ = false;
  resuming_ = !connection_id_.empty();
  opened_ = pinged_ = now;
  request_ = waiting_for_ = 0;
}

void Gateway::closed() { open_ = live_ = false; }

void Gateway::forget() {
  connection_id_.clear();
  next_ = 0;
}

GatewayActions Gateway::frame(std::string_view text, TimeMs now) {
  GatewayActions actions;
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_map()) {
    forget();
    actions.reconnect = "a frame was no JSON";
    return actions;
  }
  const Value& f = *parsed;
  if (f.has("seq_reply") || f.has("status"))
    reply(f, now, actions);
  else if (f["event"].as_string() == "hello")
    hello(f, actions);
  else if (f.has("event"))
    numbered(f, actions);
  return actions;
}

// A hello may come at any time. A connection id that we did not have means that something may be missing.
void Gateway::hello(const Value& f, GatewayActions& actions) {
  const std::string id = f["data"]["connection_id"].as_string();
  version_ = f["data"]["server_version"].as_string();
  next_ = f["seq"].as_int() + 1;
  actions.fresh = id.empty() || id != connection_id_ || resuming_;
  connection_id_ = id;
  live_ = true;
  resuming_ = false;
}

void Gateway::numbered(const Value& f, GatewayActions& actions) {
  const std::int64_t seq = f["seq"].as_int(-1);
  if (seq < next_) return;  // a resume replays what we had
  if (seq > next_) {
    ++gaps_;
    // What follows would hide the hole: the connection is opened again from the number that is missing.
    actions.reconnect = "events " + std::to_string(next_) + " to " + std::to_string(seq - 1) + " did not arrive";
    return;
  }
  next_ = seq + 1;
  live_ = true;
  resuming_ = false;
  actions.events.push_back({f["event"].as_string(), f["data"], f["broadcast"]["channel_id"].as_string()});
}

void Gateway::reply(const Value& f, TimeMs, GatewayActions& actions) {
  if (f["seq_reply"].as_int() == waiting_for_) waiting_for_ = 0;
  // A resumed stream without news says nothing; the answered ping proves that it lives.
  if (f["status"].as_string() == "OK") live_ = true;
  if (f["error"]["status_code"].as_int() == 401) {
    actions.token_refused = true;
    actions.reconnect = "the server no longer accepts the token";
  }
}

GatewayActions Gateway::ping(TimeMs now) {
  GatewayActions actions;
  waiting_for_ = ++request_;
  pinged_ = now;
  actions.send.push_back(R"({"action":"ping","seq":)" + std::to_string(request_) + "}");
  return actions;
}

GatewayActions Gateway::tick(TimeMs now) {
  GatewayActions actions;
  if (!open_) return actions;
  if (waiting_for_ != 0 && now - pinged_ >= ping_answer_ms) {
    actions.reconnect = "the server does not answer the ping";
  } else if (!live_ && !resuming_ && now - opened_ >= hello_ms) {
    forget();
    actions.reconnect = "the server did not say hello";
  } else if (request_ == 0 || (waiting_for_ == 0 && now - pinged_ >= ping_every_ms)) {
    return ping(now);
  }
  return actions;
}

}  // namespace muster::mattermost
