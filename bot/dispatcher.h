// The only meeting of the core and the outside: event -> decide -> commit -> effects. Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"
#include "integrations/chat/platform.h"
#include "storage/store.h"

namespace muster {

struct DispatcherStats {
  std::map<std::string, std::uint64_t> deliveries;  // result -> count
  std::uint64_t commands = 0, alert_bodies = 0, alerts = 0, undecodable = 0, reloads = 0;
  std::size_t dead_now = 0;  // undeliverable messages that wait for a person
  std::size_t waiting = 0;   // messages that will be tried again
  std::size_t timers = 0;
};

// Carries out an out message that is no chat message ("http:self").
using Carrier = std::function<void(const OutMessage&, std::function<void(Result<void>)>)>;
using CommandDone = std::function<void(Result<Outcome>)>;
// Makes the answer of a command that needs the journal or the process; calls back on the loop.
using Reader = std::function<void(const ReadWanted&, const CommandInput&, std::function<void(Outcome)>)>;

// May add to and change the messages of a decision before they are stored: who else is told, and where.
using Router = std::function<void(std::vector<OutMessage>& out)>;

class Dispatcher {
 public:
  Dispatcher(Store& store, const Clock& clock, CoreConfig config);

  void attach(ChatPlatform& platform);
  void set_carrier(Carrier carrier) { carrier_ = std::move(carrier); }
  void set_reader(Reader reader) { reader_ = std::move(reader); }
  void set_router(Router router) { router_ = std::move(router); }
  void set_config(CoreConfig config) { config_ = std::move(config); }

  // Folds the journal, delivers what a crash left over, greets when the folder is new.
  Result<void> start();
  void tick();  // rings the timers that are due; call about once a second

  // One chat event; `accepted` runs after the commit.
  void chat(const ChatEvent& event, std::function<void(Result<void>)> accepted);
  // One command from a script: the answer comes back instead of being posted.
  void command(CommandInput input, CommandDone done);
  // A webhook body that is stored already (key) is parsed by the caller and decided here.
  void alerts(const std::vector<AlertEvent>& alerts, const std::string& inbox_key, std::int64_t truncated,
              TimeMs received, std::function<void(Result<void>)> done);
  void undecodable(const std::string& kind, const std::string& inbox_key, const std::string& why);
  // API v2: the inbox row and the decision in one commit.
  void alerts_with_inbox(const std::vector<AlertEvent>& alerts, InboxItem item, std::function<void(Result<void>)> done);
  void record_fact(Entry entry, std::function<void(Result<void>)> done);
  void send(OutMessage message);
  void announce(const std::string& channel, const Message& message);  // the bot speaks on its own
  void redeliver(const std::vector<OutMessage>& messages);            // given up before, pending in the store again

  const State& state() const { return state_; }
  const CoreConfig& config() const { return config_; }
  DispatcherStats stats() const;
  std::vector<std::string> complete(const std::string& prefix) const;
  std::string new_id();

 private:
  Work work();
  void finish(Commit commit, std::function<void(Result<void>)> done, std::function<void()> applied = {});
  void forget_memory();  // what is on disk counts
  void deliver(const OutMessage& message, int attempts);
  void delivered(const std::string& id, int attempts, const Result<void>& result);
  void flush_delivered();
  void retry_later(OutMessage message, int attempts);
  void remember_timers(const std::vector<Timer>& timers);
  Result<void> reload();
  void answer_in_chat(const ChatEvent& event, const CommandInput& input, Outcome outcome, Work& work);
  void read_and_post(const ReadWanted& wanted, const CommandInput& input, const std::string& thread);

  struct Later {
    OutMessage message;
    int attempts = 0;
    TimeMs due_ms = 0;
  };

  Store& store_;
  const Clock& clock_;
  CoreConfig config_;
  State state_;
  std::map<std::string, ChatPlatform*> platforms_;
  Carrier carrier_;
  Reader reader_;
  Router router_;
  std::map<std::string, Timer> timers_;
  std::vector<Later> later_;
  std::vector<std::string> delivered_;
  std::vector<Commit::Failure> failed_;
  bool flushing_ = false;
  std::uint64_t generation_ = 0;  // of the state in memory; a reload begins a new one
  DispatcherStats stats_;
  std::uint64_t serial_ = 0;
  std::string boot_;
};

}  // namespace muster
