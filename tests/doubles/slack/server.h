// The double behind real sockets.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "tests/doubles/slack/core.h"
#include "tests/doubles/web_server.h"

namespace muster::doubles {

class SlackServer {
 public:
  // The core is touched on the server's thread only; `on` runs something there and waits.
  // With a certificate it speaks TLS only, as Slack does.
  explicit SlackServer(const Clock& clock, WebServerOptions web = {});
  ~SlackServer();
  std::string url() const { return scheme_ + "://127.0.0.1:" + std::to_string(web_->port()); }
  void on(const std::function<void(SlackCore&)>& task);
  void cut_all();
  // Run on the server's thread when a call of the Web API has been read, and after it, before what follows from it is
  // sent. Set them with `on`.
  std::function<void()> before_call;
  std::function<void(SlackCore&)> after_call;

 private:
  HttpResponse request(const HttpRequest& q);
  void pump();

  const Clock& clock_;
  std::string scheme_;
  SlackCore core_;
  std::unique_ptr<WebServer> web_;
};

}  // namespace muster::doubles
