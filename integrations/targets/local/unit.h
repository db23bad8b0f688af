// One service here: what should run (desired.h), what does (replica.h), and the steps between the two (moves.h), taken
// one after the other by turn() until nothing is left to do. Then no timer runs: the keepers look after the processes,
// and the end of a keeper is heard.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integrations/net/watch.h"
#include "integrations/targets/local/desired.h"
#include "integrations/targets/local/local.h"
#include "integrations/targets/local/moves.h"
#include "integrations/targets/local/replica.h"

namespace muster::local {

struct Replica {
  std::int64_t number = 0;
  Process what;
  bool known = false;  // its keeper has written what it runs
  bool kept = true;    // its keeper lives
  bool given = false;  // it was there before the change that is going on, which does not judge it
  Phase phase = Phase::starting;
  std::string why;          // it is not well: the last reason
  TimeMs since = 0;         // we wait for it
  std::int64_t starts = 1;  // one more than that: it has ended and was started again
  TimeMs ask_at = 0;
  bool asking = false;
  int keeper = -1;               // a pidfd; the watch owns it
  std::unique_ptr<Watch> watch;  // none: its lock is looked at instead
};

struct Waiting {  // who wants to know what came of the change that is going on
  ChangeDone done;
  ProgressSeen progress;
  std::string told;
};

class Unit final : public Target, public std::enable_shared_from_this<Unit> {
 public:
  Unit(const LocalTargetDef& def, const LocalParts& parts);
  void open();  // finds again what runs; starts the first version
  void redefine(const LocalTargetDef& def);
  void bot_stops();

  std::string name() const override { return def_.name; }
  bool serves(const TargetSubject& s) const override {
    return s.service == def_.service && s.environment == def_.environment;
  }
  bool has(TargetVerb verb) const override { return verb != TargetVerb::pause && verb != TargetVerb::resume; }
  bool has(TargetStrategy, const TargetSubject&) const override { return true; }
  std::optional<Error> missing(const TargetSubject& subject, const std::string& version) const override;
  std::optional<int> most_replicas(const TargetSubject&) const override { return ports(); }
  void status(const TargetSubject& subject, StatusDone done) override;
  void change(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress) override;
  void observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
               ProgressSeen progress) override;
  void probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) override;
  void history(const TargetSubject& subject, int most, HistoryDone done) override;
  void dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) override;
  bool cancel(const std::string& run) override;
  void forget(const std::string&) override {}  // the history is the target's own, and bounded

 private:
  int ports() const { return def_.last_port - def_.first_port + 1; }

  struct Gather;
  using Replicas = std::map<std::int64_t, Replica>;
  using Health = std::function<void(bool well, std::string why)>;

  // unit.cpp: processes
  void begin_first();
  void check_whose();
  void adopt(const std::string& id);
  void watch(Replica& r, process::Fd keeper);
  void keeper_ended(std::int64_t number);
  Result<void> start_one(const std::string& version);
  void stop(Replica& r);
  void remove(std::int64_t number);
  DurationMs next_wait();
  void turn_in(DurationMs delay);
  void turn();
  bool look_at_all();
  void look(Replica& r);
  void ask_on(Replica& r);
  void ask_health(const Process& what, Health done);
  void begin_missing(int count, const std::string& version);
  void carry_on(const Moves& moves);
  std::string folder(const std::string& id = {}) const;
  std::vector<Seen> seen() const;
  // unit_change.cpp: the change that is going on
  Result<ChangeRequest> resolved(const ChangeRequest& request, const TargetState& before) const;
  std::optional<Error> refusal(const ChangeRequest& request, const TargetState& before) const;
  Wanted wanted_by(const ChangeRequest& request) const;
  Desired changed_by(const ChangeRequest& request) const;
  void take_as_given();
  bool is_so_already(const ChangeRequest& request) const;
  Result<void> write(const Desired& next);
  void give_up(const std::string& outcome, const std::string& why);
  void conclude(const std::string& outcome, const std::string& why);
  void deliver(const Change& change, ChangeDone done);
  void answer_later(ChangeDone done, ChangeAnswer answer);
  void tell_progress(const Moves& moves);
  const Change* find(const std::string& run) const;
  // unit_status.cpp
  TargetState state_from(const Gather& gather) const;
  std::string detail_from(const Gather& gather, int well, int of) const;

  bool going_on() const { return desired_ && desired_->stage != Stage::settled; }
  TimeMs now() const { return parts_.clock.now(); }
  void at(const char* point) const {
    if (parts_.fault) parts_.fault(point);
  }
  std::vector<std::string> secrets() const { return secrets_of(def_, parts_.variable); }
  template <class Task>
  auto mine(Task task) {  // a callback that finds nobody once the unit is gone
    return [weak = weak_from_this(), task = std::move(task)](auto&&... values) {
      if (const auto self = weak.lock()) task(std::forward<decltype(values)>(values)...);
    };
  }

  LocalTargetDef def_;
  const LocalParts parts_;
  const std::string boot_;
  std::optional<Desired> desired_;  // nothing: no version was ever deployed
  std::optional<Error> broken_;     // the file or the folder cannot be used: nothing is done
  Replicas replicas_;
  std::map<std::string, Waiting> waiting_;  // by run
  std::uint64_t timer_ = 0;
  DurationMs start_wait_ = 0;  // after a start that failed or a keeper that was lost
  TimeMs last_trouble_ = 0;
  std::string trouble_;  // why the last start failed
};

}  // namespace muster::local
