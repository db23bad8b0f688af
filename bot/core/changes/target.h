// Where a service runs and what can be done to it there. Values and one small interface; each implementation lies in
// integrations/targets/. Loop thread only: every answer comes later, on the loop, exactly once.
//
// How a change is made (nothing here guesses about production):
//   status -> record it as `before` -> commit the intent -> change(request, before) -> commit the answer.
// After a restart, or when the answer is `unknown`: observe(request, before), and then probe(request, before).
// change() is sent once for a run id; neither observe() nor probe() ever sends anything that changes something.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"

namespace muster {

enum class TargetVerb { status, deploy, rollback, scale, restart, pause, resume, history, dry_run };

// Ways of a deploy that brings a part first. A target that has not them says so in the plan.
enum class TargetStrategy { canary, bluegreen };

struct TargetSubject {
  std::string service;
  std::string environment;
  bool operator==(const TargetSubject&) const = default;
};

// What is there now. Absent means: this target does not say. Texts are the target's own: outside data.
struct TargetState {
  std::string version;
  std::optional<int> replicas;
  std::optional<int> ready;  // how many of them can do their work now
  std::optional<bool> healthy;
  std::optional<bool> paused;
  std::optional<bool> busy;          // an operation is going on
  std::string revision;              // the target's own name of this state, for its compare-and-set
  std::string last_run;              // the run id that the target keeps of its last operation; empty: it keeps none
  std::string previous_version;      // what a rollback without a version would go to, where the target knows
  std::string restarted;             // changes with every restart (a time, a counter); empty: cannot tell
  std::string part_version;          // another version that runs beside `version`: a canary; empty: none
  std::optional<int> part_replicas;  // how many copies of that
  std::string no_part;               // why no part of it can be brought out as it is; empty: it can, or nobody says
  bool part_beside = false;          // a part comes beside all the others, in place of none of them
  std::string scaler;                // who sets the number of copies by itself, in words; empty: nobody is known
  std::optional<int> scaler_least, scaler_most;  // between which it keeps the number
  std::string scaler_run;    // our run that set that minimum last, where it is kept; last_run does not tell it
  std::string scaler_owner;  // who keeps that minimum, and would put it back; empty: nobody is known
  std::string detail;        // one line for a person
  std::string log;           // where its log is read: a path, a command, an address; empty: nobody says
  bool operator==(const TargetState&) const = default;
};

struct ChangeRequest {
  TargetVerb verb = TargetVerb::deploy;  // deploy, rollback, scale, restart, pause or resume
  TargetSubject subject;
  std::string run;              // ours, unique for this attempt ([A-Za-z0-9._-]); the target keeps it where it can
  std::string version;          // deploy; rollback (empty: the one before, where the target knows it)
  std::optional<int> replicas;  // scale: absolute, never "two more"
  bool minimum = false;         // scale: `replicas` is the least that the autoscaler keeps; it sets the number itself
  std::string part;             // deploy: only so much of it (stages.h); empty: all of it, and no other version stays
  DurationMs timeout = 10 * minute_ms;
  std::string person;   // data for the target's own record
  std::string channel;  // data for the target's own record
  bool operator==(const ChangeRequest&) const = default;
};

enum class ChangeOutcome {
  succeeded,
  nothing_to_do,  // it was so already
  failed,         // the target said no, or gave up
  timed_out,      // our deadline passed; what it began may still be moving
  cancelled,
  unknown,  // sent, and nobody knows what came of it: probe
  refused,  // nothing happened: never sent, or the target took none of it. `problem` says why
};

struct TargetLink {
  std::string title;
  std::string url;
};

struct ChangeAnswer {
  ChangeOutcome outcome = ChangeOutcome::unknown;
  std::optional<TargetState> after;  // read when it had ended; absent: not known
  std::string message;               // the target's own words, masked; may be empty
  std::optional<Error> problem;      // refused, failed, unknown: a sentence and a next step
  std::vector<TargetLink> links;
  std::string output;       // last lines of what it printed, masked
  std::string output_path;  // the whole of it, when it is long; empty: none
  DurationMs took = 0;
};

// Actual state against what was wanted and what was there before.
enum class ProbeFinding {
  equals_intended,  // it is done
  equals_before,    // nothing has happened, and the target knows of no operation of ours
  in_progress,      // the target is busy with it: ask again later
  other,            // neither: somebody else's, or half of ours. A person decides
  unknown,          // could not be read, or the target does not say enough
};

struct ProbeAnswer {
  ProbeFinding finding = ProbeFinding::unknown;
  std::optional<TargetState> state;
  std::optional<Error> problem;
};

struct HistoryEntry {
  std::string version;
  std::optional<TimeMs> at;
  std::string by;
  std::string revision;
  std::string note;
};

using StatusDone = std::function<void(Result<TargetState>)>;
using ChangeDone = std::function<void(ChangeAnswer)>;
using ProbeDone = std::function<void(ProbeAnswer)>;
using HistoryDone = std::function<void(Result<std::vector<HistoryEntry>>)>;
using DryRunDone = std::function<void(Result<std::string>)>;
using ProgressSeen = std::function<void(const std::string& last_lines)>;

class Target {
 public:
  virtual ~Target() = default;
  virtual std::string name() const = 0;                         // as configured
  virtual bool serves(const TargetSubject& subject) const = 0;  // this target is the one for it
  virtual bool has(TargetVerb verb) const = 0;                  // what it has not it refuses, never guesses
  virtual bool has(TargetStrategy, const TargetSubject&) const { return false; }
  // Why this version cannot be brought out, as far as that can be known without changing anything.
  virtual std::optional<Error> missing(const TargetSubject&, const std::string& /*version*/) const { return {}; }
  // How many copies there can be at most, where it is known beforehand.
  virtual std::optional<int> most_replicas(const TargetSubject&) const { return {}; }

  // Why an answer takes long, where the target's own server asked to be left alone for a while. Nothing: it did not.
  virtual std::optional<Error> held_up() const { return {}; }

  virtual void status(const TargetSubject& subject, StatusDone done) = 0;
  virtual void change(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                      ProgressSeen progress) = 0;
  // Picks up a change that was sent before a restart; `unknown` when there is nothing left to watch.
  virtual void observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                       ProgressSeen progress) = 0;
  virtual void probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) = 0;
  virtual void history(const TargetSubject& subject, int most, HistoryDone done) = 0;
  // What change() would do, in words of the target; changes nothing.
  virtual void dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) = 0;
  virtual bool cancel(const std::string& run) = 0;  // false: nothing of that name is going on
  virtual void forget(const std::string& run) = 0;  // its answer is recorded; whatever was kept for it may go
};

const char* name_of(TargetVerb verb);
const char* name_of(TargetStrategy strategy);
bool changes_something(TargetVerb verb);  // deploy, rollback, scale, restart, pause, resume
// Why a request cannot be sent to anything: a version is missing, replicas are negative. Nothing: it can.
std::optional<Error> problem_of(const ChangeRequest& request);
// What the state is called once the request is done; fields that it does not touch are as before.
TargetState intended_state(const ChangeRequest& request, const TargetState& before);
// The undo of a change that began: absolute, from what was there before. Nothing: there is no inverse.
std::optional<ChangeRequest> inverse_of(const ChangeRequest& request, const TargetState& before);
// The rule of the probe, the same for every target.
ProbeFinding compare_states(const ChangeRequest& request, const TargetState& before, const TargetState& now);

}  // namespace muster
