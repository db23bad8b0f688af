// A change of production that somebody asks for, and the plan that is made of it: before, after, what was checked, who
// has to say yes, and what follows when it fails. Values and plain functions; nothing here sends anything. A yes is
// given to the hash of a plan: it covers the change, the facts it depends on and the gate, and nothing else.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/changes/stages.h"
#include "bot/core/commands/policy.h"

namespace muster {

struct Command;
struct CoreConfig;
struct State;

// What was asked for, before anything is known of the target.
struct ChangeWish {
  std::string command;  // the line as understood
  std::string asked;    // deploy, promote, rollback, scale, restart
  std::string verb;     // what a target does: a promotion is a deploy
  std::string service, environment;
  std::string from;     // of a promotion: the environment whose version it is
  std::string version;  // of a deploy; of a rollback that names one
  std::optional<int> replicas, by;
  std::vector<std::string> overrides;  // names of checks
  std::string because;
  bool queue = false;                // wait in line behind another change
  std::string strategy;              // of a deploy: canary, bluegreen; empty: as the target does it
  std::vector<RolloutStage> stages;  // those before all of it
};
Value to_value(const ChangeWish& wish);
ChangeWish change_wish(const Value& value);

bool is_change_command(std::string_view verb);  // its gate stands in its run, where the plan is known
// Why a text cannot be a version; empty: it can. Versions are data everywhere, and yet none of these is sent.
bool is_version(std::string_view text);

// One thing that was looked at. The sentence is of the catalogue, so that everybody reads it in their own language.
struct Check {
  enum class Mark { passed, failed, overridden, warning };
  std::string name;  // lock, freeze, busy, order, ci, same, quiet, way; what `--override` names
  Mark mark = Mark::passed;
  std::string key;
  std::map<std::string, std::string> words = {};
  bool can_override = false;
};
std::string sentence(std::string_view language, const Check& check);

struct Plan {
  Value arguments;      // of the step, final: what is sent
  Value before, after;  // of what it depends on: version or replicas
  std::vector<Check> checks;
  Verdict gate;
  std::string on_failure;  // key of a sentence
  std::string hash;        // of arguments, facts, overrides and gate
  bool possible() const;   // no check has failed
};
Value to_value(const Plan& plan);
Plan plan_from(const Value& value);

// Who asks, where: what the policy is asked with.
struct ChangeAsker {
  std::string person;  // person id, "operator" or "automation"
  std::string channel;
  bool direct = false, in_incident = false;
  bool scheduled = false;  // the clock asks, in the name of the person
};

struct PlanInput {
  const State& state;
  const CoreConfig& config;
  TimeMs now = 0;
  ChangeWish wish;
  ChangeAsker asker;
  std::string run;  // the run it is for: it does not stand in its own way; empty: none yet
  Value arguments;  // of the step, as far as they are known
  Value seen;       // what the target says of itself: see to_value(TargetState); also `can`, `history`, `source`
};
Plan make_plan(const PlanInput& in);
// Arguments of a scale: `minimum` is true where an autoscaler sets the number, as it was seen, so that its minimum is
// what is changed.
Value scaled_by(const Value& seen, Value arguments);

// What the policy says of it now, for this asker.
Verdict change_verdict(const State& state, const CoreConfig& config, const ChangeWish& wish, const ChangeAsker& asker,
                       const Value& arguments, TimeMs now);
// May this asker override that check there?
bool may_override(const State& state, const CoreConfig& config, const ChangeWish& wish, const ChangeAsker& asker,
                  const std::string& check, TimeMs now);

}  // namespace muster
