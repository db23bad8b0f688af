// Rooms that are one: where an incident is shown, whose words go where, and what happens when a platform is lost.
// Decisions as in engine.h; what is remembered is a fold over the journal.
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/chat/said.h"
#include "bot/core/chat/together.h"

namespace muster {

struct CoreConfig;
struct Entry;
struct Incident;
struct Message;
struct State;
struct Work;

// What the rooms have in common. A mark or a command about the copy of a message means the message itself: as many of
// them as fit are remembered, with their words.
struct Together {
  static constexpr std::size_t bytes_max = 1 << 20;
  std::map<std::string, TimeMs> lost;  // platform -> since when
  std::map<std::string, Said> said;    // by post_key()
  std::deque<std::string> order;       // of `said`, the oldest first
  std::size_t bytes = 0;
};

bool apply_together(State& state, const Entry& entry);  // false: none of its entries

// Ours that belong to no incident: joined or made at start.
std::vector<std::string> standing_channels(const CoreConfig& config);
const TogetherRule* rule_of(const CoreConfig& config, const std::string& platform);
DurationMs lost_after(const CoreConfig& config, const std::string& platform);
// Does the platform show what the bot says in this channel of ours?
bool shown_on(const State& state, const CoreConfig& config, const std::string& channel, const std::string& platform);
// Do people's words of one platform appear on the other?
bool relays(const State& state, const CoreConfig& config, const std::string& channel, const std::string& from,
            const std::string& to);
// "Slack" for "slack", "web" for the bot's own room; other names as the configuration has them.
std::string place_name(const std::string& platform);
std::string places_named(const std::vector<std::string>& platforms);  // "Slack, Mattermost"
// The platforms on which an open incident's rooms are one.
std::vector<std::string> bound_platforms(const State& state, const CoreConfig& config, const Incident& incident);

void bind_rooms(Work& work, const Incident& incident);  // a new one, before its channel is shown
// Recorded, and its channel as it is now opened on platforms that did not have it.
void bind_to(Work& work, const Incident& incident, const std::vector<std::string>& platforms, const std::string& why);
void post_only(Work& work, const std::vector<std::string>& platforms, const std::string& channel,
               const std::string& post_id, const Message& message);
// Opens it on those that stand in for a platform that is lost, where that was not done when it was lost.
void stand_in(Work& work, const Incident& incident, const std::string& platform, TimeMs since);
void platform_lost(Work& work, const std::string& platform, TimeMs since, const std::string& why);
void platform_back(Work& work, const std::string& platform);
// Another process is connected with our token. `finding` is its check in the catalogue; empty: it has gone.
void platform_shared(Work& work, const std::string& platform, const std::string& finding,
                     const std::map<std::string, std::string>& words);

// A message about which something was done on another platform than its own: its author and words, where remembered.
Said with_original(const State& state, const std::string& channel, Said about);

}  // namespace muster
