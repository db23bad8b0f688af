// What may leave now: token buckets, closed for a while when the other side says so, urgent first, order kept inside
// a lane. Pure: the time is passed in, nothing is sent here. One budget per account of a service.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct BucketRule {
  double per_second = 10;
  double burst = 10;  // calls that may leave at once
};

// A piece of work that waits for its turn.
struct BudgetTicket {
  std::string lane;                  // one at a time, in order: a channel; empty: no order
  std::vector<std::string> buckets;  // all must have room: "all", "method:chat.update", "channel:C1"
  bool urgent = false;               // overtakes what waits, in its lane and elsewhere, up to a barrier
  bool barrier = false;              // nothing of its lane overtakes it (it makes the channel the others need)
};

class Budget {
 public:
  using Rules = std::function<BucketRule(const std::string& bucket)>;
  static constexpr std::size_t waiting_max = 20'000;  // tickets
  explicit Budget(Rules rules) : rules_(std::move(rules)) {}
  Budget(const Budget&) = delete;  // its parts point to each other
  Budget& operator=(const Budget&) = delete;

  std::uint64_t add(BudgetTicket ticket, TimeMs now);  // 0: full
  std::optional<std::uint64_t> next(TimeMs now);       // may leave now; its lane is busy until finished() or again()
  // One more call of work under way, of the ticket's buckets or of others; false: wait (see due).
  bool charge(std::uint64_t id, TimeMs now);
  bool charge(std::uint64_t id, const std::vector<std::string>& buckets, TimeMs now);
  void finished(std::uint64_t id);
  void again(std::uint64_t id);                         // back to the head of its lane
  void cancel(std::uint64_t id);                        // one that waits
  void close(const std::string& bucket, TimeMs until);  // Retry-After: then one, then half the rate that was too much
  TimeMs due(TimeMs now) const;  // when next() or charge() may say something else; 0: only after another call

  // Work with a lane, which is what people wait for; what is only asked has none and is not in these.
  std::size_t waiting() const;
  std::size_t running() const;
  DurationMs oldest_ms(TimeMs now) const;                      // age of what has waited longest
  std::map<std::string, std::size_t> waiting_by_lane() const;  // for the line that says what is delayed

 private:
  struct Bucket {
    BucketRule rule;
    double tokens = 0;
    TimeMs at = 0;            // when `tokens` was true
    TimeMs closed_until = 0;  // 0: open
    double slow = 1;          // share of the rate after refusals: halved by each, doubled by each quiet minute
    TimeMs slow_at = 0;
    double rate(TimeMs now) const;
  };
  struct Lane {
    std::uint64_t busy = 0;                 // who runs; 0: nobody
    std::map<std::uint64_t, bool> waiting;  // by arrival -> barrier
  };
  struct Entry {
    BudgetTicket ticket;
    Lane* lane = nullptr;  // stays where it is while anybody waits or runs in it; none: no order
    TimeMs queued_ms = 0;
    std::vector<Bucket*> buckets;  // of the ticket; none is ever taken out of the map
    std::vector<Bucket*> waits;    // of work under way: those that its next call has no room in
  };
  using Key = std::pair<int, std::uint64_t>;  // urgency class, then order of arrival

  Bucket& bucket(const std::string& name, TimeMs now);
  std::vector<Bucket*> buckets_of(const std::vector<std::string>& names, TimeMs now);
  static void refill(Bucket& bucket, TimeMs now);
  static TimeMs room_at(const std::vector<Bucket*>& buckets, TimeMs now);  // now: there is room
  static void take(const std::vector<Bucket*>& buckets);                   // where room_at() has just found room
  bool charge(Entry& running, const std::vector<Bucket*>& buckets, TimeMs now);
  bool first_of_lane(const Key& key, const Entry& entry) const;
  void follow(TimeMs now);
  bool leaves(const Key& key, const Entry& entry, TimeMs now);
  std::optional<Key> who_leaves(TimeMs now);
  void lane_is_free(const Lane& lane);
  TimeMs look_at_all(TimeMs now) const;
  void leave(const Entry& entry);  // a lane that nobody uses is forgotten

  Rules rules_;
  std::map<std::string, Bucket> buckets_;
  std::map<Key, Entry> waiting_;
  std::map<std::uint64_t, Entry> running_;
  // A call that comes or ends changes little: of those that wait nobody may leave before `none_before_` (0: not known,
  // all have to be looked at), unless he is in `changed_`.
  TimeMs none_before_ = 0;
  std::set<Key> changed_;
  TimeMs now_ = 0;             // as it was last told
  std::size_t held_back_ = 0;  // of those under way: whose next call has to wait
  std::map<std::string, Lane> lanes_;
  std::uint64_t last_ = 0;
};

// Retry-After as servers send it: seconds (also with a fraction), an HTTP date is not understood. At least `least`.
DurationMs retry_after_ms(const std::string& header, DurationMs least = second_ms);

}  // namespace muster
