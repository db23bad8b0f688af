// Who is logged in to the room. A session is a signed cookie, so that a restart of the bot logs nobody out.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "bot/base/clock.h"

namespace muster {

struct RoomSession {
  std::string id;
  std::string csrf;  // what a page has to send along with everything it posts
  std::string person;
};

class RoomSessions {
 public:
  static constexpr TimeMs lifetime_ms = 30LL * 24 * hour_ms;  // then one opens the login link again

  // An empty token lets nobody in. Whoever replaces the token ends every session.
  RoomSessions(const std::string& login_token, std::string person);

  const std::string& cookie_name() const { return cookie_name_; }  // of this bot: ports share cookies
  static constexpr TimeMs link_ms = hour_ms;                       // how long a link for one person can be opened
  std::string link_token(const std::string& person, TimeMs now) const;
  // Whom a token lets in: the login token its own person, that of a link the person it was made for.
  std::optional<std::string> person_of(const std::string& token, TimeMs now) const;
  std::string open(const std::string& person, TimeMs now) const;  // the cookie's value
  std::optional<RoomSession> find(const std::string& cookie, TimeMs now) const;
  void close(const std::string& id);

 private:
  std::string sign(const std::string& what) const;
  bool is_token(const std::string& token) const;
  struct Known {
    RoomSession session;
    TimeMs made = 0;
  };
  std::string token_hash_, key_, person_, cookie_name_;
  std::set<std::string> closed_;
  // By the whole cookie, after its signature was found right: a page asks with the same one again and again.
  mutable std::unordered_map<std::string, Known> known_;
};

}  // namespace muster
