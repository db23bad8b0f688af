// What the commands about changes need from outside of a decision: targets that are asked now, and the whole journal.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "bot/core/engine/change_answers.h"
#include "bot/performer_run.h"

namespace muster {

class Store;

// All environments at once, each with its target's answer or, after five seconds, with its silence. Loop thread only.
void look_at_places(const Targets& targets, const std::string& service, const std::vector<std::string>& environments,
                    const Later& later, std::function<void(std::vector<PlaceNow>)> done);
// `where`, `diff` and what `status` ends with, from what the targets said.
Outcome places_outcome(const ReadWanted& wanted, const State& state, const CoreConfig& config,
                       const std::vector<PlaceNow>& places, TimeMs now);
// `releases --all` and `metrics`: every change that the journal knows. Off the loop.
struct HistoryWanted {
  ReadWanted wanted;
  std::vector<IncidentSpan> incidents;
  CoreConfig config;
  TimeMs now = 0;
};
Outcome change_history_outcome(Store& store, const HistoryWanted& history);

// What a report tells of changes: see ReportOptions::changes. Off the loop.
std::vector<ChangeRecord> changes_around(Store& store, const CoreConfig& config, const Incident& incident);

}  // namespace muster
