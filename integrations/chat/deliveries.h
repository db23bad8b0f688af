// The deliveries of one platform on their way through its budget: parked until the platform knows who we are, of
// several changes only the last, each a job that holds its channel's lane until it is finished. Loop thread only.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  bool earlier = false;      // an earlier process or attempt may have sent it: the same
  bool only_own = false;     // of channels that were made: none of another's making
  bool joined = false;       // we have tried to join the channel for it
  bool late = false;         // it says so
  bool waited = false;       // for a channel that it names
  bool text_alone = false;   // the platform refused how it is put together
  bool again = false;        // an edit of a post that somebody deleted: it is posted anew
  bool anew = false;         // an edit of a post that may not be changed any more: the same
  TimeMs since = 0;          // when it was handed over
  std::string coalesce;      // a later one with the same key replaces it while it waits
  int failed_alone = 0;      // how often the platform failed at it and had taken others since the last time
  std::optional<std::uint64_t> taken = {};  // by then
  std::vector<std::string> lost_files = {};
  std::string lost_why = {};
};
using DeliveryPtr = std::shared_ptr<Delivery>;

class Deliveries {
 public:
  static constexpr std::size_t told_from =
      30;  // messages that wait for one channel: it is told, once until they are gone
  static constexpr std::size_t parked_max = 20'000;  // while the platform is away
  struct Platform {
    std::string title;  // "Slack", for the log
    std::function<std::vector<std::string>(const Delivery&)> buckets;
    std::function<void(const DeliveryPtr&)> run;       // its turn has come, also again after a backoff
    std::function<bool(const std::string&)> is_their;  // the platform's own post id, not a name of ours
    std::string language = "en";                       // of the line that says what is delayed
    // What a message says that is delivered long after it was made; none: nothing is said.
    std::function<std::string(TimeMs sent)> late = {};
  };
  static constexpr DurationMs late_ms = minute_ms;
  // A message that names a channel which is being opened waits for it, so that the name is a link: no longer than this.
  static constexpr DurationMs named_ms = 20 * second_ms;
  Deliveries(BudgetQueue& queue, const Clock& clock, ChatDirectory& directory, Platform platform);

  void take(const OutMessage& message, ChatPlatform::Done done);
  void join(const std::vector<std::string>& channels);  // channels that exist without an incident
  void open();                                          // what was parked moves on
  void close() { open_ = false; }
  void tick();  // about once a second
  // How calls end: without an answer worth the name, or with one. "Not so fast" is one: whoever says it is there.
  void call_failed();
  void call_answered();
  // A call of this delivery ended in a fault of the platform's own. True: it fails at this one and takes others, so
  // often by now that what waits behind it need not wait for it any longer. In an outage nothing is taken, and all
  // wait.
  static constexpr int failed_alone_max = 10;
  bool fails_alone(Delivery& delivery) const;
  DurationMs failing_ms() const;  // since the first of the calls that failed in a row; 0: the last one did not
  void finish(const DeliveryPtr& delivery, Result<void> result);
  // Whether the post may be on the platform already, so that whoever wants to make it has to look first. Posts go out
  // in order: behind one that an earlier process had left and that is not there none is.
  bool may_be_there(const Delivery& delivery) const;
  void not_there(const Delivery& delivery);  // it was looked for

  // "bind_channel": a channel that people made is the incident's from now on. Nothing but the link changes: its header
  // and its end stay theirs, and it stays known under its own name for the answers that are on their way.
  void bind(const DeliveryPtr& delivery, const std::function<void(const std::string& id)>& remember);
  bool is_peoples(const std::string& channel, const std::string& id) const;  // bound so

  // The post that this edit is for is gone. True: it is one that is kept current, so the edit becomes a post, which
  // says so; once for each post: whoever deletes it a second time has his way.
  bool bring_back(Delivery& delivery) const;
  void brought_back(const Delivery& delivery);  // it is there
  static bool is_pinned(const Delivery& delivery);

  std::string their_post(const Delivery& delivery) const;    // of body.post_id; empty: never posted there
  std::string their_thread(const Delivery& delivery) const;  // of body.thread; empty: the channel itself

  // Who was called and gets no direct message: said where they were called. Of other private posts nothing is said.
  void not_reached(const Delivery& delivery, const std::string& who, const std::string& why);
  // A file that was to go with the message did not get there: said in its thread when the others have.
  static void file_lost(Delivery& delivery, const std::string& name, const std::string& why);
  void tell_lost_files(const Delivery& delivery, const std::string& thread);
  // Of an invitation: who was not let in and why, kept until all were asked; then its channel is told in one line, for
  // somebody may count on them.
  // `why`: the rest of a key of the catalogue (not_invited.*), or what the platform said.
  static void not_invited(Delivery& delivery, const std::string& who, const std::string& why);
  void invited(const DeliveryPtr& delivery);
  void removed(const DeliveryPtr& delivery);  // the same of those who were to be taken out

  std::size_t waiting() const;   // parked, queued and running
  DurationMs oldest_ms() const;  // age of what has waited longest
  void report(ChatHealth& health) const;

 private:
  void queue(const DeliveryPtr& delivery);
  void replace_earlier(const DeliveryPtr& delivery);
  void tell_delay(const std::string& channel);
  void let_in(const DeliveryPtr& delivery, const char* sentence);
  std::string reason(const std::string& why) const;  // as not_invited() takes it
  void tell(const std::string& channel, const std::string& what, const std::string& text, bool urgent,
            const std::string& thread = {});
  void gone(const std::string& channel);
  void say_late(Delivery& delivery) const;
  void start(const DeliveryPtr& delivery);
  bool names_unopened(const Delivery& delivery) const;
  void opened(const Delivery& delivery);
  void let_go(const std::function<bool(const Delivery&, TimeMs since)>& which);
  std::string their_id(const Delivery& delivery, const std::string& ours) const;

  BudgetQueue& queue_;
  const Clock& clock_;
  ChatDirectory& directory_;
  Platform platform_;
  const TimeMs born_ms_;
  bool open_ = false;
  TimeMs failing_since_ = 0;  // 0: calls are answered
  TimeMs well_since_ = 0;     // since when they are; older messages waited for that
  std::uint64_t taken_ = 0;   // posts that got there
  std::deque<DeliveryPtr> parked_;
  std::map<std::string, DeliveryPtr> coalescing_;
  struct Waiting {
    std::size_t here = 0;    // queued and running
    std::size_t behind = 0;  // not handed over yet, as the last message said
  };
  std::map<std::string, Waiting> waiting_for_;        // by channel
  std::map<std::string, int> opening_;                // channels whose opening is under way
  std::vector<std::pair<DeliveryPtr, TimeMs>> held_;  // name one of them, and since when they wait
  std::set<std::string> told_;                        // channels that were told of a delay
  std::set<std::pair<std::string, bool>>
      unsent_;  // channels, of urgent or other posts: how far an earlier process came
};

// Ours: an incident's line on the board, the summary in its channel, what the channel of alerts was told.
bool is_kept_current(std::string_view post_id);

std::string out_channel(const OutMessage& message);  // ours, bare

// When the message was made: its id begins with eleven hex digits of milliseconds. 0: it is not one of those.
TimeMs made_at(const std::string& message_id);

}  // namespace muster
