// What comes next in a run: the tree of its steps is walked with what is recorded of each. Pure: the same runbook,
// record and time give the same answer, so that a restart needs nothing but the record. Any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/runs/attempt.h"
#include "bot/core/runs/run.h"
#include "runbooks/model.h"

namespace muster::runbooks {

// A runbook and every one that it can call, as pinned.
struct Book {
  std::shared_ptr<const Runbook> main;
  std::map<std::string, std::shared_ptr<const Runbook>> called;
};

struct Action {
  enum class Kind {
    end,     // the step has ended: status, result or error
    open,    // a group begins: `arguments` are its items or the inputs of a called runbook
    begin,   // a step begins, or is tried again: what its verb wants
    sample,  // a wait looks again
    halt,    // what is out must be stopped: the attempt, or the question
    undo,    // put back the step at `target`, as the step `path`
    ask_undo,
    phase,  // the run as a whole: `phase`, and `outcome` where it is decided
    finish  // `outcome`
  };
  Kind kind = Kind::end;
  std::string path = {};
  const Step* step = nullptr;  // lives as long as the Book
  std::string status = {};     // of end: succeeded, failed, skipped
  Value arguments = {}, result = {};
  std::string error_kind = {}, error = {};
  std::string target = {};  // of undo: the path of the step to put back
  std::string phase = {}, outcome = {}, failed_step = {};
};

// Nothing: the run waits for the world, a timer or a person, or it is over.
std::optional<Action> next_action(const Book& book, const Run& run, TimeMs now);

// When the run must be looked at again although nothing happens, later than `now`; 0: never.
TimeMs next_due(const Run& run, TimeMs now);

// The step at a path of the record, in the runbook it belongs to; null: none.
const Step* step_at(const Book& book, const Run& run, std::string_view path);
// The runbook whose steps are at this path: the main one, or one that was called.
const Runbook* runbook_at(const Book& book, const Run& run, std::string_view path);
// What the steps there may see of others: "" at the top, "5_3." in turn 3 of a for_each, "6c." in a called runbook.
std::string frame_of(std::string_view path);

// Steps that began and know how to be put back, newest first; and whether some write began that does not know.
struct Undoable {
  std::vector<std::string> paths;
  bool complete = true;
};
Undoable undoable(const Book& book, const Run& run);
// Where the change began of which this step is a later stage: the first one's path. Empty: it is none.
std::string first_stage_of(const Run& run, std::string_view path);
bool is_change(std::string_view verb);  // deploy, rollback, scale, restart: with a look before and a probe

inline constexpr DurationMs decision_ms = 24 * hour_ms;  // a question that nobody answers ends the step
inline constexpr DurationMs grace_ms = 30 * second_ms;   // after a deadline, for the report to come

}  // namespace muster::runbooks
