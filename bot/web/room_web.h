// The room in a browser: login, page, state, event stream, posts. Loop thread only.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

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
  std::vector<RoomPerson> people;
  // prefix, channel, person -> whole words that continue the prefix
  std::function<std::vector<std::string>(std::string, std::string, std::string)> complete;
  std::string listen_host;     // "chat.example.org": allowed in Host besides the loopback names
  bool secure_cookie = false;  // behind TLS
};

class RoomWeb {
 public:
  RoomWeb(Room& room, RoomWebOptions options);
  ~RoomWeb();
  RoomWeb(const RoomWeb&) = delete;
  RoomWeb& operator=(const RoomWeb&) = delete;

  bool logged_in(const HttpRequest& request) { return session(request) != nullptr; }
  bool handles(const HttpRequest& request) const;  // "/", "/login", "/room", "/room/…"
  void request(HttpRequest request, HttpReply reply);
  Result<void> stream(const HttpRequest& request, std::shared_ptr<EventStream> stream);
  void heartbeat();      // call every 20 s or so: keeps proxies from closing quiet streams
  void close_streams();  // before the server drains
  std::size_t streams() const { return streams_.size(); }

 private:
  struct Session {
    std::string csrf;
    std::string person;
    std::uint64_t opened = 0;
  };
  struct Listener {
    std::shared_ptr<EventStream> stream;
    std::string person;
  };
  struct Change {
    std::uint64_t n = 0;
    std::string data;
    std::string private_to;
  };

  Session* session(const HttpRequest& request);
  bool host_allowed(const HttpRequest& request) const;
  void login(const HttpRequest& request, const HttpReply& reply);
  void get(const HttpRequest& request, const Session& session, const HttpReply& reply);
  HttpResponse state(const HttpRequest& request, const Session& session) const;
  HttpResponse completions(const HttpRequest& request, const Session& session) const;
  void post(const HttpRequest& request, const Session& session, const HttpReply& reply);
  void act(const std::string& path, const Value& body, const std::string& person, const HttpReply& reply);
  Result<void> check_origin(const HttpRequest& request, const Session& session) const;
  Result<std::string> speaker(const std::string& as, const Session& session) const;
  void on_change(const Value& event, const std::string& private_to);
  bool catch_up(const std::string& last_id, const std::string& person, EventStream& stream) const;
  std::string event_id(std::uint64_t n) const;

  Room& room_;
  RoomWebOptions options_;
  std::map<std::string, Session> sessions_;
  std::vector<Listener> streams_;
  std::deque<Change> recent_;
  std::string epoch_;  // event numbers of another process mean nothing here
  std::uint64_t feed_ = 0, logins_ = 0, lost_ = 0;
};

}  // namespace muster
