// What stands in the way of a change: locks, freezes, another change, the order of environments; and what the target
// itself says. Pure: the same state, configuration and look give the same answer.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/changes/plan.h"
#include "bot/core/runs/run.h"

namespace muster {

bool is_production_change(std::string_view verb);  // of a step: deploy, rollback, scale, restart

// The run that changes this service there, or (unless `only_begun`) is about to: not `except`, and none that waits in
// line. Null: none.
const Run* change_under_way(const State& state, std::string_view service, std::string_view environment,
                            std::string_view except, bool only_begun);
// The newest run that brought this version out there and succeeded, and whose change was not taken back since. Null:
// none that we know of.
const Run* ran_well(const State& state, std::string_view service, std::string_view environment,
                    std::string_view version);
// The record knows that this version was there, whether it was any good or not.
bool ran_there(const State& state, std::string_view service, std::string_view environment, std::string_view version);
// CI passed this version in the plan of a change that we remember.
bool ci_said_yes(const State& state, std::string_view service, std::string_view version);
// The environment in which a version has to run well before it goes to this one; empty: none.
std::string environment_before(const CoreConfig& config, std::string_view service, std::string_view environment);
// The newest version that ran well there and is not this one; empty: none that we know of.
std::string last_good(const State& state, std::string_view service, std::string_view environment,
                      std::string_view not_this);

// The last time that this version was to run there it failed, was put back, or was found to be bad; the run, or empty.
std::string went_wrong(const State& state, std::string_view service, std::string_view environment,
                       std::string_view version);
// Where a rollback that names no version goes: the version before, as the target tells it, unless that is known to be
// bad; then the newest that is not, of the target's history and of the record. Empty: none is known.
std::string way_back(const PlanInput& in);

// What is known without asking the target.
std::vector<Check> standing_checks(const PlanInput& in);
// What the target said.
std::vector<Check> target_checks(const PlanInput& in, const Value& arguments);

// Versions of a service that were told as built, that runs have brought out or wanted to, or that they found there;
// newest first.
std::vector<std::string> builds_of(const State& state, std::string_view service);
std::vector<std::string> recent_builds(const State& state);  // service@version, of all

// Runs that wait behind another change, in their order; of one environment or of all.
std::vector<const Run*> waiting_changes(const State& state, std::string_view environment = {});

}  // namespace muster
