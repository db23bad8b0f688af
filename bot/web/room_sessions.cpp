#include "bot/web/room_sessions.h"

#include <charconv>

#include "bot/base/hash.h"
#include "bot/base/text.h"

namespace muster {

namespace {
constexpr std::size_t closed_max = 10'000;  // ended by hand since the start
constexpr std::size_t known_max = 500;

// Only of what our own signature vouches for.
TimeMs number(const std::string& digits) {
  TimeMs n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return n;
}

std::string from_hex(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}
}  // namespace

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

std::string RoomSessions::link_token(const std::string& person, TimeMs now) const {
  if (key_.empty()) return {};
  const std::string body = to_hex(person) + "." + std::to_string(now);
  return body + "." + sign("link " + body);
}

std::optional<std::string> RoomSessions::person_of(const std::string& token, TimeMs now) const {
  if (is_token(token)) return person_;
  const std::vector<std::string> parts = split(token, '.');
  if (key_.empty() || parts.size() != 3) return {};
  if (!equal_constant_time(parts[2], sign("link " + parts[0] + "." + parts[1]))) return {};
  const TimeMs made = number(parts[1]);
  if (now - made > link_ms) return {};
  return from_hex(parts[0]);
}

std::string RoomSessions::open(const std::string& person, TimeMs now) const {
  const std::string body = random_token(16) + "." + std::to_string(now) + "." + to_hex(person);
  return body + "." + sign("session " + body);
}

std::optional<RoomSession> RoomSessions::find(const std::string& cookie, TimeMs now) const {
  auto known = known_.find(cookie);
  if (known == known_.end()) {
    const std::vector<std::string> parts = split(cookie, '.');
    // Three parts: a cookie from before sessions had a person of their own.
    if (key_.empty() || parts.size() < 3 || parts.size() > 4) return {};
    const std::size_t body = cookie.rfind('.');
    if (!equal_constant_time(parts.back(), sign("session " + cookie.substr(0, body)))) return {};
    const std::string person = parts.size() == 4 ? from_hex(parts[2]) : person_;
    if (known_.size() >= known_max) known_.clear();
    known = known_.emplace(cookie, Known{{parts[0], sign("csrf " + parts[0]), person}, number(parts[1])}).first;
  }
  const auto& [session, made] = known->second;
  if (now - made > lifetime_ms || closed_.contains(session.id)) return {};
  return session;
}

void RoomSessions::close(const std::string& id) {
  if (closed_.size() >= closed_max) closed_.erase(closed_.begin());
  closed_.insert(id);
}

}  // namespace muster
