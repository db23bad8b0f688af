// Messages on their way out: in order per destination, tried again with growing pauses, dead in the end. Every
// message is on disk before it comes here, and what became of it is put on disk too. Where many wait for one
// destination, those marked urgent go first. Loop thread only.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/webhooks/webhook.h"
#include "integrations/chat/platform.h"
#include "storage/store.h"

namespace muster {

// Carries out an out message that is no chat message ("http:self", "alertmanager:main").
using Carrier = std::function<void(const OutMessage&, std::function<void(Result<void>)>)>;
// What follows an attempt at a webhook: its own schedule, not that of chat.
using Judge = std::function<AfterAttempt(const OutMessage&, int attempts, const Result<void>&)>;

class Outbox {
 public:
  Outbox(Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  void attach(ChatPlatform& platform) {
    platforms_[platform.name()] = &platform;
    if (platform.shows_what_is_stored()) shown_here_ = platform.name() + ":";
  }
  const std::string& shown_here() const { return shown_here_; }  // for Commit::shown_here
  bool is_shown_here(const OutMessage& m) const {
    return !shown_here_.empty() && m.destination.starts_with(shown_here_);
  }
  void set_carrier(Carrier carrier) { carrier_ = std::move(carrier); }
  void set_judge(Judge judge) { judge_ = std::move(judge); }

  void set_fault(std::function<void(const char*)> fault) { fault_ = std::move(fault); }  // tests
  void add(PendingOut pending);                                                          // committed already
  void wake(const std::string& destination);    // a webhook: what waits for its time is tried now
  void stand_aside(std::set<std::string> ids);  // of webhooks: those that stood so when an earlier process ended
  void wait_as_asked(
      std::map<std::string, DurationMs> waits);  // the same: how long their receivers wanted them to wait
  void clock_was_set(DurationMs by);             // waits stay as long as they were
  // What an earlier process left, in the order in which it was made. What is urgent goes first, as it did then, except
  // to a platform that was lost: that gets all it missed in order.
  void restore(std::vector<PendingOut> pending, const std::function<bool(const std::string& platform)>& was_lost);
  void add_new(OutMessage message);  // the same, by the commit that is being answered
  // Of what is about to be stored the posts that nothing stands before, and their platforms told of them once the
  // writer has the rest.
  std::vector<OutMessage> next_up(const std::vector<OutMessage>& out) const;
  void foresee(std::vector<OutMessage> posts) const;
  void rewrite(const std::vector<OutMessage>& stored);  // what waits says what the store says now
  void tick();                                          // what waited for its time, and the marks; about once a second
  void keep(ChatLink link);                             // on disk with the next marks
  void flush();
  void stop();                                   // the last marks, before the store stops
  void show_once(const OutMessage& note) const;  // not on disk: only for saying that the disk takes nothing
  const std::map<std::string, std::uint64_t>& results() const { return results_; }
  std::size_t waiting() const;
  std::size_t under_way() const { return busy_; }  // destinations that something is on its way to just now
  // Of a platform: what is not delivered, most of which it was not even handed, and when the oldest was made (0: none).
  struct Backlog {
    std::size_t waiting = 0;
    TimeMs since = 0;
  };
  Backlog backlog(const std::string& platform) const;
  Backlog backlog_of(const std::string& destination) const;
  std::vector<std::string> webhooks() const;  // destinations that something waits for

 private:
  static constexpr std::size_t marks_max = 500;      // that wait for the next tick
  static constexpr std::size_t overtaken_from = 10;  // fewer messages before it hold nothing up for long
  // One destination: the first message goes out, the others wait for it.
  struct Line {
    std::deque<PendingOut> items;
    bool busy = false, pumping = false;
    std::vector<PendingOut> aside = {};  // of a webhook: not taken, and tried again when their time comes
    TimeMs not_before = 0;               // of a webhook that takes nothing now
  };
  bool is_reached(const OutMessage& message) const;
  static void put(Line& line, PendingOut pending, bool overtakes);
  void pump(const std::string& destination);
  void show(const OutMessage& message);
  void send_first(const Line& line, const std::string& destination);
  void send(const OutMessage& message, std::function<void(Result<void>)> done) const;
  void settled(const std::string& destination, const Result<void>& result);
  void judged(Line& line, const Result<void>& result);
  void bring_back(Line& line) const;
  bool may_wait_for_its_mark(const OutMessage& message) const;
  bool hold(PendingOut& pending);
  void let_go();

  Store& store_;
  const Clock& clock_;
  std::map<std::string, ChatPlatform*> platforms_;
  std::string shown_here_;  // "room:": destinations whose messages are delivered by being stored
  Carrier carrier_;
  Judge judge_;
  std::function<void(const char*)> fault_;
  std::map<std::string, Line> lines_;
  std::size_t busy_ = 0;                     // of them
  std::set<std::string> aside_;              // ids, until restore()
  std::map<std::string, DurationMs> asked_;  // the same
  // What people said on a platform, on its way to another, while what they said before is still being read there: it
  // stands in no line, so that nothing else waits for it, and goes on in the order in which it was said.
  struct Held {
    std::string platform, channel, destination;
    CopiesWaiting size;
    std::vector<PendingOut> items;
  };
  std::vector<Held> held_;
  std::map<std::string, std::uint64_t> results_;  // delivered, retried, dead
  std::vector<std::string> delivered_, marking_delivered_;
  std::vector<Commit::Failure> failed_, marking_failed_;
  std::vector<ChatLink> links_, marking_links_;
  bool flushing_ = false, again_ = false;
};

}  // namespace muster
