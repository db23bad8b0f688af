// An incident's channel: its name, who is called into it, its links, the board, the archive. Internal to the engine.
#pragma once
#include <string>
#include <vector>

#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {

// From the template: {number} {id} {date} {service} {severity} {slug}. What no platform takes becomes "-"; a name that
// another incident has gets a number. A title that is mostly Hangul is spelled in Latin letters.
std::string channel_name_for(const Work& work, const Entry& declared, int number);
// The first placeholder of a template that is none of ours; empty: all are.
std::string unknown_placeholder(std::string_view pattern);

struct IncidentLink {
  std::string title, url;
};
std::vector<IncidentLink> incident_links(const Work& work, const Incident& incident);
std::string links_text(const Work& work, const Incident& incident);  // of the summary; empty: none

Value channel_body(const Work& work, const Incident& incident);  // channel, topic and links
void show_channel(Work& work, const Incident& incident);         // opened, summary posted and pinned, links set
void show_links(Work& work, const Incident& incident);
void show_on_board(Work& work, const Incident& incident, bool first = false);  // first: posted, later edited
// What the channel of alerts was told when it opened, as it is now.
Message announcement(const Work& work, const Incident& incident);
void announce_again(Work& work, const Incident& incident, const std::string& platform);  // somebody deleted it there
void invite_by_rules(Work& work, const Incident& incident);                              // whoever is not invited yet
// Whoever declares an incident or gets a role in it, unless invited or in a private one: that lets people in itself.
void invite_one(Work& work, const Incident& incident, const std::string& person);
void invite_again(Work& work, const Incident& incident);  // whoever was there: another channel takes the place

// The channel stays until the review is published, where the configuration wants it so.
bool is_held(const CoreConfig& config, const Incident& incident);
// The question, when its time has come, or none. After a review was published it is asked after `soon`, where it waited
// for that.
void arm_archive(Work& work, const Incident& incident, DurationMs soon = 0);
void archive_rang(Work& work, const Timer& timer);      // asks
void archive_now_rang(Work& work, const Timer& timer);  // somebody said so a moment ago
void reopen_channel(Work& work, const Incident& incident);
void archived_by_hand(Work& work, const Incident& incident, const ChatFact& fact);  // somebody did it on a platform
void standing_archived(Work& work, const ChatFact& fact);  // the same of a channel that is no incident's
Outcome archive_channel(Call& call);
Outcome keep_channel(Call& call);

}  // namespace muster
