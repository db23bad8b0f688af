// The sockets of a double: HTTP and websockets (Beast) on a thread of its own, plain or TLS, with faults on demand.
// What a double answers is decided by its core; this only carries it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "integrations/net/http_server.h"

namespace muster::doubles {

using WebPeer = std::uint64_t;  // one open websocket

struct WebHandlers {  // all called on the server's thread
  std::function<void(HttpRequest, HttpReply)> request;
  // Asked before a websocket opens: a status other than 101 refuses it.
  std::function<HttpResponse(const HttpRequest&)> upgrade;
  std::function<void(WebPeer, const HttpRequest&)> opened;
  std::function<void(WebPeer, std::string text)> text;
  std::function<void(WebPeer)> closed;
};

struct WebServerOptions {
  std::string certificate_pem, key_pem;  // empty: plain
  std::size_t message_bytes_max = 1u << 20;
};

class WebServer {
 public:
  static std::unique_ptr<WebServer> listen(WebHandlers handlers, WebServerOptions options = {});
  virtual ~WebServer() = default;  // cuts everything, joins the thread
  virtual std::uint16_t port() const = 0;
  // Any thread; a peer that is gone is ignored.
  virtual void post(std::function<void()> task) = 0;
  virtual void send(WebPeer peer, std::string text) = 0;
  virtual void ping(WebPeer peer) = 0;
  virtual void close(WebPeer peer, int code, std::string reason) = 0;
  virtual void cut(WebPeer peer) = 0;      // TCP gone, no close frame
  virtual void go_deaf(WebPeer peer) = 0;  // reads nothing more: no pong, no close frame in answer
};

}  // namespace muster::doubles
