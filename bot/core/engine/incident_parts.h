// Shared by the files of incident commands; internal to the engine.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "bot/core/engine/handlers.h"

namespace muster {

std::string named(const Command& command, const std::string& key);
Outcome no_incident(Call& call);
Outcome bind_channel(Call& call);  // together.cpp: where it is typed is the incident's channel there from now on
// The answer, also said in the incident's channel (in that channel's language) when those who are there would not see
// it: the command was typed elsewhere, or in a terminal.
Outcome told(Call& call, const Incident& incident, const std::function<Outcome(Call&)>& answer);
bool unseen_in(const Call& call, const std::string& channel);
// Who said what where, and the answer: how a channel hears of a command that it did not see.
void tell(Call& call, const std::string& channel, const std::function<Outcome(Call&)>& answer);

struct PastTime {
  TimeMs at = 0;
  std::int64_t precision_ms = 0;
  std::string rest;
};
// A time at the start of the text: none, one in the past, or the refusal to answer with.
std::expected<std::optional<PastTime>, Outcome> past_time(Call& call, const std::string& text);

Outcome unknown_severity(Call& call, const std::string& name);

Outcome declare(Call& call);
Outcome todo(Call& call);
Outcome todo_done(Call& call);
Outcome todo_mine(Call& call);
Outcome checklist(Call& call);
Outcome checklist_done(Call& call);
Outcome checklist_undo(Call& call);
Outcome checklist_skip(Call& call);
Outcome checklist_run(Call& call);
Outcome accept(Call& call);   // out of triage: it is an incident
Outcome decline(Call& call);  // it is none: kept in the record, counted nowhere
Outcome mitigate(Call& call);
Outcome resolve(Call& call);
Outcome reopen(Call& call);
Outcome correct_time(Call& call);
Outcome lead(Call& call);
Outcome role(Call& call);
Outcome page(Call& call);  // calling.cpp
std::vector<std::string> words_without_incident(const Call& call);

}  // namespace muster
