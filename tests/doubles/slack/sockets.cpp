// The Socket Mode half of the Slack double, and what people do.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "tests/doubles/form.h"
#include "tests/doubles/slack/core.h"

namespace muster::doubles {

namespace {

constexpr DurationMs kAckWithin = 3'000;
constexpr DurationMs kLostAfter = 360'000;  // with no connection at all
constexpr std::size_t kConnectionsMost = 10;
constexpr DurationMs kRetryAfter[] = {0, 60'000, 300'000};  // about at once, after a minute, after five

}  // namespace

bool SlackCore::opens(const std::string& ticket) { return tickets_.erase(ticket) == 1; }

bool SlackCore::connected(Peer peer) {
  if (peers_.size() >= kConnectionsMost) {
    frames_.push_back({peer, R"({"type":"disconnect","reason":"too_many_websockets"})", true});
    return false;
  }
  peers_.push_back(peer);
  const Value hello =
      Value::Map{{"type", "hello"},
                 {"num_connections", static_cast<std::int64_t>(peers_.size())},
                 {"connection_info", Value::Map{{"app_id", "A1"}}},
                 {"debug_info", Value::Map{{"host", "double"}, {"approximate_connection_time", 18060}}}};
  frames_.push_back({peer, to_json(hello), false});
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (pending_[i].sent_ms == 0) send_envelope(i);  // nobody was there when it happened
  }
  return true;
}

void SlackCore::disconnected(Peer peer) { std::erase(peers_, peer); }

std::vector<SlackCore::Peer> SlackCore::peers() const { return peers_; }

void SlackCore::received(Peer, const std::string& text) {
  auto parsed = parse_json(text);
  if (!parsed || !(*parsed)["envelope_id"].is_string()) {
    broken_rules.push_back("a frame that is no acknowledgement: " + text.substr(0, 80));
    return;
  }
  const std::string& id = (*parsed)["envelope_id"].as_string();
  view_answered(id, (*parsed)["payload"]);
  std::erase_if(pending_, [&id](const Pending& p) { return p.envelope_id == id; });
}

std::vector<SlackCore::Frame> SlackCore::take_frames() { return std::exchange(frames_, {}); }

void SlackCore::warn(Peer peer, const std::string& reason) {
  frames_.push_back({peer, to_json(Value::Map{{"type", "disconnect"}, {"reason", reason}}), false});
  // Slack chooses another connection for what comes next, when there is one.
  if (peers_.size() > 1 && std::erase(peers_, peer) > 0) peers_.insert(peers_.begin(), peer);
}

void SlackCore::emit(const std::string& type, Value payload) {
  pending_.push_back({"env-" + std::to_string(++serial_), type, std::move(payload), 0, 0, now_});
  if (!peers_.empty() || !signing_secret.empty()) send_envelope(pending_.size() - 1);
}

void SlackCore::emit_event(Value event) {
  emit("events_api", Value::Map{{"type", "event_callback"},
                                {"team_id", "T1"},
                                {"api_app_id", "A1"},
                                {"event_id", "Ev" + std::to_string(++serial_)},
                                {"event_time", now_ / 1'000},
                                {"event", std::move(event)}});
}

void SlackCore::send_envelope(std::size_t index) {
  Pending& p = pending_[index];
  if (peers_.empty() && signing_secret.empty()) return;
  p.sent_ms = std::max<TimeMs>(now_, 1);
  if (!signing_secret.empty()) {
    send_post(p);
    if (deliver_twice) send_post(p);
    return;
  }
  Value envelope = Value::Map{
      {"envelope_id", p.envelope_id},
      {"type", p.type},
      {"accepts_response_payload", p.type == "slash_commands" || p.payload["type"].as_string() == "view_submission"},
      {"payload", p.payload}};
  if (p.type == "events_api") {
    envelope.set("retry_attempt", p.attempt);
    envelope.set("retry_reason", p.attempt > 0 ? "timeout" : "");
  }
  frames_.push_back({peers_[turn_++ % peers_.size()], to_json(envelope), false});
  if (!deliver_twice) return;
  envelope.set("envelope_id", p.envelope_id + "-again");
  frames_.push_back({peers_[turn_++ % peers_.size()], to_json(envelope), false});
}

// "Verifying requests from Slack": the signature is over the bytes that are sent.
void SlackCore::send_post(const Pending& p) {
  Post post;
  post.envelope_id = p.envelope_id;
  if (p.type == "events_api") {
    post.body = to_json(p.payload);
    post.headers["content-type"] = "application/json";
  } else {
    post.headers["content-type"] = "application/x-www-form-urlencoded";
    for (const auto& [name, value] : p.payload.as_map()) {
      if (p.type == "slash_commands")
        post.body += (post.body.empty() ? "" : "&") + name + "=" + form_encoded(value.as_string());
    }
    if (p.type != "slash_commands") post.body = "payload=" + form_encoded(to_json(p.payload));
  }
  if (p.attempt > 0) {
    post.headers["x-slack-retry-num"] = std::to_string(p.attempt);
    post.headers["x-slack-retry-reason"] = "http_timeout";
  }
  const std::string stamp = std::to_string(now_ / 1'000);
  post.headers["x-slack-request-timestamp"] = stamp;
  post.headers["x-slack-signature"] = "v0=" + to_hex(hmac_sha256(signing_secret, "v0:" + stamp + ":" + post.body));
  posts_out_.push_back(std::move(post));
}

void SlackCore::answered(const std::string& envelope_id, int status, const std::string& body) {
  if (status != 200) return;  // tick() brings it again
  const auto payload = parse_json(body);
  view_answered(envelope_id, payload ? *payload : Value());
  std::erase_if(pending_, [&](const Pending& p) { return p.envelope_id == envelope_id; });
}

void SlackCore::give_up_old() {
  const auto old = [this](const Pending& p) { return p.sent_ms == 0 && now_ - p.made_ms > kLostAfter; };
  if (std::ranges::all_of(pending_, old)) pending_.clear();
}

void SlackCore::tick() {
  for (std::size_t i = 0; i < pending_.size();) {
    Pending& p = pending_[i];
    const DurationMs wait = p.sent_ms == 0 ? 0 : kAckWithin + kRetryAfter[std::min(p.attempt, 2)];
    const bool due = p.sent_ms != 0 && now_ - p.sent_ms >= wait;
    const bool nobody = p.sent_ms == 0 && now_ - p.made_ms > kLostAfter;
    const bool over = nobody || (due && (p.attempt == 3 || p.type != "events_api"));
    if (over) {
      pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (due) {
      ++p.attempt;
      send_envelope(i);
    }
    ++i;
  }
}

std::string SlackCore::say(const std::string& user, const std::string& channel, const std::string& text,
                           const std::string& thread) {
  SlackChannel& c = channels.at(channel);
  SlackPost post;
  post.ts = said_before > 0 ? earlier_ts(said_before) : next_ts();
  post.user = user;
  post.text = text;
  post.thread_ts = thread;
  post.files = std::exchange(next_files_, Value());
  post.subtype = std::exchange(next_subtype_, {});
  c.posts[post.ts] = post;
  Value event = message_value(post);
  if (!post.files.is_null()) event.set("subtype", "file_share");
  event.set("channel", channel);
  event.set("channel_type", c.im_of.empty() ? "channel" : "im");
  event.set("event_ts", post.ts);
  if (const auto u = users.find(user); u != users.end() && u->second.team != "T1")
    event.set("user_team", u->second.team);
  if (const auto u = users.find(user); u != users.end() && u->second.is_bot) event.set("bot_id", "B" + user);
  if (text.find("<@" + std::string(bot_user) + ">") != std::string::npos && c.im_of.empty()) {
    Value mention = event;
    mention.set("type", "app_mention");
    emit_event(mention);
  }
  if (c.members.contains(bot_user)) emit_event(event);
  if (!pending_.empty()) last_said_ = pending_.back().payload;
  return post.ts;
}

std::string SlackCore::say_me(const std::string& user, const std::string& channel, const std::string& text) {
  next_subtype_ = "me_message";
  return say(user, channel, text);
}

std::string SlackCore::share(const std::string& user, const std::string& channel, const std::string& text,
                             const std::string& name, const std::string& type, std::string bytes,
                             const std::string& kept_at) {
  const std::string id = "F" + std::to_string(++serial_), url = kept_at + id + "/" + name;
  const auto size = static_cast<std::int64_t>(bytes.size());
  // As it is fetched: in what Slack says a space stands as it was typed.
  std::string address = url;
  for (std::size_t at = 0; (at = address.find(' ', at)) != std::string::npos;) address.replace(at, 1, "%20");
  files[address] = std::move(bytes);
  shared_[id] = Value::Map{{"id", id},
                           {"name", name},
                           {"mimetype", type},
                           {"size", size},
                           {"mode", "hosted"},
                           {"url_private", url},
                           {"url_private_download", url},
                           {"public_url_shared", false}};
  next_files_ = Value::List{shared_[id]};
  if (connected_channels.contains(channel))
    next_files_ = Value::List{Value::Map{{"id", id},
                                         {"mode", "file_access"},
                                         {"file_access", "check_file_info"},
                                         {"created", 0},
                                         {"timestamp", 0},
                                         {"user", ""}}};
  return say(user, channel, text);
}

// https://docs.slack.dev/reference/objects/file-object: without name, size and addresses
std::string SlackCore::share_without(const std::string& user, const std::string& channel, const std::string& mode) {
  next_files_ = Value::List{Value::Map{{"id", "F" + std::to_string(++serial_)}, {"mode", mode}}};
  return say(user, channel, "a file");
}

// Without the right token Slack answers with its login page, and with 200.
SlackReply SlackCore::download(const std::string& url, const std::string& token) {
  const auto it = files.find(url);
  if (it == files.end()) return {404, "no such file", {}, false};
  if (token != bot_token) return {200, "<html>Sign in</html>", {{"content-type", "text/html; charset=utf-8"}}, false};
  return {200, it->second, {{"content-type", "application/octet-stream"}}, false};
}

bool SlackCore::choose(const std::string& user, const std::string& channel, const std::string& ts,
                       const std::string& callback_id) {
  const auto& posts = channels.at(channel).posts;
  const auto it = posts.find(ts);
  if (it == posts.end()) return false;
  emit("interactive", Value::Map{{"type", "message_action"},
                                 {"callback_id", callback_id},
                                 {"user", Value::Map{{"id", user}, {"team_id", "T1"}}},
                                 {"channel", Value::Map{{"id", channel}}},
                                 {"message", message_value(it->second)},
                                 {"message_ts", ts},
                                 {"action_ts", next_ts()},
                                 {"trigger_id", new_trigger(user)}});
  return true;
}

// https://docs.slack.dev/reference/events/subteam_members_changed and subteam_updated
void SlackCore::change_group(const std::string& id, std::vector<std::string> users) {
  auto& group = groups.at(id);
  Value list = Value::List{};
  for (const std::string& user : users) list.push(user);
  group.second = std::move(users);
  emit_event(Value::Map{{"type", "subteam_members_changed"}, {"subteam_id", id}});
  emit_event(Value::Map{{"type", "subteam_updated"},
                        {"subteam", Value::Map{{"id", id}, {"handle", group.first}, {"users", list}}}});
}

void SlackCore::say_last_again() { emit("events_api", last_said_); }

void SlackCore::edit(const std::string& channel, const std::string& ts, const std::string& text) {
  SlackPost& post = channels.at(channel).posts.at(ts);
  const Value before = message_value(post);
  post.text = text;
  post.edited_ts = next_ts();
  if (text.find("<@" + std::string(bot_user) + ">") != std::string::npos) {
    Value mention = message_value(post);
    mention.set("type", "app_mention");
    mention.set("channel", channel);
    emit_event(mention);
  }
  emit_event(Value::Map{{"type", "message"},
                        {"subtype", "message_changed"},
                        {"hidden", true},
                        {"channel", channel},
                        {"ts", post.edited_ts},
                        {"message", message_value(post)},
                        {"previous_message", before}});
}

void SlackCore::unfurl(const std::string& channel, const std::string& ts) {
  const Value before = message_value(channels.at(channel).posts.at(ts));
  Value after = before;
  after.set("attachments", Value::List{Value::Map{{"title", "a page"}}});
  emit_event(Value::Map{{"type", "message"},
                        {"subtype", "message_changed"},
                        {"hidden", true},
                        {"channel", channel},
                        {"ts", next_ts()},
                        {"message", after},
                        {"previous_message", before}});
}

void SlackCore::remove(const std::string& channel, const std::string& ts) {
  auto& posts = channels.at(channel).posts;
  const Value before = message_value(posts.at(ts));
  posts.erase(ts);
  emit_event(Value::Map{{"type", "message"},
                        {"subtype", "message_deleted"},
                        {"hidden", true},
                        {"channel", channel},
                        {"ts", next_ts()},
                        {"deleted_ts", ts},
                        {"previous_message", before}});
}

void SlackCore::react(const std::string& user, const std::string& channel, const std::string& ts,
                      const std::string& name, bool added) {
  SlackPost& post = channels.at(channel).posts.at(ts);
  if (added) {
    post.reactions[name].insert(user);
  } else {
    post.reactions[name].erase(user);
  }
  emit_event(Value::Map{{"type", added ? "reaction_added" : "reaction_removed"},
                        {"user", user},
                        {"reaction", name},
                        {"item", Value::Map{{"type", "message"}, {"channel", channel}, {"ts", ts}}},
                        {"item_user", post.user},
                        {"event_ts", next_ts()}});
}

void SlackCore::pin(const std::string& user, const std::string& channel, const std::string& ts, bool added) {
  SlackPost& post = channels.at(channel).posts.at(ts);
  post.pinned = added;
  post.pinned_by = added ? user : "";
  emit_event(
      Value::Map{{"type", added ? "pin_added" : "pin_removed"},
                 {"user", user},
                 {"channel_id", channel},
                 {"item", Value::Map{{"type", "message"}, {"channel", channel}, {"message", message_value(post)}}},
                 {"event_ts", next_ts()}});
}

bool SlackCore::press(const std::string& user, const std::string& channel, const std::string& ts,
                      const std::string& value) {
  const SlackPost& post = channels.at(channel).posts.at(ts);
  for (const Value& block : post.blocks.as_list()) {
    for (const Value& e : block["elements"].as_list()) {
      if (e["type"].as_string() != "button" || e["value"].as_string() != value) continue;
      Value action = e;
      action.set("action_ts", next_ts());
      emit("interactive", Value::Map{{"type", "block_actions"},
                                     {"user", Value::Map{{"id", user}, {"team_id", "T1"}}},
                                     {"container", Value::Map{{"type", "message"},
                                                              {"message_ts", ts},
                                                              {"channel_id", channel},
                                                              {"thread_ts", post.thread_ts}}},
                                     {"channel", Value::Map{{"id", channel}}},
                                     {"trigger_id", new_trigger(user)},
                                     {"actions", Value::List{action}}});
      return true;
    }
  }
  return false;
}

}  // namespace muster::doubles
