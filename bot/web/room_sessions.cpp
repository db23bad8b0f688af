#include "bot/web/room_sessions.h"

#include <charconv>

#include "bot/base/hash.h"
#include "bot/base/text.h"

namespace muster {

namespace {
constexpr std::size_t closed_max = 10'000;  // ended by hand since the start
}

RoomSessions::RoomSessions(const std::string& login_token, std::string person) : person_(std::move(person)) {
  if (login_token.empty()) return;
  token_hash_ = sha256(login_token);
  key_ = hmac_sha256(login_token, "room session");
  cookie_name_ = "muster_" + sign("name").substr(0, 8);
}

std::string RoomSessions::sign(const std::string& what) const { return to_hex(hmac_sha256(key_, what)); }

bool RoomSessions::is_token(const std::string& token) const {
  return !key_.empty() && equal_constant_time(sha256(token), token_hash_);
}

std::string RoomSessions::open(TimeMs now) const {
  const std::string body = random_token(16) + "." + std::to_string(now);
  return body + "." + sign("session " + body);
}

std::optional<RoomSession> RoomSessions::find(const std::string& cookie, TimeMs now) const {
  const std::vector<std::string> parts = split(cookie, '.');
  if (key_.empty() || parts.size() != 3 || closed_.contains(parts[0])) return {};
  if (!equal_constant_time(parts[2], sign("session " + parts[0] + "." + parts[1]))) return {};
  TimeMs opened = 0;
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), opened);  // ours: the signature says so
  if (now - opened > lifetime_ms) return {};
  return RoomSession{parts[0], sign("csrf " + parts[0]), person_};
}

void RoomSessions::close(const std::string& id) {
  if (closed_.size() >= closed_max) closed_.erase(closed_.begin());
  closed_.insert(id);
}

}  // namespace muster
