// Changes asked for in chat: built-in runbooks of one step, whose plan is made after a look at the target and whose yes
// is bound to that plan. Inside of a decision; loop thread only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bot/core/changes/plan.h"
#include "bot/core/engine/handlers.h"
#include "runbooks/engine_parts.h"
#include "runbooks/health_steps.h"

namespace muster::runbooks {

// The text of the runbook that carries a wish out, pinned as any other.
std::shared_ptr<const PinnedRunbook> change_book(const ChangeWish& wish, const CoreConfig& config);
Value change_inputs(const ChangeWish& wish);
GuardedChange guarded(const ChangeWish& wish);  // what is watched afterwards

// This step is the one that a change run is for: planned, gated by its plan, and looked at again before it is sent.
bool is_planned(const Turn& t, const std::string& path, const Step& step);
void begin_planned(Turn& t, const std::string& path, const Step& step, const Value& arguments);
void planned_looked(Turn& t, const std::string& path, const Step& step, const AttemptReport& report);
void plan_approved(Turn& t, const std::string& path, const Step& step, const Value& arguments,
                   const Question& question);
void begin_next_changes(Turn& t);  // a place has become free
// What a scale changes, by its arguments: the number, or the minimum that the autoscaler keeps.
const char* scale_fact(const Value& arguments);
ChangeAsker asker_of_run(const Run& run);

std::string part_words(const std::string& language, const std::string& part);  // "1 copy", "25 %"
// Of the message of a run: its head and what people read of the plan.
std::string change_title(const std::string& language, const Run& run);
Section plan_section(const std::string& language, const CoreConfig& config, const ChangeWish& wish, const Plan& plan,
                     const std::string& person);
Section seen_section(const std::string& language, const Value& seen);
void add_change(const std::string& language, const Work& work, const Run& run, Message& message);

const std::map<std::string_view, Handler>& change_commands();

}  // namespace muster::runbooks
