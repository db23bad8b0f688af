#include "integrations/chat/slack/incoming.h"

#include <charconv>
#include <cstdlib>
#include <set>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/chat/slack/views.h"

namespace muster {

namespace {

constexpr std::int64_t kSignatureWindowS = 300;

const std::string& text_of(const Value& v, std::string_view key) { return v[key].as_string(); }

// Without a subtype, or with one that still is something a person said.
bool is_said(const std::string& subtype) {
  static const std::set<std::string> said = {"", "bot_message", "thread_broadcast", "file_share", "me_message"};
  return said.contains(subtype);
}

bool is_ours(const Value& message, const SlackSelf& self) {
  const auto same = [](const std::string& a, const std::string& b) { return !a.empty() && a == b; };
  return same(text_of(message, "user"), self.user_id) || same(text_of(message, "bot_id"), self.bot_id) ||
         same(text_of(message, "app_id"), self.app_id);
}

bool is_outsider(const Value& message, const SlackSelf& self) {
  for (const char* key : {"user_team", "source_team"}) {
    const std::string& team = text_of(message, key);
    if (!team.empty() && !self.team_id.empty() && team != self.team_id) return true;
  }
  return false;
}

std::string reply_root(const Value& message) {
  const std::string& root = text_of(message, "thread_ts");
  return root == text_of(message, "ts") ? std::string() : root;
}

SlackEvent blank(std::string kind, std::string id, const std::string& channel) {
  SlackEvent out;
  out.event.platform = "slack";
  out.event.kind = std::move(kind);
  out.event.id = std::move(id);
  out.event.channel = channel;
  return out;
}

void fill_message(SlackEvent& out, const Value& message) {
  out.event.post_id = text_of(message, "ts");
  out.event.thread = reply_root(message);
  out.event.user = text_of(message, "user");
  out.event.text = text_of(message, "text");
  out.event.at = slack_time(out.event.post_id);
  out.from_bot = message.has("bot_id") || text_of(message, "subtype") == "bot_message" || out.event.user == "USLACKBOT";
  out.files = message["files"];
}

// Edits are known by the time of the edit, so that the second edit is no duplicate of the first. A link that unfolds
// also comes as message_changed, without `edited`: nobody said anything.
std::optional<SlackEvent> changed(const Value& event, const SlackSelf& self) {
  const Value& message = event["message"];
  if (is_ours(message, self) || is_ours(event["previous_message"], self)) return std::nullopt;
  const std::string& channel = text_of(event, "channel");
  if (text_of(message, "subtype") == "tombstone") {
    SlackEvent out = blank("delete", "gone:" + channel + ":" + text_of(message, "ts"), channel);
    out.event.post_id = text_of(message, "ts");
    out.event.user = text_of(event["previous_message"], "user");
    out.author = out.event.user;
    out.event.at = slack_time(text_of(event, "ts"));
    return out;
  }
  if (!message.has("edited") || text_of(message, "text") == text_of(event["previous_message"], "text")) {
    return std::nullopt;
  }
  SlackEvent out = blank("edit", {}, channel);
  fill_message(out, message);
  out.event.id = "edit:" + channel + ":" + out.event.post_id + ":" + text_of(message["edited"], "ts");
  out.author = out.event.user;
  out.event.user = text_of(message["edited"], "user");
  out.event.at = slack_time(text_of(message["edited"], "ts"));
  out.outsider = is_outsider(message, self);
  return out;
}

std::optional<SlackEvent> deleted(const Value& event, const SlackSelf& self) {
  const Value& before = event["previous_message"];
  const std::string& channel = text_of(event, "channel");
  if (is_ours(before, self)) {
    SlackEvent out = blank("gone", "ours-gone:" + channel + ":" + text_of(event, "deleted_ts"), channel);
    out.event.post_id = text_of(event, "deleted_ts");
    out.event.at = slack_time(text_of(event, "ts"));
    return out;
  }
  SlackEvent out = blank("delete", "gone:" + channel + ":" + text_of(event, "deleted_ts"), channel);
  out.event.post_id = text_of(event, "deleted_ts");
  out.event.thread = reply_root(before);
  out.event.user = text_of(before, "user");
  out.author = out.event.user;
  out.event.at = slack_time(text_of(event, "ts"));
  return out;
}

std::optional<SlackEvent> said(const Value& event, const SlackSelf& self, bool mention) {
  if (is_ours(event, self) || event["hidden"].as_bool() || text_of(event, "ts").empty()) return std::nullopt;
  const std::string& channel = text_of(event, "channel");
  SlackEvent out = blank("message", "msg:" + channel + ":" + text_of(event, "ts"), channel);
  fill_message(out, event);
  out.mention = mention;
  out.direct = text_of(event, "channel_type") == "im";
  out.outsider = is_outsider(event, self);
  out.event.is_told_only = text_of(event, "subtype") == "me_message";
  return out;
}

// A mention that was edited into a message comes as one of these too, and so may one in a topic: neither is a line for
// us. The message's own event tells of the edit.
std::optional<SlackEvent> mentioned(const Value& event, const SlackSelf& self) {
  if (event.has("edited") || !is_said(text_of(event, "subtype"))) return std::nullopt;
  return said(event, self, true);
}

std::optional<SlackEvent> reaction(const Value& event, const std::string& event_id, const SlackSelf& self) {
  const Value& item = event["item"];
  if (text_of(item, "type") != "message" || text_of(event, "user") == self.user_id) return std::nullopt;
  const bool added = text_of(event, "type") == "reaction_added";
  SlackEvent out = blank(added ? "reaction" : "unreaction", event_id, text_of(item, "channel"));
  out.event.post_id = text_of(item, "ts");
  out.event.user = text_of(event, "user");
  out.event.emoji = text_of(event, "reaction");
  out.event.at = slack_time(text_of(event, "event_ts"));
  out.author = text_of(event, "item_user");
  return out;
}

std::optional<SlackEvent> pin(const Value& event, const std::string& event_id, const SlackSelf& self) {
  const Value& message = event["item"]["message"];
  if (text_of(message, "ts").empty() || text_of(event, "user") == self.user_id) return std::nullopt;
  const bool added = text_of(event, "type") == "pin_added";
  SlackEvent out = blank(added ? "pin" : "unpin", event_id, text_of(event, "channel_id"));
  out.event.post_id = text_of(message, "ts");
  out.event.thread = reply_root(message);
  out.event.user = text_of(event, "user");
  out.event.text = text_of(message, "text");
  out.event.at = slack_time(text_of(event, "event_ts"));
  out.author = text_of(message, "user");
  return out;
}

std::optional<SlackEvent> joined(const Value& event, const std::string& event_id) {
  SlackEvent out =
      blank(text_of(event, "type") == "member_joined_channel" ? "join" : "leave", event_id, text_of(event, "channel"));
  out.event.user = text_of(event, "user");
  out.event.at = slack_time(text_of(event, "event_ts"));
  return out;
}

// Our own doing is no news.
std::optional<SlackEvent> archived(const Value& event, const std::string& event_id, const SlackSelf& self) {
  if (text_of(event, "user") == self.user_id) return std::nullopt;
  SlackEvent out = blank("archived", event_id, text_of(event, "channel"));
  out.event.user = text_of(event, "user");
  out.event.at = slack_time(text_of(event, "event_ts"));
  return out;
}

std::optional<SlackEvent> from_events_api(const Value& payload, const SlackSelf& self) {
  const Value& event = payload["event"];
  const std::string& type = text_of(event, "type");
  const std::string& event_id = text_of(payload, "event_id");
  const std::string id = "ev:" + (event_id.empty() ? to_hex(sha256(to_json(event))) : event_id);
  if (type == "app_mention") return mentioned(event, self);
  if (type == "reaction_added" || type == "reaction_removed") return reaction(event, id, self);
  if (type == "pin_added" || type == "pin_removed") return pin(event, id, self);
  if (type == "member_joined_channel" || type == "member_left_channel") return joined(event, id);
  if (type == "channel_archive" || type == "group_archive") return archived(event, id, self);
  if (type != "message") return std::nullopt;
  const std::string& subtype = text_of(event, "subtype");
  if (subtype == "message_changed") return changed(event, self);
  if (subtype == "message_deleted") return deleted(event, self);
  return is_said(subtype) ? said(event, self, false) : std::nullopt;
}

std::optional<SlackEvent> from_slash(const Value& p) {
  SlackEvent out = blank("slash", "slash:" + text_of(p, "trigger_id"), text_of(p, "channel_id"));
  out.event.user = text_of(p, "user_id");
  out.event.text = text_of(p, "text");
  if (trim(out.event.text).empty()) out.event.text = "help";
  out.mention = true;
  out.direct = text_of(p, "channel_name") == "directmessage";
  out.trigger_id = text_of(p, "trigger_id");
  out.response_url = text_of(p, "response_url");
  return out;
}

// A shortcut in the menu of a message: its callback_id is the command.
std::optional<SlackEvent> from_shortcut(const Value& p, const SlackSelf& self) {
  const std::string& command = text_of(p, "callback_id");
  if (command != "declare" && command != "pin") return std::nullopt;
  const Value& message = p["message"];
  SlackEvent out = blank("button", "shortcut:" + text_of(p, "trigger_id"), text_of(p["channel"], "id"));
  out.event.post_id = text_of(message, "ts").empty() ? text_of(p, "message_ts") : text_of(message, "ts");
  out.event.thread = reply_root(message).empty() ? out.event.post_id : reply_root(message);
  out.event.user = text_of(p["user"], "id");
  out.event.text = command;
  out.event.at = slack_time(text_of(p, "action_ts"));
  out.mention = out.shortcut = true;
  out.chosen = message;
  const std::string& team = text_of(p["user"], "team_id");
  out.outsider = !team.empty() && !self.team_id.empty() && team != self.team_id;
  out.trigger_id = text_of(p, "trigger_id");
  out.response_url = text_of(p, "response_url");
  return out;
}

// A form that was sent. The view's id and what was filled in tell it apart; nothing of ours has the same again.
std::optional<SlackEvent> from_view(const Value& p, const SlackSelf& self) {
  SlackViewValues v = slack_view_values(p["view"]);
  if (v.place.channel.empty() || v.place.command.empty()) return std::nullopt;
  const std::string digest = to_hex(sha256(to_json(p["view"]["state"]))).substr(0, 16);
  SlackEvent out = blank("form", "view:" + text_of(p["view"], "id") + ":" + digest, v.place.channel);
  out.event.thread = v.place.thread;
  out.event.user = text_of(p["user"], "id");
  out.event.text = v.place.command;
  out.event.form = std::move(v.values);
  out.event.answer = std::make_shared<FormAnswer>();
  out.first_field = v.first;
  out.mention = true;
  const std::string& team = text_of(p["user"], "team_id");
  out.outsider = !team.empty() && !self.team_id.empty() && team != self.team_id;
  return out;
}

std::optional<SlackEvent> from_press(const Value& p, const SlackSelf& self) {
  if (text_of(p, "type") == "message_action") return from_shortcut(p, self);
  if (text_of(p, "type") == "view_submission") return from_view(p, self);
  if (text_of(p, "type") != "block_actions" || p["actions"].as_list().empty()) return std::nullopt;
  const Value& action = p["actions"].as_list().front();
  const Value& place = p["container"];
  const std::string& user = text_of(p["user"], "id");
  SlackEvent out = blank("button", {}, text_of(place, "channel_id"));
  out.event.id = "press:" + text_of(place, "message_ts") + ":" + text_of(action, "action_ts") + ":" + user;
  out.event.post_id = text_of(place, "message_ts");
  out.event.thread = text_of(place, "thread_ts");
  out.event.user = user;
  out.event.text = action.has("value") ? text_of(action, "value") : text_of(action["selected_option"], "value");
  out.event.at = slack_time(text_of(action, "action_ts"));
  out.mention = true;
  const std::string& team = text_of(p["user"], "team_id");
  out.outsider = !team.empty() && !self.team_id.empty() && team != self.team_id;
  out.trigger_id = text_of(p, "trigger_id");
  out.response_url = text_of(p, "response_url");
  return out;
}

}  // namespace

Result<SlackFrame> read_slack_frame(std::string_view text) {
  auto parsed = parse_json_without("blocks", text);  // the text says the same, and is what a person typed
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_map()) return fail(ErrorKind::invalid, "Slack sent a frame that is no JSON object");
  SlackFrame frame;
  frame.type = text_of(*parsed, "type");
  frame.envelope_id = text_of(*parsed, "envelope_id");
  frame.reason = text_of(*parsed, "reason");
  frame.connections = (*parsed)["num_connections"].as_int();
  frame.retry_attempt = static_cast<int>((*parsed)["retry_attempt"].as_int());
  frame.payload = std::move(parsed->member("payload"));
  using Kind = SlackFrame::Kind;
  frame.kind = frame.type == "hello"        ? Kind::hello
               : frame.type == "disconnect" ? Kind::disconnect
               : frame.envelope_id.empty()  ? Kind::unknown
                                            : Kind::envelope;
  return frame;
}

std::string slack_acknowledgement(const std::string& envelope_id, const std::string& payload) {
  const std::string text = to_json(Value::Map{{"envelope_id", envelope_id}});
  return payload.empty() ? text : text.substr(0, text.size() - 1) + ",\"payload\":" + payload + "}";
}

std::optional<SlackEvent> slack_event(const std::string& type, const Value& payload, const SlackSelf& self) {
  if (type == "events_api") return from_events_api(payload, self);
  if (type == "slash_commands") return from_slash(payload);
  if (type == "interactive") return from_press(payload, self);
  return std::nullopt;
}

std::optional<SlackNotice> slack_notice(const Value& payload) {
  using Kind = SlackNotice::Kind;
  if (text_of(payload, "type") == "app_rate_limited") return SlackNotice{Kind::rate_limited, {}, {}};
  const Value& event = payload["event"];
  const std::string& type = text_of(event, "type");
  const Value& channel = event["channel"];
  const std::string id = channel.is_map() ? text_of(channel, "id") : channel.as_string();
  if (type == "tokens_revoked" || type == "app_uninstalled") return SlackNotice{Kind::revoked, {}, {}};
  if (type == "channel_rename" || type == "group_rename") {
    return SlackNotice{Kind::channel_renamed, id, text_of(channel, "name")};
  }
  if (type == "subteam_updated" || type == "subteam_members_changed") return SlackNotice{Kind::groups_changed, {}, {}};
  if (type == "channel_id_changed") {
    return SlackNotice{Kind::channel_id_changed, text_of(event, "old_channel_id"), text_of(event, "new_channel_id")};
  }
  return std::nullopt;
}

TimeMs slack_time(std::string_view ts) {
  const std::size_t dot = ts.find('.');
  const std::string_view whole = ts.substr(0, dot);
  std::int64_t seconds = 0;
  const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
  if (read.ec != std::errc() || seconds < 0 || seconds > 253'402'300'799) return 0;
  std::int64_t ms = 0;
  if (dot != std::string_view::npos) {
    std::string digits(ts.substr(dot + 1, 3));
    digits.resize(3, '0');
    std::from_chars(digits.data(), digits.data() + digits.size(), ms);
  }
  return seconds * 1'000 + ms;
}

Result<void> check_slack_signature(std::string_view secret, std::string_view timestamp, std::string_view signature,
                                   std::string_view body, TimeMs now) {
  std::int64_t stamp = 0;
  const auto read = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), stamp);
  if (timestamp.empty() || signature.empty() || read.ec != std::errc() || read.ptr != timestamp.end()) {
    return fail(ErrorKind::unauthorized, "the request carries no Slack signature");
  }
  if (stamp < 0 || std::llabs(now / 1'000 - stamp) > kSignatureWindowS) {
    return fail(ErrorKind::unauthorized, "the request's time is more than five minutes from ours",
                "check this machine's clock");
  }
  std::string signed_text = "v0:" + std::string(timestamp) + ":";
  signed_text += body;
  if (!equal_constant_time("v0=" + to_hex(hmac_sha256(secret, signed_text)), signature)) {
    return fail(ErrorKind::unauthorized, "the request's signature is not made with our signing secret",
                "compare slack.signing_secret with the app's Basic Information page");
  }
  return {};
}

}  // namespace muster
