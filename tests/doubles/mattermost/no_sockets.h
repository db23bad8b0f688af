// The double's core behind the interfaces that the platform speaks to, without sockets: completions and frames go
// through a task queue, as they come through the loop in the program.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/text.h"
#include "integrations/net/http_client.h"
#include "integrations/net/websocket.h"
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

class NoSockets {
 public:
  static constexpr const char* url = "http://mattermost";
  using Post = std::function<void(std::function<void()>)>;
  NoSockets(MattermostCore& core, Post post) : core_(core), post_(std::move(post)), http_(*this) {
    core_.connect_wire({.send = [this](std::uint64_t c, std::string t) { deliver(c, std::move(t)); },
                        .cut = [this](std::uint64_t c) { cut(c); }});
  }
  HttpClient& http() { return http_; }
  WebSocketOpener opener() {
    return [this](const WebSocketOptions& o, WebSocketHandler h) { return open(o, std::move(h)); };
  }
  void forget() {
    sockets_.clear();
    answers_.clear();
  }
  std::string error;  // not empty: the network is down, for this reason
  // Answers to posts to this path come when show() is called.
  std::string withheld = {};
  void show() {
    withheld.clear();
    for (auto& answer : std::exchange(answers_, {})) post_(std::move(answer));
  }
  std::size_t opened = 0;
  std::vector<std::string> asked;  // paths
  std::vector<int> statuses;       // of every answer
  std::string last_websocket_url;

 private:
  class Http final : public HttpClient {
   public:
    explicit Http(NoSockets& net) : net_(net) {}
    void send(HttpCall call, Done done) override {
      if (!net_.error.empty()) {
        return net_.post_([done = std::move(done), why = net_.error] { done(fail(ErrorKind::unavailable, why)); });
      }
      HttpRequest q;
      q.method = call.method;
      const std::string target = call.url.substr(std::string(url).size());
      q.path = target.substr(0, target.find('?'));
      q.query = query_of(target);
      for (const auto& [name, value] : call.headers) q.headers[lower_ascii(name)] = value;
      q.body = call.body;
      const HttpResponse r = net_.core_.request(q);
      net_.asked.push_back(q.path);
      net_.statuses.push_back(r.status);
      if (r.status == 0) {
        return net_.post_([done = std::move(done)] { done(fail(ErrorKind::unavailable, "the connection broke")); });
      }
      HttpResult result;
      result.status = r.status;
      result.body = r.body;
      for (const auto& [name, value] : r.headers) result.headers[lower_ascii(name)] = value;
      const auto answer = [done = std::move(done), result] { done(result); };
      if (q.method == "POST" && !net_.withheld.empty() && q.path == net_.withheld)
        return net_.answers_.push_back(answer);
      net_.post_(answer);
    }

   private:
    NoSockets& net_;
  };

  class Socket final : public WebSocket {
   public:
    Socket(NoSockets& net, std::uint64_t id) : net_(net), id_(id) {}
    ~Socket() override {
      net_.sockets_.erase(id_);
      net_.core_.closed(id_);
    }
    Result<void> send(const std::string& text) override {
      net_.core_.text(id_, text);
      return {};
    }
    void close(int, const std::string&) override { net_.cut(id_); }

   private:
    NoSockets& net_;
    std::uint64_t id_;
  };

  static std::map<std::string, std::string> query_of(const std::string& target) {
    std::map<std::string, std::string> query;
    if (!target.contains('?')) return query;
    for (const std::string& pair : split(target.substr(target.find('?') + 1), '&'))
      query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    return query;
  }
  std::unique_ptr<WebSocket> open(const WebSocketOptions& o, WebSocketHandler h) {
    const std::uint64_t id = ++last_;
    ++opened;
    last_websocket_url = o.url;
    sockets_[id] = std::make_shared<WebSocketHandler>(std::move(h));
    HttpRequest q;
    q.path = "/api/v4/websocket";
    q.query = query_of(o.url);
    for (const auto& [name, value] : o.headers) q.headers[lower_ascii(name)] = value;
    post_([this, id, q] { begin(id, q); });
    return std::make_unique<Socket>(*this, id);
  }
  void begin(std::uint64_t id, const HttpRequest& q) {
    const auto it = sockets_.find(id);
    if (it == sockets_.end()) return;
    const auto handler = it->second;
    const HttpResponse verdict =
        error.empty() ? core_.upgrade(q) : HttpResponse{.status = 0, .body = {}, .headers = {}};
    if (verdict.status == 101) {
      core_.opened(id, q);  // the login is in the header: whatever the client sends comes after it
      return handler->opened();
    }
    WebSocketEnd end;
    end.http_status = verdict.status;
    end.reason = "no websocket";
    if (verdict.headers.contains("Retry-After")) end.retry_after = verdict.headers.at("Retry-After");
    sockets_.erase(it);
    handler->closed(end);
  }
  void deliver(std::uint64_t id, std::string text) {
    post_([this, id, text = std::move(text)] {
      const auto it = sockets_.find(id);
      if (it == sockets_.end()) return;
      const auto handler = it->second;  // it may go while it runs
      handler->text(text);
    });
  }
  void cut(std::uint64_t id) {
    post_([this, id] {
      const auto it = sockets_.find(id);
      if (it == sockets_.end()) return;
      const auto handler = it->second;
      sockets_.erase(it);
      WebSocketEnd end;
      end.opened = true;
      end.reason = "the connection was cut";
      handler->closed(end);
    });
  }

  MattermostCore& core_;
  Post post_;
  Http http_;
  std::map<std::uint64_t, std::shared_ptr<WebSocketHandler>> sockets_;
  std::vector<std::function<void()>> answers_;
  std::uint64_t last_ = 0;
};

}  // namespace muster::doubles
