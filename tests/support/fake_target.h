// A target in memory: what runs where, a ledger of every change that reached it, and what to answer instead. Answers at
// once. It survives a restart of the bot, as targets do.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bot/core/changes/target.h"

namespace muster::test {

class FakeTarget : public Target {
 public:
  using PlaceName = std::pair<std::string, std::string>;  // service, environment

  std::map<PlaceName, TargetState> places;
  std::map<PlaceName, std::vector<HistoryEntry>> past;
  std::vector<std::string> ledger;  // "deploy search in production v2 (R1.0-2)"
  std::map<PlaceName, Error> down;  // its status fails so
  std::map<PlaceName, ChangeOutcome> next_outcome;

  TargetState& at(const TargetSubject& s) {
    const auto [it, fresh] = places.try_emplace({s.service, s.environment});
    if (fresh) {
      it->second.version = "v1";
      it->second.replicas = 6;
      it->second.healthy = true;
    }
    return it->second;
  }

  std::string name() const override { return "fake"; }
  bool serves(const TargetSubject&) const override { return true; }
  bool staged = true;
  bool has(TargetVerb verb) const override { return verb != TargetVerb::dry_run; }
  bool has(TargetStrategy, const TargetSubject&) const override { return staged; }
  void status(const TargetSubject& subject, StatusDone done) override {
    if (const auto it = down.find({subject.service, subject.environment}); it != down.end())
      return done(std::unexpected(it->second));
    done(at(subject));
  }

  void change(const ChangeRequest& q, const TargetState& before, ChangeDone done, ProgressSeen) override {
    ChangeAnswer a;
    const PlaceName place{q.subject.service, q.subject.environment};
    if (const auto it = next_outcome.find(place); it != next_outcome.end()) {
      a.outcome = it->second;
      next_outcome.erase(it);
      if (a.outcome == ChangeOutcome::failed)
        a.problem = Error{ErrorKind::conflict, "the new version did not start", ""};
      if (a.outcome != ChangeOutcome::succeeded) return done(a);
    }
    const std::string what =
        q.replicas ? std::to_string(*q.replicas) : q.version + (q.part.empty() ? "" : " " + q.part);
    ledger.push_back(std::string(name_of(q.verb)) + " " + place.first + " in " + place.second + " " + what + " (" +
                     q.run + ")");
    TargetState& now = at(q.subject);
    const std::string was = now.version;
    now = intended_state(q, before);
    if (now.version != was)
      past[place].insert(past[place].begin(), {.version = was, .at = {}, .by = {}, .revision = {}, .note = {}});
    now.restarted = q.verb == TargetVerb::restart ? q.run : before.restarted;
    now.healthy = true;
    a.outcome = ChangeOutcome::succeeded;
    a.after = now;
    done(a);
  }
  void observe(const ChangeRequest& q, const TargetState&, ChangeDone done, ProgressSeen) override {
    ChangeAnswer a;
    if (at(q.subject).last_run == q.run) a.outcome = ChangeOutcome::succeeded, a.after = at(q.subject);
    done(a);
  }
  void probe(const ChangeRequest& q, const TargetState& before, ProbeDone done) override {
    done({compare_states(q, before, at(q.subject)), at(q.subject), {}});
  }
  void history(const TargetSubject& subject, int, HistoryDone done) override {
    auto list = past[{subject.service, subject.environment}];
    if (list.empty() || list.front().version != at(subject).version)
      list.insert(list.begin(), {.version = at(subject).version, .at = {}, .by = {}, .revision = {}, .note = {}});
    done(list);
  }
  void dry_run(const ChangeRequest&, const TargetState&, DryRunDone done) override { done(std::string()); }
  bool cancel(const std::string&) override { return false; }
  void forget(const std::string&) override {}
};

}  // namespace muster::test
