// Checklists of an incident: which are brought out, the message that shows each, and what is said about its items.
// Internal to the engine.
#pragma once
#include <string>

#include "bot/core/engine/capture.h"
#include "bot/core/engine/engine.h"

namespace muster {

// False: the entry is none of a checklist's.
bool apply_checklist(Incident& incident, const Entry& entry);

// Those of the configuration whose stage the incident is in, whose condition holds and that were not brought out yet.
void bring_checklists(Work& work, const Incident& incident);
void repost_checklists(Work& work, const Incident& incident);  // its channel came back from the archive
// Of one item: the entry, and the message that shows it.
void record_item(Work& work, const Incident& incident, Entry by, const ChecklistItem& item);
// A person said an item's keyword in the incident's channel: that ticks it, if that person may.
void tick_by_keyword(Work& work, const Incident& incident, const ChatFact& fact);

int open_items(const Incident& incident);
const ChecklistItem* next_item(const Incident& incident);  // the first that is open; null: none
std::string item_line(const std::string& language, const CoreConfig& config, const ChecklistItem& item);
void add_lists(const std::string& language, const CoreConfig& config, const std::vector<const ChecklistItem*>& items,
               Message& message);

}  // namespace muster
