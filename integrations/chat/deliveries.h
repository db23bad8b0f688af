// The deliveries of one platform on their way through its budget: parked until the platform knows who we are, of
// several changes only the last, each a job that holds its channel's lane until it is finished. Loop thread only.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "integrations/chat/directory.h"
#include "integrations/chat/platform.h"
#include "integrations/net/budget_queue.h"

namespace muster {

struct Delivery {
  OutMessage message;
  ChatPlatform::Done done;
  BudgetQueue::Job job = 0;
  std::string channel;       // ours, bare
  bool may_be_sent = false;  // an attempt broke off: look before posting again
  bool earlier = false;      // an earlier process may have sent it: the same
  bool joined = false;       // we have tried to join the channel for it
  TimeMs since = 0;          // when it was handed over
  std::string coalesce;      // a later one with the same key replaces it while it waits
};
using DeliveryPtr = std::shared_ptr<Delivery>;

class Deliveries {
 public:
  static constexpr std::size_t told_from =
      30;  // messages that wait for one channel: it is told, once until they are gone
  static constexpr DurationMs fresh_ms = 25 * second_ms;  // as servers remember a pending_post_id, less the way
  static constexpr std::size_t parked_max = 20'000;       // while the platform is away
  struct Platform {
    std::string title;  // "Slack", for the log
    std::function<std::vector<std::string>(const Delivery&)> buckets;
    std::function<void(const DeliveryPtr&)> run;       // its turn has come, also again after a backoff
    std::function<bool(const std::string&)> is_their;  // the platform's own post id, not a name of ours
    std::string language = "en";                       // of the line that says what is delayed
  };
  Deliveries(BudgetQueue& queue, const Clock& clock, ChatDirectory& directory, Platform platform);

  void take(const OutMessage& message, ChatPlatform::Done done);
  void join(const std::vector<std::string>& channels);  // channels that exist without an incident
  void open();                                          // what was parked moves on
  void close() { open_ = false; }
  void finish(const DeliveryPtr& delivery, Result<void> result);

  std::string their_post(const Delivery& delivery) const;    // of body.post_id; empty: never posted there
  std::string their_thread(const Delivery& delivery) const;  // of body.thread; empty: the channel itself

  std::size_t waiting() const;   // parked, queued and running
  DurationMs oldest_ms() const;  // age of what has waited longest
  void report(ChatHealth& health) const;

 private:
  void queue(const DeliveryPtr& delivery);
  void replace_earlier(const DeliveryPtr& delivery);
  void tell_delay(const std::string& channel);
  void gone(const std::string& channel);
  std::string their_id(const Delivery& delivery, const std::string& ours) const;

  BudgetQueue& queue_;
  const Clock& clock_;
  ChatDirectory& directory_;
  Platform platform_;
  const TimeMs born_ms_;
  bool open_ = false;
  std::deque<DeliveryPtr> parked_;
  std::map<std::string, DeliveryPtr> coalescing_;
  std::map<std::string, std::size_t> waiting_for_;  // channel -> queued and running
  std::set<std::string> told_;                      // channels that were told of a delay
};

// When the message was made: its id begins with eleven hex digits of milliseconds. 0: it is not one of those.
TimeMs made_at(const std::string& message_id);

}  // namespace muster
