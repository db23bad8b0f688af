// Shared by the files of the record; internal to the engine.
#pragma once
#include <string>

#include "bot/core/engine/capture.h"
#include "bot/core/engine/engine.h"

namespace muster {

inline constexpr std::size_t filed_files_max = 10;             // of one message: what Slack and Mattermost take
inline constexpr std::int64_t filed_file_bytes_max = 8 << 20;  // the database stays a thing to copy

Actor author_of(const CoreConfig& config, const Said& said);
void edit_filed(Work& work, const ChatFact& fact, const std::string& key);
void bury_filed(Work& work, const Entry& like, const std::string& key);  // a tombstone in the timeline
bool copied(Work& work, const Incident& incident, const ChatFact& fact);
void marked(Work& work, const Incident& incident, const ChatFact& fact);  // reactions and pins
bool says(const std::string& text, const std::string& word);              // both in one case
void offer_declaration(Work& work, const ChatFact& fact);

}  // namespace muster
