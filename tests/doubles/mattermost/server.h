// The double behind real sockets.
#pragma once
#include <memory>
#include <string>

#include "tests/doubles/mattermost/core.h"
#include "tests/doubles/web_server.h"

namespace muster::doubles {

class MattermostServer {
 public:
  // The core is touched on the server's thread only; `on` runs something there and waits.
  explicit MattermostServer(const Clock& clock, MattermostOptions options = {}, WebServerOptions web = {});
  ~MattermostServer();
  std::uint16_t port() const { return web_->port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  void on(const std::function<void(MattermostCore&)>& task);
  void go_deaf();  // every websocket stays open and hears nothing

 private:
  MattermostCore core_;
  std::vector<WebPeer> peers_;
  std::unique_ptr<WebServer> web_;
};

}  // namespace muster::doubles
