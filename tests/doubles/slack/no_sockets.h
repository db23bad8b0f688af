// The double's core behind the interfaces that the platform speaks to, without sockets: completions and frames go
// through a task queue, as they come through the loop in the program.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/net/http_client.h"
#include "integrations/net/websocket.h"
#include "tests/doubles/form.h"
#include "tests/doubles/slack/core.h"

namespace muster::doubles {

class SlackNoSockets {
 public:
  static constexpr const char* api = "http://slack/api";
  using Post = std::function<void(std::function<void()>)>;
  SlackNoSockets(SlackCore& core, const Clock& clock, Post post)
      : core_(core), clock_(clock), post_(std::move(post)), http_(*this) {}

  HttpClient& http() { return http_; }
  WebSocketOpener opener() {
    return [this](const WebSocketOptions& o, WebSocketHandler h) { return open(o, std::move(h)); };
  }
  bool down = false;   // the network is gone
  bool muted = false;  // half-open: frames go nowhere
  // Answers to this method come when show() is called.
  std::string withheld = {};
  // A gateway that says of every page of a list that this is the next one.
  std::string same_cursor = {};
  void show() {
    withheld.clear();
    for (auto& answer : std::exchange(answers_, {})) post_(std::move(answer));
  }
  std::string seen;  // everything that was sent as URL or header, for a look at where tokens go
  std::size_t opened = 0;

  // What people did becomes frames; call after each act.
  void pump() {
    core_.set_now(clock_.now());
    for (SlackCore::Frame& frame : core_.take_frames()) {
      if (muted) continue;
      post_([this, frame = std::move(frame)] {
        const auto it = sockets_.find(frame.peer);
        if (it == sockets_.end()) return;
        const auto handler = it->second;
        handler->text(frame.text);
        if (frame.then_close) cut(frame.peer);
      });
    }
  }
  void cut_all() {
    while (!sockets_.empty()) cut(sockets_.begin()->first);
  }
  void forget() {
    for (const auto& [id, handler] : sockets_) core_.disconnected(id);
    sockets_.clear();
    answers_.clear();
  }

 private:
  class Http final : public HttpClient {
   public:
    explicit Http(SlackNoSockets& net) : net_(net) {}
    void send(HttpCall call, Done done) override { net_.send(std::move(call), std::move(done)); }

   private:
    SlackNoSockets& net_;
  };

  class Socket final : public WebSocket {
   public:
    Socket(SlackNoSockets& net, std::uint64_t id) : net_(net), id_(id) {}
    ~Socket() override {
      net_.sockets_.erase(id_);
      net_.core_.disconnected(id_);
    }
    Result<void> send(const std::string& text) override {
      if (net_.muted) return {};
      net_.core_.received(id_, text);
      return {};
    }
    void close(int, const std::string&) override { net_.cut(id_); }

   private:
    SlackNoSockets& net_;
    std::uint64_t id_;
  };

  void send(HttpCall call, HttpClient::Done done) {
    seen += call.url + "\n";
    const auto broken = [this, done](const std::string& why) {
      post_([done, why] { done(fail(ErrorKind::unavailable, why)); });
    };
    if (down) return broken("the network is down");
    core_.set_now(clock_.now());
    SlackReply reply;
    if (const std::size_t at = call.url.find("/upload/"); at != std::string::npos) {
      if (call.headers.contains("Authorization")) core_.broken_rules.push_back("the token went to an upload address");
      reply = core_.upload(call.url.substr(at + 8), call.body);
    } else if (!call.url.starts_with(api)) {
      const std::string sent = call.headers["Authorization"];
      if (!sent.empty() && !call.url.starts_with("https://files.slack.com/"))
        core_.broken_rules.push_back("the token went to " + call.url);
      reply = core_.download(call.url, sent.empty() ? sent : sent.substr(7));
    } else {
      const std::string token = call.headers["Authorization"].substr(7);
      auto fields = form_fields(call.body);
      if (!same_cursor.empty() && fields["cursor"] == same_cursor) fields.erase("cursor");
      reply = core_.call(call.url.substr(std::string(api).size() + 1), std::move(fields), token);
    }
    pump();
    if (reply.stall) return broken("timed out");
    HttpResult result;
    result.status = reply.status;
    result.body = reply.body;
    if (!same_cursor.empty() && call.url.ends_with(".list") && reply.status == 200) {
      Value page = *parse_json(reply.body);
      page.set("response_metadata", Value::Map{{"next_cursor", same_cursor}});
      result.body = to_json(page);
    }
    for (const auto& [name, value] : reply.headers) result.headers[lower_ascii(name)] = value;
    const auto answer = [done, result] { done(result); };
    if (!withheld.empty() && call.url.ends_with("/" + withheld)) return answers_.push_back(answer);
    post_(answer);
  }

  std::unique_ptr<WebSocket> open(const WebSocketOptions& o, WebSocketHandler h) {
    const std::uint64_t id = ++last_;
    ++opened;
    sockets_[id] = std::make_shared<WebSocketHandler>(std::move(h));
    const std::size_t at = o.url.find("ticket=");
    const std::string ticket = o.url.substr(at + 7, o.url.find('&', at) - at - 7);
    post_([this, id, ticket] {
      if (!sockets_.contains(id)) return;
      if (down || !core_.opens(ticket)) return cut(id);
      const auto handler = sockets_.at(id);
      handler->opened();
      core_.connected(id);
      pump();
    });
    return std::make_unique<Socket>(*this, id);
  }

  void cut(std::uint64_t id) {
    const auto node = sockets_.extract(id);
    core_.disconnected(id);
    if (node.empty()) return;
    post_([handler = node.mapped()] {
      WebSocketEnd end;
      end.opened = true;
      end.reason = "the connection was cut";
      handler->closed(end);
    });
  }

  SlackCore& core_;
  const Clock& clock_;
  Post post_;
  Http http_;
  std::map<std::uint64_t, std::shared_ptr<WebSocketHandler>> sockets_;
  std::vector<std::function<void()>> answers_;
  std::uint64_t last_ = 0;
};

}  // namespace muster::doubles
