// What runs by itself and what may not: the switch, triggers that were disarmed, fixes that did not help. A fold over
// automation.switched, trigger.disarmed, trigger.armed, runbook.suggested, runbook.planned. Loop thread only.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/journal/entry.h"

namespace muster {

// Above all runbooks: what may be changed without a person, by environment.
struct AutomationCaps {
  std::string name;
  std::vector<std::string> environments;  // none: every one
  int writes_per_hour = 20;               // in one environment
  bool one_write_per_service = true;
  std::string freeze = "rollbacks";  // what a freeze leaves to it: rollbacks, as to people, or nothing
};
// The first that is about this environment; where none is, what stands above.
const AutomationCaps& caps_for(const std::vector<AutomationCaps>& caps, std::string_view environment);

struct Disarmed {
  std::string by, reason;
  TimeMs since_ms = 0, until_ms = 0;  // 0: until somebody arms it
};

// A plan of a runbook that was carried out to its end, with its reads for real: no run, but no guess either.
struct DryRun {
  TimeMs at_ms = 0;
  std::string by, hash;  // hash: of the text of the runbook then
};

struct Automation {
  std::map<std::string, std::string> off;    // environment, "*": everywhere -> why
  std::map<std::string, Disarmed> disarmed;  // "runbook" or "runbook key"
  std::map<std::string, int> in_vain;        // "runbook key" -> ineffective runs in a row
  std::set<std::string> suggested;           // "runbook INC-7"
  std::map<std::string, DryRun> planned;     // runbook -> the last whole plan of it
  bool draining = false;                     // no new run begins
  std::string drained_by, drain_reason;
  TimeMs drained_ms = 0;
  std::map<std::string, std::string> held;  // "runbook E12": would have begun while draining -> the alert
};

struct State;
bool apply_automation(State& state, const Entry& entry);
const Disarmed* disarmed(const State& state, const std::string& runbook, const std::string& key, TimeMs now);
// Why automatic writes are off there; empty: they are on.
std::string automation_off(const State& state, const std::string& environment);

}  // namespace muster
