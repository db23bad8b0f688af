// The life of the websocket: numbers, gaps, resume, the JSON ping. Knows no socket: it is told what came and says what
// to do. Frames of Mattermost 5.37 and newer.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster::mattermost {

struct GatewayEvent {  // a frame with a number; `data` as sent, strings of JSON inside not yet read
  std::string name;
  Value data;
  std::string channel_id;  // of the broadcast
};

struct GatewayActions {
  std::vector<GatewayEvent> events;
  std::vector<std::string> send;  // text frames
  bool fresh = false;             // a new connection: what came in between has to be read over REST
  std::string reconnect;          // not empty: close and open again; why
  bool token_refused = false;     // the server said so inside the websocket
};

class Gateway {
 public:
  static constexpr DurationMs ping_every_ms = 30 * second_ms;
  static constexpr DurationMs ping_answer_ms = 20 * second_ms;
  static constexpr DurationMs hello_ms = 10 * second_ms;

  // "connection_id=…&sequence_number=…" to go on where the last connection ended; empty: start fresh.
  std::string resume_query() const;
  void opened(TimeMs now);
  void closed();
  GatewayActions frame(std::string_view text, TimeMs now);
  GatewayActions tick(TimeMs now);     // about once a second
  void forget();                       // the next connection starts fresh
  bool live() const { return live_; }  // hello has come, or the stream goes on
  const std::string& server_version() const { return version_; }
  std::uint64_t gaps() const { return gaps_; }

 private:
  void hello(const Value& frame, GatewayActions& actions);
  void reply(const Value& frame, TimeMs now, GatewayActions& actions);
  void numbered(const Value& frame, GatewayActions& actions);
  GatewayActions ping(TimeMs now);

  std::string connection_id_, version_;
  std::int64_t next_ = 0;     // the number the next event must have
  std::int64_t request_ = 0;  // ours
  bool open_ = false, live_ = false, resuming_ = false;
  std::int64_t waiting_for_ = 0;  // the reply to our ping; 0: none
  TimeMs pinged_ = 0, opened_ = 0;
  std::uint64_t gaps_ = 0;
};

}  // namespace muster::mattermost
