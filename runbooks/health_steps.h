// The guard that a change gets when people make it by a command: the steps that watch it, and those that put it back.
// They are text of the runbook language, to stand in the runbook that is made for that change. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "bot/core/config.h"

namespace muster::runbooks {

struct GuardedChange {
  std::string verb = "deploy";  // deploy, rollback, scale, restart
  std::string service, environment;
  std::string version;  // that is wanted: of deploy and rollback; empty: not known yet
  // Of a change in stages: before the last, which is all of it; and the expression of the version that goes out.
  std::vector<RolloutStage> stages = {};
  std::string version_value = {};
};

struct HealthPlan {
  // Each one step, in YAML's flow form on one line without an end of line: {"id":"health","verify":{…}}. The step of
  // the change itself stands before them and has `undo: auto`.
  std::vector<std::string> steps;
  std::vector<std::vector<std::string>> between;  // of each stage: what watches it, before the next one
  std::vector<std::string> on_failure;
  // For the plan, in this language: what is watched, what happens when it is bad, whether there is a way back.
  std::vector<std::string> sentences;
  bool puts_back = false;   // by itself, when it is bad
  std::string no_way_back;  // why it cannot be put back; empty: it can
};

HealthPlan health_steps(const CoreConfig& config, const GuardedChange& change, const std::string& language = "en");

}  // namespace muster::runbooks
