// Socket Mode's connections as a state machine without sockets: what happened goes in, what to do comes out.
// One connection carries the events; a second is opened when Slack announces the end of the first, and both are read
// until the old one closes, so that a refresh loses nothing. Never more than two. Protocol facts: Slack's
// "Using Socket Mode" and what the official Node and Python clients do. Pings and silence are the websocket's business.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct SlackStep {
  enum class Kind {
    ask_url,  // call apps.connections.open, then url() or refused()
    connect,  // open the websocket `slot` to `url`, a ticket for one use: never stored, never logged
    close,    // close `slot`; drop it after a second when the other side does not answer
    tell,     // `text` is a problem (an error code of Slack's) that a person must know of
    ready,    // connected again, or for the first time
    lost,     // no connection carries events any more
  };
  Kind kind;
  int slot = 0;
  std::string text;  // url or code
};

class SlackConnections {
 public:
  // `jitter` answers a number in [0, 1).
  explicit SlackConnections(std::function<double()> jitter) : jitter_(std::move(jitter)) {}

  std::vector<SlackStep> tick(TimeMs now);  // about once a second, and once to begin
  std::vector<SlackStep> url(const std::string& url, TimeMs now);
  // `error` is Slack's code or "" for a broken exchange; `retry_after_ms` 0: none was given.
  std::vector<SlackStep> refused(const std::string& error, DurationMs retry_after_ms, TimeMs now);
  std::vector<SlackStep> hello(int slot, TimeMs now);
  std::vector<SlackStep> disconnect(int slot, const std::string& reason, TimeMs now);
  std::vector<SlackStep> closed(int slot, TimeMs now);
  std::vector<SlackStep> renew(
      TimeMs now);  // as if Slack had asked for a refresh: the new one opens, then the old closes

  bool ready() const;
  int open_count() const;
  TimeMs next_try_ms() const { return next_try_ms_; }
  const std::string& problem() const { return problem_; }  // the fatal code that stops quick retries; "" when none

 private:
  enum class State { none, asked, connecting, ready, leaving };
  struct Slot {
    State state = State::none;
    TimeMs since_ms = 0;  // in this state
  };

  std::optional<int> slot_in(State state) const;
  std::optional<int> free_slot() const;
  void ask(std::vector<SlackStep>& steps, TimeMs now);
  void fail_later(TimeMs now, DurationMs at_least);
  void watch(std::vector<SlackStep>& steps, int slot, TimeMs now);

  std::function<double()> jitter_;
  std::array<Slot, 2> slots_;
  int failures_ = 0;
  TimeMs next_try_ms_ = 0;
  std::string problem_;
  bool was_ready_ = false;
};

// Codes of apps.connections.open after which retrying quickly only burns the rate limit.
bool is_fatal_for_slack(const std::string& error);

}  // namespace muster
