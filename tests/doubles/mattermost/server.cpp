#include "tests/doubles/mattermost/server.h"

#include <future>

namespace muster::doubles {

MattermostServer::MattermostServer(const Clock& clock, MattermostOptions options, WebServerOptions web)
    : core_(clock, std::move(options)) {
  core_.connect_wire({.send = [this](std::uint64_t c, std::string text) { web_->send(c, std::move(text)); },
                      .cut = [this](std::uint64_t c) { web_->cut(c); }});
  WebHandlers h;
  h.request = [this](const HttpRequest& q, const HttpReply& reply) { reply(core_.request(q)); };
  h.upgrade = [this](const HttpRequest& q) {
    return q.path == "/api/v4/websocket" ? core_.upgrade(q) : HttpResponse{.status = 404, .body = {}, .headers = {}};
  };
  h.opened = [this](WebPeer p, const HttpRequest& q) {
    peers_.push_back(p);
    core_.opened(p, q);
  };
  h.text = [this](WebPeer p, const std::string& text) { core_.text(p, text); };
  h.closed = [this](WebPeer p) { core_.closed(p); };
  web_ = WebServer::listen(std::move(h), std::move(web));
}

MattermostServer::~MattermostServer() = default;

void MattermostServer::on(const std::function<void(MattermostCore&)>& task) {
  std::promise<void> done;
  web_->post([&] {
    task(core_);
    done.set_value();
  });
  done.get_future().wait();
}

void MattermostServer::go_deaf() {
  on([this](MattermostCore&) {
    for (const WebPeer p : peers_) web_->go_deaf(p);
  });
}

}  // namespace muster::doubles
