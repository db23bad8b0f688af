// Sends events to the configured webhooks, signed as the Standard Webhooks specification 1.0 says, and decides what
// follows each attempt. What waits, and in which order, is the outbox's. Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "bot/core/decision.h"
#include "bot/core/webhooks/webhook.h"
#include "integrations/net/http_client.h"
#include "integrations/webhooks/config.h"

namespace muster {

// "v1,<base64>" for each secret, separated by spaces: HMAC-SHA256 of id.timestamp.body.
std::string webhook_signature(const std::vector<std::string>& secrets, const std::string& id, TimeMs at,
                              const std::string& body);

class Webhooks {
 public:
  static constexpr DurationMs first_wait = 5 * second_ms, longest_wait = hour_ms, give_up_after = day_ms;
  static constexpr int refusals_max = 3;  // of one event, before those behind it go first
  struct Parts {
    HttpClient& client;
    const Clock& clock;
    std::function<double()> dice;  // [0, 1)
    // What people are to be told: gone, failed, refused (one event alone), well; each as often as it happens.
    std::function<void(const std::string& hook, const std::string& what, const std::string& why)> news;
    std::function<bool(const std::string& hook)> is_gone;  // it wanted no more, and nobody has said otherwise
  };
  // How it goes with one of them; what is counted, since the start.
  struct Health {
    TimeMs failing_since = 0, delivered_ms = 0;  // 0: it is not, none
    std::string last_error;
    std::uint64_t delivered = 0, failed = 0;  // attempts
  };

  // After so many attempts, the last of them with this note, those behind it go first.
  static bool stands_aside(int attempts, const std::string& note);

  // A note of an attempt whose answer asked for a longer wait than ours, and that wait; 0: none was asked for.
  static std::string with_wait(const std::string& note, DurationMs asked);
  static DurationMs wait_asked(const std::string& note);

  explicit Webhooks(Parts parts);
  void configure(const std::vector<WebhookDef>& defs);
  void deliver(const OutMessage& message, std::function<void(Result<void>)> done);
  AfterAttempt after(const OutMessage& message, int attempts, const Result<void>& result);
  std::string origin(const std::string& hook) const;             // scheme and host: what follows may be a secret
  std::string digest_of_address(const std::string& hook) const;  // tells one address from another, and nothing else
  Health health(const std::string& hook) const;
  void remember(const std::string& hook, const Health& health);  // of an earlier process
  void clock_was_set(DurationMs by);                             // how long it has been failing stays what it was

 private:
  struct Hook {
    WebhookDef def;
    Health health;
    int failures = 0;  // in a row
    int status = 0;    // of the last answer; 0: there was none
    DurationMs took = 0, retry_after = 0;
  };
  DurationMs wait_for(const Hook& hook, int attempts) const;
  AfterAttempt failed(Hook& hook, const OutMessage& message, int attempts, const Error& error) const;

  // Nothing is too old before: of an event that comes from an earlier process, or from before the clock was set,
  // nobody knows how long it was really tried.
  TimeMs patient_until_ = 0;
  Parts parts_;
  std::map<std::string, std::shared_ptr<Hook>> hooks_;
};

}  // namespace muster
