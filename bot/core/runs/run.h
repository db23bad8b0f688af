// The record of a runbook's run: what was started, with what, and what became of each step. A fold over the journal:
//   runbook.pinned    the text of a runbook, once          runbook.started   a run begins, or waits in line
//   run.attempt       a step moves: tried, waits, asks     runbook.step      a step has ended
//   run.changed       a wish, a decision, a phase          runbook.finished  the run has ended
//   run.checked       whether it helped
// The engine in runbooks/ reads it and says what comes next. Values; loop thread only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/kept.h"
#include "bot/base/packed.h"
#include "bot/base/value.h"
#include "bot/core/journal/entry.h"

namespace muster {

// The text of a runbook as it was when the run began, kept once however many runs share it.
struct PinnedRunbook {
  std::string hash;  // SHA-256 of name, text and everything it can call
  std::string name;
  std::string text;
  std::map<std::string, std::string> called;  // name -> text, of every runbook it can reach
};

// One step of a run, or one turn of a step that stands in for_each. Only steps that were reached have a record.
struct StepRun {
  Word id;      // as the runbook names it, else its path
  Word verb;    // query, scale …
  Word effect;  // pure, read, idempotent, write, human, group
  // waiting: on a timer, a person or an event; running: its attempt is out; needs_decision: nobody knows what happened.
  Word status;  // waiting, running, needs_decision, succeeded, failed, skipped, undone, undo_failed
  // What is out: look (what is there before a change), probe, halt, sample (of a wait), retry (waits for its next try),
  // gate (waits for the yes that the policy wants); empty: the step itself.
  Word stage;
  int attempt = 0;             // counts tries, from 1
  int lost = 0;                // how often it was tried again because nobody knew what came of it
  Word attempt_id;             // "R42.2.1-3": the idempotency key of the attempt, the name of its command's folder
  KeptValue arguments;         // as they went out; secrets stand as references
  KeptValue before, intended;  // of a change: what the built-in probe compares with
  KeptValue result;            // what later steps read as <id>.…
  Word error_kind, error;
  TimeMs started_ms = 0, ended_ms = 0;
  TimeMs due_ms = 0;         // waiting: when it goes on by itself
  TimeMs deadline_ms = 0;    // of the attempt or of the wait
  TimeMs held_since_ms = 0;  // wait … hold: since when the condition has been true
  Word question;             // A7: approve and ask
  bool ended() const { return ended_ms != 0; }
  bool busy() const { return status == "running" || status == "waiting" || status == "needs_decision"; }
};

struct Run {
  std::string id;  // R42
  Word runbook;    // its name
  std::shared_ptr<const PinnedRunbook> pinned;
  Word policy_hash;
  Word person;                     // who started it: person id, "operator", or "automation"
  Word trigger;                    // of an automatic run: the matcher that chose it
  Value inputs;                    // secrets stand as references
  KeptValue facts;                 // alert and incident as they were when it began
  Word incident, alert;            // INC-7, E12, or empty
  Word platform, channel, thread;  // where its message is
  std::string post;                // its id
  std::string key;                 // guard.key: the subject
  Word again_of;                   // the run that this one tries again
  // Of a change that was asked for in chat: the wish, its plan, who said yes (changes/plan.h); null: none.
  Packed change;
  // queued, running, waiting, needs_decision, paused; final: succeeded, failed, undone, undo_failed, denied, expired,
  // cancelled, handed_over.
  Word status = "running";
  Word phase = "steps";  // steps, on_failure, ask_undo, undo, finally, over
  Word outcome;          // the final status that finally: will not change
  Word failure, failed_step, reason;
  bool cancel_wanted = false, undo_wanted = false, paused = false;
  Word cancelled_by, cancel_reason;
  TimeMs cancelled_ms = 0;               // of the last wish to cancel: what began before it ends
  Word cancelled_in;                     // the phase it came in
  std::map<std::string, StepRun> steps;  // by path: "2", "4.1" (in a group), "5_3.0" (turn 3 of a for_each), "6c.0" (of
                                         // a runbook called by 6), "undo.2", "on_failure.0", "finally.1"
  std::vector<std::string> order;        // paths in the order they started
  TimeMs started_ms = 0, ended_ms = 0, deadline_ms = 0;
  TimeMs frozen_ms = 0;  // since when the deadline stands still (needs_decision)
  Word effective;        // of an automatic run, after the check: yes, no
  std::vector<std::string> watchers;
  // Not journaled: when its message was last changed, and whether it is behind.
  TimeMs shown_ms = 0;
  Word shown_hash;
  bool over() const { return ended_ms != 0; }
  bool automatic() const { return person == "automation"; }
};

bool is_final(std::string_view run_status);

struct State;
struct ProjectionRow;
// Folds the kinds above; false for any other.
bool apply_run(State& state, const Entry& entry);
int run_number(std::string_view id);               // "R42" -> 42, else 0
Run* find_run(State& state, std::string_view id);  // R42
const Run* find_run(const State& state, std::string_view id);
ProjectionRow projection(const Run& run);

}  // namespace muster
