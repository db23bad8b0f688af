#include <algorithm>
#include <limits>

#include "integrations/net/websocket.h"

namespace muster {

void Heartbeat::pong(TimeMs now) {
  heard_ = now;
  waiting_ = false;
}

Heartbeat::Act Heartbeat::check(TimeMs now) {
  if (waiting_ && now - asked_ >= answer_) {
    why_ = "no answer to a ping";
    return Act::dead;
  }
  if (silence_ > 0 && now - heard_ >= silence_) {
    why_ = "nothing was heard from the server for too long";
    return Act::dead;
  }
  if (every_ <= 0 || waiting_ || now - asked_ < every_) return Act::none;
  waiting_ = true;
  asked_ = now;
  return Act::ping;
}

TimeMs Heartbeat::due() const {
  constexpr TimeMs never = std::numeric_limits<TimeMs>::max();
  TimeMs at = never;
  if (waiting_)
    at = asked_ + answer_;
  else if (every_ > 0)
    at = asked_ + every_;
  if (silence_ > 0) at = std::min(at, heard_ + silence_);
  return at == never ? 0 : at;
}

}  // namespace muster
