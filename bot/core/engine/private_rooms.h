// Private incidents where several platforms are one room: another platform opens for those in it who are known there,
// as a private channel, and for nobody else. Decisions as in engine.h.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/handlers.h"

namespace muster {

struct Incident;

// Somebody in it has an account there. Of a public one everybody may read.
bool is_read_on(const Work& work, const Incident& incident, const std::string& platform);
// Where one of those who can be reached stands in for a platform that is lost: for whoever came in since.
void open_where_read(Work& work, const Incident& incident);
// `bind INC-7` in a conversation with the bot alone: its private channel on that platform.
Outcome open_private_room(Call& call, const Incident& incident);
// The platforms on which it has no channel and the person has an account; empty: it has one where the person is, or
// none could be opened.
std::vector<std::string> only_elsewhere(const Work& work, const Incident& incident, const std::string& person);
// After a decision: whose account was joined is let in there, too.
void let_joined_in(Work& work);

}  // namespace muster
