// The webhooks of the application: the sender, what people are told of it, and the answers about it. Loop thread only.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "bot/dispatcher.h"
#include "integrations/webhooks/webhooks.h"

namespace muster {

class WebhookDesk {
 public:
  // Reads the store off the loop: `work` there, then `then` on the loop; false: it cannot now.
  using Elsewhere = std::function<bool(std::function<void()> work, std::function<void()> then)>;
  struct Line {
    std::string name, origin, paused;
    Webhooks::Health health;
    std::size_t waiting = 0;
    DurationMs oldest_ms = 0;
    bool troubled() const { return !paused.empty() || health.failing_since != 0; }
  };

  WebhookDesk(HttpClient& client, const Clock& clock, Dispatcher& dispatcher, Store& store, Elsewhere elsewhere,
              std::function<double()> dice);
  void configure(const std::vector<WebhookDef>& defs);
  void restore();  // what the log tells of an earlier process; before anything is sent
  void started();  // what it left is in the outbox, and may be about webhooks that are configured otherwise now
  void tick();     // about once a second: whether one has too much waiting
  static bool carries(const OutMessage& m);
  void carry(const OutMessage& m, std::function<void(Result<void>)> done) { sender_.deliver(m, std::move(done)); }
  std::vector<Line> lines() const;
  std::string trouble(const std::string& language) const;  // one line for each that does not work; empty: none
  Value value() const;                                     // for scripts
  std::string metrics() const;
  void read(const ReadWanted& wanted, const Actor& who, std::function<void(Outcome)> done);

 private:
  void compare();
  void news(const std::string& hook, const std::string& what, const std::string& why);
  void redeliver(const std::vector<SentRow>& rows, const ReadWanted& wanted, const Actor& who,
                 const std::function<void(Outcome)>& done);
  std::string line_text(const Line& line, const std::string& language) const;
  Outcome list(const std::string& language) const;

  const Clock& clock_;
  Dispatcher& dispatcher_;
  Store& store_;
  Elsewhere elsewhere_;
  Webhooks sender_;
  bool started_ = false;
};

}  // namespace muster
