// The websocket of the double: login, numbered frames, resume.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

namespace {

constexpr DurationMs login_ms = 5000;
constexpr std::size_t client_frame_bytes_max = 8192;

std::string bearer(const HttpRequest& q) {
  const auto it = q.headers.find("authorization");
  if (it == q.headers.end()) return {};
  const std::string& value = it->second;
  const std::string lower = lower_ascii(value.substr(0, 7));
  return lower == "bearer " ? value.substr(7) : lower.starts_with("token ") ? value.substr(6) : std::string();
}

std::string query(const HttpRequest& q, const char* name) {
  const auto it = q.query.find(name);
  return it == q.query.end() ? std::string() : it->second;
}

}  // namespace

const MmUser* MattermostCore::user_of(const HttpRequest& q) const {
  const auto token = tokens_.find(bearer(q));
  if (token == tokens_.end()) return nullptr;
  const auto user = users_.find(token->second);
  return user == users_.end() || !user->second.active ? nullptr : &user->second;
}

HttpResponse MattermostCore::upgrade(const HttpRequest& q) {
  if (fault_before) {
    if (auto fault = fault_before(q)) return *fault;
  }
  if (q.query.contains("access_token")) return {.status = 401, .body = "", .headers = {}};
  return {.status = 101, .body = "", .headers = {}};
}

void MattermostCore::opened(std::uint64_t connection, const HttpRequest& q) {
  Live& live = live_[connection];
  live.opened_ms = clock_.now();
  const MmUser* user = user_of(q);
  if (!user) return;  // the challenge may follow
  live.logged_in = true;
  live.session.user_id = user->id;
  live.session.reliable = true;
  const bool asks = !query(q, "connection_id").empty();  // clients send it empty at first
  if (asks && (query(q, "connection_id").size() != 26 || !q.query.contains("sequence_number"))) {
    live_.erase(connection);
    return wire_.cut(connection);
  }
  if (asks && resume(connection, live, q)) return;
  hello(connection, live);
}

// Only when the old connection is seen as lost and the wanted number is still there.
bool MattermostCore::resume(std::uint64_t connection, Live& live, const HttpRequest& q) {
  const auto it = lost_.find(query(q, "connection_id"));
  if (!options_.reliable || it == lost_.end() || it->second.user_id != live.session.user_id) return false;
  const std::int64_t wanted = std::strtoll(query(q, "sequence_number").c_str(), nullptr, 10);
  const Session& s = it->second;
  const std::int64_t oldest = s.frames.empty() ? s.next_seq : s.frames.front().first;
  if (wanted < oldest || wanted > s.next_seq) return false;
  live.session = s;
  lost_.erase(it);
  for (const auto& [seq, text] : live.session.frames) {
    if (seq >= wanted) wire_.send(connection, text);
  }
  live.session.sent_up_to = live.session.next_seq;
  return true;
}

void MattermostCore::hello(std::uint64_t connection, Live& live) {
  live.session.id = new_id('w');
  live.session.next_seq = 0;
  live.session.frames.clear();
  const Value where =
      Value::Map{{"omit_users", nullptr}, {"user_id", live.session.user_id}, {"channel_id", ""}, {"team_id", ""}};
  frame(live.session, connection, "hello",
        Value::Map{{"connection_id", live.session.id}, {"server_version", options_.version + ".5.37.0.hash.false"}},
        where);
}

void MattermostCore::frame(Session& s, std::uint64_t connection, const std::string& event, const Value& data,
                           const Value& where) {
  const std::int64_t seq = s.next_seq++;
  std::string text = to_json(Value::Map{{"event", event}, {"data", data}, {"broadcast", where}, {"seq", seq}});
  s.frames.emplace_back(seq, text);
  if (connection != 0) {
    s.sent_up_to = s.next_seq;
    while (s.frames.size() > options_.remembered) s.frames.pop_front();
    if (skip_ > 0 && event != "hello") {
      --skip_;
      return;
    }
    wire_.send(connection, std::move(text));
  }
}

void MattermostCore::broadcast(const std::string& event, const Value& data, const Value& where,
                               const std::function<bool(const std::string&)>& wanted) {
  for (auto& [connection, live] : live_) {
    if (live.logged_in && wanted(live.session.user_id)) frame(live.session, connection, event, data, where);
  }
  for (auto it = lost_.begin(); it != lost_.end();) {
    Session& lost = it->second;
    if (wanted(lost.user_id)) frame(lost, 0, event, data, where);
    const bool too_many = static_cast<std::size_t>(lost.next_seq - lost.sent_up_to) > options_.unsent_max;
    it = too_many ? lost_.erase(it) : std::next(it);
  }
}

void MattermostCore::to_channel(const std::string& event, Value data, const MmChannel& c) {
  const Value where = Value::Map{{"omit_users", nullptr}, {"user_id", ""}, {"channel_id", c.id}, {"team_id", ""}};
  broadcast(event, data, where, [&](const std::string& user) {
    const MmUser& u = users_.at(user);
    return u.active && c.members.contains(user);
  });
}

void MattermostCore::to_user(const std::string& event, Value data, const std::string& user_id,
                             const std::string& channel_id) {
  const Value where =
      Value::Map{{"omit_users", nullptr}, {"user_id", user_id}, {"channel_id", channel_id}, {"team_id", ""}};
  broadcast(event, data, where, [&](const std::string& user) { return user == user_id; });
}

void MattermostCore::posted(const MmPost& p) {
  const MmChannel& c = channels_.at(p.channel_id);
  const std::string author = p.type.starts_with("system_") ? "System" : "@" + users_.at(p.user_id).username;
  const std::string override_name = p.props["override_username"].as_string();
  const bool webhook = p.props["from_webhook"].as_string() == "true" && !override_name.empty();
  Value mentions = Value::List{};
  for (const std::string& m : c.members) {
    if (p.message.contains("@" + users_.at(m).username)) mentions.push(m);
  }
  Value data = Value::Map{{"post", to_json(to_value(p))},
                          {"channel_type", c.type},
                          {"channel_display_name", c.display_name},
                          {"channel_name", c.name},
                          {"sender_name", webhook ? override_name : author},
                          {"team_id", c.type == "D" ? "" : c.team_id},
                          {"set_online", true}};
  if (!mentions.as_list().empty()) data.set("mentions", to_json(mentions));
  to_channel("posted", std::move(data), c);
}

void MattermostCore::post_edited(const MmPost& p) {
  to_channel("post_edited", Value::Map{{"post", to_json(to_value(p))}}, channels_.at(p.channel_id));
}

void MattermostCore::text(std::uint64_t connection, const std::string& text) {
  const auto it = live_.find(connection);
  if (it == live_.end()) return;
  Live& live = it->second;
  const auto parsed = parse_json(text);
  if (text.size() > client_frame_bytes_max || !parsed || !parsed->is_map()) {
    closed(connection);
    return wire_.cut(connection);
  }
  const std::int64_t seq = (*parsed)["seq"].as_int();
  const std::string action = (*parsed)["action"].as_string();
  if (action == "authentication_challenge" && !live.logged_in) {
    const auto token = tokens_.find((*parsed)["data"]["token"].as_string());
    if (token == tokens_.end()) {
      live_.erase(it);
      return wire_.cut(connection);
    }
    live.logged_in = true;
    live.session.user_id = token->second;
    hello(connection, live);  // before the answer
    return wire_.send(connection, to_json(Value::Map{{"status", "OK"}, {"seq_reply", seq}}));
  }
  if (!live.logged_in) return;  // no answer before the login
  const bool revoked = std::ranges::none_of(tokens_, [&](const auto& t) { return t.second == live.session.user_id; });
  Value reply = Value::Map{{"status", "OK"}, {"seq_reply", seq}};
  if (action == "ping" && !revoked) {
    reply.set(
        "data",
        Value::Map{{"text", "pong"}, {"version", options_.version}, {"server_time", clock_.now()}, {"node_id", ""}});
  } else if (action != "user_typing" || revoked || seq <= 0) {
    const int status = revoked ? 401 : 500;
    const char* id = revoked ? "api.context.session_expired.app_error" : "api.web_socket_router.bad_action.app_error";
    reply = Value::Map{
        {"status", "FAIL"},
        {"error", Value::Map{{"id", id}, {"message", "no"}, {"detailed_error", ""}, {"status_code", status}}}};
    if (seq > 0) reply.set("seq_reply", seq);
  }
  wire_.send(connection, to_json(reply));
}

void MattermostCore::closed(std::uint64_t connection) {
  const auto it = live_.find(connection);
  if (it == live_.end()) return;
  Session s = std::move(it->second.session);
  live_.erase(it);
  if (s.reliable && !s.id.empty()) lost_[s.id] = std::move(s);
}

void MattermostCore::cut_all() {
  std::vector<std::uint64_t> all;
  for (const auto& [connection, live] : live_) all.push_back(connection);
  for (const std::uint64_t connection : all) {
    closed(connection);
    wire_.cut(connection);
  }
}

void MattermostCore::tick() {
  std::vector<std::uint64_t> late;
  for (const auto& [connection, live] : live_) {
    if (!live.logged_in && clock_.now() - live.opened_ms >= login_ms) late.push_back(connection);
  }
  for (const std::uint64_t connection : late) {
    live_.erase(connection);
    wire_.cut(connection);
  }
}

}  // namespace muster::doubles
