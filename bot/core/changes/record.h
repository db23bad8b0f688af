// The changes that were made to production, as the runs that made them recorded it: a fold over the journal.
//   runbook.started, run.attempt, runbook.step, runbook.finished   changes that muster made, by command or by runbook
//   deploy.started, deploy.finished                                changes that somebody else made and told us
//   change.linked, change.unlinked                                 a person says what a change has to do with an
//   incident
// A change begins when its intent is on disk: what was refused before is none. Values; loop thread only, or a log of
// one's own on any thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/journal/entry.h"

namespace muster {

struct ProjectionRow;

// What a change depends on and what it changes.
struct ChangeSide {
  std::string version;  // empty: not known, or not touched
  std::optional<int> replicas;
  bool operator==(const ChangeSide&) const = default;
};

// Why it belongs to an incident. Never from closeness in time alone.
struct ChangeLink {
  std::string incident;  // INC-7
  std::string kind;      // failed: it set the incident off; remediates: it was made because of the incident
  std::string basis;     // person: somebody said so; run: the run was started for the incident; told: as imported
  std::string entry;     // the journal entry that says so; empty: the change's own
  bool operator==(const ChangeLink&) const = default;
};

struct SourceCommit {
  std::string id;
  TimeMs at_ms = 0;
  bool operator==(const SourceCommit&) const = default;
};

struct ChangeRecord {
  std::string id;    // "R42.2": run and step; of a change made elsewhere, its id there
  std::string run;   // R42; empty: made elsewhere
  std::string path;  // of the step; "undo.2" puts step 2 back
  std::string service, environment;
  std::string verb;          // deploy, rollback, scale, restart
  std::string type;          // release, rollback, hotfix, config; empty: no deployment (scale, restart)
  ChangeSide before, after;  // after: as it was wanted, and once it succeeded as the target told it
  std::string runbook;       // "deploy" of a command; else the runbook's name
  // chat: a command; runbook: a person started one; automation: an alert did; elsewhere: another system.
  std::string origin;
  std::string person;  // id of who asked for it; "operator", "automation"; of elsewhere: the system
  std::string reason;  // as given, else empty
  std::string incident, alert;
  TimeMs started_ms = 0, ended_ms = 0;
  // running; succeeded, failed, cancelled; unknown: nobody knows what came of it. See outcome_of().
  std::string outcome = "running";
  std::string note;                  // why it failed
  std::string reverts, reverted_by;  // ids of changes
  std::string verdict;               // of the health guard: good, bad, ask; empty: it has not judged
  std::vector<ChangeLink> links;
  std::vector<SourceCommit> commits;  // what it brought, where that was told
  bool unplanned = false;             // as told by who made it
  bool part = false;                  // only a stage of it is out
  bool minimum = false;               // scale: the replicas of both sides are the minimum of an autoscaler
  bool over() const { return ended_ms != 0; }
  bool rollout() const { return !type.empty(); }
  bool undo() const { return path.starts_with("undo."); }
};
// succeeded, failed, cancelled, unknown, running, or rolled_back: another change has put it back.
std::string outcome_of(const ChangeRecord& change);

struct ChangePlace {
  std::string service, environment;
  auto operator<=>(const ChangePlace&) const = default;
};

struct ChangeLog {
  // How much is kept. What is under way always stays; older ones are in the journal.
  std::size_t per_place = 20;  // ended rollouts of one service in one environment, and as many other changes there
  std::size_t most = 4000;     // ended ones of all
  std::size_t versions = 500;  // whose commits were told

  std::map<std::int64_t, ChangeRecord> records;  // in the order in which they began
  std::map<std::string, std::int64_t, std::less<>> by_id;
  std::map<ChangePlace, std::vector<std::int64_t>> by_place;  // oldest first
  std::vector<std::string> touched;                           // ids that the last entry changed or dropped

  // What is known of a run that is under way and of its steps, until there is a change to record.
  struct Step {
    std::string verb, service, environment;
    ChangeSide wanted, before;
    std::string previous;      // the version that a rollback without a name goes to
    std::optional<int> least;  // that an autoscaler kept before
    bool minimum = false;      // a scale of that
    bool part = false;         // a stage: only so much of it
    bool lost = false;         // nobody knew what came of it, at some time
    std::int64_t record = 0;   // 0: nothing has been sent yet
  };
  struct Header {
    std::string runbook, person, reason, incident, alert, origin;
    std::map<std::string, Step> steps;  // by path
  };
  std::map<std::string, Header> runs;  // by id, those under way
  struct Told {
    std::int64_t record = 0;
    bool finished = false;
  };
  std::map<std::string, Told> told;  // entries of others -> what a correction of them changes
  struct Built {
    std::int64_t number = 0;
    std::vector<SourceCommit> commits;
  };
  std::map<std::string, Built> built;  // "service version" -> what it holds, as told by whoever built it
  std::size_t ended = 0;               // records that may be dropped
  std::int64_t next = 1;
};

// Folds one entry; of kinds that say nothing about changes only `touched` is emptied.
void apply_change(ChangeLog& log, const Entry& entry);
const std::vector<std::string>& change_kinds();  // all that it folds

// R42.2, the newest change of R42, or an id from elsewhere.
const ChangeRecord* find_change(const ChangeLog& log, std::string_view id);
std::vector<const ChangeRecord*> changes_of_run(const ChangeLog& log, std::string_view run);
// Newest first; an empty name is any.
std::vector<const ChangeRecord*> changes_at(const ChangeLog& log, std::string_view service,
                                            std::string_view environment);
// Those that were under way since then or ended since then, newest first.
std::vector<const ChangeRecord*> changes_since(const ChangeLog& log, TimeMs since);
// The newest rollout that reached the place and was not put back: what ought to be there.
const ChangeRecord* last_rollout(const ChangeLog& log, std::string_view service, std::string_view environment);

ProjectionRow projection(const ChangeRecord& change);
// Rows of what the last entry touched; null bodies of what was dropped.
std::vector<ProjectionRow> touched_rows(const ChangeLog& log);

}  // namespace muster
