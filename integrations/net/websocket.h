// A websocket client (websocketpp behind plain types). Loop thread only.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "bot/base/result.h"

namespace muster {

class Loop;

struct WebSocketOptions {
  std::string url;  // ws:// or wss://; certificate and host name are always checked
  std::map<std::string, std::string> headers;
  std::string ca_file;                         // PEM, instead of the system's authorities; empty: those
  std::string proxy;                           // http://[user:password@]host:port, spoken to with CONNECT; empty: none
  DurationMs connect_ms = 15 * second_ms;      // name, TCP, proxy, TLS and upgrade together (each step at most 5 s)
  DurationMs ping_every_ms = 30 * second_ms;   // 0: we do not ask
  DurationMs ping_answer_ms = 20 * second_ms;  // no pong for that long: the peer is dead
  DurationMs silence_ms = 0;                   // neither frame nor ping from the peer for that long: dead; 0: unwatched
  DurationMs close_ms = 5 * second_ms;         // for the peer's half of the closing handshake
  std::size_t message_bytes_max = 1u << 20;    // a longer message ends the connection with 1009
  std::size_t send_queue_bytes_max = 1u << 18;  // beyond it send() refuses
};

// How it ended. `code` is the close code of RFC 6455; 1006 when there was no closing handshake.
struct WebSocketEnd {
  int code = 1006;
  std::string reason;  // the peer's words, or ours
  bool opened = false;
  int http_status = 0;         // of a refused upgrade; 0: none came
  std::string retry_after;     // header of a refused upgrade
  bool by_proxy = false;       // it did not let us through
  bool wrong_setting = false;  // certificate, URL or proxy: trying again will not help
  std::string next_step;       // what to change, for a person; may be empty
};

// Called on the loop, never inside open(), send() or close(). `closed` comes exactly once and is the last.
struct WebSocketHandler {
  std::function<void()> opened;
  std::function<void(std::string text)> text;
  std::function<void(WebSocketEnd end)> closed;
};

class WebSocket {
 public:
  static std::unique_ptr<WebSocket> open(Loop& loop, WebSocketOptions options, WebSocketHandler handler);
  virtual ~WebSocket() = default;                          // cuts the connection; no handler is called any more
  virtual Result<void> send(const std::string& text) = 0;  // unavailable: not open, or queue full
  virtual void close(int code = 1000, const std::string& reason = {}) = 0;  // politely; `closed` follows
};

// The same without a socket, for tests.
using WebSocketOpener = std::function<std::unique_ptr<WebSocket>(WebSocketOptions, WebSocketHandler)>;

// When to ask the peer for a sign of life and when to give it up. Pure: told what happened and when.
class Heartbeat {
 public:
  Heartbeat(DurationMs every, DurationMs answer, DurationMs silence, TimeMs now)
      : every_(every), answer_(answer), silence_(silence), heard_(now), asked_(now) {}
  enum class Act { none, ping, dead };
  void heard(TimeMs now) { heard_ = now; }  // any frame of the peer
  void pong(TimeMs now);
  Act check(TimeMs now);  // `ping`: counted as sent
  TimeMs due() const;     // when check() may say something else; 0: never
  std::string_view why() const { return why_; }

 private:
  DurationMs every_, answer_, silence_;
  TimeMs heard_, asked_;
  bool waiting_ = false;
  std::string_view why_;
};

}  // namespace muster
