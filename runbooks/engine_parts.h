// What the files of the engine share. Inside of a decision; loop thread only.
#pragma once
#include <string>
#include <string_view>

#include "runbooks/engine.h"
#include "runbooks/machine.h"

namespace muster::runbooks {

// One run inside one decision.
struct Turn {
  Engine& engine;
  Work& w;
  Run& run;  // in the state: every record changes it at once
  const Book& book;
};

void settle(Turn& t);  // whatever can happen now happens; then its timer and its message
void perform(Turn& t, const Action& action);

// Records.
void note_attempt(Turn& t, const std::string& path, Value data);  // run.attempt: a step moves
void change_run(Turn& t, Value data, Entry by = {}, std::string text = {});
struct Ending {
  std::string status;  // succeeded, failed, skipped
  Value result = Value::Map{};
  std::string error_kind = {}, error = {};
};
void end_step(Turn& t, const std::string& path, const Step* step, Ending ending);
void fail_step(Turn& t, const std::string& path, const Step* step, const std::string& kind, const std::string& why);
StepRun* find_step(Turn& t, std::string_view path);

// Attempts.
void begin_step(Turn& t, const Action& action);
void send_out(Turn& t, AttemptOrder order);  // in the name of the process that decides
void send(Turn& t, const std::string& path, const Step& step, AttemptOrder::Mode mode, const std::string& stage);
void send_change(Turn& t, const std::string& path, const Step& step, const Value& arguments, const Value& before);
Value kept_result(const Value& result);  // masked and bounded
void sample(Turn& t, const std::string& path, const Step& step);
void sampled(Turn& t, const std::string& path, const Step& step, const AttemptReport& report);
void halt(Turn& t, const Action& action);
void begin_undo(Turn& t, const Action& action);
// Nobody knows what came of it: again where that is harmless, else a probe, else a person.
void lost(Turn& t, const std::string& path, const Step& step, const std::string& why);
void take_report(Turn& t, const AttemptReport& report);
void resume_after_start(Turn& t);  // the table of what was in flight
void ask_decision(Turn& t, const std::string& path, const std::string& why);
DurationMs timeout_of(const Step& step);
Effect effect_of(const Step& step, const Value& arguments);

// May this write begin? Empty: yes; else why not. `gate`: only after a yes that the policy wants.
struct Permit {
  std::string refusal, kind;
  int approvals = 0;
  std::string group;
  bool confirm = false;  // by who started the run
};
Permit permit(Turn& t, const std::string& path, const Step& step, const Value& arguments);
// What the caps of the environment leave to a run that no person approved; nothing stands in the way of one that was.
Permit capped(const Turn& t, const std::string& path, const std::string& verb, const Value& arguments);
// Of somebody else than who started the run. Null: none.
const Lock* lock_in_the_way(const Turn& t, const std::string& verb, const Value& arguments);

// People.
void ask_approval(Turn& t, const std::string& path, const Step& step, const Value& arguments, const std::string& stage,
                  const std::string& changed = {});
void ask_form(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void ask_undo(Turn& t);
void close_question_of(Turn& t, const std::string& question, const std::string& status, Entry by = {});
void answered(Turn& t, const Question& question);
void check_events(Turn& t);  // waits for an event that has happened, or a lock that is free
// What is still to come with final arguments where they are known: what an approval covers.
Value remaining_plan(Turn& t, const std::string& from_path);
// The approval before this write covers something else: it is asked again. False: all is as approved.
bool approval_void(Turn& t, const std::string& path, const Value& arguments, const Value& before);

// Stages of a change: the step `verify` with `advance` stays, or goes on to the next.
void tell_stage(Turn& t, const std::string& path);
struct Watch;
bool stays_at_stage(Turn& t, const std::string& path, Watch& watch);  // a person, or a lock that is gone, ends that
const StepRun* open_stage(const Run& run);                            // null: none is watched now
Decided<void> advance_stage(Engine& engine, Work& w, const std::string& run, Entry by);
Decided<void> hold_stage(Engine& engine, Work& w, const std::string& run, Entry by);

// Watching a service after a change.
void begin_verify(Turn& t, const Action& action);
void look_after(Turn& t, const std::string& path, const Step& step);
void looked_after(Turn& t, const std::string& path, const Step& step, const AttemptReport& report);
void watch_alerts(Turn& t, const std::string& path);
void judged_by_word(Turn& t, const std::string& path, bool good);  // a person was asked, and says
void resume_verify(Turn& t, const std::string& path);              // what was asked before the restart is asked again
// What is noted of alerts before a change, so that only those that begin after it count.
void note_alerts_before(const Turn& t, const Value& arguments, Value& before);

// Deeds of a decision.
void offer_incident(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void do_message(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void do_page(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void do_incident(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void do_lock(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void page_people(Work& w, const std::string& channel, const std::string& id, const std::string& whom,
                 const std::string& text);

// Messages.
void show(Turn& t, bool now);
void tell_thread(Turn& t, const std::string& id, Message message);

// Starting and ending.
void begin_queued(Turn& t);
void run_over(Turn& t);
void proved(Turn& t);  // a good run is the proof of its runbook: its owner is told when that has grown old
void stale_rang(Engine& engine, Work& w, const std::string& runbook);
void check_trigger(Engine& engine, Work& w, const Runbook& book, const Trigger& trigger, const std::string& alert);
// It would have begun while no new runs are taken: it is looked at again when they are.
void release_trigger(Work& w, const std::string& runbook, const std::string& alert);
void arm_timer(Turn& t);
std::string key_of(const Book& book, const Run& run, TimeMs now);

constexpr int lost_max = 3;  // tries again of what is harmless, before a person is asked

}  // namespace muster::runbooks
