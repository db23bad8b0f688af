// The room in a browser: login, page, state, event stream, posts. Loop thread only.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/web/room_sessions.h"
#include "integrations/chat/room.h"
#include "integrations/net/http_server.h"

namespace muster {

struct RoomPerson {
  std::string id;
  std::string name;
};

struct RoomWebOptions {
  std::string login_token;  // empty: nobody can log in
  bool sandbox = false;     // one may speak as any of `people`
  std::string default_person;
  std::string prefix = "!";        // of commands where people talk
  std::vector<std::string> verbs;  // what a command begins with
  std::vector<RoomPerson> people;
  std::function<std::string(const std::string& person)> language;  // empty person: of the configuration
  // prefix, channel, person -> whole words that continue the prefix
  std::function<std::vector<std::string>(std::string, std::string, std::string)> complete;
  // A stored file by its id, and text with its secrets masked; both may answer later, on the loop. Empty: no files.
  std::function<void(std::string id, std::function<void(Result<std::string>)>)> read_file;
  std::function<void(std::string bytes, std::function<void(Result<std::string>)>)> clean_file;
  std::vector<std::string> host_names;  // allowed in Host besides localhost and addresses
  std::function<TimeMs()> now;          // for the age of sessions
  bool secure_cookie = false;           // behind TLS
};

class RoomWeb {
 public:
  RoomWeb(Room& room, RoomWebOptions options);
  ~RoomWeb();
  RoomWeb(const RoomWeb&) = delete;
  RoomWeb& operator=(const RoomWeb&) = delete;

  bool logged_in(const HttpRequest& request) const { return session(request).has_value(); }
  std::string reader(const HttpRequest& request) const;  // the person who asks; empty: nobody
  bool handles(const HttpRequest& request) const;        // "/", "/login", "/room", "/room/…"
  // The refusal of who has no session, by the headers alone.
  std::optional<HttpResponse> turn_away(const HttpRequest& request) const;
  HttpResponse notice(int status, const std::string& key) const;  // a page with a sentence of the catalogue
  std::string reader_language(const HttpRequest& request) const;  // of the person whose session it is
  void request(HttpRequest request, HttpReply reply);
  Result<void> stream(const HttpRequest& request, std::shared_ptr<EventStream> stream);
  void heartbeat();  // call every 20 s or so: keeps proxies from closing quiet streams
  std::string link_token(const std::string& person) const;  // lets one person in, for an hour
  void new_login(const std::string& token);                 // ends every session and link
  void close_streams();                                     // before the server drains
  const std::string& default_person() const { return options_.default_person; }
  std::size_t streams() const { return streams_.size(); }

 private:
  struct Listener {
    std::shared_ptr<EventStream> stream;
    std::string person;
    std::string session;
  };
  struct Change {
    std::uint64_t n = 0;
    std::string data;
    std::string private_to, channel;
    bool reset = false;
  };
  bool is_for(const Change& change, const std::string& person) const;

  std::optional<RoomSession> session(const HttpRequest& request) const;
  bool host_allowed(const HttpRequest& request) const;
  std::string language_of(const std::string& person) const;
  std::string set_cookie(const std::string& value, TimeMs keep_ms) const;
  void login(const HttpRequest& request, const HttpReply& reply);
  void logout(const RoomSession& session, const HttpReply& reply);
  void get(const HttpRequest& request, const RoomSession& session, const HttpReply& reply);
  HttpResponse state(const HttpRequest& request, const RoomSession& session) const;
  HttpResponse completions(const HttpRequest& request, const RoomSession& session) const;
  void post(const HttpRequest& request, const RoomSession& session, const HttpReply& reply);
  void upload(const HttpRequest& request, const RoomSession& session, const HttpReply& reply);
  void file(const HttpRequest& request, const RoomSession& session, const HttpReply& reply) const;
  HttpResponse attachment(const HttpRequest& request, const RoomSession& session) const;
  void act(const std::string& path, const Value& body, const std::string& person, const HttpReply& reply);
  void send_form(Room::Act act, const Value& form, const HttpReply& reply);
  Result<void> check_origin(const HttpRequest& request, const RoomSession& session, bool is_file) const;
  Result<std::string> speaker(const std::string& as, const RoomSession& session) const;
  void on_change(const Room::Change& change);
  bool catch_up(const std::string& last_id, const std::string& person, EventStream& stream) const;
  std::string event_id(std::uint64_t n) const;

  Room& room_;
  RoomWebOptions options_;
  RoomSessions sessions_;
  std::vector<Listener> streams_;
  std::deque<Change> recent_;
  std::size_t recent_bytes_ = 0;
  std::string epoch_;  // event numbers of another process mean nothing here
  std::uint64_t feed_ = 0, lost_ = 0;
};

}  // namespace muster
