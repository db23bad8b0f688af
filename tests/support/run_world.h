// A world for runs without threads, sockets or disk: a journal in memory, a clock turned by hand, a provider with a
// ledger of its effects, and a process that can be killed before and after every commit and every effect.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/core/engine/schedules.h"
#include "bot/core/engine/state.h"
#include "runbooks/engine.h"

namespace muster::test {

struct Killed {};

// What the world looks like to the steps of runs. It survives every kill.
struct Provider {
  std::map<std::string, int> ledger;             // run + path of the step -> effects
  std::map<std::string, AttemptReport> results;  // by attempt id: what a command left behind
  std::map<std::string, std::int64_t> replicas{{"api", 6}};
  std::map<std::string, std::int64_t> minimums;  // of the autoscaler, where there is one
  std::map<std::string, std::string> versions{{"api", "v7"}};
  std::map<std::string, std::string> parts;  // of a stage: the version that runs beside
  Value can;                                 // what the target says that it can; null: it does not say
  std::string missing;                       // why a version cannot be brought out
  std::set<std::string> operations;          // ids that the target knows
  std::set<std::string> keys;                // idempotency keys seen
  std::map<std::string, Value> reads;        // by verb or by "verb step text": what a read answers
  std::function<bool(const AttemptOrder&, AttemptReport&)> override;  // true: it answered
};

// Where the journal and the timers are kept instead of in memory: a real store, for the test that reads them back.
struct Keeper {
  virtual ~Keeper() = default;
  virtual void keep(Decision& decision) = 0;  // entries come back as they are on disk
  virtual void read_back(std::vector<Entry>& journal, std::map<std::string, Timer>& timers) = 0;  // of a new process
  virtual std::int64_t owner() const = 0;
};

// The place of a fault point, as the crash table names it.
struct CrashPoint {
  std::string run, path, verb, effect, stage;
  // intent: before it is on disk; sent: it is, and nothing left; effect: done, and no word of it; result: before that
  // is on disk; over: it is.
  std::string when;
};

class RunWorld {
 public:
  RunWorld();
  void add_runbook(const std::string& yaml);
  void add_person(const std::string& id, const std::vector<std::string>& groups);

  // One decision in one commit; what leaves is put in line.
  void decide(const std::function<void(Work&)>& what);
  std::string start(const std::string& runbook, Value inputs = Value::Map{}, const std::string& person = "ana");
  void deliver();            // carries out what is in line, until nothing is
  void pass(DurationMs by);  // time goes by; timers ring in order
  void pass_until(const std::function<bool()>& done, DurationMs at_most);
  void restart();  // the process is gone and comes back: everything from the journal
  void answer(const std::string& question, const std::string& person, bool yes);
  void alert(const std::string& id, const std::string& status, const std::map<std::string, std::string>& labels);

  const Run& run(const std::string& id) const { return *find_run(state, id); }
  bool posted(const std::string& post_id_part) const;
  std::string open_question(const std::string& run) const;
  int effects(const std::string& run_and_path) const;

  // The n-th fault point from now on kills; 0: none.
  void kill_at(int n) { kill_in_ = n; }
  int points() const { return points_; }  // passed so far
  std::int64_t owner() const { return keeper ? keeper->owner() : owner_; }
  const std::vector<CrashPoint>& killed_at() const { return at_; }  // every step that moves there

  Keeper* keeper = nullptr;  // null: in memory
  bool notes_orders = false;
  std::vector<AttemptOrder> orders;  // that were carried out while `notes_orders`

  State state;
  CoreConfig config;
  Provider provider;
  runbooks::Engine engine;
  std::vector<Entry> journal;
  std::vector<OutMessage> out;
  std::map<std::string, Timer> timers;
  std::vector<Fired> rung;         // what the clock gave, with the answers
  TimeMs now = 1'893'456'000'000;  // 2030-01-01

 private:
  void point(std::vector<CrashPoint> at);
  void commit(Decision decision);
  void carry_out(const AttemptOrder& order);
  AttemptReport perform(const AttemptOrder& order);
  AttemptReport change(const AttemptOrder& order);
  AttemptReport command(const AttemptOrder& order);
  void extend(Work& w);

  std::deque<AttemptOrder> line_;
  std::vector<CrashPoint> at_;
  runbooks::Library library_;
  int kill_in_ = 0, points_ = 0;
  std::int64_t owner_ = 0;  // one more with every restart
  std::uint64_t serial_ = 0;
};

}  // namespace muster::test
