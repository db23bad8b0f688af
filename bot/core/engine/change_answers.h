// Answers about changes that were made: what runs where, what went out, how two places differ, the figures of delivery.
// Pure: what targets said and what the journal holds is given. Any thread, with values of one's own.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bot/core/changes/dora.h"
#include "bot/core/changes/record.h"
#include "bot/core/changes/target.h"
#include "bot/core/engine/engine.h"

namespace muster {

// What a target said of a service in one environment when it was asked just now.
struct PlaceNow {
  std::string environment;
  bool has_target = false;          // one is configured that can be asked
  std::optional<TargetState> said;  // absent: it did not answer, see problem
  std::string problem;
  std::string next_step = {};
  std::string target = {};  // its name
  TimeMs silent_since = 0;  // 0: nobody has noticed before
  bool too_late = false;    // the problem is that it took too long
  bool answered = false;    // the problem is the answer: it is not there
};

struct ChangeReader {
  const CoreConfig& config;
  std::string language, zone;
  TimeMs now = 0;
};

// Of the configuration and of the record, in the order of the configuration.
std::vector<std::string> environments_of(const State& state, const CoreConfig& config, const std::string& service);
// Environments whose deployments are counted: those called production, prod or live; of none: the protected ones.
std::set<std::string> production_of(const CoreConfig& config, const std::vector<std::string>& environments);

std::string change_words(const std::string& language, const ChangeRecord& change);  // deploy v1 → v2
std::string change_line(const ChangeReader& reader, const ChangeRecord& change);
std::string change_short(const ChangeReader& reader, const ChangeRecord& change);  // R42 deploy v1 → v2 (…, 2h ago)
std::string ago(const std::string& language, DurationMs age);                      // "3h 02m ago", "just now"
// "production v2 · staging v3", as recorded; empty: nothing is.
std::string versions_text(const State& state, const std::string& service);
Value change_value(const ChangeRecord& change);

// "The cluster cannot be reached. Look at …": of a problem and what to do about it.
std::string in_words(const Error& error);
Outcome where_outcome(const ChangeReader& reader, const State& state, const std::string& service,
                      const std::vector<PlaceNow>& places);
// What is there now, for `status`: nothing where there is no target to ask.
Outcome live_outcome(const ChangeReader& reader, const State& state, const std::string& service,
                     const std::vector<PlaceNow>& places);
// a, b: environments or versions.
Outcome diff_outcome(const ChangeReader& reader, const State& state, const std::string& service, const std::string& a,
                     const std::string& b, const std::vector<PlaceNow>& places);
struct ReleasesWish {
  std::string service, environment;
  bool all = false;  // scales and restarts too, as far back as the journal goes
};
Outcome releases_outcome(const ChangeReader& reader, const ChangeLog& log, const ReleasesWish& wish);
Outcome metrics_outcome(const ChangeReader& reader, const ChangeLog& all, const std::vector<IncidentSpan>& incidents,
                        DoraQuery query);
// What a reading of `metrics` asked for.
DoraQuery metrics_query(const ReadWanted& wanted);
ReleasesWish releases_wish(const ReadWanted& wanted);

}  // namespace muster
