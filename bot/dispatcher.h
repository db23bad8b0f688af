// The only meeting of the core and the outside: event -> decide -> commit -> effects. Loop thread only.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "bot/changed_posts.h"
#include "bot/core/engine/deliveries.h"
#include "bot/core/engine/engine.h"
#include "bot/outbox.h"
#include "bot/output.h"
#include "bot/timers.h"
#include "integrations/chat/platform.h"
#include "storage/store.h"

namespace muster {

struct DispatcherStats {
  std::map<std::string, std::uint64_t> deliveries;  // result -> count
  std::map<std::string, TimeMs> last_event;         // platform -> when it was heard last
  std::uint64_t commands = 0, alert_bodies = 0, alerts = 0, undecodable = 0, undecided = 0, reloads = 0, refused = 0;
  std::size_t dead_now = 0;  // undeliverable messages that wait for a person
  std::size_t waiting = 0;   // messages that are not delivered yet
  std::size_t timers = 0;
};

using CommandDone = std::function<void(Result<Outcome>)>;
// Makes the answer of a command that needs the journal or the process; calls back on the loop.
using Reader = std::function<void(const ReadWanted&, const CommandInput&, std::function<void(Outcome)>)>;

// May add to and change the messages of a decision before they are stored: who else is told, and where.
using Router = std::function<void(std::vector<OutMessage>& out)>;
// Names in an event what only its platform knows otherwise: the thread under a post of ours.
using Hearing = std::function<void(ChatEvent& event)>;
// Takes a step's attempt into the world, after the commit.
using AttemptSink = std::function<void(const AttemptOrder&)>;

class Dispatcher {
 public:
  Dispatcher(Store& store, const Clock& clock, CoreConfig config);

  void attach(ChatPlatform& platform);
  void set_carrier(Carrier carrier) { outbox_.set_carrier(std::move(carrier)); }
  void set_judge(Judge judge) { outbox_.set_judge(std::move(judge)); }
  void on_clock_set(std::function<void(DurationMs by)> heard) { clock_set_ = std::move(heard); }
  // What the process knows without waiting is not asked of the reader: such an answer leaves with its decision, in one
  // commit. May be called again for the same decision.
  using AtOnce = std::function<std::optional<Outcome>(const ReadWanted&)>;
  void set_reader(Reader reader, AtOnce at_once = {}) {
    reader_ = std::move(reader);
    at_once_ = std::move(at_once);
  }
  void keep(ChatLink link) { outbox_.keep(std::move(link)); }  // on disk within a second
  void stop() { outbox_.stop(); }                              // before the store stops
  void set_fault(std::function<void(const char*)> fault) { outbox_.set_fault(std::move(fault)); }
  // Where a reload of the state is done; without it, in place. `run` is false when it cannot take the task now.
  void set_background(std::function<bool(std::function<void()>)> run, std::function<void(std::function<void()>)> post);
  void set_router(Router router) { router_ = std::move(router); }
  void set_hearing(Hearing hearing) { hearing_ = std::move(hearing); }
  // What another room decides with, and who carries its attempts out; before start().
  void set_extension(Extension* extension, AttemptSink attempts) {
    extension_ = extension;
    attempts_ = std::move(attempts);
  }
  // How an attempt ended; on the loop. It is decided again until it is recorded: then `recorded` is called.
  void attempt_ended(AttemptReport report, std::function<void()> recorded = {});
  void set_config(CoreConfig config);

  // Folds the journal, delivers what a crash left over, greets when the folder is new.
  Result<void> start();
  void tick();  // rings the timers that are due; call about once a second

  // One chat event; `accepted` runs after the commit.
  void chat(const ChatEvent& event, std::function<void(Result<void>)> accepted);
  // One command from a script: the answer comes back instead of being posted.
  void command(CommandInput input, CommandDone done);
  // Alerts of several deliveries in one decision, parsed by the caller. Those of webhooks are stored already; of others
  // (API v2) the inbox row is in the same commit.
  struct Delivered {
    AlertDelivery alerts;
    InboxItem item;  // of one that is stored its key alone is read
    std::int64_t truncated = 0;
    std::function<void(Result<void>)> done;  // may be empty
  };
  // `over`: all of them are decided or refused. When the decision fails they are decided one by one, so that a delivery
  // that cannot be decided about holds up no other.
  void deliveries(std::vector<Delivered> all, bool stored, std::function<void()> over);
  void undecided(const InboxItem& item, bool stored);  // its decision failed: people are told
  void undecodable(const std::string& kind, const std::string& inbox_key, const std::string& why);
  // One with its inbox row.
  void alerts_with_inbox(std::vector<AlertEvent> alerts, InboxItem item, std::function<void(Result<void>)> done);
  // The first parts of a large delivery; the last part goes to deliveries(). `inbox` may be empty.
  void alert_part(std::vector<AlertEvent> alerts, std::optional<InboxItem> inbox, TimeMs received,
                  std::function<void(Result<void>)> done);
  void record_fact(Entry entry, std::function<void(Result<void>)> done);
  void decide(std::function<void(Work&)> what, std::function<void(Result<void>)> done = {});  // may be run twice
  // Work on what is stored while nothing is decided: `off_loop` runs when no decision is in flight, then the state is
  // read again, then `done` runs on the loop.
  void rewrite(std::function<void()> off_loop, std::function<void()> done);
  void replace_waiting(const std::vector<OutMessage>& stored);  // messages that changed on disk and wait in memory
  void report(std::function<void(Work&)> decide, std::function<void(Result<void>)> done);  // what became of an order
  void send(OutMessage message);
  void announce(const std::string& channel, const Message& message);  // the bot speaks on its own
  // Pending in the store again; so many of them were given up before.
  void redeliver(const std::vector<OutMessage>& messages, std::size_t were_dead);

  void stand_aside(std::set<std::string> ids) { outbox_.stand_aside(std::move(ids)); }
  void wait_as_asked(std::map<std::string, DurationMs> waits) { outbox_.wait_as_asked(std::move(waits)); }
  void wake(const std::string& destination) { outbox_.wake(destination); }  // what waits for its time is tried now

  const State& state() const { return state_; }
  const CoreConfig& config() const { return config_; }
  DispatcherStats stats() const;
  Outbox::Backlog backlog(const std::string& platform) const { return outbox_.backlog(platform); }
  Outbox::Backlog backlog_of(const std::string& destination) const { return outbox_.backlog_of(destination); }
  std::vector<std::string> waiting_webhooks() const { return outbox_.webhooks(); }
  // Why nothing can be decided now; empty: ready. Readers of "/readyz" see it.
  std::string not_ready() const;
  bool full() const;  // so much waits that a new request should come again later
  std::vector<std::string> complete(const std::string& prefix) const;  // anybody's words
  // What this person may type next in this channel.
  std::vector<std::string> complete(const std::string& prefix, const std::string& person, const std::string& channel);
  std::string new_id();

 private:
  // One event on its way, kept until its decision is on disk so that it can be decided again on what is there.
  struct Task {
    std::function<void(Work&, Commit&)> decide;  // may run more than once
    std::function<void(Result<void>)> done;
    std::function<void()> applied;
    enum class Again { when_stale, always, never } again = Again::when_stale;
    std::string key;       // de-duplication key of the inbox, where there is one
    bool patient = false;  // in a crowd it may wait a moment for others to share its commit
  };
  using TaskPtr = std::shared_ptr<Task>;
  struct Batch;
  Task task_of(std::shared_ptr<Batch> batch, bool stored, std::function<void()> over);
  void one_by_one(Batch& batch, bool stored, const std::function<void()>& over);
  struct Fresh {
    State state;
    std::vector<Timer> timers;
  };

  Work work();
  void extend(Work& work) const;  // what the entries of a decision mean to the extension
  void watch_clock();             // a wall clock that was set shortens no wait
  void take(Task task);
  void run(TaskPtr task);
  void answered(const TaskPtr& task, Result<Committed> result);
  void refused(const TaskPtr& task, const Error& error);
  void lose_memory();  // what is on disk counts; read again when nothing is in flight
  void read_again();
  void reloaded(Result<Fresh> fresh);
  void drain();
  void take_owed();
  void note_refusal(const Error& error);
  void recovered();
  void probe();
  void prune();
  bool waits() const { return lost_ || reloading_ || !waiting_.empty(); }
  bool remember_key(const std::string& key);
  static Result<Fresh> load(Store& store);
  void answer_in_chat(const ChatEvent& event, const CommandInput& input, Outcome outcome, Work& work);
  bool understand(const ChatEvent& event, CommandInput& input, bool& by_mention) const;  // is it for us?
  CommandInput input_of(const ChatEvent& event) const;
  // The outcome that still needs to be read off the loop, if there is one.
  std::optional<Outcome> decide_chat(const ChatEvent& event, const std::string& text, const std::string& secret,
                                     Work& work);  // after the words were shown
  void keep_pages(Work& work);
  void ring_schedule(const Timer& timer);  // the clock gives a command
  Outcome decided(Work& work, const CommandInput& input) const;
  void read_and_post(const Outcome& asked, const CommandInput& input, const ChatEvent& event);

  Store& store_;
  const Clock& clock_;
  CoreConfig config_;
  State state_;
  Outbox outbox_;
  Reader reader_;
  AtOnce at_once_;  // none: everything is asked of the reader
  Router router_;
  Hearing hearing_;
  ChangedPosts changed_;
  Extension* extension_ = nullptr;
  AttemptSink attempts_;
  std::function<void(DurationMs)> clock_set_;
  TimeMs wall_then_ = 0, steady_then_ = 0;
  std::function<bool(std::function<void()>)> background_;
  std::function<void(std::function<void()>)> post_;
  DueTimers timers_;

  std::uint64_t epoch_ = 0;  // of the store when the state was read
  std::size_t in_flight_ = 0;
  std::function<void()> rewriting_, rewritten_;  // empty: nothing to rewrite
  bool lost_ = false, reloading_ = false, draining_ = false, probing_ = false;
  std::deque<TaskPtr> redo_;     // were in flight when the memory was lost: first
  std::deque<TaskPtr> waiting_;  // came while it was read again
  std::deque<TaskPtr> owed_;     // answered already, refused by the disk: again when it takes writes
  std::string refusal_;          // why the disk refuses; empty: it does not
  std::string refusal_next_;     // what to do about it
  TimeMs refused_since_ = 0;
  std::uint64_t refused_then_ = 0;
  TimeMs prune_at_ = 0;
  std::int64_t dead_before_ = 0;          // when the process began, less those tried again
  std::unordered_set<std::string> seen_;  // keys committed lately: their second delivery costs no reload
  std::deque<std::string> seen_order_;
  DispatcherStats stats_;
  Pager pager_;
  std::uint64_t serial_ = 0;
  std::string boot_;
};

}  // namespace muster
